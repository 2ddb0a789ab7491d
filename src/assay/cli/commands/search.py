"""Finding approved knowledge."""

from typing import Annotated, Any, Final

from cyclopts import Parameter
from cyclopts.validators import Number

from assay.cli.output import Json, print_json, printable, say, short
from assay.cli.paging import OfKind
from assay.cli.session import with_deps
from assay.errors import InvalidInput
from assay.kinds import Kind
from assay.knowledge.search import SearchFilter
from assay.knowledge.sql import DEPTH
from assay.queue.deps import Deps
from assay.web.views import finding
from assay.web.views.knowledge import Found, Ranked

MAX_WORDS: Final = 200
Best = Annotated[
    int, Parameter(help=f"Maximum number of results, best first, 1 to {DEPTH}.", validator=Number(gte=1, lte=DEPTH))
]


def search(
    *words: Annotated[str, Parameter(help="What to search for.")],
    kind: OfKind = None,
    limit: Best = 20,
    json: Json = False,
) -> None:
    """Find approved topics and atoms by words and by meaning, best first. "Several in a row", -without, or."""
    query = " ".join(words)
    if not 1 <= len(query.strip()) <= MAX_WORDS or not query.isprintable():
        raise InvalidInput(f"Say what to search for, in 1 to {MAX_WORDS} characters that can be shown.")
    wanted = [SearchFilter(each) for each in ([kind] if kind else Kind)]

    async def act(deps: Deps) -> list[Ranked[Any]]:
        return await finding.found(deps.database, deps, wanted, query, limit=limit)

    found = with_deps(act)
    if json:
        print_json(Found[Any](items=found))
        return
    for each in found:
        _show(each)
    if not found:
        say("Nothing approved has these words or is similar. What waits is listed by: assay proposals list")
    if len(found) == limit < DEPTH:
        say(f"These are the best {limit}; --limit shows more.", style="dim")


def _show(found: Ranked[Any]) -> None:
    entity = found.entity
    kind = entity.type if entity.kind is Kind.ATOM else entity.kind
    say(f"{short(entity.id)}  {kind}  {printable(entity.title if entity.kind is Kind.ATOM else entity.name)}")
    if any(each.hit for each in found.highlight):
        say(f"    {printable(' '.join(''.join(each.text for each in found.highlight).split()))}", style="dim")
