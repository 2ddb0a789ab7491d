"""How knowledge hangs together, as it looks from outside."""

from typing import Any, Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from assay.errors import NotFound
from assay.kinds import Kind
from assay.knowledge import graph
from assay.web.models import ResponseModel
from assay.web.views.cursors import cursor, place
from assay.web.views.knowledge import Filing
from assay.web.views.paging import PageOf, cut

BY_PAIR: Final[Any] = tuple[UUID, UUID]


class NodeView(ResponseModel):
    """A topic or an atom. `step`: how many edges away it is."""

    id: UUID
    kind: Kind
    title: str
    step: int


class EdgeView(ResponseModel):
    """From one to another: a link by its type, or `filed_under` from an atom to a topic."""

    from_id: UUID
    to_id: UUID
    type: str


class GraphView(ResponseModel):
    """What is within two steps: the 40 nearest, and what connects them."""

    nodes: list[NodeView]
    edges: list[EdgeView]


class ContradictionView(ResponseModel):
    """Two atoms of which `one` says the opposite of `other`."""

    one: Filing
    other: Filing


async def surroundings(session: AsyncSession, entity_id: UUID) -> GraphView:
    """Raises NotFound."""
    found = await graph.around(session, entity_id)
    if not found.nodes:
        raise NotFound(f"There is no topic or atom {entity_id}.")
    return GraphView.model_validate(found)


async def contradictions(session: AsyncSession, *, after: str | None, limit: int) -> PageOf[ContradictionView]:
    start = place(after, "contradictions", BY_PAIR)
    rows = await graph.contradictions(session, after=start, limit=limit + 1)
    found, rest = cut(rows, limit, lambda row: (row.id, row.other_id))
    items = [
        ContradictionView(
            one=Filing(id=each.id, title=each.title), other=Filing(id=each.other_id, title=each.other_title)
        )
        for each in found
    ]
    return PageOf[ContradictionView](items=items, next=cursor(rest, "contradictions"))
