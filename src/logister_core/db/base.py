"""The declarative base and the column shapes that models repeat."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, ClassVar
from uuid import UUID

from sqlalchemy import BigInteger, Integer, MetaData, Text, Uuid
from sqlalchemy.orm import DeclarativeBase, mapped_column

from logister_core.db.types import JSONValue, UTCDateTime
from logister_core.ids import uuid7

NAMING_CONVENTION = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

# SQLite only numbers rows by itself when the primary key is declared INTEGER.
BigID = BigInteger().with_variant(Integer(), "sqlite")

big_pk = Annotated[int, mapped_column(BigID, primary_key=True)]
public_uuid = Annotated[UUID, mapped_column(Uuid(), unique=True, default=uuid7)]
timestamp = Annotated[datetime, mapped_column(UTCDateTime())]
text = Annotated[str, mapped_column(Text())]
json_object = Annotated[dict[str, Any], mapped_column(JSONValue)]


class Base(DeclarativeBase):
    metadata = MetaData(naming_convention=NAMING_CONVENTION)
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        str: Text(),
        datetime: UTCDateTime(),
        UUID: Uuid(),
        dict[str, Any]: JSONValue,
    }
