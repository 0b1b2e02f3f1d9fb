"""Incidents as points of a map."""

from __future__ import annotations

import uuid
from typing import Annotated

from pydantic import Field

from api.schemas.common import Moment, Out
from api.schemas.incident_lists import IncidentsPlaced

MOST_POINTS = 5000


class PointsQuery(IncidentsPlaced):
    limit: Annotated[int, Field(ge=1, le=MOST_POINTS, description="至多几个点 (how many points at most)")] = 2000


class PointOut(Out):
    id: uuid.UUID
    number: str
    lon: float
    lat: float
    status: str
    subcategory: str | None
    category: str | None
    department: str | None
    due_at: Moment | None
    overdue: bool
    sensitivity: str


class PointsOut(Out):
    items: list[PointOut]
    more: bool = Field(description="还有未列出的 (there are more than these)")
