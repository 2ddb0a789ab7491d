"""What people are shown beside the sure proposals: the likeliest pieces of each talk, as many as the chat bears."""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from assay.ai.extractor import Message, Quote
from assay.ai.rules import tone
from assay.ai.rules.candidates import AtomCandidate, CandidateSource, distinct
from assay.ai.rules.ranking.candidates import ALONE, ANSWER, OWN, REPLY, TalkPiece, candidates
from assay.ai.rules.ranking.features import CountedTalk, stems
from assay.ai.rules.ranking.model import ranker
from assay.ai.rules.ranking.signs import WORD, fold
from assay.ai.rules.ranking.talks import talks
from assay.ai.rules.turns import Chat
from assay.kinds import AtomType
from assay.text.secrets import MASK

LIKELY: Final = 0.5
"""What is clearly more likely worth keeping than not is shown however much it is: so the volume follows the chat."""
POSSIBLE: Final = 0.3
"""What is less likely is not shown, however little there is."""
WORTH_A_LOOK: Final = 0.12
"""What is less likely is not even kept."""
FEWEST: Final = 5
"""That a small window may show; a larger one shows at least one for each talk, if it is possible."""
UNLIKELY_FOR_EACH: Final = 2
"""So many are kept as unlikely for each that may be shown."""
SIZE: Final = 0.5
"""How much longer pieces stand back behind the shorter ones in them."""
JOKE, GUESS, *_ = tone.DOUBTS
MOSTLY_WORDS: Final = 0.7
"""Share of letters and blanks below which a piece is a table, a path or code."""
SAME_WORDS: Final = 0.7
"""Share of common words from which two pieces say the same."""

TOLD_AS: Final = {
    ALONE: "a statement",
    ANSWER: "a question and its answer",
    OWN: "what was said in a row",
    REPLY: "a statement and what was said to it",
}


@dataclass(eq=False)
class RankedPiece:
    """A candidate and how probably somebody wants to keep it."""

    candidate: TalkPiece
    worth: float
    probability: float
    type: AtomType

    @property
    def order(self) -> float:
        return -self.worth / math.pow(len(self.candidate.sentences), SIZE)


@dataclass(frozen=True, slots=True)
class RankedProposals:
    shown: Sequence[AtomCandidate] = ()
    unlikely: Sequence[AtomCandidate] = ()
    """Kept to be looked at, and in nobody's way."""


def ranked_proposals(
    messages: Sequence[Message], chat: Chat, taken: Iterable[Quote], *, per_thousand: int
) -> RankedProposals:
    """`taken`: the words that are proposed already. `per_thousand`: messages, for which so many are shown."""
    read = talks(messages)
    found = _apart(_ranked(read), taken)
    found.sort(key=lambda each: -each.probability)
    most = round(per_thousand * chat.human_messages / 1_000)
    room = max(FEWEST, len(read), most) if per_thousand else 0
    shown = [each for at, each in enumerate(found) if _is_shown(each, at, room)]
    rest = [each for each in found[len(shown) :] if each.probability >= WORTH_A_LOOK]
    return RankedProposals(
        list(_drafted(shown, chat)), list(_drafted(rest[: UNLIKELY_FOR_EACH * max(room, len(shown))], chat))
    )


def _is_shown(found: RankedPiece, at: int, room: int) -> bool:
    return room > 0 and found.probability >= (POSSIBLE if at < room else LIKELY)


def _ranked(found: Iterable[CountedTalk]) -> Iterator[RankedPiece]:
    model = ranker()
    for talk in found:
        pieces = candidates(talk.passages)
        if not pieces:
            continue
        features = talk.features(pieces)
        worth = model.worth(features)
        likely = np.flatnonzero(model.probability(worth) >= WORTH_A_LOOK)
        chances, kinds = model.probability(worth[likely]), model.types(features[likely])
        for at, chance, kind in zip(likely.tolist(), chances.tolist(), kinds, strict=True):
            yield RankedPiece(pieces[at], float(worth[at]), round(chance, 3), kind)


def _apart(found: Iterable[RankedPiece], taken: Iterable[Quote]) -> list[RankedPiece]:
    """The best of those that share a sentence, or nearly all words; none of what is proposed already."""
    quoted: dict[object, list[str]] = {}
    for quote in taken:
        quoted.setdefault(quote.message_id, []).append(quote.text)
    used: set[object] = set()
    said: list[frozenset[str]] = []
    kept: list[RankedPiece] = []
    for each in sorted(found, key=lambda each: each.order):
        pieces = each.candidate.sentences
        if used & pieces or _is_barred(each.candidate) or _is_taken(each.candidate, quoted):
            continue
        words = stems(WORD.findall(fold(each.candidate.body)), each.candidate.main.passage.language)
        if any(_alike(words, other) for other in said):
            continue
        used |= pieces
        said.append(words)
        kept.append(each)
    return kept


def _is_barred(found: TalkPiece) -> bool:
    """Secrets, jokes and guesses are nothing to show, nor what a machine printed."""
    letters = sum(map(str.isalpha, found.body)) + found.body.count(" ")
    return (
        MASK in found.body
        or letters < MOSTLY_WORDS * len(found.body)
        or any(doubt.pattern.search(found.main.text) for doubt in (JOKE, GUESS))
    )


def _is_taken(found: TalkPiece, quoted: dict[object, list[str]]) -> bool:
    return any(
        part.raw in text or text in part.raw for part in found.parts for text in quoted.get(part.passage.message.id, ())
    )


def _alike(one: frozenset[str], other: frozenset[str]) -> bool:
    return len(one & other) > SAME_WORDS * len(one | other)


def _drafted(found: Iterable[RankedPiece], chat: Chat) -> Iterator[AtomCandidate]:
    for each in found:
        piece = each.candidate
        turn = chat.turn_of(str(piece.main.passage.message.id))
        if turn is not None:
            yield AtomCandidate(
                source=CandidateSource.RANKED,
                type=each.type,
                title=piece.title,
                content=piece.body,
                quotes=distinct(part.quote() for part in piece.parts),
                confidence=each.probability,
                reasoning=_reason(piece),
                turn=turn,
                authors={part.passage.message.author for part in piece.parts},
            )


def _reason(piece: TalkPiece) -> str:
    authors = " and ".join(dict.fromkeys(part.passage.author for part in piece.parts))
    return f"Found by ranking: {TOLD_AS[piece.relation]} by {authors}. For people to weigh."
