"""The settings choose what reads; a choice that cannot work says in one sentence what is missing."""

import subprocess
import sys

import pytest
from tests.ai.embedding_server import asking
from tests.ai.llm import settings
from tests.patience import PATIENCE

from assay.ai import factory, prompts
from assay.ai.fakes import HashEmbedder
from assay.ai.providers.llm.prices import price, tokens_in
from assay.errors import InvalidInput
from assay.settings import Settings

URL = "http://localhost:11434/v1"


def chosen(**changes):
    return factory.extractor(settings(URL, **changes), HashEmbedder())


def test_offline_is_what_reads_unless_told_otherwise():
    assert factory.extractor(Settings.model_validate({}), HashEmbedder()).name == "offline"


@pytest.mark.parametrize("provider", ["openai", "anthropic", "openai-compatible"])
def test_a_language_model_is_named_by_its_settings(provider):
    extractor = chosen(assay_extractor=provider, assay_llm_concurrency=7, assay_llm_window_characters=9_000)
    assert (extractor.name, extractor.model, extractor.prompt_version) == (provider, "small", "extraction-1")
    assert (extractor.limits.concurrency, extractor.limits.characters, extractor.limits.whole_chat) == (7, 9_000, False)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"assay_llm_model": None}, "needs ASSAY_LLM_MODEL"),
        ({"assay_llm_url": None}, "needs ASSAY_LLM_URL"),
        ({"assay_llm_url": "localhost:1"}, "must begin with http"),
        ({"assay_llm_url": "http://me:secret@host/v1"}, "must hold no name or password"),
        ({"assay_extractor": "openai", "assay_llm_key": None}, "needs ASSAY_LLM_KEY"),
        ({"assay_extractor": "anthropic", "assay_llm_key": None}, "needs ASSAY_LLM_KEY"),
        ({"assay_llm_prompt": "extraction-99"}, "it must be extraction-1"),
        ({"assay_llm_prompt": "./nowhere.md"}, "cannot be read"),
    ],
)
def test_what_is_missing_is_said_in_one_sentence(changes, sentence):
    with pytest.raises(InvalidInput, match=sentence):
        chosen(**changes)


def test_without_the_extra_only_the_setting_complains(monkeypatch):
    monkeypatch.setattr(factory, "EXTRA", ("there_is_no_such_module",))
    with pytest.raises(InvalidInput, match=r"ASSAY_EXTRACTOR=openai-compatible needs the extra `llm`.*pip install"):
        chosen()


def test_assay_starts_without_the_library_of_models():
    code = (
        "import sys; sys.modules.update(pydantic_ai=None, openai=None, anthropic=None, genai_prices=None);"
        "import assay.cli.app, assay.cli.commands.jobs, assay.queue.deps, assay.ai.factory, assay.web.app"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=PATIENCE)


def test_a_prompt_of_ones_own_is_known_by_its_words(tmp_path):
    (tmp_path / "ours.md").write_text("Read.")
    first = prompts.load(str(tmp_path / "ours.md"))
    (tmp_path / "theirs.md").write_text("Read well.")
    assert first.version.startswith("ours-")
    assert first.version.removeprefix("ours") != prompts.load(str(tmp_path / "theirs.md")).version.removeprefix(
        "theirs"
    )


def test_a_known_model_has_its_list_price_and_the_settings_go_before():
    listed = price(settings(URL, assay_extractor="openai", assay_llm_model="gpt-4.1-mini", **UNPRICED))
    assert listed(1_000_000, 1_000_000) == pytest.approx(2.0)
    assert price(settings(URL))(1_000_000, 1_000_000) == 11.0


@pytest.mark.parametrize("text", ["The ledger stores cents.", "账本以整数分存储金额", "цент", "🙂🙂🙂", "\ud800"])
def test_an_estimate_of_tokens_is_rather_too_high(text):
    assert len(text) / 4 < tokens_in(text) <= 2 * len(text) + 1


def test_a_budget_needs_a_price():
    assert price(settings(URL, **UNPRICED))(10, 10) == 0
    with pytest.raises(InvalidInput, match="the price of 'small' is not known"):
        price(settings(URL, **UNPRICED, assay_llm_budget_per_day=1))


UNPRICED = {"assay_llm_price_input": None, "assay_llm_price_output": None}


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"assay_embeddings_url": "localhost:1"}, "must begin with http"),
        ({"assay_embeddings_model": None}, "needs ASSAY_EMBEDDINGS_MODEL"),
        ({"assay_embeddings_dimensions": None}, "needs ASSAY_EMBEDDINGS_DIMENSIONS"),
    ],
)
def test_an_embedding_server_that_cannot_be_asked_is_refused(changes, sentence):
    with pytest.raises(InvalidInput, match=sentence):
        factory.embedder(asking(URL, **changes), HashEmbedder())


def test_the_offline_embedder_is_used_unless_a_server_is_named():
    offline = HashEmbedder()
    assert factory.embedder(Settings.model_validate({}), offline) is offline
    assert factory.embedder(asking(URL), offline).model == "some-model-v1-384"
