"""The model that the settings name, as the library of models knows it."""

from dataclasses import dataclass
from typing import Final

import httpx2
from pydantic_ai.models import Model, ModelRequestParameters
from pydantic_ai.models.anthropic import AnthropicModel
from pydantic_ai.models.openai import OpenAIChatModel
from pydantic_ai.output import OutputObjectDefinition, StructuredOutputMode
from pydantic_ai.profiles import ModelProfile
from pydantic_ai.profiles.openai import OpenAIModelProfile
from pydantic_ai.providers.anthropic import AnthropicProvider
from pydantic_ai.providers.openai import OpenAIProvider
from pydantic_ai.providers.openai_compatible import OpenAICompatibleProvider
from pydantic_ai.tools import ToolDefinition

from assay.ai.providers.llm import schema
from assay.settings import Settings

KEYLESS: Final = "none"
"""What a server that wants no key is sent as one."""
COMPATIBLE: Final = OpenAIModelProfile(
    supports_json_schema_output=True,
    supports_json_object_output=True,
    json_schema_transformer=None,
    openai_chat_supports_max_completion_tokens=False,
)
"""Ollama, vLLM and llama.cpp hold a model to the whole schema, with its bounds; OpenAI takes a part of it only."""


@dataclass(frozen=True, slots=True)
class Connection:
    """A model, the client that reaches it, and how it is held to the format."""

    model: Model
    http: httpx2.AsyncClient
    parameters: ModelRequestParameters


def connect(settings: Settings, http: httpx2.AsyncClient) -> Connection:
    name, url = settings.assay_llm_model or "", settings.assay_llm_url
    key = settings.assay_llm_key.get_secret_value() if settings.assay_llm_key else KEYLESS
    model: Model
    match settings.assay_extractor:
        case "anthropic":
            base = url.rstrip("/").removesuffix("/v1") if url else None  # its library adds the version itself
            model = AnthropicModel(name, provider=AnthropicProvider(api_key=key, base_url=base, http_client=http))
        case "openai":
            model = OpenAIChatModel(name, provider=OpenAIProvider(api_key=key, base_url=url, http_client=http))
        case _:
            provider = OpenAICompatibleProvider("openai-compatible", base_url=url or "", api_key=key, http_client=http)
            model = OpenAIChatModel(name, provider=provider, profile=COMPATIBLE)
    return Connection(model, http, parameters(settings.assay_llm_output, model.profile))


def parameters(wish: str, profile: ModelProfile) -> ModelRequestParameters:
    """How the answer is asked for: by the server's own means where it has them, else as the call of a tool."""
    mode = wish if wish != "auto" else "native" if profile.get("supports_json_schema_output") else "tool"
    chosen: StructuredOutputMode = mode  # type: ignore[assignment]  # the settings allow no other
    tool = ToolDefinition(name=schema.NAME, parameters_json_schema=schema.ANSWER, strict=True, kind="output")
    return ModelRequestParameters(
        output_mode=chosen,
        output_object=OutputObjectDefinition(json_schema=schema.ANSWER, name=schema.NAME, strict=True),
        output_tools=[tool] if chosen == "tool" else [],
        allow_text_output=chosen != "tool",
    )
