"""A line for each request, with an id by which its sender finds it, and nothing that was secret."""

from uuid import uuid4

import pytest
from structlog.contextvars import merge_contextvars
from structlog.testing import capture_logs
from tests.web.helpers import asking, serving

pytestmark = pytest.mark.anyio


async def lines(database_url, path, method="GET", **headers):
    async with serving(database_url) as app, asking(app, **headers) as http:
        with capture_logs(processors=[merge_contextvars]) as logs:
            answer = await http.request(method, path)
    return answer, [each for each in logs if each["event"] == "request"]


async def test_a_request_is_a_line_with_its_id(database_url):
    proposal = uuid4()
    answer, [line] = await lines(
        database_url, f"/api/v1/knowledge/atoms/proposals/{proposal}", **{"X-Request-ID": "from-a-proxy.1"}
    )
    assert answer.headers["X-Request-ID"] == line["request"] == "from-a-proxy.1"
    assert (line["method"], line["status"], line["log_level"]) == ("GET", 401, "info")
    assert line["route"] == "/api/v1/knowledge/atoms/proposals/{proposal_id}"
    assert line["proposal"] == str(proposal)


async def test_what_is_refused_has_its_status_as_a_number(database_url):
    answer, [line] = await lines(database_url, "/api/v1/session", "POST")
    assert repr(line["status"]) == "422" == str(answer.status_code)


async def test_an_id_that_is_unfit_is_replaced_and_a_query_is_never_told(database_url):
    answer, [line] = await lines(database_url, "/sign-in?link=secret", **{"X-Request-ID": "two\twords"})
    assert answer.headers["X-Request-ID"] == line["request"] != "two\twords"
    assert len(line["request"]) == 32
    assert "secret" not in str(line)


async def test_probes_are_told_at_debug(database_url):
    _, [line] = await lines(database_url, "/healthz")
    assert line["log_level"] == "debug"
