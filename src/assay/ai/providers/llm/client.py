"""One request to a model: bounded in number, time and money, and repeated where the server is busy or the line breaks.

What the server says is wrong with the request itself is not repeated. What it says about us (a wrong key, no credit,
an unknown model) or what lasts longer than our patience is Unavailable: nobody's message is to blame.
"""

import asyncio
import math
from collections.abc import Mapping
from typing import Any, Final

from pydantic_ai.direct import model_request
from pydantic_ai.exceptions import (
    AgentRunError,
    ContentFilterError,
    ModelAPIError,
    ModelAuthenticationError,
    ModelConnectionError,
    ModelNotFoundError,
    ModelQuotaExceededError,
    ModelRateLimitError,
    ModelRequestRejectedError,
    ModelRequestTimeout,
    ModelServerError,
    ModelTimeoutError,
    ModelUnavailableError,
    UnexpectedModelBehavior,
    UserError,
)
from pydantic_ai.messages import ModelRequest, ModelResponse, SystemPromptPart, ToolCallPart, UserPromptPart
from pydantic_ai.settings import ModelSettings

from assay.ai.backoff import MAX_ATTEMPTS, MAX_REST_SECONDS, Backoff
from assay.ai.budget import UsageMeter
from assay.ai.providers.llm import parse
from assay.ai.providers.llm.models import Connection
from assay.ai.providers.llm.parse import Malformed
from assay.ai.providers.llm.prices import Price, tokens_asked, tokens_in
from assay.errors import PermanentError, Unavailable
from assay.settings import Settings

OURS: Final = (ModelAuthenticationError, ModelNotFoundError, ModelQuotaExceededError)
PASSING: Final = (
    ModelRateLimitError,
    ModelUnavailableError,
    ModelServerError,
    ModelConnectionError,
)
UNSENT: Final = ("pool", "connect")
MAX_ERROR_CHARACTERS: Final = 300
MAX_TOKENS: Final = 10**9


class Client:
    """Shared by all requests to one model: how many at a time, and how patient, is a matter of its server."""

    def __init__(self, connection: Connection, settings: Settings, price: Price, backoff: Backoff) -> None:
        self._connection = connection
        self._price = price
        self._backoff = backoff
        self._slots = asyncio.Semaphore(settings.assay_llm_concurrency)
        self._most_written = settings.assay_llm_output_tokens
        self._settings = ModelSettings(
            max_tokens=settings.assay_llm_output_tokens,
            timeout=settings.assay_llm_timeout,
            request_timeout=settings.assay_llm_timeout,
            max_retries=0,
        )
        if settings.assay_extractor == "openai-compatible":  # the dear ones choose for themselves, or refuse it
            self._settings["temperature"] = 0.0
        self._secret = settings.assay_llm_key.get_secret_value() if settings.assay_llm_key else ""

    async def ask(self, instructions: str, question: str, meter: UsageMeter) -> Mapping[str, Any]:
        """The answer as a JSON object. Raises Malformed, PermanentError, Unavailable, BudgetSpent."""
        asked = ModelRequest([SystemPromptPart(instructions), UserPromptPart(question)])
        estimate = tokens_asked(instructions, question)
        for failures in range(1, MAX_ATTEMPTS + 1):
            await self._backoff.wait()
            try:
                async with self._slots:
                    response = await self._paid(asked, estimate, meter)
            except ModelAPIError as error:
                await self._after(error, failures)
            except UnexpectedModelBehavior as error:
                raise self._broken(error) from error
            except UserError as error:
                raise Unavailable(f"The model cannot be asked as the settings say: {self._redacted(error)}") from error
            else:
                return self._read(response)
        raise AssertionError("the last failure is raised")

    async def close(self) -> None:
        await self._connection.http.aclose()

    async def _paid(self, asked: ModelRequest, read: int, meter: UsageMeter) -> ModelResponse:
        """Sends a request, with the most it may cost set aside. `read`: estimated tokens, which count if it is lost."""
        most = self._price(read, self._most_written)
        await meter.budget.set_aside(most)
        tokens, cost = read, self._price(read, 0)
        try:
            response = await model_request(
                self._connection.model,
                [asked],
                model_settings=self._settings,
                model_request_parameters=self._connection.parameters,
            )
            tokens, cost = self._used(response, read)
        except (AgentRunError, UserError) as error:
            if was_free(error):
                tokens, cost = 0, 0.0
            raise
        finally:
            meter.add(tokens, cost)
            await asyncio.shield(meter.budget.settle(most, cost))
        return response

    def _used(self, response: ModelResponse, estimate: int) -> tuple[int, float]:
        """Tokens and dollars. A server that does not count is estimated; one that says nonsense is bounded."""
        usage = response.usage
        read = min(max(usage.input_tokens, 0), MAX_TOKENS) or estimate
        written = min(max(usage.output_tokens, 0), MAX_TOKENS) or tokens_in(response.text or "")
        return read + written, self._price(read, written)

    async def _after(self, error: ModelAPIError, failures: int) -> None:
        """Waits if asking again may help; else raises."""
        if isinstance(error, OURS):
            raise Unavailable(f"The model {error.model_name!r} cannot be asked: {self._redacted(error)}") from error
        if isinstance(error, ModelRequestRejectedError):
            raise PermanentError(f"The model refused the request: {self._redacted(error)}") from error
        rest = error.retry_after
        if rest is not None and not 0 <= rest <= MAX_REST_SECONDS:
            wish = f"{rest:.0f} s" if math.isfinite(rest) else "a time that is none"
            raise Unavailable(f"The model is busy and asks to wait {wish}: {self._redacted(error)}") from error
        if failures >= most_attempts(error):
            raise Unavailable(f"The model does not answer after {failures} tries: {self._redacted(error)}") from error
        await self._backoff.after_failure(failures, rest)

    def _read(self, response: ModelResponse) -> Mapping[str, Any]:
        if response.finish_reason == "length":
            raise PermanentError(f"The answer is longer than {self._most_written} tokens (ASSAY_LLM_OUTPUT_TOKENS).")
        if response.finish_reason == "content_filter":
            raise PermanentError("The model's own filter refused the request.")
        for part in response.parts:
            if isinstance(part, ToolCallPart):
                return self._called(part)
        return parse.document(response.text or "")

    def _called(self, part: ToolCallPart) -> Mapping[str, Any]:
        return parse.document(part.args) if isinstance(part.args, str) else parse.checked(part.args)

    def _broken(self, error: UnexpectedModelBehavior) -> Exception:
        if isinstance(error, ContentFilterError):
            return PermanentError("The model's own filter refused the request.")
        return Malformed(f"it is not as this kind of server answers: {error.message[:200]}")

    def _redacted(self, error: Exception) -> str:
        """What went wrong, on one line, without the key."""
        words = " ".join(str(error).split())
        return (words.replace(self._secret, "[key]") if self._secret else words)[:MAX_ERROR_CHARACTERS]


def most_attempts(error: ModelAPIError) -> int:
    """Silence costs time and money, and what has no name is seldom gone a second later: both are tried once more."""
    is_silence = isinstance(error, (ModelRequestTimeout, ModelTimeoutError))
    return MAX_ATTEMPTS if isinstance(error, PASSING) and not is_silence else 2


def was_free(error: AgentRunError | UserError) -> bool:
    """True where nobody began to read the request: it was refused, or never arrived."""
    if isinstance(error, ModelConnectionError):
        return error.phase in UNSENT
    return not isinstance(error, (ModelRequestTimeout, UnexpectedModelBehavior))
