"""Decisions that others consented to, and answers that the asker confirmed, in any language of the lexicon.

The judge of approvals finds them, so what it would let a machine approve is always proposed, in the words that were
said. It looks at what is said around a statement; what is said long after, the approval asks for again.
"""

from collections.abc import Iterator, Sequence
from itertools import groupby, islice
from typing import Final, NamedTuple
from uuid import UUID

from assay.ai.extractor import Message, Quote
from assay.ai.grounding import doubts, lexicon
from assay.ai.grounding.confirming import confirms
from assay.ai.grounding.consent import consents
from assay.ai.grounding.hearing import Subject
from assay.ai.grounding.own_words import is_own
from assay.ai.grounding.sentences import sentence_spans
from assay.ai.grounding.standing import Standing, standing
from assay.ai.grounding.statements import Statement, decisions_in
from assay.ai.grounding.support import LABELS
from assay.ai.grounding.talk import Talk
from assay.ai.grounding.verdict import Verdict
from assay.ai.grounding.voices import may_be_one
from assay.ai.grounding.words import content_words, shared
from assay.ai.rules.answers import type_of
from assay.ai.rules.candidates import TRUSTED_CEILING, AtomCandidate, CandidateSource
from assay.ai.rules.context_free import OPENS_WITH_PRONOUN
from assay.ai.rules.language import is_english
from assay.ai.rules.sentences import capital, tidy
from assay.ai.rules.turns import Chat
from assay.kinds import ANSWER_LABEL, QUESTION_LABEL, AtomType
from assay.readers.records import TextSpan
from assay.text.markup import strip_markup, without_address

MESSAGES_BEFORE: Final = 40
MESSAGES_BEHIND: Final = 120
MESSAGES_OF_A_THREAD: Final = 120
MESSAGES_TO_CONFIRM: Final = 20
MIN_VOICES: Final = 2
"""Other people who consent to a decision."""
SHORT_QUESTION: Final = 200
"""Characters."""
WORDS_OF_A_TITLE: Final = 4
MIN_WORDS: Final = 2
"""Words with a meaning, from which a sentence can be the title of an answer."""


class Room(NamedTuple):
    """One channel of one source."""

    messages: Sequence[Message]
    threads: dict[str, list[Message]]

    def around(self, at: int) -> Talk:
        """What is said around a message, and in its thread or the one below it."""
        message = self.messages[at]
        beside = self.messages[max(0, at - MESSAGES_BEFORE) : at + MESSAGES_BEHIND]
        thread = self.threads.get(message.thread or str(message.id), [])[:MESSAGES_OF_A_THREAD]
        found = {each.id: each for each in (*beside, *thread)}.values()
        return Talk(sorted(found, key=lambda each: each.place_in_time))


def from_settled(chat: Chat, messages: Sequence[Message]) -> list[AtomCandidate]:
    return [found for room in _rooms(messages) for each in (_decided, _answered) for found in each(room, chat)]


def _rooms(messages: Sequence[Message]) -> Iterator[Room]:
    by_room = sorted(messages, key=lambda each: (each.source, each.channel, *each.place_in_time))
    for _, said in groupby(by_room, key=lambda each: (each.source, each.channel)):
        room = Room(list(said), {})
        for each in room.messages:
            if each.thread:
                room.threads.setdefault(each.thread, []).append(each)
        yield room


def _decided(room: Room, chat: Chat) -> Iterator[AtomCandidate]:
    for at, message in enumerate(room.messages):
        told = decisions_in(message.text)
        if len(told) != 1 or chat.turn_of(str(message.id)) is None:
            continue
        talk = room.around(at)
        stands = standing(talk, message, *told[0].sentence, min_voices=MIN_VOICES)
        if stands.verdict is Verdict.SOUND:
            yield _decision(message, told[0], stands, talk, chat)


def _decision(message: Message, told: Statement, stands: Standing, talk: Talk, chat: Chat) -> AtomCandidate:
    stated, whole = told.stated if told.is_explicit else told.bare, told.whole(message.text)
    if told.is_labelled and whole.start > stated.start:
        stated = whole
    limits = _limits(message.text, told.sentence)
    quoted = TextSpan(told.sentence.start, limits[-1].end if limits else told.sentence.end)
    consenting = [_quote(each) for name in stands.voices if (each := _consent(talk, message, told, name))]
    return _candidate(
        AtomType.DECISION,
        _shown(chat, message, stated),
        "\n".join(_shown(chat, message, span, whole=True) for span in (whole, *limits)),
        [_quote(message, quoted), *consenting],
        message, stands, chat,
    )  # fmt: skip


