"""What the ranker learns from: pieces of labelled talks, their features, and how near each is to a labelled item."""

import gzip
import json
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from assay.ai.rules import safety
from assay.ai.rules.ranking.candidates import TalkPiece, candidates
from assay.ai.rules.ranking.features import NAMES
from assay.ai.rules.ranking.signs import Numbers
from assay.ai.rules.ranking.talks import talks
from assay.evaluation.labels import Labelled, from_file
from assay.kinds import AtomType

HERE: Final = Path(__file__).parent
SETS: Final = ("train", "test", "validation")
SCORES: Final = HERE / "scores.json"
CHATS: Final = HERE / "chats.jsonl.gz"
DIGITS: Final = 3


@dataclass(frozen=True, slots=True)
class LabelledPiece:
    """A candidate, by the sentences that it holds."""

    sentences: frozenset[object]
    score: float
    """0..1: how near it is to the nearest item that is labelled in its messages; 0 where there is none."""
    type: AtomType | None


@dataclass(frozen=True, slots=True)
class Example:
    """The candidates of one conversation."""

    name: str
    pieces: Sequence[LabelledPiece]
    features: Numbers


def conversations(name: str) -> list[Labelled]:
    return from_file(HERE / f"{name}.jsonl")


def found_in(conversation: Labelled) -> tuple[list[TalkPiece], Numbers]:
    """The candidates of a conversation, as the extractor finds them, and their features."""
    read = [(candidates(talk.passages), talk) for talk in talks(safety.without_secrets(conversation.said()))]
    features = [talk.features(found) for found, talk in read]
    return [each for found, _ in read for each in found], np.vstack([np.zeros((0, len(NAMES))), *features])


def mark_of(found: Iterable[TalkPiece]) -> int:
    """Tells whether scores were taken of the same candidates in the same words."""
    return zlib.crc32("\n".join(f"{each.title}\t{each.body}" for each in found).encode())


def authored(name: str) -> Iterator[Example]:
    """The conversations of a set. Raises SystemExit where the scores are of other candidates."""
    known = json.loads(SCORES.read_text("utf-8"))[name]
    for conversation in conversations(name):
        found, features = found_in(conversation)
        taken = known[conversation.id]
        if taken["mark"] != mark_of(found):
            raise SystemExit("The candidates have changed since they were compared: run training/compare.py first.")
        types = [item.type for item in conversation.knowledge]
        pieces = [
            LabelledPiece(each.sentences, score, types[nearest] if score else None)
            for each, score, nearest in zip(found, taken["scores"], taken["nearest"], strict=True)
        ]
        yield Example(conversation.id, pieces, features)


def of_chats() -> Iterator[Example]:
    """Candidates of real chats, without their words: features and scores alone."""
    with gzip.open(CHATS, "rt", encoding="utf-8") as lines:
        for line in lines:
            talk = json.loads(line)
            if talk["names"] != zlib.crc32(",".join(NAMES).encode()):
                raise SystemExit(
                    "The features have changed since the chats were read: run training/read_chats.py first."
                )
            pieces = [
                LabelledPiece(frozenset(each["in"]), each["score"], AtomType(each["type"]) if each["type"] else None)
                for each in talk["pieces"]
            ]
            yield Example(
                talk["talk"], pieces, np.array([each["features"] for each in talk["pieces"]], dtype=np.float64)
            )
