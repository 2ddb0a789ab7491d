"""Conversations that people have labelled with the knowledge they hold. The format is JSON, one conversation a line."""

from pathlib import Path
from typing import Self
from uuid import NAMESPACE_OID, UUID, uuid5

from pydantic import Field, model_validator

from assay.ai.extractor import Message
from assay.evaluation.sets import MAX_MESSAGES, LabelledMessage, Named, Strict, moments, own_set, shipped_set
from assay.kinds import AtomType
from assay.readers.records import MAX_NAME


class LabelledItem(Strict):
    """A piece of knowledge that the conversation holds, in the words of whoever labelled it."""

    type: AtomType
    says: str = Field(min_length=1, max_length=2_000)
    told_in: tuple[int, ...] = Field((), alias="from", max_length=200)
    """The places of the messages that say it, the fewest that suffice; empty: nobody said which."""
    topic: str = ""


class ForbiddenStatement(Strict):
    """What a careless reader would take from the conversation, though it is false or not settled."""

    says: str = Field(min_length=1, max_length=2_000)
    why: str = ""


class Labelled(Named):
    """A conversation and everything in it that is worth knowing; often that is nothing."""

    messages: tuple[LabelledMessage, ...] = Field(min_length=1, max_length=MAX_MESSAGES)
    knowledge: tuple[LabelledItem, ...] = Field((), max_length=200)
    forbidden: tuple[ForbiddenStatement, ...] = Field((), max_length=200)
    channel: str = Field("general", min_length=1, max_length=MAX_NAME)
    half: str = "all"
    """Of the set: what it was tuned on, or what was held back."""
    subject: str = ""
    language: str = ""

    @model_validator(mode="after")
    def _places_exist(self) -> Self:
        if any(not 0 <= at < len(self.messages) for item in self.knowledge for at in item.told_in):
            raise ValueError(f"from names a message that there is not, of 0 to {len(self.messages) - 1}")
        return self

    def said(self) -> list[Message]:
        """The messages as an extractor sees them; the same ids every time."""
        return [
            Message(
                id=self._id(number),
                channel=self.channel,
                author=line.author,
                sent_at=sent_at,
                text=line.text,
                thread=line.thread,
                is_bot=line.bot,
            )
            for number, (line, sent_at) in enumerate(zip(self.messages, moments(self.messages), strict=True))
        ]

    def _id(self, number: int) -> UUID:
        return uuid5(NAMESPACE_OID, f"{self.id}/{number}")


def shipped() -> list[Labelled]:
    """The set that comes with Assay."""
    return shipped_set("conversations.jsonl", Labelled)


def from_file(path: Path) -> list[Labelled]:
    """A set of one's own. Raises InvalidInput with the line and what is wrong with it."""
    return own_set(path, Labelled)
