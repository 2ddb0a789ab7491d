"""What the commands that merge share: naming a target, choosing fields, showing what would be."""

from collections.abc import Sequence
from typing import Annotated, Any, Final
from uuid import UUID

from cyclopts import Parameter
from sqlalchemy.ext.asyncio import AsyncSession

from assay.cli.output import printable, say, short
from assay.cli.tables import table
from assay.duplicates.scale import rounded
from assay.errors import InvalidInput
from assay.proposals import queries
from assay.proposals.merge.preview import PreviewedMerge
from assay.web.views.merging import MergePreview

Take = Annotated[list[str] | None, Parameter(help="Fields to take from the merged source.", consume_multiple=True)]
Both = Annotated[list[str] | None, Parameter(help="Fields in which to combine both.", consume_multiple=True)]
Look = Annotated[bool, Parameter(name="--preview", negative="", help="Show what would happen, and change nothing.")]

MAX_NUMBERED: Final = 5


async def target_of(session: AsyncSession, source: UUID, typed: str | None) -> UUID:
    """What a person named as the target: an id, or the number of one of the source's candidates.

    Raises NotFound or InvalidInput; without a name it lists the candidates.
    """
    if typed is not None and not (len(typed) == 1 and typed.isdecimal()):
        return (await queries.full_ids(session, [typed]))[0]
    candidates = (await queries.get(session, source)).candidates[:MAX_NUMBERED]
    if typed is not None and 1 <= int(typed) <= len(candidates):
        return UUID(candidates[int(typed) - 1]["id"])
    listed = ", ".join(f"{number} {each['title']!r}" for number, each in enumerate(candidates, 1))
    known = f"an id, or a number: {listed}" if listed else "an id; the scan found nothing near it"
    said = "Say what to merge into with --into" if typed is None else f"There is no candidate {typed}; --into takes"
    raise InvalidInput(f"{said}: {known}.")


def show_previews(previews: Sequence[PreviewedMerge]) -> None:
    """Prints merges that are not made yet."""
    for each in previews:
        say(
            f"{short(each.source_id)} '{printable(each.source_title)}' would go into {each.kind} "
            f"{short(each.target_id)} '{printable(each.target_title)}':",
            style="bold",
        )
        show_fields(each)
        say(f"  evidence: {quotes(each.evidence_of_source)} would go with it, to {quotes(each.evidence_of_target)}")
        for words, items in (
            ("filed together with", each.filings_gained),
            ("link gained", each.links_gained),
            ("link dropped", each.links_dropped),
        ):
            for item in items:
                say(f"  {words}: {printable(item)}")
        for conflict in each.conflicts:
            say(f"  look: {printable(conflict)}", style="yellow")
    if previews:
        say(
            "Nothing was changed: leave out --preview to merge. --take FIELD and --both FIELD choose otherwise.",
            style="dim",
        )


def quotes(count: int) -> str:
    return "1 quote" if count == 1 else f"{count} quotes"


def show_fields(preview: PreviewedMerge | MergePreview) -> None:
    """Prints the fields in which the two differ."""
    rows = [
        (each.name, _shown(each.target), _shown(each.source), each.choice, _shown(each.result))
        for each in preview.fields
        if each.target != each.source
    ]
    target, source = f"{short(preview.target_id)} has", f"{short(preview.source_id)} has"
    if rows:
        table(["field", target, source, "choice", "result"], rows, prose={target, source, "result"})


def _shown(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name} {each}" for name, each in value.items())
    if isinstance(value, list):
        return ", ".join(map(str, value))
    if isinstance(value, float):
        return rounded(value)
    return "" if value is None else str(value)
