"""Incidents as points of a map."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Query

from api import showing
from api.dependencies import MayReadIncidents
from api.documented import ALWAYS, SIGNED_IN
from api.routes.incidents import filter_of
from api.schemas.points import PointOut, PointsOut, PointsQuery
from data.engine import reading
from governance.points import list_points

router = APIRouter(prefix="/api/v1/incidents", tags=["incidents"], responses={**ALWAYS, **SIGNED_IN})


@router.get("/points", summary="事件点位 Incidents as points of a map")
def read_points(caller: MayReadIncidents, wanted: Annotated[PointsQuery, Query()]) -> PointsOut:
    """The filters of the list; the newest first. Those without a point are not on a map."""
    with reading(caller.engine) as session:
        found, more = list_points(session, caller.actor, filter_of(caller, wanted), caller.now, wanted.limit)
    showing.account_for(caller, found)
    return PointsOut(items=[PointOut(**asdict(point)) for point in found], more=more)
