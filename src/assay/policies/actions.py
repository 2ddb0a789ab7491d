"""Changes of the policy. Each is a new version; none is ever changed or deleted."""

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncSession

from assay.audit.actions import Record, record
from assay.audit.actor import Actor
from assay.clock import now
from assay.db.locks import DECISIONS, hold_until_commit
from assay.db.models import PolicyVersion
from assay.errors import InvalidInput
from assay.policies.document import PolicyDocument, amended, parsed
from assay.policies.queries import InForce, at, current

NOTE_LIMIT: Final = 2_000


async def amend(session: AsyncSession, changes: Mapping[str, Any], *, actor: Actor, note: str | None = None) -> InForce:
    """Writes the next version: the rules in force after the changes, a JSON merge patch (null takes a rule back).

    Where nothing changes there is no new version. Once it is committed the machine decides nothing by an older one.
    Raises InvalidInput; then nothing is written.
    """
    await hold_until_commit(session, DECISIONS)
    before = await current(session)
    return await _write(session, before, amended(before.document, changes), actor, note)


async def replace(
    session: AsyncSession, document: Mapping[str, Any], *, actor: Actor, note: str | None = None
) -> InForce:
    """Writes the next version with these rules and no others. Raises InvalidInput; then nothing is written."""
    await hold_until_commit(session, DECISIONS)
    return await _write(session, await current(session), parsed(document), actor, note)


async def revert(session: AsyncSession, version: int, *, actor: Actor, note: str | None = None) -> InForce:
    """Writes the next version with the rules of an earlier one; 0 takes every rule back. Raises NotFound."""
    await hold_until_commit(session, DECISIONS)
    before, wanted = await current(session), await at(session, version)
    return await _write(session, before, wanted.document, actor, note, reverted_to=version)


async def _write(
    session: AsyncSession,
    before: InForce,
    document: PolicyDocument,
    actor: Actor,
    note: str | None,
    reverted_to: int | None = None,
) -> InForce:
    if note and (len(note) > NOTE_LIMIT or "\0" in note):
        raise InvalidInput(f"The note may have {NOTE_LIMIT:,} characters and no NUL.")
    if document == before.document:
        return before
    number, stored = before.version + 1, document.as_stored()
    session.add(
        PolicyVersion(version=number, document=stored, author_user_id=actor.user_id, note=note, created_at=now())
    )
    detail = {"version": number, "document": stored, "notes": note, "reverted_to": reverted_to}
    await record(session, actor, [Record("policy.amended", detail=detail)])
    return InForce(number, document)
