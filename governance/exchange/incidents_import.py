"""Incidents of an older system, built from the parts of the journey: what is written is what the journey would have
written of an incident that came in where it stands now.

Each has one transition of its own, the report; its clocks run on from the times that it brought. It keeps its old
number in its decision, and its id is made from that number, so that the same incident never comes in twice. Nobody is
told of it.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from types import SimpleNamespace
from typing import Any, Final, cast

from sqlalchemy import select, text, update
from sqlmodel import Session, col

from data.bulk import Told, slices, write_rows
from data.engine import is_postgresql
from governance import clocks
from governance.audit import FIRST_HASH, chain_values, digest
from governance.case import Case, move, wind_clocks
from governance.city import City
from governance.clocks import Clock
from governance.exchange.incidents import Old
from governance.incident import Incident, Transition
from governance.intake import classify, number_prefix
from governance.people import Actor

#: Who brings them in.
IMPORT: Final = Actor(None, "历史数据导入", "engine", "")
NAMESPACE: Final = uuid.uuid5(uuid.NAMESPACE_URL, "https://wangge.example/imported-incidents")
#: What only a running journey can have, and an import takes from the sheet as it is.
AS_GIVEN: Final = ("filed_at", "dispatched_at", "signed_at", "handled_at", "closed_at")
WATCHED_OUT: Final = 3
SAID: Final = ("description", "address", "source", "reporter_name", "reporter_phone")
#: Every field of an incident as it is when nothing is said of it.
EMPTY: Final[dict[str, Any]] = {name: field.get_default(call_default_factory=True)
                                for name, field in Incident.model_fields.items()}


def id_of(system: str, number: str, attempt: int = 0) -> uuid.UUID:
    """The same for the same number of the same system. What was withdrawn may come in again, as another attempt."""
    return uuid.uuid5(NAMESPACE, f"{system}/{number}" + (f"/{attempt}" if attempt else ""))


@dataclass
class Known:
    """Numbers that are here already, with their ids; and of those that may come in, which attempt it is."""

    ids: dict[str, uuid.UUID] = field(default_factory=dict)
    attempts: dict[str, int] = field(default_factory=dict)


def look_up(session: Session, system: str, numbers: Sequence[str]) -> Known:
    """What the city knows of these numbers: brought in before and not withdrawn, or numbers of our own."""
    known, asked, attempt = Known(), list(numbers), 0
    while asked:
        ids = {id_of(system, number, attempt): number for number in asked}
        asked = []
        for some in slices(list(ids)):
            for ident, decision in session.execute(select(col(Incident.id), col(Incident.decision)).where(
                    col(Incident.id).in_(some))):
                if decision.get("imported", {}).get("withdrawn"):
                    asked.append(ids[ident])
                    known.attempts[ids[ident]] = attempt + 1
                else:
                    known.ids[ids[ident]] = ident
        attempt += 1
    for some_numbers in slices(list(numbers)):
        known.ids |= {row.number: row.id for row in session.execute(
            select(col(Incident.number), col(Incident.id)).where(col(Incident.number).in_(some_numbers)))}
    return known


def build(old: Old, system: str, serial: int, city: City, now: datetime) -> Case:
    """The incident as it comes in, with its clocks that run and its first transition."""
    case = Case(_incident(old, system, serial, city))
    incident = case.incident
    if old.subcategory:
        classify(incident, city.tree(incident.taxonomy), old.subcategory)
    if "filed_at" in old.times and old.subcategory:
        standard = city.tree(incident.taxonomy).standard(old.subcategory, incident.area_class,
                                                         old.cells.get("standard") or None)
        incident.standard = standard.code if standard else None
    if old.ended:
        _end(case, old, city)
    else:
        _walk(case, old, city, now)
    for name in AS_GIVEN:
        setattr(incident, name, old.times.get(name))
    return case


def first_step(case: Case, old: Old) -> dict[str, Any]:
    """The report, which is the first transition of the chain. It leads at once to where the incident stands."""
    said = {"incident_id": case.incident.id, "seq": 1, "action": old.process.start.code, "from_state": None,
            "to_state": old.status, "actor": None, "actor_name": IMPORT.name, "role": IMPORT.role, "department": None,
            "reason": "", "fields": {"imported": old.number}, "at": case.incident.reported_at}
    return said | {"hash": chain_values(said, FIRST_HASH)}


def _incident(old: Old, system: str, serial: int, city: City) -> Incident:
    cells, tree = old.cells, city.tree(old.process.taxonomy)
    reported_at = old.times["reported_at"]
    said: dict[str, Any] = {name: cells.get(name, "") for name in SAID}
    values = EMPTY | said | old.place | old.counts | {
        "id": id_of(system, old.number, old.attempt), "serial": serial,
        "number": f"{number_prefix(reported_at)}{serial:08d}", "process": old.process.code, "status": "",
        "taxonomy": tree.taxonomy, "taxonomy_version": tree.version, "boundary_version": city.boundary_version,
        "reporter_role": IMPORT.role, "reported_at": reported_at, "captured_at": old.times.get("captured_at"),
        "assisting": old.assisting, "involved": old.assisting, "score": old.score, "on_time": old.on_time,
        "content_hash": digest([system, cells]), "decision": {
            "imported": {"system": system, "number": old.number}, "by": "import",
            "reasons": [f"由历史系统 {system} 导入, 原编号 {old.number}".replace("  ", " ")]}}
    # A table's own class watches every value for a session that never sees it: a hundred thousand take a minute more.
    return cast(Incident, SimpleNamespace(**values))


def _end(case: Case, old: Old, city: City) -> None:
    """One that has ended has no clock; when it was due is what the sheet says."""
    incident = case.incident
    incident.status, incident.outcome = old.status, old.process.states[old.status].outcome
    incident.department, incident.handle_due_at = old.department, old.handle_due_at


def _walk(case: Case, old: Old, city: City, now: datetime) -> None:
    """An open one goes the shortest way to where it stands, at the times that it brought, and keeps the clocks that
    run. Of what was overdue long ago the watch tells nobody anew."""
    at = case.incident.reported_at
    for action, stamp, result in old.path:
        at = max(at, old.times.get(stamp, at))
        case.result = result
        if "department" in action.fields:
            case.incident.department = old.department
        move(case, action, at, city)
        wind_clocks(case, action, at, city)
    case.result = "passed"
    case.clocks = [clock for clock in case.clocks if clock.stopped_at is None]
    for clock in case.clocks:
        _as_given(clock, case, old, city)
        if clock.due_at <= now:
            clock.watch_at, clock.watched = None, WATCHED_OUT
    case.incident.due_at = clocks.earliest_due(case.clocks)


def _as_given(clock: Clock, case: Case, old: Old, city: City) -> None:
    """The older system's own due time of the handling goes before ours."""
    rule = old.process.clocks[clock.stage]
    if rule.by_standard and old.handle_due_at is not None:
        clock.due_at, clock.warn_at = old.handle_due_at, min(clock.warn_at, old.handle_due_at)
        clock.watch_at = clock.warn_at if clock.watch_at is not None else None
        case.incident.handle_due_at = clock.due_at


