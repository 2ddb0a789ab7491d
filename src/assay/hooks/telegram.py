"""Webhooks of Telegram bots. https://core.telegram.org/bots/api#setwebhook"""

from typing import Any, Final

from assay.hooks.event import Document, Headers, HookEvent, Platform, equal, inner
from assay.readers import telegram
from assay.readers.fields import first, mapping, number, objects, text_of

MESSAGES: Final = ("message", "edited_message", "channel_post", "edited_channel_post")
SUPERGROUP: Final = "-100"
"""Before the id of a supergroup or channel, which exports leave out."""


def is_genuine(secret: str, headers: Headers, _body: bytes) -> bool:
    """By the secret token that was given with setWebhook."""
    return equal(secret, headers.get("x-telegram-bot-api-secret-token", ""))


def room(document: Document) -> str:
    return f"{identity}/" if (identity := _chat_id(_message(document))) else ""


def read(document: Document, channel: str | None) -> HookEvent:
    """Messages and their edits. Telegram does not tell bots about deletions."""
    message = _message(document)
    if not (identity := _chat_id(message)):
        return HookEvent()
    chat = inner(message, "chat")
    name = text_of(first(chat, "title", "username", "first_name")) or identity
    export = {"name": channel or name, "type": text_of(chat.get("type")), "id": identity, "messages": [_item(message)]}
    return HookEvent(export={"result.json": export})


def _message(document: Document) -> Document:
    return next((mapping(document[name]) for name in MESSAGES if name in document), {})


def _chat_id(message: Document) -> str:
    return text_of(inner(message, "chat").get("id")).removeprefix(SUPERGROUP).removeprefix("-")


def _item(message: Document) -> dict[str, Any]:
    """As Telegram Desktop writes it into an export."""
    who = mapping(message.get("from")) or mapping(message.get("sender_chat")) or mapping(message.get("chat"))
    name = " ".join(filter(None, (text_of(who.get("first_name")), text_of(who.get("last_name")))))
    edited, reply = number(message.get("edit_date")), inner(message, "reply_to_message")
    kind = "user" if message.get("from") else "channel"
    return {
        "id": message.get("message_id"),
        "type": "message",
        "date_unixtime": text_of(message.get("date")),
        "from": name or text_of(first(who, "title", "username")),
        "from_id": f"{kind}{text_of(who.get('id')).removeprefix(SUPERGROUP)}",
        "text": _text(message),
        **({"edited_unixtime": str(edited)} if edited else {}),
        **({"reply_to_message_id": reply.get("message_id")} if reply else {}),
        **({"forwarded_from": _forwarded(message)} if message.get("forward_origin") else {}),
    }


def _text(message: Document) -> list[Any]:
    """The words, with the addresses behind them and the quotes among them. Offsets count UTF-16 units."""
    entities = objects(first(message, "entities", "caption_entities"))
    words = text_of(first(message, "text", "caption")).encode("utf-16-le")
    pieces: list[Any] = []
    at = 0
    for each in sorted(entities, key=lambda each: number(each.get("offset"))):
        start, kind = 2 * number(each.get("offset")), text_of(each.get("type"))
        if kind not in ("text_link", "blockquote") or start < at:
            continue
        end = start + 2 * number(each.get("length"))
        pieces.append(_decoded(words[at:start]))
        pieces.append({"type": kind, "text": _decoded(words[start:end]), "href": text_of(each.get("url"))})
        at = end
    return [*pieces, _decoded(words[at:])]


def _decoded(raw: bytes) -> str:
    return raw.decode("utf-16-le", "replace")


def _forwarded(message: Document) -> str:
    origin = inner(message, "forward_origin")
    who = inner(origin, "sender_user") or inner(origin, "chat") or inner(origin, "sender_chat")
    return text_of(first(who, "first_name", "title", "username")) or text_of(origin.get("sender_user_name")) or "?"


PLATFORM: Final = Platform(is_genuine, read, room, telegram.READER)
