"""Decisions and actions that a meeting marked as such: the most trusted source there is."""

from collections.abc import Iterator
from typing import Final, NamedTuple

from assay.ai.extractor import Quote
from assay.ai.rules.candidates import TRUSTED_CEILING, AtomCandidate, CandidateSource, bounded
from assay.ai.rules.consent import COST_OF_AN_OBJECTION, Objections, agreeing_after
from assay.ai.rules.context_free import loose_pronouns
from assay.ai.rules.language import content_words
from assay.ai.rules.lexicon import opening, phrases
from assay.ai.rules.meeting import Directive, Marker, labelled
from assay.ai.rules.sentences import capital, sentences, whole
from assay.ai.rules.turns import Chat, Turn
from assay.ai.rules.weights import weigh
from assay.kinds import AtomType

TOLD: Final = frozenset({Marker.AGREED, Marker.ACTION, Marker.VOTE, Marker.INFO, Marker.IDEA})
MAX_VOICES: Final = 2
MIN_CONTENT_WORDS: Final = 3
LABEL: Final = {Marker.ACTION: "Action: ", Marker.VOTE: "Voted for: "}
ABOUT_THE_MEETING: Final = phrases("marked", "about_the_meeting")
NOUN: Final = {Marker.AGREED: "a decision", Marker.ACTION: "an action", Marker.VOTE: "a vote"}
ASKED: Final = opening("marked", "asking")
"""A question is no decision, with or without its mark."""
MIN_WORDS: Final = 4


class Marked(NamedTuple):
    directive: Directive
    turn: Turn
    quotes: list[Quote]


def from_directives(chat: Chat) -> list[AtomCandidate]:
    objections = Objections(chat)
    drafted = (_drafted(marked, chat, objections) for turn in chat.turns for marked in _marked(turn))
    return [candidate for candidate in drafted if candidate]


def _marked(turn: Turn) -> Iterator[Marked]:
    """The turn itself, or its sentences that carry a label."""
    if turn.directive:
        yield Marked(turn.directive, turn, whole(turn))
        return
    for sentence in sentences(turn):
        if directive := labelled(sentence.said) or labelled(sentence.text):
            yield Marked(directive, turn, sentence.quotes())


def _drafted(marked: Marked, chat: Chat, objections: Objections) -> AtomCandidate | None:
    marker, turn = marked.directive.marker, marked.turn
    body = _body(marked.directive.body, chat)
    supporters = agreeing_after(chat, turn)
    if marker not in TOLD or not _says_something(body) or (marker is Marker.VOTE and not supporters):
        return None
    title = _titled(marker, body)
    candidate = AtomCandidate(
        source=CandidateSource.DIRECTIVE,
        type=AtomType.INSIGHT if marker in {Marker.INFO, Marker.IDEA} else AtomType.DECISION,
        title=title,
        content=title,
        quotes=marked.quotes + [quote for agreeing in supporters[:3] for quote in whole(agreeing)[:1]],
        confidence=bounded(_trust(marker, body, len(supporters), chat), TRUSTED_CEILING),
        reasoning=f"{turn.author} marked it as {NOUN.get(marker, marker.value)}" + _backed(supporters) + ".",
        turn=turn,
        authors={turn.author, *(agreeing.author for agreeing in supporters)},
    )
    return candidate.doubted(body).opposed(objections.to(turn), COST_OF_AN_OBJECTION)


def _trust(marker: Marker, body: str, supporters: int, chat: Chat) -> float:
    return weigh(
        "marked",
        base=marker,
        voices=min(MAX_VOICES, supporters),
        loose_pronouns=loose_pronouns(body),
        few_words=len(content_words(body, chat.people)) < MIN_CONTENT_WORDS,
    )


def _body(text: str, chat: Chat) -> str:
    """The text as a title; a name at its start keeps its case."""
    body = " ".join(text.split()).strip(" ,;:*_")
    first = body.split(" ", 1)[0].strip(",:")
    return body if first.casefold() in chat.people else capital(body)


def _says_something(body: str) -> bool:
    if "? " in body or body.rstrip(" .!`*_\"')").endswith("?") or ASKED.match(body):
        return False
    return len(body.split()) >= MIN_WORDS and ABOUT_THE_MEETING.search(body) is None


def _titled(marker: Marker, body: str) -> str:
    if marker is Marker.AGREED and body.casefold().startswith(("to ", "not to ")):
        return f"Agreed: {body[:1].lower()}{body[1:]}"
    return LABEL.get(marker, "") + body


def _backed(supporters: list[Turn]) -> str:
    names = list(dict.fromkeys(turn.author for turn in supporters))
    return f" and {' and '.join(names[:2])} agreed" if names else ""
