"""The rules that several steps share, and the way of a case from and to the database."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import select
from sqlmodel import Session, col

from governance import clocks, scope
from governance.case import PASSED, ActionFields, Case, limit_for
from governance.city import City
from governance.clocks import Clock
from governance.errors import CalendarGap, InvalidField, MissingField, NotFound, StaleVersion
from governance.incident import Attachment, Incident, Transition
from governance.learning import note_label
from governance.people import Actor
from governance.process import Action, by_result
from governance.requests import Request
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


def stand_within(case: Case, given: ActionFields, limit: float | None) -> None:
    """The person stands within so many metres of the incident; None: anywhere."""
    incident = case.incident
    if incident.lon is None or incident.lat is None or given.lon is None or given.lat is None:
        return
    lon, lat = to_wgs84(given.lon, given.lat, given.datum or "wgs84")  # type: ignore[arg-type]
    away = metres_between(lon, lat, incident.lon, incident.lat)
    case.noted["distance_m"] = round(away, 1)
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


def in_future(until: datetime | None, now: datetime, field: str = "until") -> None:
    if until is not None and until <= now:
        raise InvalidField(field, "须晚于当前时间", "must lie in the future", "in_past")


def handling_clocks(case: Case, city: City) -> list[Clock]:
    """The running clocks that the incident's standard limits."""
    rules = city.process(case.incident.process).clocks
    return [c for c in case.clocks if clocks.is_running(c) and rules[c.stage].by_standard]


def known_departments(given: ActionFields, city: City, lead_too: bool = False) -> None:
    """The lead and the assisting departments exist, and the lead does not assist itself (it may be called)."""
    if not lead_too and given.department not in city.departments:
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
        for stage in by_result(process.actions[action].start, PASSED, ()):
            city.calendar.due(now, limit_for(incident, process.clocks[stage], city))
    except CalendarGap as gap:
        return gap
    return None


# ---- from and to the database --------------------------------------------------------------------------------------

def lock_case(session: Session, actor: Actor, incident_id: uuid.UUID, version: int, given: ActionFields) -> Case:
    """Load and lock an incident that the actor may see, in the version that the actor has seen."""
    locked = _lock(session, incident_id, *([given.main] if given.main else []))
    incident = locked.get(incident_id)
    if incident is None or not scope.may_see(actor, incident):
        raise NotFound(f"事件 {incident_id}")
    if incident.version != version:
        raise StaleVersion(incident.version)
    case = case_to_act_on(session, incident)
    case.main = locked.get(given.main) if given.main else case.main
    case.brought = brought(session, actor, given.attachments or ())
    return case


def lock_for_system(session: Session, incident_id: uuid.UUID) -> Case | None:
    """The same for the system itself, in whatever version it is. None if somebody else is at it, or there is none."""
    incident = _lock(session, incident_id, skip_locked=True).get(incident_id)
    return None if incident is None else case_to_act_on(session, incident)


def _lock(session: Session, *ids: uuid.UUID, skip_locked: bool = False) -> dict[uuid.UUID, Incident]:
    """In one order, so that two who merge crosswise wait, not deadlock."""
    return {i.id: i for i in session.scalars(select(Incident).where(col(Incident.id).in_(ids)).order_by(
        col(Incident.id)).with_for_update(skip_locked=skip_locked))}


def case_to_act_on(session: Session, incident: Incident) -> Case:
    """The case, ready for its next transition."""
    case = case_of(session, incident)
    last = session.get_one(Transition, (incident.id, incident.version))
    case.last_hash, case.last_at = last.hash, last.at
    return case


def case_of(session: Session, incident: Incident) -> Case:
    """An incident with its clocks, requests and files, and the main incident that it follows."""
    wound = session.scalars(select(Clock).where(col(Clock.incident_id) == incident.id).order_by(col(Clock.id)))
    attached = session.scalars(select(Attachment).where(col(Attachment.incident_id) == incident.id))
    asked = session.scalars(select(Request).where(col(Request.incident_id) == incident.id).order_by(
        col(Request.seq), col(Request.party)))
    main = session.get(Incident, incident.merged_into) if incident.merged_into else None
    return Case(incident, list(wound), list(asked), list(attached), main=main)


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
    if case.lesson is not None and case.incident.sensitivity == "normal":
        note_label(session, case.incident.taxonomy, case.incident.description, case.lesson, "correction",
                   case.transitions[-1].at, case.incident.id)
    session.add_all([*case.clocks, *case.requests, *case.transitions, *case.outbox])
    session.flush()
