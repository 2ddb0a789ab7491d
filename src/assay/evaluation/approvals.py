"""What the machine approved of labelled conversations, and whether it was right to."""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any, Final, Self
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from assay.ai.grounding.doubts import asks
from assay.ai.grounding.lead_in import without_lead_in
from assay.ai.grounding.statements import decisions_in
from assay.ai.grounding.support import LABELS, Ground, unsupported
from assay.ai.grounding.words import content_words
from assay.db.models import Evidence, Proposal, ProposalStatus, StoredMessage
from assay.evaluation.cases import Case
from assay.kinds import Kind

CUT_SHORT: Final = "…"
WORD: Final = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class Approved:
    """An atom that the machine approved alone."""

    title: str
    content: str

    @property
    def pieces(self) -> list[str]:
        """Title and lines of the content, without their labels."""
        lines = [LABELS.sub("", line) for line in (self.title, *self.content.splitlines())]
        return list(dict.fromkeys(line for line in lines if WORD.search(line)))


class ConversationOutcome(StrEnum):
    """Of one conversation."""

    HELD = "held"
    APPROVED = "approved"
    """A trap of which something was approved."""
    WHOLE = "whole"
    """A control whose statement was approved word for word."""
    BESIDES = "besides"
    """A control of which only something else was approved."""
    DAMAGED = "damaged"
    """A control of which a part or a changed form was approved."""


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one conversation."""

    case: Case
    approved: Sequence[Approved] = ()
    damage: Mapping[str, str] = field(default_factory=dict)
    """What is wrong with an approved atom, by its title."""
    waits_because: Sequence[str] = ()
    """Why what was found in it waits for a person; empty where nothing was found."""

    @property
    def outcome(self) -> ConversationOutcome:
        if not self.approved:
            return ConversationOutcome.HELD
        if self.case.is_trap:
            return ConversationOutcome.APPROVED
        if self.damage:
            return ConversationOutcome.DAMAGED
        return (
            ConversationOutcome.WHOLE
            if any(_holds(each, self.case.says or "") for each in self.approved)
            else ConversationOutcome.BESIDES
        )

    @property
    def is_wrong(self) -> bool:
        return self.outcome in {ConversationOutcome.APPROVED, ConversationOutcome.BESIDES, ConversationOutcome.DAMAGED}

    @property
    def is_missed(self) -> bool:
        return not self.case.is_trap and self.outcome is ConversationOutcome.HELD

    def document(self) -> dict[str, Any]:
        return {
            "id": self.case.id,
            "kind": self.case.kind,
            "outcome": self.outcome,
            "approved": [each.title for each in self.approved],
            "damage": dict(self.damage),
            "why": self.case.why,
        }


@dataclass(frozen=True, slots=True)
class ApprovalCounts:
    """Of conversations."""

    traps: int = 0
    traps_approved: int = 0
    controls: int = 0
    controls_whole: int = 0
    controls_damaged: int = 0
    controls_besides: int = 0

    @classmethod
    def of(cls, results: Sequence[Result]) -> Self:
        traps = Counter(each.outcome for each in results if each.case.is_trap)
        controls = Counter(each.outcome for each in results if not each.case.is_trap)
        return cls(
            traps.total(),
            traps[ConversationOutcome.APPROVED],
            controls.total(),
            controls[ConversationOutcome.WHOLE],
            controls[ConversationOutcome.DAMAGED],
            controls[ConversationOutcome.BESIDES],
        )


def document(results: Sequence[Result]) -> dict[str, Any]:
    """The figures in sum and by kind, and what was approved wrongly."""
    kinds: dict[str, list[Result]] = {}
    for each in results:
        kinds.setdefault(each.case.kind, []).append(each)
    return {
        **asdict(ApprovalCounts.of(results)),
        "by_kind": {kind: asdict(ApprovalCounts.of(kinds[kind])) for kind in sorted(kinds)},
        "wrong": [each.document() for each in results if each.is_wrong],
        "held": {each.case.id: list(each.waits_because) for each in results if each.is_missed},
    }


async def approved(session: AsyncSession) -> dict[str, list[Approved]]:
    """The atoms that the machine approved, by the channel of their first quote."""
    by_machine = Proposal.kind == Kind.ATOM, Proposal.status == ProposalStatus.APPROVED, Proposal.auto_approved
    rows = await session.execute(
        select(StoredMessage.channel, Proposal.title, Proposal.body)
        .join(Evidence, Evidence.message_id == StoredMessage.id)
        .join(Proposal, Proposal.id == Evidence.proposal_id)
        .where(Evidence.position == 0, *by_machine)
        .order_by(Proposal.created_at, Proposal.id)
    )
    found: dict[str, list[Approved]] = {}
    for channel, title, body in rows:
        found.setdefault(channel, []).append(Approved(title, body))
    return found


async def channels(session: AsyncSession, ids: Collection[UUID]) -> dict[UUID, str]:
    """Of the first quotes of proposals."""
    rows = await session.execute(
        select(Evidence.proposal_id, StoredMessage.channel)
        .join(StoredMessage, StoredMessage.id == Evidence.message_id)
        .where(Evidence.proposal_id.in_(ids), Evidence.position == 0)
    )
    return dict(rows.tuples().all())


def judged(
    cases: Mapping[str, Case], found: Mapping[str, Sequence[Approved]], waiting: Mapping[str, Sequence[str]]
) -> list[Result]:
    """What became of each conversation, by their channels. `waiting`: why what was not approved waits."""
    results = []
    for channel, case in cases.items():
        atoms = found.get(channel, ())
        damage = {each.title: words for each in atoms if (words := _damage(each, case))}
        results.append(Result(case, atoms, damage, waiting.get(channel, ())))
    return results


def _holds(atom: Approved, says: str) -> bool:
    """Word for word, but for a label."""
    told = decisions_in(says)
    stated = says[slice(*told[0].whole(says))] if len(told) == 1 else without_lead_in(LABELS.sub("", says))
    return bool(_place(stated, atom.title) or _place(stated, atom.content))


def _damage(atom: Approved, case: Case) -> str | None:
    """The first thing that is wrong with the words of an atom. Questions and a bare "No." state nothing."""
    for piece in atom.pieces:
        grounds = list(_grounds(piece, case))
        if not grounds:
            return f"nobody said “{piece}”"
        if asks(piece) or not content_words(piece):
            continue
        if missing := unsupported(piece, atom.content if piece.endswith(CUT_SHORT) else "", grounds):
            return "; ".join(missing)
    return None


def _grounds(piece: str, case: Case) -> Iterable[Ground]:
    for line in case.messages:
        if place := _place(piece, line.text):
            yield Ground(line.text, *place)


def _place(piece: str, text: str) -> tuple[int, int] | None:
    """Where a text holds the words of a piece, one after the other, whatever stands between and around them."""
    words = r"[\W_]+".join(map(re.escape, WORD.findall(piece)))
    found = re.search(rf"(?<![^\W_]){words}(?![^\W_])", text, re.IGNORECASE)
    return found.span() if found else None
