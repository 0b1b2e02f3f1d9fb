"""Incidents as points of a map: a few columns of many rows, in one statement."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlmodel import Session, col

from governance.incident import Incident
from governance.people import Actor
from governance.queries import IncidentFilter, seen_and_wanted


@dataclass(frozen=True)
class Point:
    """What a map shows of an incident."""

    id: uuid.UUID
    number: str
    lon: float
    lat: float
    status: str
    subcategory: str | None
    category: str | None
    department: str | None
    due_at: datetime | None
    overdue: bool
    sensitivity: str


COLUMNS = [col(getattr(Incident, name)) for name in Point.__dataclass_fields__ if name != "overdue"]


def list_points(session: Session, actor: Actor, wanted: IncidentFilter, now: datetime,
                limit: int) -> tuple[list[Point], bool]:
    """The newest first, of those that have a point and that the caller sees; and whether there are more."""
    query = select(*COLUMNS, col(Incident.outcome)).where(
        *seen_and_wanted(session, actor, wanted, now), col(Incident.lon).is_not(None), col(Incident.lat).is_not(None))
    rows = session.execute(query.order_by(col(Incident.reported_at).desc()).limit(limit + 1)).mappings().all()
    return [_point(dict(row), now) for row in rows[:limit]], len(rows) > limit


def _point(row: dict[str, object], now: datetime) -> Point:
    outcome, due_at = row.pop("outcome"), row["due_at"]
    overdue = outcome is None and isinstance(due_at, datetime) and due_at < now
    return Point(**row, overdue=overdue)  # type: ignore[arg-type]
