"""What chat programs send, in the form that they document: signed, answered, stored once, edited and deleted."""

import hashlib
import hmac
import json
import sys
import time
from contextlib import asynccontextmanager
from urllib.parse import urlencode

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from tests.builders import rows, scalar
from tests.web.helpers import BASE, asking, person, serving

from assay.db.models import HookPlatform, Role
from assay.hooks import actions

pytestmark = pytest.mark.anyio

SECRET = "8f742231b10e8888abcd99yyyzzz85a5"
KEY = Ed25519PrivateKey.generate()
PUBLIC = KEY.public_key().public_bytes_raw().hex()
LATEST = "SELECT author, text FROM messages WHERE is_latest ORDER BY sent_at, id"


@asynccontextmanager
async def connected(database, database_url, platform, secret=SECRET):
    """A way to send to a source that is connected to the program."""
    ana = await person(database, "ana", Role.ADMIN)
    async with database.transaction() as session:
        source_id = await actions.connect(session, "live", platform, secret, actor=ana)
    async with serving(database_url) as app, asking(app) as http:

        async def send(body, **headers):
            return await http.post(f"{BASE}/sources/{source_id}/events", content=body, headers=headers)

        yield send


def by_slack(document, *, secret=SECRET, at=None):
    body, stamp = json.dumps(document).encode(), str(at or int(time.time()))
    digest = hmac.new(secret.encode(), f"v0:{stamp}:".encode() + body, hashlib.sha256).hexdigest()
    return body, {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": f"v0={digest}"}


def slack_event(**event):
    """As documented for the event type `message`."""
    return {
        "token": "XXYYZZ", "team_id": "T123ABC456", "api_app_id": "A123ABC456", "type": "event_callback",
        "event_id": "Ev123ABC456", "event_time": 1355517523, "authed_users": ["U123ABC456"],
        "event": {"type": "message", "channel": "C123ABC456", "user": "U123ABC456", "channel_type": "channel", **event},
    }  # fmt: skip


HELLO = slack_event(text="We use <https://postgres.test|Postgres> &amp; Redis.", ts="1355517523.000005")
CHANGED = slack_event(
    subtype="message_changed", hidden=True, ts="1358878755.000001",
    message={
        "type": "message", "user": "U123ABC456", "text": "We use Postgres alone.", "ts": "1355517523.000005",
        "edited": {"user": "U123ABC456", "ts": "1358878755.000001"},
    },
)  # fmt: skip
DELETED = slack_event(subtype="message_deleted", hidden=True, ts="1358878760.000002", deleted_ts="1355517523.000005")


async def test_slack_checks_the_address_with_a_challenge(database, database_url):
    async with connected(database, database_url, HookPlatform.SLACK) as send:
        body, signed = by_slack({"type": "url_verification", "token": "x", "challenge": "3eZbrw1aBm2rZgRNFdxV2595E9"})
        answer = await send(body, **signed)
    assert (answer.status_code, answer.json()) == (200, {"challenge": "3eZbrw1aBm2rZgRNFdxV2595E9"})


async def test_a_message_of_slack_is_stored_once_then_edited_then_deleted(database, database_url):
    async with connected(database, database_url, HookPlatform.SLACK) as send:
        told = []
        for each in (HELLO, HELLO, CHANGED, CHANGED, HELLO, DELETED, DELETED):
            body, signed = by_slack(each)
            assert (await send(body, **signed)).status_code == 200
            told += [row.text for row in await rows(database, LATEST)]
    first, second = "We use Postgres (https://postgres.test) & Redis.", "We use Postgres alone."
    assert told == [first, first, second, second, second, "(deleted)", "(deleted)"]
    assert await rows(database, "SELECT DISTINCT external_id FROM messages") == [("C123ABC456/1355517523.000005",)]


async def test_an_edit_that_comes_before_the_message_stands(database, database_url):
    async with connected(database, database_url, HookPlatform.SLACK) as send:
        for each in (CHANGED, HELLO):
            body, signed = by_slack(each)
            assert (await send(body, **signed)).status_code == 200
    assert await rows(database, LATEST) == [("U123ABC456", "We use Postgres alone.")]


async def test_a_message_whose_deletion_came_first_stays_deleted(database, database_url):
    async with connected(database, database_url, HookPlatform.SLACK) as send:
        for each in (DELETED, HELLO, CHANGED):
            body, signed = by_slack(each)
            assert (await send(body, **signed)).status_code == 200
    assert await scalar(database, "SELECT count(*) FROM messages") == 0


async def test_a_live_message_goes_on_in_the_channel_and_under_the_name_of_the_import(database, database_url):
    async with connected(database, database_url, HookPlatform.SLACK) as send:
        body, signed = by_slack(HELLO)
        await send(body, **signed)
        await rows(database, "UPDATE messages SET channel = 'ops', author = 'Tom' RETURNING id")
        body, signed = by_slack(slack_event(text="Later.", ts="1355517599.000001"))
        await send(body, **signed)
    assert await rows(database, "SELECT DISTINCT channel, author FROM messages") == [("ops", "Tom")]


@pytest.mark.parametrize(
    "signed",
    [
        lambda: by_slack(HELLO, secret="another secret altogether"),
        lambda: by_slack(HELLO, at=int(time.time()) - 600),
        lambda: (by_slack(HELLO)[0], {}),
        lambda: (by_slack(HELLO)[0] + b" ", by_slack(HELLO)[1]),
        lambda: (by_slack(HELLO)[0], {**by_slack(HELLO)[1], "X-Slack-Request-Timestamp": "²"}),
        lambda: (by_slack(HELLO)[0], {**by_slack(HELLO)[1], "X-Slack-Request-Timestamp": "9" * 400}),
        lambda: (by_slack(HELLO)[0], {**by_slack(HELLO)[1], "X-Slack-Request-Timestamp": "9" * 5000}),
    ],
)
async def test_what_slack_did_not_sign_now_is_refused(database, database_url, signed):
    body, headers = signed()
    async with connected(database, database_url, HookPlatform.SLACK) as send:
        answer = await send(body, **{name: value.encode() for name, value in headers.items()})
    assert (answer.status_code, await scalar(database, "SELECT count(*) FROM messages")) == (401, 0)


def telegram_update(kind="message", **message):
    """As documented for `Update` and `Message`."""
    return json.dumps({
        "update_id": 10000,
        kind: {
            "message_id": 1365, "date": 1441645532,
            "chat": {"id": -1001234567890, "type": "supergroup", "title": "Ops"},
            "from": {"id": 1111111, "is_bot": False, "first_name": "Test", "last_name": "Lastname", "username": "Test"},
            "text": "We use Postgres.", **message,
        },
    })  # fmt: skip


async def test_a_telegram_bot_brings_messages_and_their_edits(database, database_url):
    edited = telegram_update("edited_message", text="We use Postgres 17.", edit_date=1441646600)
    async with connected(database, database_url, HookPlatform.TELEGRAM) as send:
        for each in (telegram_update(), telegram_update(), edited, telegram_update()):
            answer = await send(each, **{"X-Telegram-Bot-Api-Secret-Token": SECRET})
            assert (answer.status_code, answer.json()) == (200, {})
        assert (await send(telegram_update(), **{"X-Telegram-Bot-Api-Secret-Token": "wrong"})).status_code == 401
    assert await rows(database, LATEST) == [("Test Lastname", "We use Postgres 17.")]
    found = await rows(database, "SELECT DISTINCT external_id, channel, author_id FROM messages")
    assert found == [("1234567890/1365", "Ops", "user1111111")]


async def test_replies_and_what_is_forwarded_keep_their_place(database, database_url):
    root = telegram_update()
    reply = telegram_update(message_id=1366, reply_to_message={"message_id": 1365}, text="agreed")
    nested = telegram_update(message_id=1367, reply_to_message={"message_id": 1366}, text="me too")
    origin = {"type": "user", "sender_user": {"id": 5, "first_name": "Bo"}, "date": 1441645000}
    passed_on = telegram_update(message_id=1368, forward_origin=origin, text="👍 yes")
    async with connected(database, database_url, HookPlatform.TELEGRAM) as send:
        for each in (root, reply, nested, passed_on):
            await send(each, **{"X-Telegram-Bot-Api-Secret-Token": SECRET})
    told = await rows(database, "SELECT thread, forwarded_from, quoted FROM messages ORDER BY external_id")
    assert [tuple(each) for each in told] == [
        (None, None, None), ("1234567890/1365", None, None), ("1234567890/1365", None, None), (None, "Bo", [[0, 5]]),
    ]  # fmt: skip


def by_discord(document):
    body, stamp = json.dumps(document).encode(), str(int(time.time()))
    signature = KEY.sign(stamp.encode() + body).hex()
    return body, {"X-Signature-Ed25519": signature, "X-Signature-Timestamp": stamp}


PICKED = {
    "application_id": "775799577604522054", "channel_id": "772908445358620702", "guild_id": "772904309264089089",
    "channel": {"id": "772908445358620702", "name": "ops", "type": 0},
    "data": {
        "id": "866818195033292851", "name": "Keep", "type": 3, "target_id": "867793854505943041",
        "resolved": {"messages": {"867793854505943041": {
            "id": "867793854505943041", "channel_id": "772908445358620702", "content": "We use Postgres.",
            "author": {"id": "53908232506183680", "username": "mason", "global_name": "Mason"},
            "timestamp": "2021-07-22T15:42:57.744000+00:00", "edited_timestamp": None, "type": 0,
        }}},
    },
    "member": {"user": {"id": "1", "username": "ana"}}, "id": "867793873336926249", "token": "x", "type": 2,
    "version": 1,
}  # fmt: skip


async def test_discord_pings_and_a_message_is_picked(database, database_url):
    async with connected(database, database_url, HookPlatform.DISCORD, PUBLIC) as send:
        body, signed = by_discord({"type": 1, "id": "1"})
        assert (await send(body, **signed)).json() == {"type": 1}
        for _ in range(2):
            body, signed = by_discord(PICKED)
            answer = await send(body, **signed)
            assert answer.json() == {"type": 4, "data": {"content": "Kept.", "flags": 64}}
        refused = await send(body + b" ", **signed)
    assert refused.status_code == 401
    assert await rows(database, "SELECT author, channel, text, permalink FROM messages") == [(
        "Mason", "ops", "We use Postgres.",
        "https://discord.com/channels/772904309264089089/772908445358620702/867793854505943041",
    )]  # fmt: skip


async def test_without_its_extra_discord_is_told_that_it_cannot_be_checked_now(database, database_url, monkeypatch):
    async with connected(database, database_url, HookPlatform.DISCORD, PUBLIC) as send:
        body, signed = by_discord({"type": 1, "id": "1"})
        monkeypatch.setitem(sys.modules, "cryptography.exceptions", None)
        refused = await send(body, **signed)
        assert refused.status_code == 503
        assert "needs the extra `discord`" in refused.json()["detail"]


async def test_words_behind_a_command_of_discord_are_kept(database, database_url):
    options = [{"name": "words", "type": 3, "value": "We use Postgres."}]
    typed = {**PICKED, "data": {"id": "2", "name": "keep", "type": 1, "options": options}}
    async with connected(database, database_url, HookPlatform.DISCORD, PUBLIC) as send:
        body, signed = by_discord(typed)
        assert (await send(body, **signed)).status_code == 200
    assert await rows(database, "SELECT author, text, sent_at::date::text FROM messages") == [
        ("ana", "We use Postgres.", "2021-07-22")
    ]


POST = {
    "token": SECRET, "team_id": "rdc9bgriktyx9p4kowh3dmgqyc", "team_domain": "team",
    "channel_id": "xr3j5x3p4pfk7kk6ck7b4e6ghh", "channel_name": "ops", "timestamp": 1602175200,
    "user_id": "c3a4cqe3dfy6dgopqt8ai3hydh", "user_name": "tom", "post_id": "ghidfw8zk7r3mcnrfdh3hmqsia",
    "text": "#keep We use Postgres.", "trigger_word": "#keep",
}  # fmt: skip


@pytest.mark.parametrize("written", [json.dumps, urlencode])
async def test_a_webhook_of_mattermost_brings_a_post_in_either_form(database, database_url, written):
    async with connected(database, database_url, HookPlatform.MATTERMOST) as send:
        for _ in range(2):
            assert (await send(written(POST))).status_code == 200
        for wrong in ("wrong", "\ud800") if written is json.dumps else ("wrong",):
            assert (await send(written({**POST, "token": wrong}))).status_code == 401
        assert (await send(written({**POST, "timestamp": "9" * 5000}))).status_code == 200
    assert await rows(database, "SELECT author, channel, text FROM messages") == [
        ("tom", "ops", "#keep We use Postgres.")
    ]


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b"\xff", b"[" * 100_000, b'{"event": {"ts": {}}}'])
async def test_nonsense_is_refused_before_anything_is_done(database, database_url, body):
    async with connected(database, database_url, HookPlatform.SLACK) as send:
        assert (await send(body)).status_code == 401


