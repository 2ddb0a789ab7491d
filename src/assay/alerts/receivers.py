"""The receivers that the settings name."""

from collections.abc import Sequence

from assay.alerts import mail, webhook
from assay.alerts.receiver import Receiver
from assay.settings import Settings


def configured(settings: Settings) -> Sequence[Receiver]:
    """Raises InvalidInput with one sentence that names the variable."""
    return [each for each in (webhook.configured(settings), mail.configured(settings)) if each]
