"""No sentence, log line or list of settings shows a password that stands within an address."""

import asyncio
import json
import os
import subprocess
import sys

import pytest
import structlog
from tests.patience import PATIENCE

from assay.accounts import oidc
from assay.ai.backoff import Backoff
from assay.ai.providers.endpoint_embedder import EndpointEmbedder
from assay.cli.logs import log_to_stderr
from assay.db.engine import first_line
from assay.errors import AssayError, Unavailable, covered
from assay.settings import Settings

SECRET = "hunter2-is-secret"
ADDRESSES = {name: f"http://ana:{SECRET}@127.0.0.1:1/v1" for name in Settings.model_fields if name.endswith("_url")}
ADDRESSES |= dict.fromkeys(("assay_oidc_issuer", "otel_exporter_otlp_endpoint"), f"http://ana:{SECRET}@127.0.0.1:1")


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        (f"https://ana:{SECRET}@host/v1", "https://[masked]@host/v1"),
        (f"postgresql://ana:{SECRET}@pw@host/db", "postgresql://[masked]@host/db"),
        (f"postgresql://ana:x/{SECRET}@host/db", "postgresql://[masked]@host/db"),
        (f"nats://{SECRET}@host", "nats://[masked]@host"),
        (f"https://host/v1?api-key={SECRET}&a=1", "https://host/v1?api-key=[masked]&a=1"),
        (f"https://host/v1?a=1&Signature={SECRET}#x", "https://host/v1?a=1&Signature=[masked]#x"),
        ("It must be nats://user:password@host:port.", "It must be nats://user:password@host:port."),
        ("See https://host:80/a/b?page=2 and mail ana@host.", "See https://host:80/a/b?page=2 and mail ana@host."),
    ],
)
def test_passwords_and_keys_within_addresses_are_covered(said, shown):
    assert covered(said) == shown


def test_every_sentence_and_log_line_covers_them(capsys):
    quoted = f"The server http://ana:{SECRET}@host does not answer."
    log_to_stderr("info")
    try:
        structlog.get_logger().info("failed", where=quoted, exc_info=OSError(quoted))
    finally:
        structlog.reset_defaults()
    shown = capsys.readouterr().err
    assert "OSError" in shown
    for words in (shown, str(AssayError(quoted)), first_line(OSError(quoted))):
        assert "http://[masked]@host" in words
        assert SECRET not in words


@pytest.mark.parametrize("words", [["settings"], ["settings", "--json"], ["doctor", "--json"]])
def test_no_command_shows_them(words, tmp_path):
    """All addresses that settings may hold, at servers that are not there."""
    environment = {name.upper(): address for name, address in ADDRESSES.items()}
    ended = subprocess.run(
        [sys.executable, "-m", "assay", *words],
        env={**os.environ, **environment, "ASSAY_HOME": str(tmp_path / "home")},
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )
    assert "ASSAY_HOME" in ended.stdout or json.loads(ended.stdout)["problems"]
    assert SECRET not in ended.stdout + ended.stderr


def test_a_value_that_is_not_allowed_is_quoted_without_them():
    environment = {**os.environ, "ASSAY_LLM_URL": f"http://ana:{'x' * 1990}{SECRET}@host/v1"}
    command = [sys.executable, "-m", "assay", "settings"]
    ended = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=PATIENCE)
    assert ended.returncode == 2
    assert "ASSAY_LLM_URL='http://[masked]@host/v1' is not allowed" in ended.stderr


def test_a_server_that_is_away_is_named_without_them():
    settings = Settings.model_validate(
        {**ADDRESSES, "assay_embeddings_model": "small", "assay_embeddings_dimensions": 3}
    )

    async def at_once(_seconds: float) -> None: ...

    with pytest.raises(Unavailable, match=r"http://\[masked\]@127\.0\.0\.1:1/v1/embeddings does not answer"):
        asyncio.run(EndpointEmbedder(settings, Backoff(sleep=at_once, clock=lambda: 0.0)).embed(["a"]))
    with pytest.raises(AssayError) as refused:
        oidc.check(settings)
    assert SECRET not in str(refused.value)
