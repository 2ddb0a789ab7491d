"""Spans leave the process in the standard's form, and only where that was asked for."""

import subprocess
import sys

import pytest
from tests.otel_collector import collector

from assay import tracing
from assay.errors import InvalidInput

CALLER = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


@pytest.fixture
def sent(monkeypatch):
    with collector() as found:
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", found.url)
        yield found


def test_spans_within_each_other_are_one_trace_that_goes_on_elsewhere(sent):
    with tracing.exporting(sent.url, "test"):
        with tracing.span("outer", "SERVER", parent=CALLER, assay__job="scan"), tracing.span("inner"):
            handed_on = tracing.current()
        with tracing.span("elsewhere", "CONSUMER", parent=handed_on):
            pass
    [outer], [inner], [elsewhere] = sent.named("outer"), sent.named("inner"), sent.named("elsewhere")
    assert {span.trace for span in sent.spans} == {"4bf92f3577b34da6a3ce929d0e0e4736"}
    assert [outer.parent, inner.parent, elsewhere.parent] == ["00f067aa0ba902b7", outer.id, inner.id]
    assert (outer.process, outer.attributes) == ("assay-test", {"assay.job": "scan"})


def test_an_error_is_told_by_its_type_and_not_in_its_words(sent):
    with (
        tracing.exporting(sent.url, "test"),
        pytest.raises(ValueError, match="hunter2"),
        tracing.span("failing"),
    ):
        raise ValueError("the password is hunter2")
    [span] = sent.spans
    assert (span.failed, span.attributes) == (True, {"error.type": "ValueError"})
    assert "hunter2" not in repr(sent)


@pytest.mark.parametrize("parent", ["", "nonsense", CALLER[:-3], "00-0-0-00", "\0" * 300])
def test_what_is_no_context_begins_a_new_trace(sent, parent):
    with tracing.exporting(sent.url, "test"), tracing.span("span", parent=parent):
        pass
    assert [span.parent for span in sent.spans] == [""]


def test_where_nothing_is_exported_there_are_no_spans_and_nothing_is_imported():
    code = """
import sys
from assay import tracing
with tracing.exporting(None, "test"), tracing.span("span") as span:
    assert span is None and tracing.current() is None
print([name for name in sys.modules if name.startswith("opentelemetry")])
"""
    assert subprocess.check_output([sys.executable, "-c", code], text=True).strip() == "[]"


def test_a_collector_that_is_away_costs_only_its_spans(monkeypatch):
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:1")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_TIMEOUT", "1")
    with tracing.exporting("http://127.0.0.1:1", "test"), tracing.span("lost") as span:
        assert span is not None
    assert tracing.current() is None


def test_without_the_extra_the_start_is_refused_in_one_sentence(monkeypatch):
    monkeypatch.setattr(tracing, "find_spec", lambda _name: None)
    with pytest.raises(InvalidInput, match="needs the extra `otel`"), tracing.exporting("http://x", "test"):
        pass
