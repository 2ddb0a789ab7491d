"""Interactions of Discord: people pick a message, or type one, for Assay to keep.

https://docs.discord.com/developers/interactions/receiving-and-responding
"""

import re
from typing import Any, Final

from assay.errors import InvalidInput, Unavailable, missing_extra
from assay.hooks.event import Document, Headers, HookEvent, Platform, inner, is_fresh
from assay.readers import discord
from assay.readers.fields import first, mapping, objects, text_of

PING: Final = 1
COMMAND: Final = 2
MESSAGE_COMMAND: Final = 3
SLASH_COMMAND: Final = 1
EPHEMERAL: Final = 64
PONG: Final = {"type": 1}
SNOWFLAKE: Final = re.compile(r"[0-9]{1,20}")
EPOCH: Final = 1420070400000
"""The moment from which Discord's ids count milliseconds."""


def is_genuine(secret: str, headers: Headers, body: bytes) -> bool:
    """By an Ed25519 signature over time and body. `secret`: the public key of the application."""
    try:
        refuse_without_extra()
    except InvalidInput as refusal:
        raise Unavailable(str(refusal)) from None
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    sent = headers.get("x-signature-timestamp", "")
    try:
        signature = bytes.fromhex(headers.get("x-signature-ed25519", ""))
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(secret)).verify(signature, sent.encode() + body)
    except (ValueError, InvalidSignature):
        return False
    return is_fresh(sent)


def refuse_without_extra() -> None:
    """Raises InvalidInput where no signature of Discord can be checked."""
    try:
        import cryptography.exceptions  # noqa: F401
    except ImportError:
        raise missing_extra("What Discord sends", "discord") from None


def room(_document: Document) -> str:
    return ""  # ids of messages name no channel


def read(document: Document, _channel: str | None) -> HookEvent:
    """The message that was picked, or the words that were typed after a command."""
    if document.get("type") == PING:
        return HookEvent(PONG)
    if document.get("type") != COMMAND:
        return HookEvent(_told("Assay keeps messages: pick one, or type a command with some words."))
    data = inner(document, "data")
    kept = _picked(data) if data.get("type") == MESSAGE_COMMAND else _typed(document, data)
    if not kept:
        return HookEvent(_told("There are no words to keep."))
    channel = inner(document, "channel")
    identity = text_of(first(document, "channel_id")) or text_of(channel.get("id"))
    export = {
        "guild": {"id": text_of(document.get("guild_id"))},
        "channel": {"id": identity, "type": "GuildTextChat", "name": text_of(channel.get("name")) or identity},
        "messages": [kept],
    }
    return HookEvent(_told("Kept."), export={"channel.json": export})


def _told(words: str) -> dict[str, Any]:
    """An answer that only the person who asked can see."""
    return {"type": 4, "data": {"content": words, "flags": EPHEMERAL}}


def _picked(data: Document) -> dict[str, Any] | None:
    message = inner(data, "resolved", "messages", text_of(data.get("target_id")))
    if not message.get("content"):
        return None
    return _item(message, mapping(message.get("author")), text_of(message.get("content")))


def _typed(document: Document, data: Document) -> dict[str, Any] | None:
    words = " ".join(text for each in objects(data.get("options")) if (text := text_of(each.get("value"))))
    user = inner(document, "member", "user") or inner(document, "user")
    return _item(document, user, words, nickname=text_of(inner(document, "member").get("nick"))) if words else None


def _item(message: Document, author: Document, words: str, nickname: str = "") -> dict[str, Any]:
    """As DiscordChatExporter writes it. The id says when an interaction was."""
    identity = text_of(message.get("id"))
    stamp = (int(identity) >> 22) + EPOCH if SNOWFLAKE.fullmatch(identity) else None
    return {
        "id": identity,
        "type": "Default",
        "timestamp": message.get("timestamp") or stamp,
        "timestampEdited": message.get("edited_timestamp"),
        "content": words,
        "author": {
            "id": text_of(author.get("id")),
            "name": text_of(first(author, "global_name", "username")),
            "nickname": nickname,
            "isBot": author.get("bot") is True,
        },
    }


PLATFORM: Final = Platform(is_genuine, read, room, discord.READER)
