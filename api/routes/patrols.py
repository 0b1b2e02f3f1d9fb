"""Patrols: a grid worker's round, sent from the phone as it has a network, and looked at afterwards."""

from __future__ import annotations

import uuid
from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import Response

from api.dependencies import Caller, MayPatrol, MayReadPatrols
from api.documented import ALWAYS, SIGNED_IN, problems
from api.schemas.common import NoQuery
from api.schemas.patrols import (
    CheckInOut,
    PatrolDetailOut,
    PatrolEndIn,
    PatrolIn,
    PatrolOut,
    PatrolPage,
    PatrolPointsIn,
    PatrolPointsOut,
    PatrolsQuery,
)
from data.engine import reading, writing
from governance.patrols import rounds, track
from governance.patrols.patrol import Patrol
from governance.patrols.reading import PatrolFilter, find_patrol, list_patrols
from governance.patrols.track import TrackPoint
from grids.datum import to_wgs84

router = APIRouter(prefix="/api/v1/patrols", tags=["patrols"], responses={**ALWAYS, **SIGNED_IN})


@router.post("", status_code=201, summary="开始巡查 Begin a patrol", responses={
    **problems(409), 200: {"model": PatrolOut, "description": "同一巡查已在 (the same patrol is here already)"}})
def start_patrol(sent: PatrolIn, caller: MayPatrol, response: Response, _: Annotated[NoQuery, Query()]) -> PatrolOut:
    """In a cell or a community of the own scope. The `id` is the phone's, so it may be sent again."""
    begun = rounds.Start(sent.id, sent.unit, sent.started_at)
    with writing(caller.engine) as session:
        patrol, new = rounds.start(session, caller.city, caller.actor, begun, caller.now)
        session.commit()
    response.status_code = 201 if new else 200
    response.headers["Location"] = f"{router.prefix}/{patrol.id}"
    return patrol_out(caller, patrol, caller.actor.name)


@router.post("/{patrol}/points", responses=problems(404, 409), summary="上传轨迹点 Send points of a patrol")
def send_points(patrol: uuid.UUID, sent: PatrolPointsIn, caller: MayPatrol,
                _: Annotated[NoQuery, Query()]) -> PatrolPointsOut:
    """Batches by number, late and in any order, also after the end. Points outside the patrol's time are not kept."""
    points = [_point(sent, at) for at in range(len(sent.points))]
    with writing(caller.engine) as session:
        found, kept = rounds.add_points(session, caller.city, caller.actor, patrol, sent.seq, points, caller.now)
        session.commit()
    return PatrolPointsOut(seq=sent.seq, kept=kept, left_out=len(points) - kept,
                           patrol=patrol_out(caller, found, caller.actor.name))


@router.post("/{patrol}/end", responses=problems(404), summary="结束巡查 End a patrol")
def end_patrol(patrol: uuid.UUID, sent: PatrolEndIn, caller: MayPatrol, _: Annotated[NoQuery, Query()]) -> PatrolOut:
    """The first word counts; sent again it changes nothing."""
    with writing(caller.engine) as session:
        ended = rounds.end(session, caller.actor, patrol, sent.ended_at, caller.now)
        session.commit()
    return patrol_out(caller, ended, caller.actor.name)


@router.get("", summary="巡查列表 List patrols")
def read_patrols(caller: MayReadPatrols, wanted: Annotated[PatrolsQuery, Query()]) -> PatrolPage:
    """The own ones; for community leads, desks and supervisors those of their scope. The latest first."""
    asked = PatrolFilter(wanted.mine, wanted.unit, wanted.since, wanted.until)
    with reading(caller.engine) as session:
        found, following = list_patrols(session, caller.city, caller.actor, asked, wanted.limit, wanted.cursor)
    return PatrolPage(items=[patrol_out(caller, patrol, name) for patrol, name in found], next_cursor=following)


@router.get("/{patrol}", responses=problems(404), summary="一次巡查 One patrol with its track")
def read_patrol(patrol: uuid.UUID, caller: MayReadPatrols, _: Annotated[NoQuery, Query()]) -> PatrolDetailOut:
    with reading(caller.engine) as session:
        found, name, points = find_patrol(session, caller.actor, patrol)
    check_ins = [CheckInOut(lon=p.lon, lat=p.lat, accuracy_m=p.accuracy_m, captured_at=p.captured_at, note=p.note)
                 for p in points if p.note is not None]
    return PatrolDetailOut(**patrol_out(caller, found, name).model_dump(), check_ins=check_ins,
                           track=track.feature_of(points))


def patrol_out(caller: Caller, patrol: Patrol, name: str) -> PatrolOut:
    running = patrol.ended_at is None and caller.now <= track.ends_at(patrol)
    return PatrolOut(
        id=patrol.id, account=patrol.account, name=name, unit=patrol.unit,
        unit_name=caller.city.path_names(patrol.unit), started_at=patrol.started_at, ended_at=patrol.ended_at,
        running=running, points_count=patrol.points, check_ins_count=patrol.check_ins, length_m=patrol.length_m,
        covered=patrol.covered, track_kept=patrol.track_deleted_at is None)


def _point(sent: PatrolPointsIn, at: int) -> TrackPoint:
    """As WGS-84. A note makes it a check-in, an empty one is that of a check-in without words."""
    point = sent.points[at]
    lon, lat = to_wgs84(point.lon, point.lat, sent.datum)
    note = point.note if point.note is not None else "" if point.kind == "check_in" else None
    return TrackPoint(lon, lat, point.accuracy_m, point.captured_at, note)
