"""What every job shares."""

from dataclasses import dataclass

from assay.ai import choose
from assay.ai.embedder import Embedder
from assay.ai.extractor import Extractor
from assay.ai.providers.offline_embedder import OfflineEmbedder
from assay.db.engine import Database
from assay.settings import Settings


@dataclass(frozen=True, slots=True)
class Tools:
    """The database, the settings and the models that the settings choose."""

    database: Database
    settings: Settings
    embedder: Embedder
    extractor: Extractor


def make_tools(settings: Settings, database_url: str) -> Tools:
    """Models load at their first use. Raises InvalidInput where the settings choose one and leave out what it needs."""
    embedder = OfflineEmbedder()
    return Tools(Database(database_url), settings, embedder, choose.extractor(settings, embedder))
