"""The record of a grid unit: one row per unit and boundary version."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Column, Index
from sqlmodel import Field, SQLModel

from data.columns import Code, UtcDateTime
from data.shape import Shape


class BoundaryVersion(SQLModel, table=True):
    """One loaded set of boundaries. An incident keeps the version that it fell in."""

    __tablename__ = "boundary_version"

    version: int = Field(primary_key=True)
    loaded_at: datetime = Field(sa_type=UtcDateTime)
    source: str
    illustrative: bool = Field(description="true: the outlines are made up, not surveyed")
    current: bool = Field(index=True)


class Unit(SQLModel, table=True):
    """A grid unit of any level. Codes have 2, 6, 9, 12 or 15 digits and start with the parent's (GB/T 30428.1)."""

    __tablename__ = "unit"
    __table_args__ = (Index("unit_parent", "version", "parent"), Index("unit_level", "version", "level", "code"))

    version: int = Field(primary_key=True, foreign_key="boundary_version.version")
    code: str = Field(primary_key=True, sa_type=Code)
    parent: str | None = Field(default=None, sa_type=Code)
    level: str = Field(max_length=12)
    name: str
    area_class: str = Field(default="A", max_length=1, description="A core, B other urban, C rural: limits differ")
    lon: float = Field(description="longitude of a point inside the unit, degrees, WGS-84")
    lat: float
    area_m2: float
    voided_at: datetime | None = Field(default=None, sa_type=UtcDateTime, description="a voided code is never reused")
    shape: Any = Field(default=None, sa_column=Column(Shape(), nullable=True))


