"""What a language model would add, said where something was read without one."""

from assay.ai.factory import OFFLINE
from assay.cli.output import say
from assay.settings import Settings


def say_model_hint(settings: Settings) -> None:
    """Nothing where a language model reads already."""
    if settings.assay_extractor == OFFLINE:
        say("A language model finds more: docs/howto/use-a-language-model.md", style="dim")
