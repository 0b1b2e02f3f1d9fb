"""To whom an incident could be sent: the departments that the rule ranks, and the others that answer for something at
the place; each with its load, its distance and how much of its work was in time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, or_, select
from sqlmodel import Session, col

from governance.city import City
from governance.dispatch import covers, decide
from governance.errors import NotAllowed
from governance.incident import Incident
from governance.people import Actor
from governance.queries import overdue
from grids.codes import level_of, path_of
from grids.metres import metres_between

#: Of which reports the share in time is told.
RECENT = timedelta(days=90)
#: Of a larger unit the middle says nothing about where its department is.
NEAR_LEVELS = ("street", "community", "cell")


@dataclass(frozen=True)
class Load:
    """What a department has in hand now, and of the reports of the last 90 days how many it handled in time. An
    overdue one that was excused on appeal counts as in time."""

    open: int = 0
    overdue: int = 0
    judged: int = 0
    on_time: int = 0


@dataclass(frozen=True)
class Choice:
    """A department to choose. rank: by the rule, 1 is the nearest; None: only its jurisdiction covers the place."""

    department: str
    rank: int | None
    reasons: tuple[str, ...]
    reasons_en: tuple[str, ...]
    distance_m: float | None


def check_may_choose(city: City, actor: Actor, incident: Incident) -> None:
    """NotAllowed for a role that sends nothing to a department in this process."""
    actions = city.process(incident.process).actions.values()
    if not any(actor.role in action.by and "department" in action.fields and "send" in action.does
               for action in actions):
        raise NotAllowed("您的角色不能派遣", f"The role {actor.role} may not dispatch.")


def choices(city: City, incident: Incident, q: str | None, limit: int) -> list[Choice]:
    """Without words: those whom the rule ranks, or, if there are none, all whose jurisdiction covers the place. With
    words: of all these, those whose name, code or function holds them. The nearest level first."""
    ranked = [Choice(c.department, c.rank, c.reasons, c.reasons_en, _distance(city, c.department, incident))
              for c in decide(city, incident).candidates]
    found = list({choice.department: choice for choice in reversed(ranked)}.values())[::-1]
    if q is None and found:
        return found[:limit]
    answering = _answering(city, incident)
    found += [choice for choice in _covering(city, incident, answering)
              if choice.department not in {known.department for known in found}]
    words = (q or "").strip().lower()
    return [choice for choice in found if words in _said_of(city, choice.department, answering)][:limit]


def loads(session: Session, departments: list[str], now: datetime) -> dict[str, Load]:
    """One statement for all."""
    is_open, recent = col(Incident.outcome).is_(None), col(Incident.reported_at) >= now - RECENT
    judged = recent & col(Incident.on_time).is_not(None)
    in_time = judged & or_(col(Incident.on_time).is_(True), col(Incident.exempt).is_(True))
    counted = [func.count().filter(condition) for condition in (is_open, overdue(now), judged, in_time)]
    rows = session.execute(select(col(Incident.department), *counted).where(
        col(Incident.department).in_(departments), or_(is_open, recent)).group_by(col(Incident.department)))
    known = {department: Load(*counts) for department, *counts in rows}
    return {department: known.get(department, Load()) for department in departments}


def _answering(city: City, incident: Incident) -> dict[str, dict[str, list[str]]]:
    """Unit from the place up -> the departments whose jurisdiction it is -> their functions there."""
    found: dict[str, dict[str, list[str]]] = {unit: {} for unit in reversed(path_of(incident.unit))}
    for (function, unit), departments in city.duties.items():
        if unit in found:
            for department in departments:
                found[unit].setdefault(department, []).append(function)
    return found


def _covering(city: City, incident: Incident, answering: dict[str, dict[str, list[str]]]) -> Iterator[Choice]:
    """Every department that answers for something at the place, once, with its lowest jurisdiction."""
    lowest = {department: unit for unit in reversed(answering) for department in answering[unit]}
    for department, unit in sorted(lowest.items(), key=lambda each: (-len(each[1]), each[0])):
        place = city.places[unit]
        said = covers(city.department_name(department), place.name, place.level)
        yield Choice(department, None, *said, _distance(city, department, incident))


def _said_of(city: City, department: str, answering: dict[str, dict[str, list[str]]]) -> str:
    """What a search looks in: the name, the code, and the functions by code and name."""
    functions = {function for of in answering.values() for function in of.get(department, ())}
    names = [tree.functions.get(function, "") for tree in city.lists.values() for function in functions]
    return " ".join([city.department_name(department), department, *functions, *names]).lower()


def _distance(city: City, department: str, incident: Incident) -> float | None:
    """Metres from the incident to the middle of the department's own unit, where both are known and it is small."""
    unit = city.departments[department].unit if department in city.departments else ""
    if incident.lon is None or incident.lat is None or unit not in city.places or level_of(unit) not in NEAR_LEVELS:
        return None
    place = city.places[unit]
    return round(metres_between(incident.lon, incident.lat, place.lon, place.lat), 1)
