"""A request that reaches the app is one trace through the queue to what workers in other processes do for it."""

import pytest
from tests.otel_collector import collector
from tests.web.helpers import asking, bearer, person, serving, token

from assay import tracing
from assay.db.models import Role, Scope

pytestmark = pytest.mark.anyio

CALLER = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
MESSAGE = {
    "external_id": "1",
    "channel": "backend",
    "author": "tom",
    "sent_at": "2026-03-02T09:00:00Z",
    "text": "Decision: the ledger runs on Postgres 17 from May on.",
}


async def test_one_trace_leads_from_a_message_to_what_was_made_of_it(engine, monkeypatch):
    secret = await token(engine.database, await person(engine.database, "ana", Role.REVIEWER), Scope.PROPOSE)
    engine.module = "assay"
    with collector() as sent:
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", sent.url)
        exporting = {"OTEL_EXPORTER_OTLP_ENDPOINT": sent.url, "OTEL_BSP_SCHEDULE_DELAY": "100"}
        await engine.workers(1, **exporting)
        await engine.schedulers(1)
        with tracing.exporting(sent.url, "api"):
            async with serving(engine.database_url, engine.nats_url) as app, asking(app, **bearer(secret)) as http:
                asked = {"source": "chat", "messages": [MESSAGE]}
                answer = await http.post("/api/v1/messages", json=asked, headers={"traceparent": CALLER})
                assert answer.status_code == 200, answer.text

        async def reviewed() -> bool:
            return bool(sent.named("job auto_review_proposals"))

        await engine.until(reviewed)
    ours = [span for span in sent.spans if span.trace == CALLER.split("-")[1]]
    by_name = {span.name: span for span in reversed(ours)}
    request, extraction = by_name["POST /api/v1/messages"], by_name["job extract_knowledge_from_messages"]
    scan, review = by_name["job deduplication_scan"], by_name["job auto_review_proposals"]
    assert (request.process, extraction.process) == ("assay-api", "assay-worker")
    assert [request.parent, extraction.parent, scan.parent] == [CALLER.split("-")[2], request.id, extraction.id]
    assert review.parent in {extraction.id, scan.id}
    assert request.attributes["http.response.status_code"] == 200
