"""Incidents: reporting, reading, and what may be done next."""

from __future__ import annotations

import uuid
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query
from starlette.responses import Response

from api import showing
from api.dependencies import Caller, MayReadIncidents, MayReport
from api.documented import ALWAYS, SIGNED_IN, problems
from api.schemas.actions import PossibleOut
from api.schemas.common import Code, NoQuery
from api.schemas.incident_lists import IncidentsPlaced, IncidentsQuery
from api.schemas.incidents import IncidentIn, IncidentOut, IncidentPage, TransitionOut
from data.engine import reading, writing
from governance import journey, queries
from governance.errors import InvalidField
from governance.intake import IncidentReport
from governance.possible import possible_actions
from governance.queries import IncidentFilter
from governance.turns import turns_of

router = APIRouter(prefix="/api/v1/incidents", tags=["incidents"], responses={**ALWAYS, **SIGNED_IN})
IdOrNumber = Annotated[Code, Path(description="事件 id 或编号 (id or number)")]


@router.post("", status_code=201, summary="上报事件 Report an incident", responses={
    **problems(409), 200: {"model": IncidentOut, "description": "同一上报已收到 (the same report is here already)"}})
def report_incident(sent: IncidentIn, caller: MayReport, response: Response,
                    _: Annotated[NoQuery, Query()]) -> IncidentOut:
    """Sent again with the same `id` and content it is the same incident (200); with other content 409."""
    with writing(caller.engine) as session:
        case, new = journey.report(session, caller.city, caller.actor, report_of(sent), caller.now)
        shown = showing.show(caller, case.incident, case.clocks, case.requests, case.files)
        session.commit()
    response.status_code = 201 if new else 200
    response.headers["Location"] = f"{router.prefix}/{case.incident.id}"
    return shown


@router.get("", summary="事件列表 List incidents")
def list_incidents(caller: MayReadIncidents, wanted: Annotated[IncidentsQuery, Query()]) -> IncidentPage:
    """Only what the caller may see."""
    asked = filter_of(caller, wanted, at=wanted.point())
    with reading(caller.engine) as session:
        found, following = queries.list_incidents(session, caller.actor, asked, caller.now, wanted.limit, wanted.cursor)
        items = showing.show_all(session, caller, found)
    showing.account_for(caller, found)
    return IncidentPage(items=items, next_cursor=following)


@router.get("/{incident}", responses=problems(404), summary="一个事件 One incident")
def read_incident(incident: IdOrNumber, caller: MayReadIncidents, _: Annotated[NoQuery, Query()]) -> IncidentOut:
    with reading(caller.engine) as session:
        found = queries.find_incident(session, caller.actor, incident)
        shown = showing.show_all(session, caller, [found])[0]
    showing.account_for(caller, [found])
    return shown


@router.get("/{incident}/transitions", responses=problems(404), summary="流转记录 The steps taken")
def read_transitions(incident: IdOrNumber, caller: MayReadIncidents,
                     _: Annotated[NoQuery, Query()]) -> list[TransitionOut]:
    """In order; each hash covers the step and the hash before it."""
    with reading(caller.engine) as session:
        found = queries.find_incident(session, caller.actor, incident)
        steps = queries.transitions_of(session, caller.actor, found.id)[found.id]
    showing.account_for(caller, [found])
    return showing.steps_out(caller, found, steps)


@router.get("/{incident}/actions", responses=problems(404), summary="可执行操作 What the caller may do now")
def read_possible_actions(incident: IdOrNumber, caller: MayReadIncidents,
                          _: Annotated[NoQuery, Query()]) -> list[PossibleOut]:
    with reading(caller.engine) as session:
        found = queries.find_incident(session, caller.actor, incident)
        may = possible_actions(session, caller.city, caller.actor, found, caller.now)
    return [PossibleOut(action=a.action, name=a.name, name_en=a.name_en,
                        fields=[name for name, required in a.fields.items() if required],
                        optional=[name for name, required in a.fields.items() if not required], next=a.next)
            for a in may]


def report_of(sent: IncidentIn) -> IncidentReport:
    """As the journey takes it; without an id it gets one."""
    content = sent.model_dump(include=set(IncidentIn.model_fields) - {"id", "attachments"})
    return IncidentReport(id=sent.id or uuid.uuid4(), attachments=tuple(sent.attachments), **content)


def filter_of(caller: Caller, wanted: IncidentsPlaced, **more: Any) -> IncidentFilter:
    if wanted.unit is not None and wanted.unit not in caller.city.places:
        raise InvalidField("unit", f"没有网格 {wanted.unit}", f"there is no unit {wanted.unit}", "unknown_unit")
    asked = wanted.model_dump(exclude={"limit", "cursor", "bbox", "near", "waiting_for", "at"})
    turns = turns_of(caller.city, caller.actor.role) if wanted.waiting_for else None
    return IncidentFilter(**asked, bbox=wanted.box(), near=wanted.circle(), turns=turns, **more)
