"""Taking back what one proposed: one router, mounted for topics and for atoms."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter, Response

from assay.db.models import Scope
from assay.kinds import TRAITS
from assay.proposals import actions
from assay.web.api.v1.decide import AsRead, DecisionNotes, answer, expectations
from assay.web.auth import Caller, allow
from assay.web.errors import documented
from assay.web.idempotency import Route, Write
from assay.web.views.proposals import SCHEMAS, KindSchemas


def router_for(schemas: KindSchemas) -> APIRouter:
    kind = schemas.kind
    view: Any = schemas.view
    router = APIRouter(
        prefix=f"/knowledge/{TRAITS[kind].plural}/proposals/{{proposal_id}}",
        tags=[f"{kind} proposals"],
        route_class=Route,
        dependencies=[allow(Scope.PROPOSE), *expectations(kind)],
        responses=documented(404, 409, 412),
    )

    @router.post("/withdraw", response_model=view, name=f"withdraw_{kind}_proposal")
    async def withdraw(
        proposal_id: UUID, asked: DecisionNotes, session: Write, actor: Caller, read: AsRead, response: Response
    ) -> Any:
        """Take back a pending proposal of your own. It counts as nobody's verdict, and can be reopened by others."""
        outcomes = await actions.withdraw(session, [proposal_id], actor=actor, notes=asked.notes, versions=read)
        return await answer(session, proposal_id, outcomes, response)

    return router


routers = [router_for(each) for each in SCHEMAS]
