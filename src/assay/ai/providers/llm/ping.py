"""Whether the server of a model is there and takes the key. Costs nothing: no model is asked."""

from typing import Any, Final

import httpx2

from assay.ai import http
from assay.errors import Unavailable
from assay.settings import Settings

PUBLIC: Final = {"openai": "https://api.openai.com/v1", "anthropic": "https://api.anthropic.com/v1"}
SECONDS: Final = 10
LACKS_A_LIST: Final = (404, 405, 501)
"""A server that says so is there: some have no list of models."""


async def ping(settings: Settings) -> str:
    """One line about the model and its server. Raises Unavailable, naming both, without the key."""
    model, base = settings.assay_llm_model, _base(settings)
    where = f"The language model {model!r} at {base}"
    try:
        async with http.client(SECONDS) as client:
            response = await client.get(f"{base}/models", headers=_headers(settings))
    except httpx2.HTTPError as error:
        raise Unavailable(f"{where} does not answer: {error or type(error).__name__}") from error
    if response.status_code in LACKS_A_LIST:
        return f"{model} at {base}"
    if response.status_code >= 400:
        raise Unavailable(f"{where} cannot be asked: its server says {response.status_code} {response.reason_phrase}.")
    names = _names(response)
    return f"{model} at {base}" if not names or model in names else f"{model} at {base}, which does not list it"


def _base(settings: Settings) -> str:
    base = (settings.assay_llm_url or PUBLIC.get(settings.assay_extractor, "")).rstrip("/")
    return f"{base.removesuffix('/v1')}/v1" if settings.assay_extractor == "anthropic" else base


def _headers(settings: Settings) -> dict[str, str]:
    if settings.assay_llm_key is None:
        return {}
    key = settings.assay_llm_key.get_secret_value()
    if settings.assay_extractor == "anthropic":
        return {"x-api-key": key, "anthropic-version": "2023-06-01"}
    return {"authorization": f"Bearer {key}"}


def _names(response: httpx2.Response) -> set[Any]:
    try:
        return {each["id"] for each in response.json()["data"]}
    except (ValueError, KeyError, TypeError):
        return set()
