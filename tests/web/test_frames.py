"""The description of the API has every frame, as it is sent."""

from dataclasses import fields
from datetime import UTC, datetime
from typing import Any, get_type_hints
from uuid import uuid4

import jsonschema_rs
import pytest
from pydantic_core import from_json, to_json
from tests.web.helpers import NOWHERE

from assay.kinds import Kind
from assay.messaging.events import Event, MetricsUpdated
from assay.messaging.outbox import Frame
from assay.proposals import metrics
from assay.proposals.reversals import TakenBack
from assay.settings import Settings
from assay.web import frames
from assay.web.app import create_app

VALUES: dict[Any, Any] = {str: "words", int: 3, float: 0.5, dict[str, Any]: {"total": 1}}


@pytest.fixture(scope="module")
def described():
    document = create_app(Settings(), "postgresql://nowhere", NOWHERE).openapi()
    validator = jsonschema_rs.validator_for({**frames.REFERENCE, "components": document["components"]})
    return document["components"]["schemas"], validator


def happened(event: type[Event], kind: Kind) -> Event:
    """One of the event, with a value in each field."""
    if event is MetricsUpdated:
        nothing = metrics.part([], None, metrics.Waits(), 0.0, TakenBack(), datetime.now(UTC))
        document = {"topic_proposals": nothing, "atom_proposals": nothing, "updated_at": datetime.now(UTC)}
        return MetricsUpdated(document)
    special = {Kind: kind, datetime: datetime.now(UTC)}
    hints = get_type_hints(event)
    return event(**{each.name: {**VALUES, **special}.get(hints[each.name], uuid4()) for each in fields(event)})


@pytest.mark.parametrize("kind", list(Kind))
@pytest.mark.parametrize("event", frames.announced(), ids=lambda event: event.type)
def test_every_event_is_in_the_document_as_it_is_sent(described, event, kind):
    schemas, validator = described
    sent = {
        "id": 1,
        "channel": event.channel,
        "type": event.type,
        "entity_type": kind,
        "data": happened(event, kind).data(),
        "timestamp": datetime.now(UTC),
    } | ({"severity": "error"} if event.type == "job.error" else {})
    validator.validate(from_json(to_json(sent)))
    assert f"{event.__name__}Frame" in schemas


def test_the_first_frame_of_a_connection_is_in_the_document(described):
    described[1].validate(from_json(Frame.of_position(41).json))


def test_what_is_no_frame_is_refused(described):
    with pytest.raises(jsonschema_rs.ValidationError):
        described[1].validate({**from_json(Frame.of_position(41).json), "type": "proposal.created"})
