"""A geometry column that is PostGIS geometry on PostgreSQL and WKB on SQLite; a shapely geometry in Python."""

from __future__ import annotations

from typing import Any

import shapely
from geoalchemy2 import Geometry
from shapely.geometry.base import BaseGeometry
from sqlalchemy import LargeBinary
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator, TypeEngine

WGS84 = 4326


class Shape(TypeDecorator[BaseGeometry]):
    """A WGS-84 geometry, longitude first, in degrees."""

    impl = Geometry
    cache_ok = True
    spatial_index = False  # geoalchemy2 asks; the migrations create the GiST index themselves

    def __init__(self) -> None:
        super().__init__("GEOMETRY", srid=WGS84, spatial_index=False)

    def load_dialect_impl(self, dialect: Dialect | None) -> TypeEngine[Any]:
        if dialect is not None and dialect.name == "sqlite":
            return dialect.type_descriptor(LargeBinary())
        return Geometry("GEOMETRY", srid=WGS84, spatial_index=False)

    # PostgreSQL reads hex EWKB by itself, so no function wraps the value or the column.
    def bind_expression(self, bindvalue: Any) -> Any:
        return bindvalue

    def column_expression(self, column: Any) -> Any:
        return column

    def process_bind_param(self, value: BaseGeometry | None, dialect: Dialect) -> bytes | str | None:
        if value is None:
            return None
        if dialect.name == "sqlite":
            return bytes(shapely.to_wkb(value))
        return str(shapely.to_wkb(shapely.set_srid(value, WGS84), hex=True, include_srid=True))

    def process_result_value(self, value: Any, dialect: Dialect) -> BaseGeometry | None:
        return None if value is None else shapely.from_wkb(getattr(value, "data", value))
