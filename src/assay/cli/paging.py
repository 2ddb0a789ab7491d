"""What the commands that list share: how much is shown, where it begins, and how to go on."""

import shlex
from collections.abc import Callable, Sequence
from typing import Annotated, Any, Final, TypeVar

from cyclopts import Parameter
from cyclopts.validators import Number

from assay.cli.invocation import INVOKED
from assay.cli.output import print_json, program, say
from assay.cli.tables import table
from assay.kinds import Kind
from assay.web.views.paging import PageOf

MAX_LIMIT: Final = 1_000
DEFAULT_LIMIT: Final = 50
Limit = Annotated[
    int, Parameter(help=f"Maximum number of results, 1 to {MAX_LIMIT:,}.", validator=Number(gte=1, lte=MAX_LIMIT))
]
After = Annotated[str | None, Parameter(help="Continue after a page: its `next`.")]
OfKind = Annotated[Kind | None, Parameter(help="Only this kind; left out: both.")]
Item = TypeVar("Item")


def show_page(
    page: PageOf[Any],
    json: bool,
    columns: Sequence[str],
    row: Callable[[Any], Sequence[object]],
    *,
    nothing: str,
) -> None:
    """A page as JSON, as over HTTP, or as a table. `nothing`: what to say where the list is empty."""
    if json:
        print_json(page)
        return
    if page.items:
        table(columns, [row(each) for each in page.items])
    elif not page.next:
        say(nothing)
    say_more(page.next)


def say_more(following: str | None) -> None:
    """Says that there is more, and by which command; nothing on the last page."""
    if following:
        say(f"There is more: {_going_on(INVOKED.get(), following)}", style="dim")


def _going_on(words: Sequence[str], following: str) -> str:
    """The command at hand, from the next page on."""
    kept: list[str] = []
    for word in words:
        if kept and kept[-1] == "--after":
            kept.pop()
        elif not word.startswith("--after="):
            kept.append(word)
    return shlex.join([program(), *kept, f"--after={following}"])
