"""Telling a proposal apart from what it is marked as like."""

from typing import Annotated

from cyclopts import Parameter

from assay.cli.decide import Note, answer
from assay.cli.output import Json
from assay.cli.session import operator, with_deps
from assay.duplicates.dismiss import not_duplicate as tell_apart
from assay.proposals import queries
from assay.proposals.outcomes import Outcome
from assay.queue.deps import Deps


def not_duplicate(
    proposal: Annotated[str, Parameter(help="Its id.")],
    other: Annotated[
        str | None, Parameter(help="What it differs from; default: what it is marked as similar to.")
    ] = None,
    /,
    *,
    note: Note = None,
    json: Json = False,
) -> int:
    """Say that a proposal is not the same as what it is marked as like, or as OTHER. It is remembered."""

    async def act(deps: Deps) -> list[Outcome]:
        actor = await operator(deps.database)
        async with deps.database.transaction() as session:
            ids = await queries.full_ids(session, [proposal, *([other] if other else [])])
            return await tell_apart(
                session,
                {ids[0]: ids[1] if other else None},
                model=deps.embedder.model,
                threshold=deps.settings.knowledge_dedup_similarity_threshold,
                actor=actor,
                notes=note,
            )

    return answer(with_deps(act), json)
