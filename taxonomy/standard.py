"""The record of a standard: when to file, how long, what proves it, when to close."""

from __future__ import annotations

from decimal import Decimal

from sqlmodel import Field, SQLModel

from data.columns import Amount

ANY_AREA = "*"


class Standard(SQLModel, table=True):
    """One row of the standards of a subcategory (GB/T 30428.8 shape), for one area class or for all (`*`)."""

    __tablename__ = "standard"

    taxonomy: str = Field(primary_key=True, max_length=40)
    version: int = Field(primary_key=True)
    code: str = Field(primary_key=True, max_length=24)
    area: str = Field(primary_key=True, max_length=1, description="A, B, C or *")
    subcategory: str = Field(max_length=20, index=True)
    condition: str = Field(description="filing condition")
    limit_value: Decimal = Field(sa_type=Amount)
    limit_unit: str = Field(description="urgent_hour, natural_day, work_hour or work_day")
    basis: str = Field(description="found: taken from a source; estimate: ours, a city must set it")
    source: str = ""
    evidence: str = ""
    closing_condition: str = ""
    check_distance_m: float | None = Field(default=None, description="metres; empty: no visit needed")
