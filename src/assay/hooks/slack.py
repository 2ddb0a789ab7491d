"""The Events API of Slack. https://docs.slack.dev/apis/events-api"""

import hashlib
import hmac
import re
from typing import Final

from assay.hooks.event import Document, Headers, HookEvent, Platform, equal, inner, is_fresh
from assay.readers import slack
from assay.readers.fields import text_of

CHANNEL: Final = re.compile(r"[A-Z0-9]{2,40}")


def is_genuine(secret: str, headers: Headers, body: bytes) -> bool:
    """By HMAC-SHA256 over version, time and body, with the signing secret of the app."""
    sent = headers.get("x-slack-request-timestamp", "")
    if not is_fresh(sent):
        return False
    wanted = hmac.new(secret.encode(), b"v0:" + sent.encode() + b":" + body, hashlib.sha256).hexdigest()
    return equal(f"v0={wanted}", headers.get("x-slack-signature", ""))


def room(document: Document) -> str:
    channel = text_of(inner(document, "event").get("channel"))
    return f"{channel}/" if CHANNEL.fullmatch(channel) else ""


def read(document: Document, channel: str | None) -> HookEvent:
    """Messages, their edits and deletions; everything else is only answered."""
    if document.get("type") == "url_verification":
        return HookEvent({"challenge": text_of(document.get("challenge"))})
    event, identity = inner(document, "event"), room(document).rstrip("/")
    if document.get("type") != "event_callback" or event.get("type") != "message" or not identity:
        return HookEvent()
    rooms = [{"id": identity, "name": channel or identity}]
    return HookEvent(export={"channels.json": rooms, f"{identity}/2000-01-01.json": [event]})


PLATFORM: Final = Platform(is_genuine, read, room, slack.READER)
