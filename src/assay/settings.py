"""Settings from the environment; the names are those of the contract."""

import os
from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from functools import cache
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Literal

import platformdirs
from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_core import PydanticCustomError
from pydantic_settings import BaseSettings, SettingsConfigDict

from assay.errors import InvalidInput, what_is_wrong


def default_home() -> Path:
    """Where the embedded servers keep their data: a folder of the machine for root, else one of the user."""
    if os.name != "nt" and os.geteuid() == 0:
        return Path("/var/lib/assay")
    return Path(platformdirs.user_data_dir("assay", appauthor=False))


class Settings(BaseSettings):
    """Read once at start. A value out of bounds stops the start with one sentence."""

    model_config = SettingsConfigDict(frozen=True, env_ignore_empty=True)

    assay_home: Path = Field(default_factory=default_home, description="data directory of the embedded servers")
    database_url: SecretStr | None = Field(None, description="your own PostgreSQL; absent: the embedded one")
    nats_url: SecretStr | None = Field(None, description="your own NATS; absent: the embedded one")

    assay_webhook_url: SecretStr | None = Field(None, description="where failures are posted; absent: nowhere")
    assay_webhook_secret: SecretStr | None = Field(None, description="key that signs what is posted, whsec_...")
    assay_smtp_url: SecretStr | None = Field(None, description="mail server for failures; absent: no mail")
    assay_mail_from: str | None = Field(None, description="sender of mail")
    assay_mail_to: str | None = Field(None, description="who gets mail, addresses with commas between")
    assay_log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="least severity of the lines that workers, schedulers and the app log"
    )
    assay_log_format: Literal["text", "json"] = Field(
        "text", description="form of these lines; json: one object a line, for programs"
    )
    assay_alert_severity: Literal["error", "critical"] = Field(
        "critical", description="least severity that goes out by webhook and mail"
    )
    assay_requests_per_second: int = Field(
        50, ge=1, le=100_000, description="requests a second of one user; ten seconds' worth at once"
    )
    assay_uploads_folder: Path | None = Field(
        None, description="where uploaded exports lie while they are imported; absent: uploads in the data directory"
    )
    assay_upload_megabytes: int = Field(
        2048, ge=1, le=100_000, description="most megabytes (of 1,048,576 bytes) of an uploaded export"
    )
    assay_trusted_proxies: str | None = Field(
        None,
        max_length=2000,
        description="proxies that may say who asks (X-Forwarded-For), addresses or networks with commas between",
    )
    otel_exporter_otlp_endpoint: str | None = Field(
        None, max_length=2000, description="where traces are sent, over HTTP; absent: nowhere"
    )
    assay_oidc_issuer: str | None = Field(
        None, max_length=2000, description="identity provider at which people sign in; absent: passwords only"
    )
    assay_oidc_client_id: str | None = Field(None, max_length=500, description="Assay's name at the provider")
    assay_oidc_client_secret: SecretStr | None = Field(
        None, description="its secret there; absent: a public client, proved by PKCE alone"
    )
    assay_oidc_redirect_url: str | None = Field(
        None, max_length=2000, description="way back from the provider: the app's address and /sign-in/oidc/back"
    )
    assay_oidc_new_role: Literal["viewer", "reviewer"] | None = Field(
        None, description="role of people who sign in there and have no account; absent: they are turned away"
    )
    assay_extractor: Literal["offline", "openai", "anthropic", "openai-compatible"] = Field(
        "offline", description="what reads the messages"
    )
    assay_ranked_per_thousand: int = Field(
        25, ge=0, le=1000, description="proposals for people that are found by ranking, of 1,000 messages; 0: none"
    )
    assay_llm_model: str | None = Field(None, max_length=200, description="name of the language model")
    assay_llm_url: str | None = Field(None, max_length=2000, description="address of the model's server, with /v1")
    assay_llm_key: SecretStr | None = Field(None, description="key of the model's server")
    assay_llm_output: Literal["auto", "native", "tool", "prompted"] = Field(
        "auto", description="how the model is held to the format; auto: as the server can"
    )
    assay_llm_prompt: str = Field(
        "extraction-1", max_length=1000, description="version of the prompt, or a file of one"
    )
    assay_llm_concurrency: int = Field(4, ge=1, le=64, description="requests to the model at a time")
    assay_llm_timeout: int = Field(120, ge=1, le=300, description="seconds a request may take")
    assay_llm_window_characters: int = Field(
        24_000, ge=1_000, le=1_000_000, description="characters of messages in a request"
    )
    assay_llm_output_tokens: int = Field(8_000, ge=128, le=128_000, description="most tokens of an answer")
    assay_llm_budget_per_run: float | None = Field(
        None, ge=0.0, le=100_000.0, allow_inf_nan=False, description="most US dollars that one run may cost"
    )
    assay_llm_budget_per_day: float | None = Field(
        None, ge=0.0, le=100_000.0, allow_inf_nan=False, description="most US dollars a day in UTC, over all processes"
    )
    assay_llm_price_input: float | None = Field(
        None,
        ge=0.0,
        le=100_000.0,
        allow_inf_nan=False,
        description="US dollars per million tokens read; absent: the known price",
    )
    assay_llm_price_output: float | None = Field(
        None,
        ge=0.0,
        le=100_000.0,
        allow_inf_nan=False,
        description="US dollars per million tokens written; absent: the known price",
    )

    assay_embeddings_url: str | None = Field(
        None, max_length=2000, description="server of an embedding model, with /v1; absent: the offline model"
    )
    assay_embeddings_model: str | None = Field(None, max_length=200, description="name of the embedding model there")
    assay_embeddings_dimensions: int | None = Field(
        None, ge=1, le=4000, description="how many numbers a vector of it has"
    )
    assay_embeddings_key: SecretStr | None = Field(None, description="key of the server of the embedding model")
    assay_embeddings_concurrency: int = Field(4, ge=1, le=64, description="requests for embeddings at a time")
    assay_embeddings_timeout: int = Field(60, ge=1, le=300, description="seconds a request for embeddings may take")

    knowledge_auto_approval_enabled: bool = Field(True, description="may the system approve alone")
    knowledge_auto_approval_confidence_threshold: float = Field(
        0.95, ge=0.0, le=1.0, allow_inf_nan=False, description="least confidence the system approves alone"
    )
    knowledge_dedup_similarity_threshold: float = Field(
        0.85, ge=0.0, le=1.0, allow_inf_nan=False, description="least similarity that counts as a duplicate"
    )
    knowledge_proposal_expiration_days: int = Field(
        30, ge=1, le=365, description="days after which an undecided proposal expires"
    )
    knowledge_auto_approval_batch_size: int = Field(50, ge=1, le=500, description="proposals per auto-review batch")
    knowledge_dedup_batch_size: int = Field(100, ge=10, le=1000, description="proposals per duplicate-scan batch")

    jobs_stream: str = Field("JOBS", pattern="^[A-Z][A-Z0-9_]{0,30}$", description="name of the queue on the broker")
    jobs_replicas: int = Field(1, ge=1, le=5, description="copies the broker keeps of the queue: 3 on a cluster")
    jobs_ack_wait_seconds: float = Field(
        30, ge=1, le=600, allow_inf_nan=False, description="silence after which a job's worker counts as dead"
    )
    jobs_history_days: int = Field(30, ge=7, le=3650, description="days that the history of runs is kept")
    assay_backup_hours: int | None = Field(
        None, ge=1, le=8760, description="most hours since the last backup, or it is a problem; absent: not asked for"
    )
    events_kept_days: int = Field(
        30, ge=1, le=3650, description="days for which a client may ask for the events it missed"
    )

    @property
    def own_database(self) -> Path | None:
        """The folder that holds our own database; None where it is somebody else's."""
        return self.assay_home if self.database_url is None else None

    @property
    def uploads_folder(self) -> Path:
        """The folder of uploaded exports."""
        return self.assay_uploads_folder or self.assay_home / "uploads"

    @property
    def trusted_proxies(self) -> list[str]:
        """Addresses and networks, each in its usual writing."""
        return [str(each) for each in _networks(self.assay_trusted_proxies or "")]

    @field_validator("assay_trusted_proxies")
    @classmethod
    def _are_networks(cls, words: str | None) -> str | None:
        try:
            _networks(words or "")
        except ValueError:
            raise PydanticCustomError(
                "proxies", "addresses or networks with commas between, such as 10.0.0.5 or 10.0.0.0/24"
            ) from None
        return words


def _networks(words: str) -> list[IPv4Network | IPv6Network]:
    return [ip_network(each.strip()) for each in words.split(",") if each.strip()]


def unknown_variables(names: Iterable[str]) -> list[str]:
    """A sentence for each variable that has the name of no setting, with the nearest that there is."""
    known = [name.upper() for name in Settings.model_fields]
    unknown = sorted(name for name in names if name.upper() not in known)
    return [f"{name} is no setting and was overlooked: {_nearest(name.upper(), known)}" for name in unknown]


def _nearest(name: str, known: Sequence[str]) -> str:
    near = get_close_matches(name, known, n=1, cutoff=0.7)
    return f"did you mean {near[0]}?" if near else "assay settings shows those that there are."


@cache
def load() -> Settings:
    """The settings of this process. Raises InvalidInput naming the variable, its value and the bound."""
    try:
        return Settings()  # type: ignore[call-arg, unused-ignore]  # the values come from the environment
    except ValidationError as error:
        raise InvalidInput(what_is_wrong(error, str.upper)) from None