@pytest.mark.parametrize(
    "event", [{}, {"ts": "x", "text": "hi"}, {"ts": "1355517523.000005", "text": {"a": 1}}, {"channel": "../x"}]
)
async def test_events_that_hold_no_message_are_answered_and_left(database, database_url, event):
    async with connected(database, database_url, HookPlatform.SLACK) as send:
        body, signed = by_slack(slack_event(**event))
        assert (await send(body, **signed)).status_code == 200
    assert await scalar(database, "SELECT count(*) FROM messages") == 0


async def test_a_source_that_is_not_connected_says_no_more_than_a_wrong_signature(database, database_url):
    async with serving(database_url) as app, asking(app) as http:
        body, signed = by_slack(HELLO)
        answer = await http.post(
            f"{BASE}/sources/{'0' * 8}-0000-0000-0000-{'0' * 12}/events", content=body, headers=signed
        )
    assert (answer.status_code, answer.json()["detail"]) == (401, actions.NOT_PROVED)


async def test_whoever_lost_the_right_brings_nothing_more(database, database_url):
    async with connected(database, database_url, HookPlatform.SLACK) as send:
        await rows(database, "UPDATE users SET disabled_at = now() WHERE name = 'ana' RETURNING id")
        body, signed = by_slack(HELLO)
        assert (await send(body, **signed)).status_code == 403
