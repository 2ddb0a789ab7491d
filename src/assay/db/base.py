"""The declarative base and the types that every record shares."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, DateTime, Enum, MetaData, Text, Uuid
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.types import UserDefinedType
from uuid_utils.compat import uuid7

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


def new_id() -> UUID:
    """A fresh id. Later ids sort after earlier ones, so that index pages fill in order."""
    return uuid7()


def _member_values(enum: type[StrEnum]) -> list[str]:
    return [member.value for member in enum]


class HalfVector(UserDefinedType[object]):
    """A vector in half precision. It is written and read in SQL only, so it needs no library, nor its arrays."""

    cache_ok = True

    def get_col_spec(self, **_options: Any) -> str:
        return "HALFVEC"


class Base(DeclarativeBase):
    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = {  # noqa: RUF012  # SQLAlchemy reads it from the class
        int: BigInteger,
        str: Text,
        datetime: DateTime(timezone=True),
        UUID: Uuid,
        StrEnum: Enum(StrEnum, native_enum=False, values_callable=_member_values, length=20),
        dict[str, Any]: JSONB,
        list[dict[str, Any]]: JSONB,
        list[int]: ARRAY(BigInteger),
        list[str]: ARRAY(Text),
        list[UUID]: ARRAY(Uuid),
    }
