"""Statements are spans of the trace they are sent in."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError
from tests.otel_collector import collector

from assay import tracing

pytestmark = pytest.mark.anyio


@pytest.fixture
def sent(monkeypatch):
    with collector() as found:
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", found.url)
        yield found


async def test_a_statement_is_a_span_of_its_trace_without_the_values_sent_with_it(database, sent):
    with tracing.exporting(sent.url, "test"), tracing.span("job"):
        async with database.transaction() as session:
            await session.execute(text("SELECT CAST(:words AS text)"), {"words": "hunter2"})
    [job], [*statements] = sent.named("job"), sent.named("SELECT")
    [ours] = [each for each in statements if "CAST" in each.attributes["db.query.text"]]
    assert (ours.parent, ours.failed) == (job.id, False)
    assert ours.attributes["db.system.name"] == "postgresql"
    assert "hunter2" not in repr(sent.spans)


async def test_a_statement_that_fails_is_told_by_the_type_of_its_error(database, sent):
    with tracing.exporting(sent.url, "test"), tracing.span("job"), pytest.raises(ProgrammingError):
        async with database.transaction() as session:
            await session.execute(text("SELECT nothing FROM nowhere"))
    [failed] = [each for each in sent.named("SELECT") if each.failed]
    assert failed.attributes["error.type"] == "UndefinedTable"


async def test_what_no_request_and_no_job_sent_is_no_trace(database, sent):
    with tracing.exporting(sent.url, "test"):
        await database.ping()
    assert sent.spans == []
