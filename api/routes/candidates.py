"""To whom an incident could be sent, for the dialogue of dispatching."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from api import showing
from api.dependencies import Caller, MayAct
from api.documented import ALWAYS, SIGNED_IN, problems
from api.routes.incidents import IdOrNumber
from api.schemas.candidates import CandidateOut, CandidatesOut, CandidatesQuery, OnTimeOut
from data.engine import reading
from governance import queries
from governance.candidates import Choice, Load, check_may_choose, choices, loads
from governance.dispatch import decide
from governance.incident import Incident

router = APIRouter(prefix="/api/v1/incidents", tags=["actions"], responses={**ALWAYS, **SIGNED_IN})


@router.get("/{incident}/candidates", responses=problems(404),
            summary="可派遣的单位 Departments to dispatch to, ranked")
def read_candidates(incident: IdOrNumber, caller: MayAct,
                    wanted: Annotated[CandidatesQuery, Query()]) -> CandidatesOut:
    """Ranked by the rule, with reasons, load and distance; `q` finds others with jurisdiction over the place. For who
    may dispatch."""
    with reading(caller.engine) as session:
        found = queries.find_incident(session, caller.actor, incident)
        check_may_choose(caller.city, caller.actor, found)
        chosen = choices(caller.city, found, wanted.q, wanted.limit)
        load = loads(session, [choice.department for choice in chosen], caller.now)
    showing.account_for(caller, [found])
    said = decide(caller.city, found)
    return CandidatesOut(decided=said.department, reasons=list(said.reasons), reasons_en=list(said.reasons_en),
                         items=[candidate(caller, found, choice, load[choice.department]) for choice in chosen])


def candidate(caller: Caller, incident: Incident, choice: Choice, load: Load) -> CandidateOut:
    department = caller.city.departments[choice.department]
    rate = load.on_time / load.judged if load.judged else None
    return CandidateOut(
        department=department.code, name=department.name, level=department.level, unit=department.unit,
        unit_name=caller.city.path_names(department.unit), rank=choice.rank, reasons=list(choice.reasons),
        reasons_en=list(choice.reasons_en), lead_now=department.code == incident.department,
        assisting_now=department.code in incident.assisting, open=load.open, overdue=load.overdue,
        distance_m=choice.distance_m,
        on_time=OnTimeOut(rate=rate, numerator=load.on_time, denominator=load.judged))
