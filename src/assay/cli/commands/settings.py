"""The settings in force."""

from pydantic import SecretStr

from assay import settings as configuration
from assay.cli.output import Json, print_json
from assay.cli.tables import table
from assay.errors import covered
from assay.settings import Settings


def settings(*, json: Json = False) -> None:
    """Show the settings in force. Change one by setting the environment variable of its name."""
    found = configuration.load()
    values = {name.upper(): _shown(getattr(found, name)) for name in Settings.model_fields}
    if json:
        print_json(values)
        return
    table(
        ["setting", "value", "meaning"],
        [(name, values[name], Settings.model_fields[name.lower()].description) for name in values],
    )


def _shown(value: object) -> object:
    """No secret, be it one by itself or within an address."""
    if isinstance(value, SecretStr):
        return "set"
    return covered(value) if isinstance(value, str) else value
