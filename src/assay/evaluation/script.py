"""A language model that claims what a set tells it to, as sure as can be, with quotes that are true."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from assay.ai.extractor import WHOLE_CHAT, AtomDraft, ContextLimits, Extraction, Message, Quote, Window
from assay.evaluation.cases import Case
from assay.kinds import AtomType


@dataclass(frozen=True, slots=True)
class ScriptedClaim:
    text: str
    kind: str
    """What it is counted under."""


class Claims(StrEnum):
    """What the model makes of a conversation."""

    PARAPHRASE = "paraphrase"
    LIES = "lies"

    def of(self, case: Case) -> Sequence[ScriptedClaim]:
        if self is Claims.LIES:
            return [ScriptedClaim(lie.text, lie.how) for lie in case.lies]
        return [ScriptedClaim(case.paraphrase, case.kind)] if case.paraphrase else []


@dataclass(frozen=True, slots=True)
class ScriptedModel:
    """`claims`: for each channel what is claimed of it; `cases`: the conversation of each."""

    claims: Mapping[str, ScriptedClaim]
    cases: Mapping[str, Case]
    limits: ContextLimits = WHOLE_CHAT

    @property
    def name(self) -> str:
        return "scripted"

    @property
    def model(self) -> str:
        return "script"

    @property
    def prompt_version(self) -> str:
        return "1"

    async def extract(self, window: Window) -> Extraction:
        told: dict[str, list[Message]] = {}
        for message in window.in_order:
            told.setdefault(message.channel, []).append(message)
        return Extraction(atoms=list(self._atoms(told)))

    def _atoms(self, told: Mapping[str, Sequence[Message]]) -> Iterator[AtomDraft]:
        for channel in told.keys() & self.claims.keys():
            claim = self.claims[channel].text
            quotes = [Quote(each.id, each.text) for each in _telling(self.cases[channel], told[channel])]
            yield AtomDraft(AtomType.DECISION, claim, claim, 1.0, quotes, "The people in the talk agreed on it.")


def _telling(case: Case, messages: Sequence[Message]) -> Sequence[Message]:
    """The statement, the question before it and what other people said to it; of a trap all that people said."""
    people = [each for each in messages if not each.is_bot]
    at = next((at for at, each in enumerate(people) if case.says and case.says in each.text), None)
    if at is None:
        return people
    statement = people[at]
    asked = [each for each in people[:at] if "?" in each.text and each.author != statement.author][-1:]
    return [*asked, statement, *(each for each in people[at + 1 :] if each.author != statement.author)]


def rounds(claims: Claims, cases: Mapping[str, Case]) -> Iterator[dict[str, ScriptedClaim]]:
    """All claims, by channel, one of each conversation at a time: none shall be held because it is like another."""
    claimed = {channel: claims.of(case) for channel, case in cases.items()}
    for number in range(max(map(len, claimed.values()), default=0)):
        yield {channel: each[number] for channel, each in claimed.items() if number < len(each)}


@dataclass(frozen=True, slots=True)
class Claimed:
    """A claim that the model made of a conversation, and whether the machine approved it."""

    case: Case
    claim: ScriptedClaim
    is_approved: bool
    waits_because: Sequence[str] = ()

    def document(self) -> dict[str, Any]:
        said = {"id": self.case.id, "kind": self.claim.kind, "claim": self.claim.text}
        return said if self.is_approved else {**said, "because": list(self.waits_because)}


def document(claims: Claims, made: Sequence[Claimed]) -> dict[str, Any]:
    """The figures in sum and by kind; of lies those that were approved, of paraphrases those that were not."""
    kinds = sorted({each.claim.kind for each in made})
    wrong = [each.document() for each in made if each.is_approved is (claims is Claims.LIES)]
    by_kind = {kind: _counts(each for each in made if each.claim.kind == kind) for kind in kinds}
    return {**_counts(made), "by_kind": by_kind, "approved_wrongly" if claims is Claims.LIES else "held": wrong}


def _counts(made: Iterable[Claimed]) -> dict[str, int]:
    approved = [each.is_approved for each in made]
    return {"claims": len(approved), "approved": sum(approved)}
