"""What deploy/ asks Prometheus for is what the app exports, and each alert says what to do."""

import json
import re
from typing import Any

import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families
from tests.builders import draft, propose
from tests.deploy.linters import DEPLOY, ROOT, document, program, said
from tests.docs import pages
from tests.patience import until
from tests.web.helpers import asking, serving

from assay.audit.actions import Record, record
from assay.audit.actor import SYSTEM
from assay.audit.queries import BACKUP_MADE
from assay.clock import now
from assay.db.models import JobRun, JobState
from assay.proposals import targets
from assay.proposals.targets import TARGETS, Figure

RULES = DEPLOY / "prometheus" / "assay.rules.yml"
ALERTS = [rule for group in document(RULES)["groups"] for rule in group["rules"]]
DASHBOARDS = sorted((DEPLOY / "grafana").glob("*.json"))
PANELS = [panel for path in DASHBOARDS for panel in json.loads(path.read_text())["panels"]]
ASKED = [each["expr"] for each in ALERTS] + [target["expr"] for panel in PANELS for target in panel["targets"]]
SELECTOR = re.compile(r"\b(assay_\w+)(?:\{([^}]*)\})?")
MATCHER = re.compile(r'(\w+)(=~|!=|!~|=)"([^"]*)"')


@pytest.mark.anyio
async def test_every_metric_and_label_that_is_asked_for_is_exported(database, database_url, nats_url):
    await propose(database, [draft(), draft()])
    async with database.transaction() as session:
        await targets.keep_day(session, {each.name: Figure(0.5, 2) for each in TARGETS})
        await record(session, SYSTEM, [Record(BACKUP_MADE)])
        session.add(JobRun(job="deduplication_scan", state=JobState.OK, started_at=now(), failed=0))
    exported = await _samples(database_url, nats_url)
    for expression in ASKED:
        for name, matchers in SELECTOR.findall(expression):
            assert name in exported, expression
            for label, operator, value in MATCHER.findall(matchers):
                known = {labels.get(label) for labels in exported[name]}
                assert None not in known, (expression, label)
                assert operator != "=" or value in known, (expression, value)


async def _samples(database_url: str, nats_url: str) -> dict[str, list[dict[str, str]]]:
    found: dict[str, list[dict[str, str]]] = {}
    async with serving(database_url, nats_url) as app, asking(app, peer="127.0.0.1") as http:
        await http.get("/healthz")

        async def whole() -> bool:
            found.clear()
            for family in text_string_to_metric_families((await http.get("/metrics")).text):
                for each in family.samples:
                    found.setdefault(each.name, []).append(each.labels)
            return "assay_broker_round_trip_seconds" in found

        await until(whole)
    return found


def test_each_target_is_an_alert_at_its_own_limit():
    alerts = document(RULES)["groups"][0]["rules"]
    ends = [f" {'<' if each.at_least else '>='} {each.limit:g}" for each in TARGETS]
    assert [rule["expr"].endswith(end) for rule, end in zip(alerts, ends, strict=True)] == [True] * len(TARGETS)


def test_each_alert_leads_to_what_to_do():
    for rule in ALERTS:
        page, _, anchor = rule["annotations"]["runbook"].partition("#")
        assert anchor == rule["alert"].lower()
        assert anchor in pages.anchors(ROOT / page), rule["alert"]
        assert rule["annotations"]["summary"]
        assert rule["labels"]["severity"] in {"info", "warning", "critical"}


@pytest.mark.parametrize("path", DASHBOARDS, ids=lambda path: path.stem)
def test_a_dashboard_has_a_place_and_a_unit_for_each_panel(path):
    board = json.loads(path.read_text())
    places = {(panel["gridPos"]["x"], panel["gridPos"]["y"]) for panel in board["panels"]}
    assert board["uid"].startswith("assay-")
    assert len(places) == len(board["panels"])
    assert all(panel["title"] and panel["fieldConfig"]["defaults"]["unit"] for panel in board["panels"])


def test_promtool_finds_no_fault_in_rules_and_configuration():
    said([program("promtool"), "check", "rules", RULES])
    said([program("promtool"), "check", "config", "--syntax-only", DEPLOY / "prometheus" / "prometheus.yml"])


