"""What a caller may do with an incident now: what the process allows, in the own scope, with nothing against it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from governance import bars, handling, requesting, scope
from governance.case import Case
from governance.city import City
from governance.errors import NotAllowed
from governance.incident import Incident
from governance.people import Actor
from governance.process import Action


@dataclass(frozen=True)
class PossibleAction:
    """An action that the caller may take now. `fields`: name -> is it required."""

    action: str
    name: str
    name_en: str
    fields: Mapping[str, bool]


def possible_actions(session: Session, city: City, actor: Actor, incident: Incident,
                     now: datetime) -> list[PossibleAction]:
    """In the order of the process."""
    case = handling.case_of(session, incident)
    allowed = city.process(incident.process).possible(incident.status, actor.role)
    return [PossibleAction(a.code, a.name, a.name_en, a.fields) for a in allowed if _may(case, a, actor, city, now)]


def _may(case: Case, action: Action, actor: Actor, city: City, now: datetime) -> bool:
    try:
        scope.require(actor, "act")
        scope.may_act(actor, case.incident, involved=action.involved)
    except NotAllowed:
        return False
    return not (bars.against(case, action, actor, city, now) or requesting.nothing_asked(case, action, actor))
