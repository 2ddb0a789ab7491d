from collections.abc import Iterator

import pytest
import structlog

from assay.ai.fakes import HashEmbedder, ScriptedExtractor
from assay.db.engine import Database
from assay.queue.deps import Deps
from assay.settings import Settings


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    """Logs go nowhere: out of the box they show each error with all its local variables, which takes seconds."""
    before = structlog.get_config()
    structlog.configure(processors=[], logger_factory=structlog.ReturnLoggerFactory())
    yield
    structlog.configure(**before)


@pytest.fixture
def deps(database: Database) -> Deps:
    return Deps(database, Settings.model_validate({}), HashEmbedder(), ScriptedExtractor())
