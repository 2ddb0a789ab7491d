"""The receivers, against real servers: what they take, what they refuse, and what they never say."""

import base64
import subprocess
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from standardwebhooks import Webhook
from tests.alerts.helpers import SECRET, http_server, mail_server, mail_settings, notice, webhook_settings
from tests.builders import MORNING
from tests.patience import retry_until_available

from assay.alerts import mail, webhook
from assay.alerts.fakes import MemoryReceiver
from assay.alerts.receiver import AlertRefused, Receiver, Undelivered
from assay.alerts.receivers import configured
from assay.errors import InvalidInput
from assay.settings import Settings

pytestmark = pytest.mark.anyio
NOWHERE = "127.0.0.1:1"


def receiver(**settings: Any) -> Receiver:
    [found] = configured(Settings.model_validate(settings))
    return found


def by_webhook(**how: Any) -> AbstractAsyncContextManager[tuple[Receiver, Any]]:
    @asynccontextmanager
    async def open_():
        async with http_server(**({"statuses": [500]} if how.get("refusing") else {})) as server:
            yield receiver(**webhook_settings(server.url)), server.got

    return open_()


def by_mail(**how: Any) -> AbstractAsyncContextManager[tuple[Receiver, Any]]:
    @asynccontextmanager
    async def open_():
        async with mail_server(**({"rcpt": "550 no"} if how.get("refusing") else {})) as sink:
            yield receiver(**mail_settings(sink.url)), sink.got

    return open_()


def in_memory(**how: Any) -> AbstractAsyncContextManager[tuple[Receiver, Any]]:
    @asynccontextmanager
    async def open_():
        memory = MemoryReceiver(refusals=1 if how.get("refusing") else 0)
        yield memory, memory.taken

    return open_()


every_receiver = pytest.mark.parametrize("opened", [by_webhook, by_mail, in_memory])


@every_receiver
async def test_a_receiver_takes_a_notice(opened):
    async with opened() as (each, got):
        await each.send(notice())
        assert len(got) == 1


@every_receiver
async def test_a_receiver_that_does_not_take_it_says_so(opened):
    async with opened(refusing=True) as (each, _):
        with pytest.raises(Undelivered):
            await each.send(notice())


async def test_what_is_posted_is_signed_as_standard_webhooks_has_it():
    async with http_server() as server:
        await receiver(**webhook_settings(server.url)).send(notice())
    [(headers, body)] = server.got
    assert headers["target"] == "POST /hook?token=s3cret HTTP/1.1"
    said = Webhook(SECRET).verify(body, headers)
    assert (said["type"], said["severity"], said["data"]["job_name"]) == ("job.error", "critical", "probe")
    assert said["data"]["context"] == {"proposal_id": "p-1"}
    assert headers["webhook-id"] == notice().key


@pytest.mark.parametrize(
    ("status", "error", "sentence"),
    [
        (500, Undelivered, "The webhook at 127.0.0.1 answered 500."),
        (400, Undelivered, "The webhook at 127.0.0.1 answered 400."),
        (302, Undelivered, "The webhook at 127.0.0.1 answered 302."),
        (410, AlertRefused, "The webhook at 127.0.0.1 answered 410: it is gone."),
    ],
)
async def test_every_other_answer_than_2xx_is_told_and_no_redirect_is_followed(status, error, sentence):
    async with (
        http_server() as elsewhere,
        http_server(statuses=[status], headers=f"location: {elsewhere.url}\r\n") as s,
    ):
        with pytest.raises(error, match=sentence):
            await receiver(**webhook_settings(s.url)).send(notice())
    assert elsewhere.got == []


@pytest.mark.parametrize("how", [{"delay": 60}, {"body": b"x" * 65536}])
async def test_a_receiver_that_is_slow_or_never_ends_costs_a_bounded_time(how):
    async with http_server(**how) as server:
        quick = webhook.configured(Settings.model_validate(webhook_settings(server.url)))
        assert quick
        async with retry_until_available():
            if "delay" in how:
                with pytest.raises(Undelivered, match=r"cannot be reached: it took too long\.|ReadTimeout"):
                    await replace(quick, seconds=0.3).send(notice())
            else:
                await quick.send(notice())


async def test_a_webhook_that_is_not_there_is_one_sentence_without_its_secrets():
    with pytest.raises(Undelivered, match=r"^The webhook at 127.0.0.1 cannot be reached: ConnectError\.$"):
        await receiver(**webhook_settings(f"http://{NOWHERE}/hook?token=s3cret")).send(notice())


async def test_a_mail_says_what_failed_to_everybody_it_is_for():
    async with mail_server() as sink:
        await receiver(**mail_settings(sink.url)).send(notice("It broke.\nBcc: evil@example.org"))
    [message] = sink.got
    assert message["Subject"] == "Assay: probe failed (critical)"
    assert (message["From"], message["To"]) == ("assay@example.org", "ana@example.org, b@x.org")
    assert message["Bcc"] is None
    assert message["Message-ID"] == "<alert-7-1@example.org>"
    assert "It broke.\nBcc: evil@example.org" in message.get_content().replace("\r\n", "\n")
    assert [line for line in sink.said if line.startswith("RCPT")] == ["RCPT TO:<ana@example.org>", "RCPT TO:<b@x.org>"]


