"""The rules that several steps share, and the way of a case from and to the database."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import datetime

from sqlalchemy import select
from sqlmodel import Session, col

from governance import scope
from governance.case import ActionFields, Case, limit_for
from governance.city import City
from governance.clocks import Clock
from governance.errors import CalendarGap, InvalidField, MissingField, NotAllowed, NotFound, StaleVersion
from governance.incident import Attachment, Incident, Transition
from governance.people import Actor
from governance.process import Action
from grids.codes import path_of
from grids.datum import to_wgs84
from grids.metres import metres_between
from taxonomy.category import Category

#: How near a verifier must stand when no standard says it. Our configuration.
DEFAULT_DISTANCE_M = 100.0


# ---- rules ---------------------------------------------------------------------------------------------------------

def check_fields(rule: Action, given: ActionFields) -> None:
    """Every required field is there, and none that the action does not take."""
    names = given.given()
    for name, required in rule.fields.items():
        if required and name not in names:
            raise MissingField(name)
    taken = {*rule.fields, *(("datum",) if "lon" in rule.fields else ())}
    for name in names:
        if name not in taken:
            raise InvalidField(name, f"操作“{rule.name}”不使用该字段", f"is not a field of {rule.code}",
                               "unknown_field")


def settle_barrier(incident: Incident, actor: Actor, city: City) -> NotAllowed | None:
    """Only what the list lets a grid worker settle; and who receives a return may not push it forward to closing."""
    subcategory = city.tree(incident.taxonomy).leaf(incident.subcategory or "")
    if subcategory is None or not subcategory.settle:
        return NotAllowed("该小类不能由网格员现场处置", "This subcategory cannot be settled on the spot.")
    if incident.returned_by is not None:
        return NotAllowed("退回的事件须重新派遣, 不能直接结案",
                          "A returned incident must be dispatched again, not closed.")
    return None


def check_barrier(incident: Incident, actor: Actor, city: City) -> NotAllowed | None:
    """Who handled it may not check it."""
    if actor.id is not None and actor.id == incident.handler:
        return NotAllowed("处置人员不能核查自己的处置结果", "Who handled it may not check it.")
    return None


#: What stands against an action in this incident although the process allows it to the role in this state.
BARRIERS: dict[str, Callable[[Incident, Actor, City], NotAllowed | None]] = {
    "settle": settle_barrier, "check": check_barrier,
}


def barrier(action: str, incident: Incident, actor: Actor, city: City) -> NotAllowed | None:
    """The reason why this actor may not take this action on this incident, if there is one."""
    return BARRIERS[action](incident, actor, city) if action in BARRIERS else None


def stand_near(case: Case, given: ActionFields, city: City) -> None:
    """The person stands within the standard's distance of the incident."""
    incident = case.incident
    if incident.lon is None or incident.lat is None or given.lon is None or given.lat is None:
        return
    lon, lat = to_wgs84(given.lon, given.lat, given.datum or "wgs84")  # type: ignore[arg-type]
    away, limit = metres_between(lon, lat, incident.lon, incident.lat), check_distance(incident, city)
    if limit is not None and away > limit:
        raise InvalidField("lon", f"距事发地 {away:.0f} 米, 须在 {limit:.0f} 米以内",
                           f"is {away:.0f} m from the incident; it must be within {limit:.0f} m", "too_far",
                           distance_m=round(away, 1), limit_m=limit)


def check_distance(incident: Incident, city: City) -> float | None:
    """Metres, by the incident's standard; None where that needs no visit. Without a standard yet, the default."""
    if incident.standard is None or incident.subcategory is None:
        return DEFAULT_DISTANCE_M
    standard = city.tree(incident.taxonomy).standard(incident.subcategory, incident.area_class, incident.standard)
    return standard.check_distance_m if standard else DEFAULT_DISTANCE_M


def bring_photo(case: Case) -> None:
    if not case.photos(case.brought):
        raise MissingField("attachments", "须附照片", "needs a photo")


