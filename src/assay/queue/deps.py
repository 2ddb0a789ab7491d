"""What every job shares."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from assay.ai import factory
from assay.ai.embedder import Embedder
from assay.ai.extractor import Extractor
from assay.ai.providers.offline_embedder import OfflineEmbedder
from assay.db.engine import DEFAULT_POOL, Database, PoolLimits
from assay.duplicates.active_model import active_model
from assay.settings import Settings


@dataclass(frozen=True, slots=True)
class Deps:
    """The database, the settings and the models that the settings choose."""

    database: Database
    settings: Settings
    embedder: Embedder
    extractor: Extractor
    others: Sequence[Embedder] = ()
    """Embedders beside the one of the settings: one of them may be what still serves."""

    async def serving_embedder(self, session: AsyncSession) -> Embedder | None:
        """The embedder of the model that everything is compared by. None where the settings no longer reach it."""
        model = await active_model(session, self.embedder.model)
        return next((each for each in (self.embedder, *self.others) if each.model == model), None)


def make_deps(settings: Settings, database_url: str, limits: PoolLimits = DEFAULT_POOL) -> Deps:
    """Models load at their first use. Raises InvalidInput where the settings choose one and leave out what it needs."""
    from assay.duplicates.embedding_cache import CachingEmbedder  # slow to import

    database = Database(database_url, limits)
    offline = CachingEmbedder(OfflineEmbedder(), database)
    chosen = factory.embedder(settings, offline)
    embedder = offline if chosen is offline else CachingEmbedder(chosen, database)
    return Deps(database, settings, embedder, factory.extractor(settings, offline), others=(offline,))
