"""Messages that must not become knowledge: secrets, and orders given to whoever reads by machine."""

from assay.text.prompt_injection import looks_like_injection
from assay.text.secrets import secret_places


def holds_secret(raw: str) -> bool:
    return bool(secret_places(raw))


def gives_orders_to_the_reader(text: str) -> bool:
    """True for text that wants to steer a machine instead of telling people something."""
    return looks_like_injection(text)
