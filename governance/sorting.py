"""The order of a list of incidents, and where its next page begins (keyset)."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, or_, tuple_
from sqlmodel import col

from governance.errors import InvalidField, MissingField
from governance.incident import Incident
from governance.on_the_map import squared_metres
from governance.pages import NONSENSE, BadCursor, cursor_of, read_cursor

#: By these instants, a leading `-` for descending.
SORTS = ("reported_at", "due_at", "closed_at")
#: By the distance from a point; what has no point comes last.
NEAR = "near"


@dataclass(frozen=True)
class Order:
    """A key and its direction. `said` names it in cursors; `always`: no incident is without the key."""

    said: str
    key: Any
    down: bool
    always: bool = False


def order_of(sort: str, at: tuple[float, float] | None, *, narrow: bool) -> Order:
    """at: the point of the sort by distance, which is measured for every incident that the filter leaves (narrow)."""
    name, down = sort.removeprefix("-"), sort.startswith("-")
    if name in SORTS:
        return Order(sort, col(getattr(Incident, name)), down, name == "reported_at")
    if sort != NEAR:
        raise InvalidField("sort", f"只能按 {', '.join((*SORTS, NEAR))} 排序",
                           f"must be one of {', '.join((*SORTS, NEAR))}")
    if at is None:
        raise MissingField("at", "按距离排序时必填", "is needed to sort by distance")
    if not (-180 <= at[0] <= 180 and -85 <= at[1] <= 85):
        raise InvalidField("at", "应为 经度,纬度", "must be lon,lat")
    if not narrow:
        raise InvalidField("sort", "按距离排序须同时限定 open=true、mine、waiting_for、near 或 bbox",
                           "by distance needs open=true, mine, waiting_for, near or bbox beside it", "too_wide")
    return Order(f"{NEAR} {at[0]!r},{at[1]!r}", squared_metres(*at), False)


def sorted_by(query: Select[Any], order: Order, cursor: str | None) -> Select[Any]:
    """In the order; after the row that the cursor names."""
    ident = col(Incident.id)
    if cursor is not None:
        query = query.where(_after(order, *_read(order, cursor)))
    ordered = order.key.desc() if order.down else order.key.asc()
    return query.order_by(ordered if order.always else ordered.nulls_last(),
                          ident.desc() if order.down else ident.asc())


def cursor_after(order: Order, last: Sequence[Any]) -> str:
    """last: the incident and its key."""
    incident, value = last
    if isinstance(value, datetime):
        value = value.astimezone(UTC).isoformat()
    return cursor_of([order.said, value, incident.id.hex])


def _after(order: Order, value: datetime | float | None, ident: uuid.UUID) -> ColumnElement[bool]:
    key = order.key
    if value is None:
        return and_(key.is_(None), col(Incident.id) < ident if order.down else col(Incident.id) > ident)
    row, last = tuple_(key, col(Incident.id)), (value, ident)
    beyond: ColumnElement[bool] = row < last if order.down else row > last
    return beyond if order.always else or_(beyond, key.is_(None))


def _read(order: Order, cursor: str) -> tuple[datetime | float | None, uuid.UUID]:
    said, value, ident = read_cursor(cursor, 3)
    try:
        if said == order.said and (value is not None or not order.always):
            return _value(order, value), uuid.UUID(ident)
    except NONSENSE:
        pass
    raise BadCursor


def _value(order: Order, value: Any) -> datetime | float | None:
    if value is None:
        return None
    return float(value) if order.said.startswith(NEAR) else datetime.fromisoformat(value).astimezone(UTC)
