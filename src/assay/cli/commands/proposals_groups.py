"""What is in the queue more than once: listing it, and deciding it together."""

from typing import Annotated

from cyclopts import Parameter

from assay.cli.decide import Note, WithTopics, answer
from assay.cli.merge import Look
from assay.cli.output import Json, print_json, say, short
from assay.cli.paging import DEFAULT_LIMIT, After, Limit, say_more
from assay.cli.session import operator, with_database
from assay.cli.tables import table
from assay.db.engine import Database
from assay.duplicates import groups as stars
from assay.duplicates.groups import Group, Rest
from assay.duplicates.scale import rounded
from assay.proposals import queries
from assay.proposals.outcomes import Outcome
from assay.web.views import groups as grouped
from assay.web.views.paging import PageOf


def groups(*, limit: Limit = DEFAULT_LIMIT, after: After = None, json: Json = False) -> None:
    """List what is in the queue more than once: each thing, and the proposals that are like it. The largest first."""

    async def act(database: Database) -> PageOf[Group]:
        async with database.transaction() as session:
            return await grouped.groups(session, after=after, limit=limit)

    page = with_database(act)
    if json:
        print_json(page)
        return
    for group in page.items:
        _show(group)
    if page.items:
        say("\nDecide on a whole group by the id in its first line: assay proposals decide-group ID", style="dim")
    else:
        say("Nothing in the queue is similar to anything else.")
    say_more(page.next)


def decide_group(
    centre: Annotated[str, Parameter(help="The id of what the group is about.")],
    /,
    *,
    rest: Annotated[Rest, Parameter(help="What happens to the others.")] = "merge",
    with_topics: WithTopics = False,
    preview: Look = False,
    note: Note = None,
    json: Json = False,
) -> int:
    """Approve what a group is about, and merge or reject what says the same. The rest stays."""

    async def act(database: Database) -> tuple[Group, list[Outcome]]:
        actor = await operator(database)
        async with database.transaction() as session:
            [found] = await queries.full_ids(session, [centre])
            group = await stars.around(session, found)
            outcomes = await stars.decide(session, found, rest=rest, actor=actor, notes=note, with_topics=with_topics)
            if preview:
                await session.rollback()
            return group, outcomes

    group, outcomes = with_database(act)
    if not preview or json:
        return answer(outcomes, json, dry_run=preview)
    _show(group)
    say("")
    code = answer(outcomes, json, dry_run=True)
    say("Nothing was changed: leave out --preview to decide.", style="dim")
    return code


def _show(group: Group) -> None:
    state = "known" if group.is_entity else "pending"
    say(f"\n{group.title}", style="bold")
    say(f"{group.kind}, {state}, id {short(group.id)}", style="dim")
    rows = [(short(each.id), each.type, rounded(each.score), each.stays, each.title) for each in group.members]
    table(["id", "type", "similarity", "stays in the queue, because", "title"], rows)
