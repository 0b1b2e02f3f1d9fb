"""What a caller may do with an incident now: what the process allows, in the own scope, with nothing against it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from governance import bars, handling, requesting, scope
from governance.case import Case
from governance.city import City
from governance.clocks import is_running
from governance.errors import NotAllowed
from governance.incident import Incident
from governance.people import Actor
from governance.process import Action
from governance.requests import WITHDRAWN
from governance.turns import stages_of


@dataclass(frozen=True)
class PossibleAction:
    """An action that the caller may take now. `fields`: name -> is it required. `next`: it is waited for."""

    action: str
    name: str
    name_en: str
    fields: Mapping[str, bool]
    next: bool


def possible_actions(session: Session, city: City, actor: Actor, incident: Incident,
                     now: datetime) -> list[PossibleAction]:
    """What is waited for first; in the order of the process."""
    case, process = handling.case_of(session, incident), city.process(incident.process)
    held = {clock.stage for clock in case.clocks if is_running(clock)}.intersection(stages_of(process, actor.role))
    possible = [PossibleAction(a.code, a.name, a.name_en, a.fields, _waited_for(a, held))
                for a in process.possible(incident.status, actor.role) if _may(case, a, actor, city, now)]
    return sorted(possible, key=lambda one: not one.next)


def _waited_for(action: Action, held: set[str]) -> bool:
    """Of what the caller may do: it ends a stage that the caller holds, answers a request or decides on it."""
    decides = action.decides is not None and action.decides[0] != WITHDRAWN
    return action.answers is not None or decides or any(held & set(stages) for stages in action.stop.values())


def _may(case: Case, action: Action, actor: Actor, city: City, now: datetime) -> bool:
    try:
        scope.require(actor, "act")
        scope.may_act(actor, case.incident, involved=action.involved)
    except NotAllowed:
        return False
    process = city.process(case.incident.process)
    return not (bars.against(case, action, actor, city, now) or requesting.nothing_to_do(case, action, actor, process))
