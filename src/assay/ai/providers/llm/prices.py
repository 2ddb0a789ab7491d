"""What an answer costs: by the settings, else by the price list that comes with the libraries."""

from collections.abc import Callable
from typing import Final

from assay.errors import InvalidInput, missing_extra
from assay.settings import Settings

MILLION: Final = 1_000_000
MIN_BYTES_PER_TOKEN: Final = 2
"""For estimates before a request: English has about four, other scripts two or three. Too dear beats too cheap."""

Price = Callable[[int, int], float]
"""US dollars for tokens read and tokens written."""


def price(settings: Settings) -> Price:
    """Raises InvalidInput where a budget is set and nobody knows what the model costs."""
    if known := known_price(settings):
        return known
    if settings.assay_llm_budget_per_run is not None or settings.assay_llm_budget_per_day is not None:
        raise InvalidInput(
            f"A budget is set, but the price of {settings.assay_llm_model!r} is not known: set ASSAY_LLM_PRICE_INPUT "
            "and ASSAY_LLM_PRICE_OUTPUT, US dollars per million tokens (0 for a server of your own)."
        )
    return _fixed(0.0, 0.0)


def known_price(settings: Settings) -> Price | None:
    """None where neither the settings nor the list say what the model costs, as for a server of one's own."""
    read, written = settings.assay_llm_price_input, settings.assay_llm_price_output
    if read is not None or written is not None:
        return _fixed(read or 0.0, written or 0.0)
    return _listed(settings.assay_extractor, settings.assay_llm_model or "")


def tokens_asked(instructions: str, question: str) -> int:
    """A high estimate of what a request makes the model read."""
    return tokens_in(instructions) + tokens_in(question)


def tokens_in(text: str) -> int:
    """A high estimate."""
    return len(text.encode("utf-8", "replace")) // MIN_BYTES_PER_TOKEN + 1


def _fixed(read: float, written: float) -> Price:
    return lambda tokens_read, tokens_written: (tokens_read * read + tokens_written * written) / MILLION


def _listed(provider: str, model: str) -> Price | None:
    """The list price of a model of OpenAI or Anthropic, if the list has it."""
    if provider not in ("openai", "anthropic"):
        return None
    try:
        from genai_prices import Usage, calc_price  # noqa: PLC0415, RUF100  # part of the extra `llm`
    except ImportError:
        raise missing_extra("The price list of models", "llm") from None

    def listed(tokens_read: int, tokens_written: int) -> float:
        usage = Usage(input_tokens=tokens_read, output_tokens=tokens_written)
        return float(calc_price(usage, model, provider_id=provider).total_price)

    try:
        listed(1, 1)
    except LookupError:
        return None
    return listed
