"""One topic or atom in full."""

from typing import Any, Final

from assay.cli.output import moment, printable, say, short
from assay.cli.proposal_detail import show_evidence, show_trail
from assay.db.models import ReviewAction
from assay.duplicates.scale import rounded
from assay.web.views.knowledge import AtomView, DecisionView, EntityDetail

DONE: Final = {
    None: "decided",
    ReviewAction.APPROVE: "approved",
    ReviewAction.MERGE: "merged",
    ReviewAction.REJECT: "rejected",
    ReviewAction.EDIT: "edited",
    ReviewAction.EXPIRED: "expired",
    ReviewAction.REVERTED: "reverted",
    ReviewAction.WITHDRAWN: "withdrawn",
    ReviewAction.UNLIKELY: "set aside as unlikely",
}


def show_entity_detail(found: EntityDetail[Any]) -> None:
    """Prints it for a person: what it says, what it hangs together with, and why we believe it."""
    entity = found.entity
    is_atom = isinstance(entity, AtomView)
    title, text = (entity.title, entity.content) if is_atom else (entity.name, entity.description)
    say(printable(title), style="bold")
    state = "archived" if entity.archived else f"revision {entity.revision}"
    say(f"{(entity.type if is_atom else None) or entity.kind}, {state}, id {entity.id}", style="dim")
    if text not in {"", title}:
        say(f"\n{printable(text)}")
    say(f"\nconfidence {rounded(entity.confidence)}, approved {moment(entity.created_at)}")
    if not is_atom and entity.keywords:
        say(f"keywords: {printable(', '.join(entity.keywords))}")
    _show_merges(found)
    _show_filed(found, "topics" if is_atom else "atoms")
    if found.links:
        say("\nLinks", style="bold")
    for link in found.links:
        words = link.link_type.replace("_", " ")
        said = f"this {words} it" if link.outgoing else f"it {words} this"
        say(f"  {short(link.id)}  {printable(link.title)}  ({said}, {rounded(link.strength)})", style="dim")
    if found.questioned_by:
        say("\nQuestioned by", style="bold")
    for later in found.questioned_by:
        say(f"  {short(later.id)}  {printable(later.title)}  (assay proposals show {short(later.id)})")
    show_evidence(found.evidence)
    if found.decisions:
        say("\nProposed and decided", style="bold")
    for each in found.decisions:
        _show_decision(each)
    show_trail(found.trail)


def _show_filed(found: EntityDetail[Any], plural: str) -> None:
    if found.filed:
        say(f"\n{plural.capitalize()}", style="bold")
    for each in found.filed:
        say(f"  {short(each.id)}  {printable(each.title)}")


def _show_merges(found: EntityDetail[Any]) -> None:
    if found.merged_into:
        into = found.merged_into
        say(f"merged into {short(into.into_id)} '{printable(into.into_title)}' by {into.by}, {moment(into.at)}")
    for each in found.merged:
        say(f"holds {short(each.id)} '{printable(each.title)}', merged by {each.by}, {moment(each.at)}", style="dim")


def _show_decision(decision: DecisionView) -> None:
    by = f", {DONE.get(decision.review_action)} by {decision.decided_by}, {moment(decision.decided_at)}"
    decided = by if decision.decided_by else ""
    confidence = f"confidence {rounded(decision.confidence)}"
    said = f"proposed by {decision.proposed_by} ({confidence}){decided}"
    say("")
    say(f"  {short(decision.proposal_id)}  {printable(decision.title)}")
    say(f"    {said}", style="dim")
    if decision.notes:
        say(f"    {printable(decision.notes)}", style="dim")