def test_promtool_can_read_what_the_dashboards_ask(tmp_path):
    asked = [each.replace("$__rate_interval", "5m") for each in ASKED]
    rules = [{"record": f"asked_{place}", "expr": each} for place, each in enumerate(asked)]
    path = tmp_path / "asked.yml"
    path.write_text(yaml.safe_dump({"groups": [{"name": "asked", "rules": rules}]}))
    said([program("promtool"), "check", "rules", path])


WRONG = {
    "AssayAutoApprovalRateLow": {'assay_target{target="auto-approval rate"}': "0.4"},
    "AssayDuplicatesToldWrong": {'assay_target{target="duplicates told right"}': "0.8"},
    "AssaySureProposalsWait": {'assay_queue_age_seconds{kind="atom",which="sure"}': "4000"},
    "AssayAutoApprovalSlow": {'assay_time_to_auto_approval_seconds{kind="atom"}': "4000"},
    "AssayJobFailureRateHigh": {'assay_target{target="job failure rate"}': "0.02"},
    "AssayExpirationRateHigh": {'assay_target{target="expiration rate"}': "0.2"},
    "AssayNoWorker": {'assay_processes{role="worker"}': "0"},
    "AssayNoScheduler": {'assay_processes{role="scheduler"}': "0"},
    "AssayJobFails": {
        'assay_job_runs_last_hour{job="deduplication_scan",state="failed"}': "2",
        'assay_job_runs_last_hour{job="deduplication_scan",state="lost"}': "1",
    },
    "AssayJobLate": {'assay_job_last_run_seconds{job="deduplication_scan",state="ok"}': "6000"},
    "AssayQueueGrows": {"assay_jobs_queued": "11"},
    "AssayBackupOld": {"assay_backup_timestamp_seconds": "0"},
    "AssayDeadLetters": {"assay_dead_letters": "1"},
    "AssayApprovalsTakenBack": {
        'assay_machine_approvals_taken_back{kind="atom",reason="reverted"}': "0+0.01",
    },
    "AssayDown": {'up{job="assay",instance="api-1"}': "0"},
    "AssayBrokerAway": {"assay_broker_connected": "0"},
    "AssayBrokerSlow": {"assay_broker_round_trip_seconds": "0.6"},
    "AssayEventsWait": {"assay_events_unpublished": "3"},
    "AssayRequestsFail": {
        'assay_http_requests_total{status="503"}': "0+1",
        'assay_http_requests_total{status="200"}': "0+9",
    },
    "AssayRequestsSlow": {
        'assay_http_request_seconds_bucket{route="/x",le="2.5"}': "0+1",
        'assay_http_request_seconds_bucket{route="/x",le="5"}': "0+9",
        'assay_http_request_seconds_bucket{route="/x",le="+Inf"}': "0+9",
    },
    "AssayBroadcastSlow": {
        'assay_broadcast_seconds_bucket{le="1"}': "0+1",
        'assay_broadcast_seconds_bucket{le="2.5"}': "0+9",
        'assay_broadcast_seconds_bucket{le="+Inf"}': "0+9",
    },
    "AssayConnectionsUsedUp": {"assay_database_connections_in_use": "18"},
}
MINUTES = 1600
"""Longer than the longest time for which something must be wrong."""
HOW = {"rule_files": [str(RULES)], "evaluation_interval": "10m"}


def test_every_alert_rings_for_what_is_wrong_and_for_nothing_else(tmp_path):
    assert list(WRONG) == [rule["alert"] for rule in ALERTS]
    path = tmp_path / "alerts.yml"
    path.write_text(yaml.safe_dump({**HOW, "tests": [_case(*each) for each in WRONG.items()]}))
    said([program("promtool"), "test", "rules", path])


def _case(alert: str, series: dict[str, str]) -> dict[str, Any]:
    """All the series of one wrong thing, each minute, and that this alert rings at the end, and no other."""
    values = {name: f"{value}x{MINUTES}" if "+" in value else f"{value}+0x{MINUTES}" for name, value in series.items()}
    return {
        "interval": "1m",
        "input_series": [{"series": name, "values": value} for name, value in values.items()],
        "promql_expr_test": [
            {
                "expr": 'count by (alertname) (ALERTS{alertstate="firing"})',
                "eval_time": f"{MINUTES}m",
                "exp_samples": [{"labels": f'{{alertname="{alert}"}}', "value": 1}],
            }
        ],
    }
