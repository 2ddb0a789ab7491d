"""The frames of live events, as the description of the API has them."""

from dataclasses import fields
from typing import Any, Final, get_type_hints

from pydantic import TypeAdapter

from assay.kinds import TRAITS, Kind
from assay.messaging import events
from assay.messaging.events import EntityEvent, Event, JobError, MetricsUpdated, ProposalEvent, Severity
from assay.messaging.outbox import POSITION
from assay.web.api.v1.metrics import MetricsDocument

FRAME: Final = "EventFrame"
REFERENCE: Final = {"$ref": f"#/components/schemas/{FRAME}"}
CONCERNED: Final = ["topic", "atom", "extraction_run"]


def announced() -> list[type[Event]]:
    """Every event there is, in the order of its module."""
    return [each for each in vars(events).values() if _is_event(each)]


def schemas() -> dict[str, Any]:
    """One of each event, one of the first frame of a connection, and one that is any of them."""
    each = {f"{event.__name__}Frame": _frame(event.type, event.channel, data_of(event), event) for event in announced()}
    each["PositionFrame"] = _frame(POSITION, None, {"type": "object", "properties": {}}, Event)
    kinds = {schema["properties"]["type"]["const"]: f"#/components/schemas/{name}" for name, schema in each.items()}
    anyone = {
        "title": FRAME,
        "description": "What clients get: a document for each event, and first of all where they begin.",
        "oneOf": [{"$ref": place} for place in kinds.values()],
        "discriminator": {"propertyName": "type", "mapping": kinds},
    }
    return {**each, FRAME: anyone}


def data_of(event: type[Event]) -> dict[str, Any]:
    """The keys of an event's data. What may be null may also not be there."""
    if event is MetricsUpdated:
        return {"$ref": f"#/components/schemas/{MetricsDocument.__name__}"}
    hints = get_type_hints(event)
    found = {each.name: TypeAdapter(hints[each.name]).json_schema() for each in fields(event)}
    required = [name for name, schema in found.items() if "anyOf" not in schema]
    if issubclass(event, ProposalEvent | EntityEvent):
        del found["kind"]
        title = found.pop("title")
        found |= {TRAITS[kind].title_label: {**title, "description": f"of {_an(kind)}"} for kind in Kind}
        required = [name for name in required if name in found and name != "title"]
    return {"type": "object", "properties": found, "required": required}


def _frame(name: str, channel: str | None, data: dict[str, Any], event: type[Event]) -> dict[str, Any]:
    properties = {
        "id": {"type": "integer", "description": "the number of the event; of the first frame, where the client is"},
        "channel": {"type": "null"} if channel is None else {"const": channel, "type": "string"},
        "type": {"const": name, "type": "string"},
        "entity_type": {"anyOf": [{"enum": CONCERNED, "type": "string"}, {"type": "null"}]},
        "data": data,
        "timestamp": {"type": "string", "format": "date-time"},
    }
    if event is JobError:
        properties["severity"] = TypeAdapter(Severity).json_schema()
    return {"type": "object", "properties": properties, "required": list(properties)}


def _an(kind: Kind) -> str:
    return f"an {kind}" if kind is Kind.ATOM else f"a {kind}"


def _is_event(each: object) -> bool:
    return isinstance(each, type) and issubclass(each, Event) and hasattr(each, "type")
