"""Looking at patrols: one's own, or those of one's scope; and the end of tracks that are kept long enough."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import ColumnElement, Select, and_, delete, or_, select, tuple_, update
from sqlmodel import Session, col

from governance import scope
from governance.city import City
from governance.errors import InvalidField, NotFound
from governance.pages import NONSENSE, BadCursor, cursor_of, read_cursor
from governance.patrols.patrol import Patrol, PatrolBatch
from governance.patrols.track import TrackPoint, points_of
from governance.people import Account, Actor
from grids.codes import code_range

#: Who sees the patrols of everybody in the own unit; grid workers see their own.
OVERSEERS = ("community_lead", "dispatcher", "district_centre", "supervisor")
#: So many patrols' tracks are deleted in one transaction.
DELETED_AT_ONCE = 200


@dataclass(frozen=True)
class PatrolFilter:
    """What a list shows. None: no matter. The period is that of the start; its end is not included."""

    mine: bool = False
    unit: str | None = None
    since: datetime | None = None
    until: datetime | None = None


def list_patrols(session: Session, city: City, actor: Actor, wanted: PatrolFilter, limit: int,
                 cursor: str | None = None) -> tuple[list[tuple[Patrol, str]], str | None]:
    """A page, each with the name of who went, the latest start first; and the cursor of the next page."""
    if wanted.unit is not None and wanted.unit not in city.places:
        raise InvalidField("unit", f"没有网格 {wanted.unit}", f"there is no unit {wanted.unit}", "unknown_unit")
    query = _with_names().where(*_conditions(actor, wanted))
    if cursor is not None:
        query = query.where(tuple_(col(Patrol.started_at), col(Patrol.id)) < _last_shown(cursor))
    rows = session.execute(query.order_by(col(Patrol.started_at).desc(), col(Patrol.id).desc()).limit(limit + 1))
    found = [(patrol, name) for patrol, name in rows]
    last = found[limit - 1][0] if len(found) > limit else None
    return found[:limit], cursor_of([last.started_at.astimezone(UTC).isoformat(), last.id.hex]) if last else None


def _last_shown(cursor: str) -> tuple[datetime, uuid.UUID]:
    at, ident = read_cursor(cursor, 2)
    try:
        return datetime.fromisoformat(at).astimezone(UTC), uuid.UUID(ident)
    except NONSENSE:
        raise BadCursor from None


def find_patrol(session: Session, actor: Actor, patrol_id: uuid.UUID) -> tuple[Patrol, str, list[TrackPoint]]:
    """The patrol, who went, and every point. NotFound if there is none, or the caller may not know of it."""
    row = session.execute(_with_names().where(col(Patrol.id) == patrol_id, visible(actor))).one_or_none()
    if row is None:
        raise NotFound(f"巡查 {patrol_id}")
    batches = session.scalars(select(PatrolBatch).where(col(PatrolBatch.patrol) == patrol_id))
    return row[0], row[1], points_of(batches)


def visible(actor: Actor) -> ColumnElement[bool]:
    """The patrols that a caller sees."""
    scope.require(actor, "read_patrols")
    own = col(Patrol.account) == actor.id
    return or_(own, _in_unit(actor.unit)) if actor.role in OVERSEERS else own


def delete_old_tracks(session: Session, before: datetime, now: datetime) -> int:
    """Of patrols that began before an instant the points go, the sums stay. How many patrols; the caller commits."""
    old: Sequence[uuid.UUID] = session.scalars(select(col(Patrol.id)).where(
        col(Patrol.track_deleted_at).is_(None), col(Patrol.started_at) < before).limit(DELETED_AT_ONCE)).all()
    if old:
        session.execute(delete(PatrolBatch).where(col(PatrolBatch.patrol).in_(old)))
        session.execute(update(Patrol).where(col(Patrol.id).in_(old)).values(track_deleted_at=now))
    return len(old)


def _conditions(actor: Actor, wanted: PatrolFilter) -> list[ColumnElement[bool]]:
    found = [visible(actor)]
    if wanted.mine:
        found.append(col(Patrol.account) == actor.id)
    if wanted.unit is not None:
        found.append(_in_unit(wanted.unit))
    if wanted.since is not None:
        found.append(col(Patrol.started_at) >= wanted.since)
    if wanted.until is not None:
        found.append(col(Patrol.started_at) < wanted.until)
    return found


def _in_unit(unit: str) -> ColumnElement[bool]:
    low, high = code_range(unit)
    return and_(col(Patrol.unit) >= low, col(Patrol.unit) < high)


def _with_names() -> Select[Patrol, str]:
    return select(Patrol, col(Account.name)).join(Account, col(Account.id) == col(Patrol.account))
