"""Conversations of which people said what the machine may approve in them. The format is JSON, one a line."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Final, Self

from pydantic import Field, model_validator

from assay.evaluation.sets import MAX_MESSAGES, LabelledMessage, Named, Strict, moments, own_set, shipped_set
from assay.readers.records import MAX_NAME, MAX_TEXT, IncomingMessage

BEGIN: Final = datetime(2025, 3, 3, 9, tzinfo=UTC)
MAX_MINUTE: Final = 260_000
"""Half a year: what is said in a conversation may not lie in the future."""


class Expected(StrEnum):
    HOLD = "hold"
    """A trap: nothing of it may be approved."""
    APPROVE = "approve"
    """A control: something of it was decided, or answered and confirmed."""


class Said(LabelledMessage):
    """A message that may have been edited or deleted since."""

    minute: float | None = Field(None, ge=0, le=MAX_MINUTE, allow_inf_nan=False)
    edited_from: str | None = Field(None, min_length=1, max_length=MAX_TEXT)
    """Its first words."""
    deleted: bool = False
    thread: str | None = Field(None, max_length=80)


class Lie(Strict):
    """A claim that a careless model could make of the conversation, and that is not true."""

    how: str = Field(min_length=1, max_length=MAX_NAME)
    text: str = Field(min_length=1, max_length=2_000)


class Case(Named):
    """A conversation, and whether something of it may be approved."""

    kind: str = Field(min_length=1, max_length=MAX_NAME)
    expect: Expected
    messages: tuple[Said, ...] = Field(min_length=1, max_length=MAX_MESSAGES)
    says: str | None = Field(None, min_length=1, max_length=2_000)
    """Of a control: the words of a message that must be approved whole."""
    paraphrase: str | None = Field(None, min_length=1, max_length=2_000)
    """The same in other words."""
    lies: tuple[Lie, ...] = Field((), max_length=20)
    channel: str = Field("general", min_length=1, max_length=100)
    language: str = ""
    why: str = ""
    """What a careless reader would approve."""

    @model_validator(mode="after")
    def _says_what_is_said(self) -> Self:
        if not self.is_trap and self.says is None:
            raise ValueError("a control needs says, the words that must be approved")
        if self.says is not None and not any(self.says in each.text for each in self.messages if not each.deleted):
            raise ValueError("says must stand in one of the messages")
        return self

    @property
    def is_trap(self) -> bool:
        return self.expect is Expected.HOLD

    def first_told(self, channel: str) -> list[IncomingMessage]:
        """The messages as they were before any edit. What was deleted since never comes: a source does not give it."""
        return [message for line, message in self._incoming(channel) if not line.deleted]

    def edits(self, channel: str) -> list[IncomingMessage]:
        """The new words of those that were edited."""
        return [
            replace(message, text=line.text)
            for line, message in self._incoming(channel)
            if line.edited_from is not None and not line.deleted
        ]

    def _incoming(self, channel: str) -> Iterator[tuple[Said, IncomingMessage]]:
        for number, (line, sent_at) in enumerate(zip(self.messages, moments(self.messages, BEGIN), strict=True)):
            message = IncomingMessage(
                external_id=f"{channel}/{number}",
                channel=channel,
                author=line.author,
                sent_at=sent_at,
                text=line.edited_from or line.text,
                thread=line.thread and f"{channel}/{line.thread}",
                is_bot=line.bot,
            )
            yield line, message


def by_channel(cases: Sequence[Case]) -> dict[str, Case]:
    """Each under the name of a channel that no other has."""
    return {f"{case.channel} {number}": case for number, case in enumerate(cases, 1)}


def shipped() -> list[Case]:
    """The set that comes with Assay."""
    return shipped_set("approvals.jsonl", Case)


def from_file(path: Path) -> list[Case]:
    """A set of one's own. Raises InvalidInput with the line and what is wrong with it."""
    return own_set(path, Case)
