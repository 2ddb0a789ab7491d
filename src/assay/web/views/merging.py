"""Merges that are not made yet, as they look from outside."""

from typing import Any
from uuid import UUID

from assay.kinds import Kind
from assay.proposals.merge.fields import Choice
from assay.web.models import ResponseModel


class FieldView(ResponseModel):
    name: str
    choice: Choice
    target: Any
    source: Any
    result: Any


class MergePreview(ResponseModel):
    """What a merge would do. `conflicts` are for a person to look at; nothing of it stands in the way."""

    source_id: UUID
    source_title: str
    target_id: UUID
    target_title: str
    kind: Kind
    fields: list[FieldView]
    evidence_of_target: int
    evidence_of_source: int
    filings_gained: list[str]
    links_gained: list[str]
    links_dropped: list[str]
    conflicts: list[str]
