"""Messages that must not become knowledge: secrets, and orders given to whoever reads by machine."""

from assay.ai.orders import gives_orders
from assay.ai.secrets import secret_places


def holds_secret(raw: str) -> bool:
    return bool(secret_places(raw))


def gives_orders_to_the_reader(text: str) -> bool:
    """True for text that wants to steer a machine instead of telling people something."""
    return gives_orders(text)
