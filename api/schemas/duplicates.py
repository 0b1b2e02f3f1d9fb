"""Incidents that may be the same."""

from __future__ import annotations

import uuid
from typing import Literal

from pydantic import Field

from api.schemas.common import Code, DatumName, In, Lat, Lon, Moment, Out


class NearbyQuery(In):
    subcategory: Code
    lon: Lon
    lat: Lat
    datum: DatumName = "wgs84"
    process: Code = "grid_event"


class NearbyOut(Out):
    """An open incident nearby of the same subcategory. Never who reported it."""

    number: str
    subcategory: str
    subcategory_name: str
    status: str
    status_name: str
    distance_m: int
    reported_at: Moment
    age_minutes: int


class NearbyPage(Out):
    metres: float = Field(description="多少米以内 (within so many metres)")
    hours: int = Field(description="多少小时以内 (within so many hours)")
    items: list[NearbyOut]


class PartOut(Out):
    """One part of the score, with its reason. The score is the mean of the values by their weights."""

    part: Literal["place", "words", "subcategory", "time"]
    value: float
    weight: float
    zh: str
    en: str


class DuplicateOut(Out):
    id: uuid.UUID
    number: str
    version: int
    subcategory: str | None
    subcategory_name: str | None
    status: str
    status_name: str
    description: str
    address: str
    unit: str
    unit_name: str
    department: str | None
    lon: float | None
    lat: float | None
    distance_m: int | None
    reported_at: Moment
    due_at: Moment | None
    score: float
    by_rule: bool = Field(description="同一小类且在规定的距离和时间以内 (same subcategory, near and recent enough)")
    reasons: list[PartOut]


class DuplicatePage(Out):
    items: list[DuplicateOut]
