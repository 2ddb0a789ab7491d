"""Testing and listing alerts at the command line."""

import asyncio
import threading
from collections.abc import Iterator

import pytest
from tests.alerts.helpers import SECRET, HttpServer, http_server
from tests.patience import PATIENCE


@pytest.fixture
def server() -> Iterator[HttpServer]:
    """A receiver in a thread of its own, for the command blocks this one."""
    started, stop, found = threading.Event(), threading.Event(), []

    async def serve() -> None:
        async with http_server() as receiver:
            found.append(receiver)
            started.set()
            await asyncio.to_thread(stop.wait)

    thread = threading.Thread(target=asyncio.run, args=(serve(),))
    thread.start()
    started.wait(PATIENCE)
    yield found[0]
    stop.set()
    thread.join()


def environment(url: str) -> dict[str, str]:
    return {"ASSAY_WEBHOOK_URL": url, "ASSAY_WEBHOOK_SECRET": SECRET}


def test_a_test_reaches_the_webhook_and_needs_no_server(alone, server):
    assert alone("alerts", "test", "--json", **environment(server.url)).document == [
        {"receiver": "webhook", "problem": None}
    ]
    assert b"This is a test: nothing is wrong." in server.got[0][1]


def test_a_receiver_that_is_not_there_is_named_and_exit_code_1(alone):
    answer = alone("alerts", "test", **environment("http://127.0.0.1:1/s3cret"))
    assert (answer.code, answer.out) == (1, "webhook: The webhook at 127.0.0.1 cannot be reached: ConnectError.\n")


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({}, "No receiver is configured: set ASSAY_WEBHOOK_URL or ASSAY_SMTP_URL first."),
        (
            {"ASSAY_WEBHOOK_URL": "https://a.example"},
            "ASSAY_WEBHOOK_SECRET is missing: what goes to ASSAY_WEBHOOK_URL is signed with it.",
        ),
        (
            {"ASSAY_ALERT_SEVERITY": "loud"},
            "ASSAY_ALERT_SEVERITY='loud' is not allowed: it must be 'error' or 'critical'.",
        ),
    ],
)
def test_what_cannot_be_meant_is_one_sentence_and_exit_code_2(alone, given, sentence):
    assert alone("alerts", "test", **given).refused(2) == sentence


def test_what_was_sent_is_listed(empty):
    assert empty("alerts", "list", "--json").items == []
    assert "Nothing was sent." in empty("alerts", "list").out
