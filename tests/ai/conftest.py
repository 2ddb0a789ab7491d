import pytest

from assay.ai.providers.offline_embedder import OfflineEmbedder
from assay.ai.rules.extractor import OfflineExtractor


@pytest.fixture(scope="session")
def embedder() -> OfflineEmbedder:
    """The real model, loaded once: it keeps no state of an event loop."""
    return OfflineEmbedder()


@pytest.fixture(scope="session")
def extractor(embedder: OfflineEmbedder) -> OfflineExtractor:
    """Of the sure tier alone: what ranking adds is tested in tests/ai/rules/ranking."""
    return OfflineExtractor(embedder, per_thousand=0)
