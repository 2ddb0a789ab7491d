"""Changing the words of a pending proposal before it is decided."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from assay.audit.actions import Record, record
from assay.audit.actor import Actor
from assay.db.bulk import update_rows
from assay.db.models import Proposal
from assay.messaging.events import ProposalEdited
from assay.proposals.drafts import Draft
from assay.proposals.evidence import Weigh, weigh_anew
from assay.proposals.gate import ANY_VERSION, lock_and_judge
from assay.proposals.lists import pages
from assay.proposals.outcomes import Outcome, refuse_decided
from assay.proposals.sql import decisions as sql
from assay.proposals.sql import relations

FIELDS: Final = ("title", "body", "icon", "color", "keywords", "atom_type", "meta", "topic_name")
"""What a person may change. The confidence, the evidence and where it came from are not among it."""
CLAIM: Final = frozenset({"title", "body", "atom_type"})
"""Those that say what it claims: whoever changes them makes it theirs."""
COLUMNS: Final = (
    *FIELDS, "title_key", "identity_key", "topic_key", "edited_by_user_id", "edited_by_token_id",
)  # fmt: skip

Changes = Mapping[str, Any]


async def edit(
    session: AsyncSession,
    edits: Mapping[UUID, Changes],
    *,
    weigh: Weigh,
    actor: Actor,
    notes: str | None = None,
    versions: Mapping[UUID, int] = ANY_VERSION,
) -> list[Outcome]:
    """Gives pending proposals other words; what is not among the changes stays.

    They are held against their evidence and weighed by it, and are to be scanned anew.

    Raises InvalidInput where the words break a limit; then nothing is written.
    """
    accepted, outcomes = await lock_and_judge(session, list(edits), versions, refuse_decided, "Edited.", by=actor)
    found = await pages.in_order(session, [row.id for row in accepted])
    before = {each.id: _words(each) for each in found}
    rows = {str(each.id): _changed(each, edits[each.id]) | _claimed(each, edits[each.id], actor) for each in found}
    await _write(session, rows)
    await relations.resolve_topics(session, list(before))
    await sql.delete_vectors(session, list(before))
    await sql.mark_unchecked(session, list(before))
    records = [_recorded(each, edits[each.id], before[each.id], actor, notes) for each in found]
    await weigh_anew(session, [each for each in before if not _says_as_before(before[each], edits[each])], weigh=weigh)
    await record(session, actor, records)
    session.expire_all()
    return outcomes


def _says_as_before(before: Changes, changes: Changes) -> bool:
    return all(changes.get(name, before[name]) == before[name] for name in ("title", "body"))


def _words(proposal: Proposal) -> dict[str, Any]:
    return {name: getattr(proposal, name) for name in FIELDS}


def _changed(proposal: Proposal, changes: Changes) -> dict[str, Any]:
    """The columns after the changes, checked as those of a new proposal."""
    draft = Draft(
        kind=proposal.kind,
        id=proposal.id,
        stated_confidence=proposal.stated_confidence,
        confidence=proposal.confidence,
        **{**_words(proposal), **changes},
    )
    row = draft.row()
    return {name: row[name] for name in COLUMNS if name in row}


def _claimed(proposal: Proposal, changes: Changes, actor: Actor) -> dict[str, Any]:
    if actor.is_system or all(getattr(proposal, name) == changes[name] for name in CLAIM & changes.keys()):
        return {name: getattr(proposal, name) for name in ("edited_by_user_id", "edited_by_token_id")}
    return {"edited_by_user_id": actor.user_id, "edited_by_token_id": actor.token_id}


async def _write(session: AsyncSession, rows: Mapping[str, Mapping[str, Any]]) -> None:
    stays = "CASE WHEN t.topic_key IS NOT DISTINCT FROM CAST(:rows AS jsonb) -> t.id\\:\\:text ->> 'topic_key' THEN t"
    await update_rows(
        session,
        Proposal,
        rows,
        COLUMNS,
        f"""version = t.version + 1, review_action = 'edit',
            topic_entity_id = {stays}.topic_entity_id END, topic_proposal_id = {stays}.topic_proposal_id END,
            {sql.NOT_COMPARED},""",
    )


def _recorded(proposal: Proposal, changes: Changes, before: Changes, actor: Actor, notes: str | None) -> Record:
    detail = {
        "notes": notes,
        "version": proposal.version + 1,
        "before": {name: before[name] for name in changes},
        "after": dict(changes),
    }
    event = ProposalEdited(proposal.kind, proposal.id, changes.get("title", before["title"]), actor.name)
    return Record.of(event, subject_id=proposal.id, entity_type=proposal.kind, detail=detail)