# ---- writing -------------------------------------------------------------------------------------------------------

def write_old(session: Session, found: Sequence[Old], system: str, city: City, now: datetime,
              told: Told) -> list[uuid.UUID]:
    """Write them, some at a time; the caller commits. Gives their ids."""
    serials, ids = next_serials(session, len(found)), list[uuid.UUID]()
    for some in slices(found):
        cases = [build(old, system, serials[len(ids) + at], city, now) for at, old in enumerate(some)]
        ids += [case.incident.id for case in cases]
        write_rows(session, Incident, [vars(case.incident) for case in cases])
        write_rows(session, Transition, [first_step(case, old) for case, old in zip(cases, some, strict=True)])
        write_rows(session, Clock, [c.model_dump(exclude={"id"}) for case in cases for c in case.clocks])
        told(len(ids), len(found))
    _join(session, found, ids, system)
    return ids


def next_serials(session: Session, count: int) -> list[int]:
    """So many serials that nobody else gets."""
    if is_postgresql(session):
        taken = text("SELECT nextval('incident_serial') FROM generate_series(1, :count)")
        return list(session.scalars(taken, {"count": count}))
    last = session.scalar(select(col(Incident.serial)).order_by(col(Incident.serial).desc()).limit(1)) or 0
    return list(range(last + 1, last + 1 + count))


def _join(session: Session, found: Sequence[Old], ids: Sequence[uuid.UUID], system: str) -> None:
    """Those that were merged follow their main incident, which is there by now."""
    new = {old.number: ident for old, ident in zip(found, ids, strict=True)}
    mains = {old.number: old.merged_into for old in found if old.merged_into}
    new |= look_up(session, system, [main for main in mains.values() if main not in new]).ids
    rows = [{"id": new[number], "merged_into": new[main]} for number, main in mains.items()]
    for some in slices(rows):
        session.execute(update(Incident), some)
