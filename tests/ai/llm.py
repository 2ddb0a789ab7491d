"""Extractors that ask a scripted server, and answers it may give."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from pydantic_ai.models import override_allow_model_requests
from tests.ai.model_server import ModelServer, Script

from assay.ai.backoff import Backoff
from assay.ai.prompts import load
from assay.ai.providers.llm.extractor import LlmExtractor
from assay.settings import Settings

FACT = "We use Postgres 16 for the ledger."
NOTHING: dict[str, Any] = {"atoms": [], "topics": []}


def settings(url: str, **changes: Any) -> Settings:
    chosen = {
        "assay_extractor": "openai-compatible",
        "assay_llm_model": "small",
        "assay_llm_url": url,
        "assay_llm_key": "sk-very-secret-key",
        "assay_llm_price_input": 1.0,
        "assay_llm_price_output": 10.0,
    }
    return Settings.model_validate({**chosen, **changes})


class Clock:
    """Time that passes only while somebody sleeps, at once."""

    def __init__(self) -> None:
        self.slept: list[float] = []

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)

    def now(self) -> float:
        return sum(self.slept)

    def backoff(self) -> Backoff:
        return Backoff(sleep=self.sleep, clock=self.now, luck=lambda: 0.0)


@asynccontextmanager
async def asking(server: ModelServer, clock: Clock | None = None, **changes: Any) -> AsyncIterator[LlmExtractor]:
    found = settings(server.url, **changes)
    extractor = LlmExtractor(found, load(found.assay_llm_prompt), (clock or Clock()).backoff())
    with override_allow_model_requests(True):
        yield extractor
    await extractor.close()


@asynccontextmanager
async def scripted(script: Script, **changes: Any) -> AsyncIterator[tuple[ModelServer, LlmExtractor]]:
    async with ModelServer(script) as server, asking(server, **changes) as extractor:
        yield server, extractor


def atom(title: str = FACT, *quotes: tuple[int, str], **changes: Any) -> dict[str, Any]:
    return {
        "quotes": [{"message": number, "words": words} for number, words in quotes or ((1, title),)],
        "reasoning": "Somebody says so.",
        "type": "decision",
        "title": title,
        "content": title,
        "topic": "Ledger",
        "links": [],
        "recommendation": "new",
        "confidence": 90,
        **changes,
    }


def topic(name: str = "Ledger", **changes: Any) -> dict[str, Any]:
    return {
        "quotes": [{"message": 1, "words": FACT}],
        "reasoning": "Named.",
        "name": name,
        "description": f"All about {name}.",
        "keywords": ["ledger"],
        "icon": "database",
        "color": "blue",
        "recommendation": "new",
        "confidence": 80,
        **changes,
    }


def found(*atoms: dict[str, Any], topics: list[dict[str, Any]] | None = None) -> dict[str, Any]:
    return {"atoms": list(atoms), "topics": topics or []}
