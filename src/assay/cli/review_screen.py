"""One proposal as a person at a terminal decides on it: the evidence first."""

from typing import Final

from assay.cli.output import moment, printable, say
from assay.duplicates.scale import rounded
from assay.text.word_diff import Change
from assay.web.views.screen import MatchView, PieceView, QuoteOnScreen, ReviewScreen

MARKS: Final = {Change.SAME: "{}", Change.REMOVED: "[-{}-]", Change.ADDED: "{{+{}+}}"}
MAX_QUOTES: Final = 5


def show(shown: ReviewScreen, place: str) -> None:
    """Prints all that one needs to decide. `place`: how far one is."""
    proposal = shown.proposal
    kind = getattr(proposal, "proposed_type", None) or proposal.kind
    topic = f", {shown.topic.name} ({shown.topic.state})" if shown.topic else ""
    say(f"\n{place}  {kind}{printable(topic)}, {rounded(proposal.confidence)} sure", style="dim")
    say(printable(shown.title), style="bold")
    for quote in shown.evidence[:MAX_QUOTES]:
        _show_quote(quote)
    if len(shown.evidence) > MAX_QUOTES:
        say(f"  and {len(shown.evidence) - MAX_QUOTES} more: assay proposals show {str(proposal.id)[-8:]}", style="dim")
    if not shown.evidence:
        say("  No message is quoted for this.", style="yellow")
    if shown.body not in {"", shown.title}:
        say(f"\n{printable(shown.body)}")
    if shown.match:
        _show_match(shown.match)
    _show_notes(shown)


def _show_quote(quote: QuoteOnScreen) -> None:
    message = quote.message
    mark = "" if quote.verified else "  (not found in the message)"
    said = f"{message.author} in {message.channel}, {moment(message.sent_at)}{mark}"
    say(f"  {printable(said)}", style="dim")
    say(f"    “{printable(quote.quote)}”")


def _show_match(match: MatchView) -> None:
    other = "what is known" if match.other.is_entity else "another proposal"
    score = f" ({rounded(match.score)})" if match.score is not None else ""
    say(f"\nLike {other}{score}: {printable(match.other.title)}", style="yellow")
    for fact in match.changed_facts:
        say(f"  {printable(fact.words)}", style="yellow")
    if match.title:
        say(f"  {printable(_marked(match.title))}")


def _marked(pieces: list[PieceView]) -> str:
    return "".join(MARKS[each.change].format(each.text) for each in pieces)


def _show_notes(shown: ReviewScreen) -> None:
    """Why it waits, who else reads it, what changed, and what hangs on it."""
    waiting, since = shown.dependents, shown.seen.since if shown.seen else []
    notes = [
        *(each.words for each in shown.held),
        f"Atoms that wait for it: {waiting.atoms}." if waiting.atoms else "",
        f"Later ones similar to it: {waiting.repeats}." if waiting.repeats else "",
        f"Also being read by: {shown.claim.name}." if shown.claim else "",
        *(f"Changed since you looked: {each.action} by {each.actor}." for each in since),
        shown.cannot_decide_because or "",
    ]
    for each in filter(None, notes):
        say(f"  {printable(each)}", style="yellow")
