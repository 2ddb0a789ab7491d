"""What may be worth keeping in a talk: sentences that follow each other, and pieces of two or three messages."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from assay.ai.extractor import Quote
from assay.ai.rules.ranking.passages import Passage, PlacedSentence
from assay.ai.rules.ranking.wording import titled, whole
from assay.text.markup import strip_markup

SENTENCES: Final = 3
LONGEST: Final = 480
"""Characters of sentences that are taken together."""
SHORT: Final = 240
"""Characters of a passage that is taken whole beside another."""
PASSAGES_TO_ANSWER: Final = 5
PASSAGES_OF_ONE: Final = 4
PASSAGES_TO_REPLY: Final = 2
MIN_WORDS: Final = 3
ANSWER, OWN, REPLY, ALONE = "answer", "own", "reply", "alone"


@dataclass(frozen=True, slots=True, eq=False)
class SentenceSpan:
    """Sentences of one passage that follow each other."""

    passage: Passage
    first: int
    behind: int

    @property
    def sentences(self) -> Sequence[PlacedSentence]:
        return self.passage.sentences[self.first : self.behind]

    @property
    def raw(self) -> str:
        said = self.sentences
        return said[0].message.text[said[0].start : said[-1].end]

    @property
    def text(self) -> str:
        return strip_markup(self.raw)

    def quote(self) -> Quote:
        return Quote(self.passage.message.id, self.raw)


@dataclass(eq=False)
class TalkPiece:
    parts: tuple[SentenceSpan, ...]
    relation: str

    @property
    def main(self) -> SentenceSpan:
        return self.parts[-1]

    @cached_property
    def title(self) -> str:
        return titled(self._said)

    @cached_property
    def _said(self) -> list[tuple[str, Passage]]:
        return [(part.text, part.passage) for part in self.parts]

    @cached_property
    def body(self) -> str:
        return whole(self._said)

    @cached_property
    def sentences(self) -> frozenset[PlacedSentence]:
        return frozenset(sentence for part in self.parts for sentence in part.sentences)

    @property
    def words(self) -> int:
        return sum(len(part.raw.split()) for part in self.parts)


def candidates(talk: Sequence[Passage]) -> list[TalkPiece]:
    return [each for passage in talk for each in (*_alone(passage), *_linked(passage, talk))]


def _alone(passage: Passage) -> Iterator[TalkPiece]:
    for span in _spans(passage):
        if len(span.raw.split()) >= MIN_WORDS:
            yield TalkPiece((span,), ALONE)


def _spans(passage: Passage) -> Iterator[SentenceSpan]:
    size = len(passage.sentences)
    for first in range(size):
        for behind in range(first + 1, min(first + SENTENCES, size) + 1):
            span = SentenceSpan(passage, first, behind)
            if behind == first + 1 or len(span.raw) <= LONGEST:
                yield span


def _linked(later: Passage, talk: Sequence[Passage]) -> Iterator[TalkPiece]:
    if len(later.words) < 1:
        return
    for gap in range(1, PASSAGES_TO_ANSWER + 1):
        if later.index - gap < 0:
            return
        earlier = talk[later.index - gap]
        relation = _relation(earlier, later, gap)
        if relation is None:
            continue
        head = _head(earlier)
        for tail in _tails(later):
            if len(head.raw) + len(tail.raw) <= LONGEST and len(head.raw.split()) + len(tail.raw.split()) >= 4:
                yield TalkPiece((head, tail), relation)
        yield from _longer(head, later, talk, relation)


def _longer(head: SentenceSpan, later: Passage, talk: Sequence[Passage], relation: str) -> Iterator[TalkPiece]:
    """With what the same author adds in the next message."""
    behind = talk[later.index + 1 : later.index + 3]
    more = next((each for each in behind if each.author == later.author), None)
    if more and len(head.raw) + len(later.raw) + len(more.raw) <= LONGEST and not more.asks:
        yield TalkPiece((head, _whole(later), _whole(more)), relation)


def _relation(earlier: Passage, later: Passage, gap: int) -> str | None:
    if earlier.author == later.author:
        return OWN if gap <= PASSAGES_OF_ONE else None
    if earlier.asks:
        return ANSWER
    return REPLY if gap <= PASSAGES_TO_REPLY else None


def _whole(passage: Passage) -> SentenceSpan:
    return SentenceSpan(passage, 0, len(passage.sentences))


def _head(passage: Passage) -> SentenceSpan:
    size = len(passage.sentences)
    if len(passage.raw) <= SHORT:
        return SentenceSpan(passage, 0, size)
    asking = [at for at, each in enumerate(passage.sentences) if "?" in each.raw]
    at = asking[-1] if asking else size - 1
    return SentenceSpan(passage, at, at + 1)


def _tails(passage: Passage) -> Iterator[SentenceSpan]:
    if len(passage.raw) <= SHORT:
        yield _whole(passage)
    if len(passage.sentences) > 1:
        yield SentenceSpan(passage, 0, 1)
        if len(passage.sentences) > 2:
            yield SentenceSpan(passage, 0, 2)
