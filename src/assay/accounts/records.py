"""How changes of accounts stand in the trail. Never with a secret."""

from typing import Any, Final

from assay.audit.actions import Record

USER: Final = "user"


def noted(action: str, user_id: int, name: str, **more: Any) -> Record:
    return Record(action, entity_type=USER, detail={"user_id": user_id, "name": name, **more})