def _limits(text: str, sentence: TextSpan) -> list[TextSpan]:
    """The sentences behind one that begin by limiting it."""
    found: list[TextSpan] = []
    for span in sentence_spans(text):
        if span.start < sentence.end:
            continue
        if not lexicon.opening("limiting", "openings").match(lexicon.fold(text[slice(*span)])):
            break
        found.append(span)
    return found


def _consent(talk: Talk, message: Message, told: Statement, name: str) -> Message | None:
    subject = Subject.of(message.text[slice(*told.stated)], message.author)
    return next(
        (
            each
            for each in talk.after(message)
            if each.author == name
            and each.thread in (message.thread, str(message.id))
            and consents(each.text, subject, strictly=not told.is_explicit)
        ),
        None,
    )


def _answered(room: Room, chat: Chat) -> Iterator[AtomCandidate]:
    """The answers that whoever asked confirms, one to a question."""
    places = {each.id: at for at, each in enumerate(room.messages)}
    done: set[UUID] = set()
    for at, message in enumerate(room.messages):
        answer = _confirmed(room.around(at), message) if confirms(message.text) else None
        if answer is None or chat.turn_of(str(answer.id)) is None:
            continue
        stands = standing(room.around(places[answer.id]), answer, 0, len(answer.text), min_voices=MIN_VOICES)
        if stands.verdict is Verdict.SOUND and stands.asked and stands.asked.id not in done:
            done.add(stands.asked.id)
            yield _answer(answer, stands.asked, message, stands, chat)


def _confirmed(talk: Talk, confirming: Message) -> Message | None:
    """What others said to the last question of who confirms: of it, rather than beside it."""
    others: list[Message] = []
    found: Message | None = None
    for each in islice(talk.before(confirming), MESSAGES_TO_CONFIRM):
        if not may_be_one(each.author, confirming.author):
            others.insert(0, each)
        elif confirms(each.text):
            return found
        elif others and doubts.asks(each.text):
            best = max(others, key=lambda other: len(_common(each, other)))
            if doubts.opens_asking(each.text):
                return best
            found, others = found or best, []
    return found


def _common(asked: Message, answer: Message) -> frozenset[str]:
    return shared(content_words(answer.text), content_words(asked.text))


def _answer(message: Message, asked: Message, confirming: Message, stands: Standing, chat: Chat) -> AtomCandidate:
    question = _shown(chat, asked, _asking(asked))
    told = [_shown(chat, message, span) for span in _own(message)]
    first = next((each for each in told if len(content_words(each)) >= MIN_WORDS), told[0])
    return _candidate(
        type_of(question, first) if is_english(f"{question} {first}") else AtomType.INSIGHT,
        question if OPENS_WITH_PRONOUN.match(first) or len(first.split()) < WORDS_OF_A_TITLE else first,
        f"{QUESTION_LABEL}{question}{ANSWER_LABEL}" + "\n".join(told),
        [_quote(asked, _asking(asked)), _quote(message), _quote(confirming)],
        message, stands, chat, began=asked,
    )  # fmt: skip


def _own(message: Message) -> list[TextSpan]:
    text = message.text
    return [span for span in sentence_spans(text) if is_own(text, *span)] or [TextSpan(0, len(text))]


def _asking(asked: Message) -> TextSpan:
    """A short question whole, else from the first to the last sentence that asks."""
    text = asked.text
    if len(text) <= SHORT_QUESTION:
        return TextSpan(0, len(text))
    asking = [span for span in _own(asked) if doubts.asks(text[slice(*span)])]
    return TextSpan(asking[0].start, asking[-1].end) if asking else TextSpan(0, len(text))


def _candidate(
    kind: AtomType, title: str, content: str, quotes: list[Quote], message: Message, stands: Standing, chat: Chat,
    *, began: Message | None = None,
) -> AtomCandidate:  # fmt: skip
    """`began`: the question with which it began, and whose words come first."""
    turn = (began and chat.turn_of(str(began.id))) or chat.turn_of(str(message.id))
    assert turn is not None  # noqa: S101
    return AtomCandidate(
        source=CandidateSource.SETTLED,
        type=kind,
        title=title,
        content=content,
        quotes=quotes,
        confidence=TRUSTED_CEILING,
        reasoning=f"{stands.because[:1].upper()}{stands.because[1:]}.",
        turn=turn,
        authors={message.author, *stands.voices},
    )


def _shown(chat: Chat, message: Message, span: TextSpan, *, whole: bool = False) -> str:
    """These words as they are shown, without a label and without whom they are said to.

    `whole`: with what leads over to them, so that no word that means something can be lost.
    """
    words, _ = without_address(strip_markup(message.text[slice(*span)]), chat.people)
    said = LABELS.sub("", words.strip(" *_~"))
    return capital(said) if whole or not is_english(said) else tidy(said)


def _quote(message: Message, span: TextSpan | None = None) -> Quote:
    return Quote(message.id, message.text[slice(*span)] if span else message.text.strip())
