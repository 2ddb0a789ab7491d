"""What Prometheus scrapes."""

import pytest
from prometheus_client.parser import text_string_to_metric_families
from tests.builders import counted_statements, draft, propose
from tests.patience import until
from tests.web.helpers import ELSEWHERE, NOWHERE, asking, serving

pytestmark = pytest.mark.anyio


async def scraped(http) -> dict[tuple[str, tuple[str, ...]], float]:
    answer = await http.get("/metrics")
    assert answer.status_code == 200
    families = text_string_to_metric_families(answer.text)
    return {(each.name, tuple(each.labels.values())): each.value for family in families for each in family.samples}


async def test_figures_of_queue_and_requests(database, database_url):
    await propose(database, [draft(), draft()])
    async with serving(database_url) as app, asking(app, peer="127.0.0.1") as http:
        for path in ("/healthz", "/healthz", "/nothing/at/all", "/api/v1/knowledge/topics/proposals/1"):
            await http.get(path)
        found = await scraped(http)
    assert found["assay_proposals", ("atom", "pending")] == 2
    assert found["assay_queue_age_seconds", ("atom", "any")] >= 0
    assert found["assay_machine_approvals_taken_back", ("atom", "reverted")] == 0
    assert found["assay_http_requests_total", ("GET", "/healthz", "200")] == 2
    assert found["assay_events_unpublished", ()] == 2
    assert found["assay_live_clients", ()] == 0
    assert not any("nothing" in label for _, labels in found for label in labels)


async def test_a_scrape_costs_the_same_for_many_proposals_as_for_few(database, database_url):
    async with serving(database_url) as app, asking(app, peer="127.0.0.1") as http:
        costs = []
        for _ in range(2):
            await propose(database, [draft() for _ in range(20)])
            with counted_statements(app.state.assay.connections.monitors) as statements:
                await scraped(http)
            costs.append(len([each for each in statements if "outbox o" not in each]))
    assert abs(costs[0] - costs[1]) <= 2 < 15


async def test_figures_are_for_monitors(database_url):
    async with serving(database_url) as app, asking(app, peer=ELSEWHERE) as http:
        assert (await http.get("/metrics")).status_code == 401


async def test_the_broker_is_measured_by_a_question_and_named_when_it_is_away(database_url, nats_url):
    async with serving(database_url, nats_url) as app, asking(app, peer="127.0.0.1") as http:

        async def is_connected() -> bool:
            return (await scraped(http))["assay_broker_connected", ()] == 1

        await until(is_connected)
        found = await scraped(http)
        assert found["assay_broker_round_trip_seconds", ()] > 0
    async with serving(database_url, NOWHERE) as app, asking(app, peer="127.0.0.1") as http:
        found = await scraped(http)
        assert found["assay_broker_connected", ()] == 0
        assert ("assay_broker_round_trip_seconds", ()) not in found