async def test_a_mail_server_is_told_user_and_password_where_there_are_some():
    async with mail_server() as sink:
        url = sink.url.replace("//", "//me:p%40ss@")
        await receiver(**mail_settings(url)).send(notice())
    assert any(line.startswith("AUTH") for line in sink.said)


async def test_a_mail_server_that_is_not_there_is_one_sentence():
    with pytest.raises(Undelivered, match=r"^The mail server 127.0.0.1 did not take it: \w+\.$"):
        await receiver(**mail_settings(f"smtp://{NOWHERE}")).send(notice())


@pytest.mark.parametrize(
    ("url", "tls", "start_tls", "port"),
    [
        ("smtp://mail.example.org", False, None, 587),
        ("smtp://me:secret@mail.example.org:25", False, True, 25),
        ("smtp://me:secret@127.0.0.1:25", False, None, 25),
        ("smtps://me:secret@mail.example.org", True, False, 465),
    ],
)
def test_a_password_never_goes_over_a_network_in_the_clear(url, tls, start_tls, port):
    found = mail.configured(Settings.model_validate(mail_settings(url)))
    assert found
    assert (found.server.tls, found.server.start_tls, found.server.port) == (tls, start_tls, port)


def test_nobody_is_told_where_nobody_is_named():
    assert configured(Settings.model_validate({})) == []


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"assay_webhook_url": "https://a.example/hook"}, "ASSAY_WEBHOOK_SECRET is missing"),
        (webhook_settings("ftp://a.example/s3cret"), "ASSAY_WEBHOOK_URL is not allowed: it must be https://host/path"),
        (webhook_settings("s3cret"), "ASSAY_WEBHOOK_URL is not allowed"),
        (webhook_settings("https://:80/s3cret"), "ASSAY_WEBHOOK_URL is not allowed"),
        (
            {"assay_webhook_url": "https://a.example", "assay_webhook_secret": "s3cret"},
            "ASSAY_WEBHOOK_SECRET is not allowed: it must be whsec_ and then 24 to 64 bytes in base64.",
        ),
        ({"assay_smtp_url": "smtp://a.example"}, "ASSAY_MAIL_FROM is missing"),
        ({"assay_smtp_url": "smtp://a.example", "assay_mail_from": "a@b.c"}, "ASSAY_MAIL_TO is missing"),
        (mail_settings("http://s3cret"), "ASSAY_SMTP_URL is not allowed: it must be smtp://user:password@host:port"),
        (mail_settings("smtp://me:s3cret@host:port"), "ASSAY_SMTP_URL is not allowed"),
        (mail_settings("smtp://"), "ASSAY_SMTP_URL is not allowed"),
        ({**mail_settings("smtp://a.example"), "assay_mail_to": "ana"}, "ASSAY_MAIL_TO='ana' is not allowed"),
        ({**mail_settings("smtp://a.example"), "assay_mail_to": "a@b.c,"}, "ASSAY_MAIL_TO='' is not allowed"),
        (
            {**mail_settings("smtp://a.example"), "assay_mail_from": "a@b.c\r\nBcc: e@f.g"},
            "ASSAY_MAIL_FROM=",
        ),
    ],
)
def test_what_names_no_receiver_is_refused_in_one_sentence_without_its_secrets(settings, sentence):
    with pytest.raises(InvalidInput) as caught:
        configured(Settings.model_validate(settings))
    assert str(caught.value).startswith(sentence)
    assert "s3cret" not in str(caught.value)


@pytest.mark.parametrize("padded", [True, False])
@pytest.mark.parametrize("size", range(24, 65))
def test_a_secret_of_24_to_64_bytes_is_taken_with_and_without_its_padding(size, padded):
    key = bytes(range(size))
    secret = base64.b64encode(key).decode()
    assert signature(f"whsec_{secret if padded else secret.rstrip('=')}") == Webhook(key).sign("1", MORNING, "{}")


def signature(secret: str) -> str:
    settings = Settings.model_validate({"assay_webhook_url": "https://a.example", "assay_webhook_secret": secret})
    found = webhook.configured(settings)
    assert found
    return found.signer.sign("1", MORNING, "{}")


def test_the_secret_that_the_page_makes_is_taken():
    page = (Path(__file__).parents[2] / "docs" / "howto" / "be-told-of-failures.md").read_text()
    [line] = [each for each in page.splitlines() if each.startswith("export ASSAY_WEBHOOK_SECRET=")]
    made = subprocess.run(["sh", "-c", f'{line}\nprintf %s "$ASSAY_WEBHOOK_SECRET"'], capture_output=True, check=True)
    assert signature(made.stdout.decode()).startswith("v1,")
