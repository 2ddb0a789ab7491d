"""The models that the settings name. Each is imported when it is chosen: most commands need none of them."""

from importlib.util import find_spec
from typing import Final, get_args

from assay.ai.embedder import Embedder
from assay.ai.extractor import Extractor
from assay.ai.providers.offline_embedder import OfflineEmbedder
from assay.errors import InvalidInput, missing_extra
from assay.settings import Settings

OFFLINE: Final = "offline"
EXTRACTORS: Final = get_args(Settings.model_fields["assay_extractor"].annotation)
EXTRA: Final = ("pydantic_ai", "openai", "anthropic")


def extractor(settings: Settings, embedder: Embedder) -> Extractor:
    """Raises InvalidInput, saying what to set or install. Models and libraries load at the first use."""
    if settings.assay_extractor == OFFLINE:
        from assay.ai.rules.extractor import OfflineExtractor

        return OfflineExtractor(embedder, per_thousand=settings.assay_ranked_per_thousand)
    from assay.ai.prompts import load
    from assay.ai.providers.llm.extractor import LlmExtractor

    validate_settings(settings)
    return LlmExtractor(settings, load(settings.assay_llm_prompt))


def embedder(settings: Settings, offline: Embedder) -> Embedder:
    """Raises InvalidInput, saying what to set."""
    url = settings.assay_embeddings_url
    if url is None:
        return offline
    if not url.startswith(("http://", "https://")):
        raise InvalidInput(f"ASSAY_EMBEDDINGS_URL={url[:80]!r} is not allowed: it must begin with http:// or https://.")
    for name in ("assay_embeddings_model", "assay_embeddings_dimensions"):
        if not getattr(settings, name):
            raise InvalidInput(f"ASSAY_EMBEDDINGS_URL needs {name.upper()}.")
    from assay.ai.providers.endpoint_embedder import EndpointEmbedder

    return EndpointEmbedder(settings)


def embedding_model(settings: Settings) -> str:
    """The name of the model that the settings choose. Raises InvalidInput, as `embedder`."""
    return embedder(settings, OfflineEmbedder()).model


def validate_settings(settings: Settings) -> None:
    """Raises InvalidInput where a language model is chosen that cannot be asked under these settings."""
    chosen = f"ASSAY_EXTRACTOR={settings.assay_extractor}"
    if not all(map(find_spec, EXTRA)):
        raise missing_extra(chosen, "llm")
    if not settings.assay_llm_model:
        raise InvalidInput(f"{chosen} needs ASSAY_LLM_MODEL, the name of the model.")
    if settings.assay_extractor == "openai-compatible":
        if not settings.assay_llm_url:
            raise InvalidInput(f"{chosen} needs ASSAY_LLM_URL, for example http://localhost:11434/v1.")
    elif settings.assay_llm_key is None:
        raise InvalidInput(f"{chosen} needs ASSAY_LLM_KEY, the key of your account.")
    if settings.assay_llm_budget_per_run is not None or settings.assay_llm_budget_per_day is not None:
        from assay.ai.providers.llm.prices import price

        price(settings)
    _check_url(settings.assay_llm_url)


def _check_url(url: str | None) -> None:
    """The sentence does not quote it: it may hold a password."""
    if url and not url.startswith(("http://", "https://")):
        raise InvalidInput("ASSAY_LLM_URL must begin with http:// or https://.")
    if url and "@" in url:
        raise InvalidInput("ASSAY_LLM_URL must hold no name or password: put the key in ASSAY_LLM_KEY.")
