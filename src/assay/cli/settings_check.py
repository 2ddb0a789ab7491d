"""Whether the settings can work, as far as that can be seen without asking anybody."""

from assay import tracing
from assay.accounts import oidc
from assay.ai import factory
from assay.ai.providers.offline_embedder import OfflineEmbedder
from assay.alerts import receivers
from assay.db.engine import driver_url
from assay.messaging import nats
from assay.settings import Settings


def check_settings(settings: Settings) -> None:
    """Raises InvalidInput with one sentence, before anything starts that would have to end again."""
    if settings.database_url:
        driver_url(settings.database_url.get_secret_value())
    if settings.nats_url:
        nats.check(settings.nats_url.get_secret_value())
    receivers.configured(settings)
    factory.extractor(settings, factory.embedder(settings, OfflineEmbedder()))
    oidc.check(settings)
    tracing.check(settings.otel_exporter_otlp_endpoint)
