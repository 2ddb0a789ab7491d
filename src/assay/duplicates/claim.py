"""What is compared."""

import hashlib
from dataclasses import dataclass
from functools import cached_property
from uuid import UUID

from assay.kinds import Kind, answer_of, embedded_text, full_text


@dataclass(frozen=True)
class Claim:
    """A proposal or an entity in its own words."""

    id: UUID
    kind: Kind
    title: str
    body: str
    identity_key: str
    is_entity: bool = False

    @cached_property
    def text(self) -> str:
        """What is compared."""
        return embedded_text(self.title, self.body)

    @cached_property
    def told(self) -> str:
        """The body without a question that it answers."""
        return answer_of(self.body)

    @property
    def asks(self) -> bool:
        """It is a question: what answers it says something else, however alike the words are."""
        return self.title.rstrip().endswith("?")

    @cached_property
    def text_hash(self) -> str:
        """Of all of it: a person's verdict is about what they read."""
        return content_hash(full_text(self.title, self.body))


def content_hash(text: str) -> str:
    """What tells whether a text is still the one that was embedded, or that a person judged."""
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()
