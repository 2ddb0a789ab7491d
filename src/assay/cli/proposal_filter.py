"""Which proposals a command means, by the filters that HTTP has."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from typing import Annotated, Final, Literal
from uuid import UUID

from cyclopts import Parameter
from cyclopts.validators import Number
from sqlalchemy.ext.asyncio import AsyncSession

from assay.accounts.actions import user_named
from assay.cli.paging import OfKind
from assay.db.models import DedupState, ProposalStatus, ReviewAction
from assay.errors import Conflict, InvalidInput
from assay.kinds import AtomType, Kind
from assay.proposals import queries
from assay.proposals.lists import pages
from assay.proposals.lists.filters import NOBODY, Filter, Sort

Standing = Literal["pending", "approved", "rejected", "merged", "expired", "withdrawn", "unlikely"]
Order = Literal["oldest", "newest", "least-sure", "surest"]
ORDERS: Final[dict[Order, Sort]] = {
    "oldest": Sort.OLDEST,
    "newest": Sort.NEWEST,
    "least-sure": Sort.MIN_SURE,
    "surest": Sort.SUREST,
}
UNDECLINED: Final = {
    "expired": ReviewAction.EXPIRED,
    "withdrawn": ReviewAction.WITHDRAWN,
    "unlikely": ReviewAction.UNLIKELY,
}
"""Rejected, although nobody declined it."""
NAME_ONE: Final = "Name at least one proposal: its id, or the last eight characters of it; or give a filter."
MAX_MEANT: Final = 5_000
"""Proposals that one command decides."""
_SHARE: Final = Number(gte=0, lte=1)


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class Narrowed:
    """What is left out does not narrow."""

    kind: OfKind = None
    confidence_min: Annotated[float | None, Parameter(help="At least this sure, 0 to 1.", validator=_SHARE)] = None
    confidence_max: Annotated[float | None, Parameter(help="At most this sure, 0 to 1.", validator=_SHARE)] = None
    created_after: Annotated[datetime | None, Parameter(help="From this moment on, in UTC.")] = None
    created_before: Annotated[datetime | None, Parameter(help="Before this moment, in UTC.")] = None
    dedup_state: Annotated[DedupState | None, Parameter(help="What the scan found.")] = None
    run: Annotated[UUID | None, Parameter(help="The extraction run that proposed it.")] = None
    source: Annotated[str | None, Parameter(help="Where it was said first.")] = None
    channel: Annotated[str | None, Parameter(help="Where it was said first.")] = None
    type: Annotated[AtomType | None, Parameter(help="Only atoms of this type.")] = None
    needs_attention: Annotated[bool, Parameter(negative="", help="Only those on which the machine has given up.")] = (
        False
    )
    assignee: Annotated[str | None, Parameter(help="Who is to decide: a name, or nobody.")] = None
    text: Annotated[str | None, Parameter(help='Words of title and body; "several in a row", -without, or.')] = None

    @property
    def narrows(self) -> bool:
        """Whether anything of it does."""
        return any(getattr(self, each.name) != each.default for each in fields(Narrowed))

    async def filter(self, session: AsyncSession, status: Standing = "pending") -> Filter:
        """Raises NotFound for an assignee that there is not."""
        return Filter(
            kinds=[self.kind] if self.kind else list(Kind),
            statuses=[ProposalStatus.REJECTED if status in UNDECLINED else ProposalStatus(status)],
            review_action=UNDECLINED.get(status),
            least_confidence=self.confidence_min,
            most_confidence=self.confidence_max,
            created_after=_in_utc(self.created_after),
            created_before=_in_utc(self.created_before),
            dedup_state=self.dedup_state,
            extraction_run_id=self.run,
            source=self.source,
            channel=self.channel,
            atom_type=self.type,
            needs_attention=self.needs_attention or None,
            assignee=await self._assignee(session),
            words=self.text,
        )

    async def _assignee(self, session: AsyncSession) -> int | Literal["nobody"] | None:
        if self.assignee is None or self.assignee == NOBODY:
            return NOBODY if self.assignee else None
        return (await user_named(session, self.assignee)).id


EVERYTHING: Final = Narrowed()


def _in_utc(at: datetime | None) -> datetime | None:
    return at.replace(tzinfo=UTC) if at and at.tzinfo is None else at


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class Looked(Narrowed):
    """A filter, and what was seen of it before it is acted on."""

    expect: Annotated[
        int | None,
        Parameter(help="With a filter: how many matched in --preview. If others match now, none is decided."),
    ] = None
    preview: Annotated[bool, Parameter(negative="", help="Show what would happen to each, and change nothing.")] = False

    async def ids(self, session: AsyncSession, typed: Sequence[str]) -> list[UUID]:
        """The proposals named by their ids, or all pending ones that fit.

        Raises InvalidInput where neither or both are given, and Conflict where others fit than were looked at.
        """
        narrows = self.narrows
        if typed and narrows:
            raise InvalidInput("Name proposals or give a filter, not both.")
        if typed:
            return await queries.full_ids(session, typed)
        if not narrows:
            raise InvalidInput(NAME_ONE)
        found = list((await pages.extent(session, await self.filter(session), most=MAX_MEANT)).ids)
        if len(found) > MAX_MEANT:
            raise InvalidInput(f"More than {MAX_MEANT:,} proposals match: narrow the filter.")
        if not self.preview and self.expect is None:
            raise InvalidInput(f"{len(found)} match. Look at them with --preview, then pass --expect {len(found)}.")
        if not self.preview and self.expect != len(found):
            raise Conflict(f"{len(found)} match by now, not {self.expect}: run --preview again.")
        return found


UNSEEN: Final = Looked()
