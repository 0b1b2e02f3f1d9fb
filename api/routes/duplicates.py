"""Is it the same incident? Before a report is sent, and for the desk that may merge."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from api import showing
from api.dependencies import Caller, MayReadIncidents, MayReport
from api.documented import ALWAYS, SIGNED_IN, problems
from api.routes.incidents import IdOrNumber
from api.schemas.common import NoQuery
from api.schemas.duplicates import (
    DuplicateOut,
    DuplicatePage,
    NearbyOut,
    NearbyPage,
    NearbyQuery,
    PartOut,
)
from data.engine import reading
from governance import queries
from governance.repeats import duplicates
from governance.repeats.duplicates import Duplicate, Nearby

router = APIRouter(prefix="/api/v1/incidents", tags=["incidents"], responses={**ALWAYS, **SIGNED_IN})
#: Fields of the incident that are shown as they are.
AS_THEY_ARE = ("id", "number", "version", "subcategory", "status", "description", "address", "unit", "department",
               "lon", "lat", "reported_at", "due_at")
NAMES = ("subcategory_name", "status_name", "unit_name")


@router.get("/nearby", summary="附近的同类事件 The same problem, reported already?")
def read_nearby(caller: MayReport, wanted: Annotated[NearbyQuery, Query()]) -> NearbyPage:
    """Open incidents of the subcategory around the point, the nearest first; whoever reported them, and never who."""
    with reading(caller.engine) as session:
        found = duplicates.nearby(session, caller.city, caller.actor, wanted.process, wanted.subcategory, wanted.lon,
                                  wanted.lat, wanted.datum, caller.now)
    return NearbyPage(metres=caller.settings.repeat_metres, hours=caller.settings.repeat_hours,
                      items=[nearby_out(caller, wanted, one) for one in found])


@router.get("/{incident}/duplicates", responses=problems(404), summary="可能重复的事件 Likely the same incident")
def read_duplicates(incident: IdOrNumber, caller: MayReadIncidents,
                    _: Annotated[NoQuery, Query()]) -> DuplicatePage:
    """Open incidents that may be merged with this one, the likeliest first, with the reasons and their arithmetic."""
    with reading(caller.engine) as session:
        one = queries.find_incident(session, caller.actor, incident)
        found = duplicates.duplicates_of(session, caller.city, caller.actor, one)
        shown = [duplicate_out(caller, each) for each in found]
    showing.account_for(caller, [one, *(each.incident for each in found)])
    return DuplicatePage(items=shown)


def nearby_out(caller: Caller, wanted: NearbyQuery, one: Nearby) -> NearbyOut:
    process = caller.city.process(wanted.process)
    state = process.states.get(one.status)
    return NearbyOut(
        number=one.number, subcategory=wanted.subcategory,
        subcategory_name=caller.city.tree(process.taxonomy).name(wanted.subcategory), status=one.status,
        status_name=state.name if state else one.status, distance_m=round(one.distance_m),
        reported_at=one.reported_at, age_minutes=max(0, int((caller.now - one.reported_at).total_seconds() // 60)))


def duplicate_out(caller: Caller, one: Duplicate) -> DuplicateOut:
    record = {name: getattr(one.incident, name) for name in AS_THEY_ARE}
    named = showing.names(caller.city, one.incident)
    return DuplicateOut(
        **record, **{name: named[name] for name in NAMES}, score=round(one.score, 4), by_rule=one.by_rule,
        distance_m=None if one.distance_m is None else round(one.distance_m),
        reasons=[PartOut.model_validate({"part": p.name, "value": round(p.value, 4), "weight": p.weight, "zh": p.zh,
                                         "en": p.en}) for p in one.parts])
