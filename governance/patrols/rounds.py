"""Going on patrol: start, send points, end. Each may be sent again; batches may come late and in any order.

The caller commits. Points are those of a running patrol only: what lies before its start or after its end is left out,
also when the end becomes known after the points.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col

from governance import scope
from governance.city import City
from governance.errors import Conflict, IdTaken, InvalidField, NotAllowed, NotFound
from governance.patrols import track
from governance.patrols.patrol import Patrol, PatrolBatch
from governance.patrols.track import TrackPoint
from governance.people import Actor
from grids.codes import level_of, within
from grids.unit import Unit

PATROLLED = ("cell", "community")
CLOCK_SKEW = timedelta(minutes=5)


class SeqTaken(Conflict):
    """Another batch has this number already."""

    code = "seq_taken"

    def __init__(self) -> None:
        super().__init__("该批次序号已用于其他轨迹点", "This number was used for a batch with other points.")


class TrackGone(Conflict):
    """It is older than tracks are kept."""

    code = "track_gone"

    def __init__(self) -> None:
        super().__init__("该巡查的轨迹已过保存期", "Tracks of this age are not kept any more.")


@dataclass(frozen=True)
class Start:
    """A patrol as it was begun."""

    id: uuid.UUID
    unit: str
    started_at: datetime


def start(session: Session, city: City, actor: Actor, sent: Start, now: datetime) -> tuple[Patrol, bool]:
    """The patrol, and whether it is new."""
    scope.require(actor, "patrol")
    if known := session.get(Patrol, sent.id):
        return _same(known, actor, sent), False
    _check_unit(city, actor, sent.unit)
    _not_in_future("started_at", sent.started_at, now)
    if sent.started_at < oldest_kept(city, now):
        raise InvalidField("started_at", "早于轨迹保存期", "lies before the days for which tracks are kept", "too_old")
    patrol = Patrol(id=sent.id, account=account_of(actor), unit=sent.unit, boundary_version=city.boundary_version,
                    started_at=sent.started_at)
    session.add(patrol)
    try:
        session.flush()
    except IntegrityError:  # the same start, sent twice at once
        session.rollback()
        return _same(session.get_one(Patrol, sent.id), actor, sent), False
    return patrol, True


def add_points(session: Session, city: City, actor: Actor, patrol_id: uuid.UUID, seq: int, points: Sequence[TrackPoint],
               now: datetime) -> tuple[Patrol, int]:
    """The patrol, and how many of the points were kept. A batch that is here already changes nothing."""
    patrol = _own(session, actor, patrol_id)
    sent = track.batch_of(patrol.id, seq, points, now)
    if known := session.get(PatrolBatch, (patrol.id, seq)):
        if known.content_hash != sent.content_hash:
            raise SeqTaken
        return patrol, len(known.points)
    if patrol.track_deleted_at is not None or patrol.started_at < oldest_kept(city, now):
        raise TrackGone
    for at, point in enumerate(points):
        _not_in_future(f"points.{at}.captured_at", point.captured_at, now)
    track.only_while_it_runs(patrol, sent)
    session.add(sent)
    session.flush()
    _sum_up(session, patrol)
    return patrol, len(sent.points)


def end(session: Session, actor: Actor, patrol_id: uuid.UUID, ended_at: datetime | None, now: datetime) -> Patrol:
    """Ended once: a later word changes nothing. At the latest it ends by itself."""
    patrol = _own(session, actor, patrol_id)
    if patrol.ended_at is not None:
        return patrol
    at = ended_at or now
    _not_in_future("ended_at", at, now)
    if at < patrol.started_at:
        raise InvalidField("ended_at", "不能早于开始时间", "must not be before the start")
    patrol.ended_at = min(at, track.ends_at(patrol))
    for batch in _batches(session, patrol):
        track.only_while_it_runs(patrol, batch)
    _sum_up(session, patrol)
    return patrol


def account_of(actor: Actor) -> uuid.UUID:
    if actor.id is None:
        raise NotAllowed("须以个人账号巡查", "A patrol needs an account.")
    return actor.id


def oldest_kept(city: City, now: datetime) -> datetime:
    """Tracks of patrols that began before are deleted."""
    return now - timedelta(days=city.settings.patrol_days)


def _same(known: Patrol, actor: Actor, sent: Start) -> Patrol:
    if (known.account, known.unit, known.started_at) != (actor.id, sent.unit, sent.started_at):
        raise IdTaken("该编号已用于其他巡查", "This id was used for another patrol.")
    return known


def _check_unit(city: City, actor: Actor, unit: str) -> None:
    place = city.places.get(unit)
    if place is None or place.voided:
        raise InvalidField("unit", f"没有网格 {unit}", f"there is no unit {unit}", "unknown_unit")
    if level_of(unit) not in PATROLLED:
        raise InvalidField("unit", "应为单元网格或社区", "must be a cell or a community", "wrong_level")
    if not within(unit, actor.unit):
        raise NotAllowed("该网格不在您的管辖范围内", "The unit is outside your scope.")


def _not_in_future(field: str, at: datetime, now: datetime) -> None:
    """Clocks of phones may go a little fast."""
    if at > now + CLOCK_SKEW:
        raise InvalidField(field, "不能晚于当前时间", "lies in the future", "in_future")


def _own(session: Session, actor: Actor, patrol_id: uuid.UUID) -> Patrol:
    """One's own patrol, locked."""
    scope.require(actor, "patrol")
    patrol = session.scalar(select(Patrol).where(col(Patrol.id) == patrol_id, col(Patrol.account) == actor.id)
                            .with_for_update())
    if patrol is None:
        raise NotFound(f"巡查 {patrol_id}")
    return patrol


def _batches(session: Session, patrol: Patrol) -> list[PatrolBatch]:
    return list(session.scalars(select(PatrolBatch).where(col(PatrolBatch.patrol) == patrol.id)))


def _sum_up(session: Session, patrol: Patrol) -> None:
    outline = session.scalar(select(col(Unit.shape)).where(
        col(Unit.version) == patrol.boundary_version, col(Unit.code) == patrol.unit))
    track.sum_up(patrol, _batches(session, patrol), outline)
