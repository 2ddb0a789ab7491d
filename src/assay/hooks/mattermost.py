"""Outgoing webhooks of Mattermost, in either content type. https://docs.mattermost.com/developer/webhooks-outgoing"""

from contextlib import suppress
from typing import Final
from urllib.parse import parse_qsl

from assay.errors import InvalidInput
from assay.hooks.event import Document, Headers, HookEvent, Platform, document_of, equal
from assay.readers import jsonlines
from assay.readers.fields import first, text_of


def is_genuine(secret: str, _headers: Headers, body: bytes) -> bool:
    """By the token that Mattermost made for the webhook, which comes within the body."""
    with suppress(InvalidInput):
        return equal(secret, text_of(fields_of(body).get("token")))
    return False


def fields_of(body: bytes) -> Document:
    """JSON, or the fields of a form. Raises InvalidInput."""
    if body.lstrip().startswith(b"{"):
        return document_of(body)
    try:
        return dict(parse_qsl(body.decode(), max_num_fields=100))
    except ValueError:
        raise InvalidInput("The body is neither JSON nor a form.") from None


def room(_document: Document) -> str:
    return ""  # ids of posts name no channel


def read(document: Document, _channel: str | None) -> HookEvent:
    """A post. Mattermost does not tell webhooks about edits or deletions."""
    if not (text := text_of(document.get("text"))).strip():
        return HookEvent()
    said = {
        "id": text_of(document.get("post_id")),
        "channel": text_of(first(document, "channel_name", "channel_id")),
        "author": text_of(first(document, "user_name", "user_id")),
        "author_id": text_of(document.get("user_id")),
        "ts": text_of(document.get("timestamp")),
        "text": text,
    }
    return HookEvent(export={"post.json": [said]})


PLATFORM: Final = Platform(is_genuine, read, room, jsonlines.READER)
