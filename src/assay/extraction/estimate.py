"""What reading would cost a language model, told before a run: nobody is asked, and nothing is written."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from assay.ai.extractor import Message
from assay.ai.prompts import load
from assay.ai.providers.llm.extractor import LlmExtractor
from assay.ai.providers.llm.prices import Price, known_price
from assay.db.base import new_id
from assay.db.engine import Database
from assay.extraction import known_context
from assay.extraction.known_context import FOR_A_CONVERSATION, KnownContext
from assay.extraction.portions import portions
from assay.extraction.runs import MAX_CHARACTERS, MAX_MESSAGES
from assay.extraction.sql import runs as sql
from assay.extraction.windows import planned
from assay.readers.quotes import in_own_words, words_of_others
from assay.readers.records import IncomingMessage
from assay.settings import Settings

TOKENS_WRITTEN_PER_MESSAGE: Final = 60
"""Of an answer: the shipped conversations hold an item in every fourth message, and one takes some 200 tokens."""


@dataclass(slots=True)
class ReadingCost:
    """What a language model would be asked, in requests, estimated tokens and, where a price is known, US dollars."""

    messages: int = 0
    by_machines: int = 0
    """Of these: read without a model."""
    windows: int = 0
    """Each is a request."""
    tokens_read: int = 0
    tokens_written: int = 0
    cost: float | None = None
    """None: nobody knows the price, or the model runs on a server of one's own."""

    @property
    def cost_per_thousand(self) -> float | None:
        """Of 1,000 messages."""
        return None if self.cost is None or not self.messages else self.cost * 1_000 / self.messages


class CostEstimator:
    """Adds up what reading costs under these settings, by the windows and the prompt of a real run."""

    def __init__(self, settings: Settings, known: KnownContext) -> None:
        self._model = LlmExtractor(settings, load(settings.assay_llm_prompt))
        self._price: Price | None = known_price(settings)
        self._known = known
        self.total = ReadingCost()

    @classmethod
    async def beside_knowledge(cls, session: AsyncSession, settings: Settings) -> "CostEstimator":
        """With as much of what is known in each request as a run would show now."""
        return cls(settings, await known_context.newest(session, FOR_A_CONVERSATION))

    def add_export(self, messages: Iterable[IncomingMessage], source: str) -> None:
        """Everything an export holds, as if none of it was read before."""
        first_versions = (each for each in messages if not each.is_version)
        for portion in portions(first_versions, MAX_MESSAGES, MAX_CHARACTERS):
            self.add(list(_to_read(portion, source)))

    async def add_unread(self, database: Database) -> None:
        """What the database holds and nobody has read."""
        messages, place = await self._page(database, None)
        while place:
            self.add(messages)
            messages, place = await self._page(database, place)
        self.add(messages)

    async def _page(self, database: Database, after: sql.Place | None) -> tuple[list[Message], sql.Place | None]:
        async with database.transaction() as session:
            return await sql.unread(session, after, MAX_MESSAGES)

    def add(self, messages: Sequence[Message]) -> None:
        """What one run would read."""
        plan, total = planned(messages, (), self._model.limits, 0), self.total
        read = sum(self._model.tokens_asked(self._known.beside(each)) for each in plan.windows)
        written = TOKENS_WRITTEN_PER_MESSAGE * sum(len(each.messages) for each in plan.windows)
        total.messages += len(messages)
        total.by_machines += len(plan.noise)
        total.windows += len(plan.windows)
        total.tokens_read += read
        total.tokens_written += written
        if self._price:
            total.cost = self._price(total.tokens_read, total.tokens_written)


def _to_read(messages: Sequence[IncomingMessage], source: str) -> Iterator[Message]:
    """The messages as an extractor would see them once they are stored."""
    ids = {each.external_id: new_id() for each in messages}
    for each in messages:
        thread = ids.get(each.thread) if each.thread else None
        yield Message(
            id=ids[each.external_id],
            channel=each.channel,
            author=each.author,
            sent_at=each.sent_at,
            text=in_own_words(each.text, words_of_others(each)),
            thread=str(thread) if thread else each.thread,
            is_bot=each.is_bot,
            source=source,
        )
