"""Settings that cannot work end a start before it says that anything runs."""

import pytest
from tests.cli.helpers import run_here

WRONG = [
    ({"DATABASE_URL": "mysql://s3cret@h/d"}, "DATABASE_URL names mysql"),
    ({"NATS_URL": "nats://s3cret@host:port"}, "NATS_URL is not allowed"),
    ({"NATS_URL": "http://s3cret"}, "NATS_URL is not allowed"),
    ({"NATS_URL": "nats://a:4222,"}, "NATS_URL is not allowed"),
    ({"ASSAY_WEBHOOK_URL": "https://a.example"}, "ASSAY_WEBHOOK_SECRET is missing"),
    ({"ASSAY_WEBHOOK_URL": "https://a.example", "ASSAY_WEBHOOK_SECRET": "s3cret"}, "ASSAY_WEBHOOK_SECRET is not"),
    ({"ASSAY_SMTP_URL": "smtp://a.example"}, "ASSAY_MAIL_FROM is missing"),
    ({"ASSAY_EXTRACTOR": "openai-compatible"}, "ASSAY_EXTRACTOR=openai-compatible needs ASSAY_LLM_MODEL"),
    ({"ASSAY_EXTRACTOR": "openai", "ASSAY_LLM_MODEL": "m"}, "ASSAY_EXTRACTOR=openai needs ASSAY_LLM_KEY"),
    ({"ASSAY_EMBEDDINGS_URL": "localhost"}, "ASSAY_EMBEDDINGS_URL='localhost' is not allowed"),
    ({"ASSAY_OIDC_ISSUER": "https://a.example"}, "ASSAY_OIDC_ISSUER=https://a.example needs ASSAY_OIDC_CLIENT_ID"),
    ({"OTEL_EXPORTER_OTLP_ENDPOINT": "localhost"}, "OTEL_EXPORTER_OTLP_ENDPOINT is not allowed"),
    ({"KNOWLEDGE_DEDUP_BATCH_SIZE": "1"}, "KNOWLEDGE_DEDUP_BATCH_SIZE='1' is not allowed"),
]


@pytest.mark.parametrize("command", [("up", "--port", "0"), ("api", "--port", "0"), ("worker",), ("scheduler",)])
@pytest.mark.parametrize(("environment", "sentence"), WRONG)
def test_wrong_settings_are_one_sentence_and_nothing_starts(command, environment, sentence, tmp_path, capfd):
    home = tmp_path / "home"
    assert run_here(command, ASSAY_HOME=str(home), **environment) == 2
    said = capfd.readouterr()
    assert (said.out, said.err.count("\n")) == ("", 1)
    assert said.err.startswith(sentence)
    assert "s3cret" not in said.err
    assert not home.exists()
