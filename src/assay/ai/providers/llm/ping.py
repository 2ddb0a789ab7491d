"""Whether the server of a model is there and takes the key. Costs nothing: no model is asked."""

from http import HTTPStatus
from typing import Final
from urllib.parse import quote

import httpx2

from assay import http_client
from assay.errors import Unavailable
from assay.settings import Settings

PUBLIC: Final = {"openai": "https://api.openai.com/v1", "anthropic": "https://api.anthropic.com/v1"}
REDIRECTS: Final = range(300, 400)
MAX_SHOWN: Final = 10
ADDRESS: Final = "Set ASSAY_LLM_URL to the address with /v1, for example http://localhost:11434/v1."
SECONDS: Final = 10
LACKS_A_LIST: Final = (404, 405, 501)
"""A server that says so is there: some have no list of models."""


async def ping(settings: Settings) -> str:
    """One line about the model and its server. Raises Unavailable, naming both, without the key.

    That is also where the address is no server of models, or the server does not list the model.
    """
    model, base = settings.assay_llm_model, _base(settings)
    where = f"The language model {model!r} at {base}"
    try:
        async with http_client.client(SECONDS) as client:
            await _look(client, settings, where, base)
    except httpx2.HTTPError as error:
        raise Unavailable(f"{where} does not answer: {error or type(error).__name__}") from error
    return f"{model} at {base}"


async def _look(client: httpx2.AsyncClient, settings: Settings, where: str, base: str) -> None:
    headers, model = _headers(settings), settings.assay_llm_model or ""
    response = await client.get(f"{base}/models", headers=headers)
    if response.status_code in LACKS_A_LIST:
        question = "messages" if settings.assay_extractor == "anthropic" else "chat/completions"
        response = await client.post(f"{base}/{question}", headers=headers, json={})  # asks nothing, so costs nothing
        if response.status_code in (*LACKS_A_LIST, *REDIRECTS):
            raise Unavailable(f"{where} is not a model: {base} is not a model server. {ADDRESS}")
        return
    if response.status_code >= HTTPStatus.BAD_REQUEST:
        raise Unavailable(f"{where} cannot be asked: its server says {response.status_code} {response.reason_phrase}.")
    names = _names(response)
    if names is None:
        raise Unavailable(f"{where} is not a model: {base}/models does not answer with a list of models. {ADDRESS}")
    if names and not names & {model, f"{model}:latest"}:
        alone = await client.get(f"{base}/models/{quote(model, safe='')}", headers=headers)
        if alone.status_code != HTTPStatus.OK:  # an alias has no place in the list and is known all the same
            raise Unavailable(f"{where} is not listed by its server, which has {_shown(names)}: set ASSAY_LLM_MODEL.")


def _shown(names: set[str]) -> str:
    some = ", ".join(sorted(names)[:MAX_SHOWN])
    return f"{some} and {len(names) - MAX_SHOWN} more" if len(names) > MAX_SHOWN else some


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


def _names(response: httpx2.Response) -> set[str] | None:
    """None where it is no list of models."""
    try:
        return {str(each["id"]) for each in response.json()["data"] or ()}
    except (ValueError, KeyError, TypeError):
        return None