def say_why_not(given: ActionFields) -> None:
    if given.passed is False and not given.reason:
        raise MissingField("reason", "不通过须说明理由", "is needed when it did not pass")


def known_departments(given: ActionFields, city: City) -> None:
    """The lead and the assisting departments exist, and the lead does not assist itself."""
    if given.department not in city.departments:
        raise InvalidField("department", "没有这个责任单位", "there is no such department", "unknown_department")
    for code in given.assisting or ():
        if code not in city.departments or code == given.department:
            raise InvalidField("assisting", f"{code} 不能协办", f"{code} cannot assist", "unknown_department")


def assisting(city: City, subcategory: Category, incident: Incident, lead: str) -> tuple[str, ...]:
    """The nearest department of each assisting function, where there is exactly one."""
    found: list[str] = []
    for function in subcategory.assisting:
        near = next((d for code in reversed(path_of(incident.unit)) if (d := city.duties.get((function, code)))), [])
        if len(near) == 1 and near[0] != lead and near[0] not in found:
            found.append(near[0])
    return tuple(found)


def calendar_gap(incident: Incident, action: str, city: City, now: datetime) -> CalendarGap | None:
    """The gap in the calendar that an action would meet when it starts its clocks."""
    process = city.process(incident.process)
    try:
        for stage in process.actions[action].start["passed"]:
            city.calendar.due(now, limit_for(incident, process.clocks[stage], city))
    except CalendarGap as gap:
        return gap
    return None


# ---- from and to the database --------------------------------------------------------------------------------------

def lock_case(session: Session, actor: Actor, incident_id: uuid.UUID, version: int, given: ActionFields) -> Case:
    """Load and lock an incident that the actor may see, in the version that the actor has seen."""
    wanted = [incident_id] if given.main is None else [incident_id, given.main]
    locked = {i.id: i for i in session.scalars(  # in one order, so that two who merge crosswise wait, not deadlock
        select(Incident).where(col(Incident.id).in_(wanted)).order_by(col(Incident.id)).with_for_update())}
    incident = locked.get(incident_id)
    if incident is None or not scope.may_see(actor, incident):
        raise NotFound(f"事件 {incident_id}")
    if incident.version != version:
        raise StaleVersion(incident.version)
    case = case_of(session, incident)
    last = session.get_one(Transition, (incident_id, incident.version))
    case.last_hash, case.last_at = last.hash, last.at
    case.main = locked.get(given.main) if given.main else None
    case.brought = brought(session, actor, given.attachments or ())
    return case


def case_of(session: Session, incident: Incident) -> Case:
    """An incident with its clocks and files."""
    clocks = session.scalars(select(Clock).where(col(Clock.incident_id) == incident.id).order_by(col(Clock.id)))
    attached = session.scalars(select(Attachment).where(col(Attachment.incident_id) == incident.id))
    return Case(incident, list(clocks), list(attached))


def brought(session: Session, actor: Actor, ids: tuple[uuid.UUID, ...], report: uuid.UUID | None = None,
            ) -> list[Attachment]:
    """The actor's own uploaded files that belong to no incident yet; those of a report sent again belong to it."""
    if not ids:
        return []
    found = list(session.scalars(select(Attachment).where(col(Attachment.id).in_(ids)).with_for_update()))
    free = {a.id for a in found if a.uploaded_by == actor.id and a.incident_id in (None, report)}
    for index, wanted in enumerate(ids):
        if wanted not in free:
            raise InvalidField(f"attachments.{index}", "附件不存在、不是您上传的或已被使用",
                               "does not exist, is not yours, or belongs to an incident", "unknown_attachment")
    return found


def store(session: Session, case: Case) -> None:
    """Write what the case has gathered, the incident first; the caller commits."""
    session.add(case.incident)
    session.flush()
    for attachment in case.brought:
        attachment.incident_id, attachment.seq = case.incident.id, case.transitions[0].seq
    session.add_all([*case.clocks, *case.transitions, *case.outbox])
    session.flush()
