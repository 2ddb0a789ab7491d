"""Asks a language model about one window at a time. The library of models is loaded at the first request."""

import asyncio
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from assay import http_client
from assay.ai.backoff import Backoff
from assay.ai.budget import UsageMeter
from assay.ai.extractor import ContextLimits, Extraction, Window
from assay.ai.prompts import Prompt
from assay.ai.providers.llm import parse
from assay.ai.providers.llm.parse import Malformed
from assay.ai.providers.llm.prices import price, tokens_asked
from assay.ai.providers.llm.prompt import PromptRequest, compose
from assay.errors import PermanentError
from assay.settings import Settings

if TYPE_CHECKING:
    from assay.ai.providers.llm.client import Client

MAX_REPAIRS: Final = 2
"""How often a model is asked again for an answer that is not in the format."""
WINDOW_MESSAGES: Final = 120
WINDOW_CONTEXT: Final = 12


class LlmExtractor:
    """Reads with a language model. What it says goes through the same checks as what any extractor says."""

    def __init__(self, settings: Settings, prompt: Prompt, backoff: Backoff | None = None) -> None:
        self._settings = settings
        self._prompt = prompt
        self._backoff = backoff or Backoff()
        self._client: Client | None = None

    @property
    def name(self) -> str:
        return self._settings.assay_extractor

    @property
    def model(self) -> str:
        return self._settings.assay_llm_model or ""

    @property
    def prompt_version(self) -> str:
        return self._prompt.version

    @property
    def limits(self) -> ContextLimits:
        return ContextLimits(
            messages=WINDOW_MESSAGES,
            characters=self._settings.assay_llm_window_characters,
            context=WINDOW_CONTEXT,
            concurrency=self._settings.assay_llm_concurrency,
        )

    async def extract(self, window: Window) -> Extraction:
        request = await asyncio.to_thread(self._request, window)
        found, repairs = await self._answer(request, window.meter)
        read = parse.read(found, request)
        refused = {**read.refused, "answers_out_of_format": repairs} if repairs else read.refused
        return Extraction(read.topics, read.atoms, window.meter.tokens, window.meter.cost, refused)

    def tokens_asked(self, window: Window) -> int:
        """A high estimate of what the request for a window makes the model read. Nobody is asked."""
        return tokens_asked(self._prompt.text, self._request(window).text)

    def _request(self, window: Window) -> PromptRequest:
        return compose(window, self._settings.assay_llm_window_characters)

    async def _answer(self, request: PromptRequest, meter: UsageMeter) -> tuple[Mapping[str, Any], int]:
        """The first answer in the format, and how many before it were not. Each is asked for anew: what was broken
        would only cost once more."""
        question = request.text
        for repairs in range(MAX_REPAIRS + 1):
            try:
                return await self._asked().ask(self._prompt.text, question, meter), repairs
            except Malformed as problem:
                question = request.again(str(problem))
                last = problem
        raise PermanentError(f"The model gave no usable answer in {MAX_REPAIRS + 1} attempts; of the last, {last}.")

    def _asked(self) -> "Client":
        if self._client is None:
            from assay.ai.providers.llm.client import Client
            from assay.ai.providers.llm.models import connect

            connection = connect(self._settings, http_client.client(self._settings.assay_llm_timeout))
            self._client = Client(connection, self._settings, price(self._settings), self._backoff)
        return self._client

    async def close(self) -> None:
        """Gives back the connections to the server."""
        if self._client is not None:
            await self._client.close()
            self._client = None
