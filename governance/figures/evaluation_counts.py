"""What people and departments have done in a period, counted from the transitions and the clocks.

A step belongs to who took it, a clock to the step that stopped it (the same incident, stage and second). What is in
time is the clock's own verdict. The period is that of the step, not of the report: an evaluation is of a month's work.
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sql
from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from data.engine import is_postgresql
from governance import scope
from governance.city import City
from governance.clocks import ON_TIME, OVERDUE, Clock
from governance.figures.counts import ALIKE, FEEDS_BACK
from governance.figures.filters import CLOSED, OPEN, Condition, FigureFilter, in_period
from governance.figures.stages import seconds
from governance.incident import Incident, Transition
from governance.people import GRID_ROLES, Account

Counted = dict[Any, dict[str, int]]
#: The actions that file an incident, and those that end its acceptance in one way or another.
FILES = ("file", "approve")
ACCEPTS = (*FILES, "void", "reject", "merge")
WAITING = ("reported", "submitted")
DISPATCHES = ("dispatch", "transfer", "confer")


def of_people(session: Session, city: City, people: Iterable[Account], unit: str, wanted: FigureFilter) -> Counted:
    """Account id -> its counts. `wanted` gives the period only; `unit` holds all their units."""
    accounts = list(people)
    found: Counted = {account.id: {} for account in accounts}
    ids, postgresql = [account.id for account in accounts], is_postgresql(session)
    for counted in (_reports(ids, wanted), _steps(ids, wanted, postgresql), _closings(ids, wanted)):
        for row in session.execute(counted).mappings():
            found[row["who"]] |= {name: int(n) for name, n in row.items() if name != "who"}
    areas = _areas(session, city, unit, wanted)
    for account in accounts:
        found[account.id] |= {name: sum(n for code, n in counts.items() if code.startswith(account.unit))
                              for name, counts in areas.items()}
    return found


def of_departments(session: Session, codes: Iterable[str], wanted: FigureFilter, now: datetime) -> Counted:
    """Department code -> its counts."""
    found: Counted = {code: {} for code in codes}
    postgresql = is_postgresql(session)
    for counted in (_handling(list(found), wanted, now, postgresql), _checks(list(found), wanted, postgresql)):
        for row in session.execute(counted).mappings():
            found[row["who"]] |= {name: int(n) for name, n in row.items() if name != "who"}
    return found


# ---- people --------------------------------------------------------------------------------------------------------

def counts_of(conditions: Mapping[str, Condition]) -> list[Any]:
    return [func.count().filter(condition).label(name) for name, condition in conditions.items()]


def _reports(ids: list[uuid.UUID], wanted: FigureFilter) -> sql.Select[Any]:
    """Own reports that the desk has decided on; what it has not looked at yet is nobody's merit or fault."""
    outcome = func.coalesce(col(Incident.outcome), "")
    decided = or_(col(Incident.filed_at).is_not(None), outcome.in_(("void", "merged")))
    valid = and_(decided, outcome != "void")
    return select(col(Incident.reporter).label("who"), *counts_of({"reports": decided, "reports_valid": valid})).where(
        col(Incident.reporter).in_(ids), col(Incident.reporter_role).in_(GRID_ROLES),
        in_period("reported_at", wanted)).group_by(col(Incident.reporter))


def _steps(ids: list[uuid.UUID], wanted: FigureFilter, postgresql: bool) -> sql.Select[Any]:
    """The steps of the period by who took them."""
    actions = ("verify", "check", "ask_verify", *ACCEPTS, *DISPATCHES)
    conditions = on_the_spot(postgresql) | at_the_desk(postgresql)
    return select(col(Transition.actor).label("who"), *counts_of(conditions)).join_from(
        Transition, Incident, col(Incident.id) == col(Transition.incident_id)).where(
        col(Transition.actor).in_(ids), took(*actions), inside(Transition.at, wanted)).group_by(col(Transition.actor))


def on_the_spot(postgresql: bool) -> dict[str, Condition]:
    counted = {"verified": ("verify", "verify"), "checked": ("check", "check")}
    judged = {name: and_(took(action), stopped(stage, postgresql)) for name, (action, stage) in counted.items()}
    return judged | {f"{name}_on_time": and_(took(action), stopped(stage, postgresql, ON_TIME))
                     for name, (action, stage) in counted.items()}


def at_the_desk(postgresql: bool) -> dict[str, Condition]:
    """A verification is called for in time if the desk's own clock, which it pauses, was kept."""
    files, sends, asks = took(*FILES), took(*DISPATCHES), took("ask_verify")
    accepts = and_(took(*ACCEPTS), col(Transition.from_state).in_(WAITING))
    in_time = stopped("accept", postgresql, ON_TIME)
    return {
        "accepted": accepts, "accepted_judged": and_(accepts, stopped("accept", postgresql)),
        "accepted_on_time": and_(accepts, in_time), "verify_asked": and_(asks, _clocked("accept", ON_TIME, OVERDUE)),
        "verify_asked_on_time": and_(asks, _clocked("accept", ON_TIME)),
        "filed": files, "filed_on_time": and_(files, in_time),
        "filed_accurate": and_(files, func.coalesce(col(Incident.outcome), "") != "void"),
        "dispatched": sends, "dispatched_judged": and_(sends, stopped("dispatch", postgresql)),
        "dispatched_on_time": and_(sends, stopped("dispatch", postgresql, ON_TIME)),
        "dispatched_accurate": and_(sends, ~_returned_next())}


def took(*actions: str) -> Condition:
    return col(Transition.action).in_(actions)


def _clocked(stage: str, *verdicts: str) -> Condition:
    """The incident has a clock of this stage with one of these verdicts."""
    return exists().where(*_clock_of(stage, *verdicts)).correlate(Transition)


def stopped(stage: str, postgresql: bool, *verdicts: str) -> Condition:
    """This step stopped such a clock."""
    of = _clock_of(stage, *(verdicts or (ON_TIME, OVERDUE)))
    return exists().where(*of, _at_once(Clock.stopped_at, postgresql)).correlate(Transition)


def _clock_of(stage: str, *verdicts: str) -> list[Condition]:
    return [col(Clock.incident_id) == col(Transition.incident_id), col(Clock.stage).in_(ALIKE[stage]),
            col(Clock.verdict).in_(verdicts)]


def _returned_next() -> Condition:
    """Of the next dispatch, transfer or return after a dispatch: it is a return."""
    later = aliased(Transition)
    following: Any = select(col(later.action)).where(
        col(later.incident_id) == col(Transition.incident_id), col(later.seq) > col(Transition.seq),
        col(later.action).in_((*DISPATCHES, "return"))).order_by(col(later.seq)).limit(1).correlate(
        Transition).scalar_subquery()
    return func.coalesce(following, "") == "return"


def _closings(ids: list[uuid.UUID], wanted: FigureFilter) -> sql.Select[Any]:
    """Incidents closed in the period, of who filed them; an excused one counts as in time."""
    in_time = or_(col(Incident.on_time).is_(True), col(Incident.exempt).is_(True))
    files = select(col(Transition.incident_id), col(Transition.actor).label("who")).where(
        col(Transition.actor).in_(ids), col(Transition.action).in_(FILES)).distinct().subquery().c
    return select(files.who, *counts_of({"closed": sql.true(), "closed_on_time": in_time})).join_from(
        files.who.table, Incident, col(Incident.id) == files.incident_id).where(
        CLOSED, in_period("closed_at", wanted)).group_by(files.who)


def _areas(session: Session, city: City, unit: str, wanted: FigureFilter) -> dict[str, dict[str, int]]:
    """Filed in each unit, and of these missed: clear to see, yet not reported by a grid worker."""
    clear = or_(sql.false(), *(and_(col(Incident.taxonomy) == name, col(Incident.subcategory).in_(
        [leaf.code for leaf in tree.leaves() if leaf.file_at_once])) for name, tree in city.lists.items()))
    missed = and_(clear, col(Incident.reporter_role).not_in(GRID_ROLES))
    rows = session.execute(select(col(Incident.unit), func.count(), func.count().filter(missed)).where(
        scope.in_unit(unit), in_period("filed_at", wanted)).group_by(col(Incident.unit)))
    areas: dict[str, dict[str, int]] = defaultdict(dict)
    for code, filed, missing in rows:
        areas["area_filed"][code], areas["area_missed"][code] = filed, missing
    return areas


# ---- departments ---------------------------------------------------------------------------------------------------

def _handling(codes: list[str], wanted: FigureFilter, now: datetime, postgresql: bool) -> sql.Select[Any]:
    """应处置: handled in the period, or due in it and neither sent elsewhere nor held. Domain brief 2.5, note."""
    handled = exists().where(
        col(Transition.incident_id) == col(Clock.incident_id), col(Transition.action).in_(FEEDS_BACK),
        _at_once(Clock.stopped_at, postgresql)).correlate(Clock)
    waits = and_(col(Clock.stopped_at).is_(None),
                 or_(col(Clock.paused_at).is_(None), col(Clock.paused_at) > col(Clock.due_at)), OPEN)
    ended, due = inside(Clock.stopped_at, wanted), and_(inside(Clock.due_at, wanted), col(Clock.due_at) <= now)
    by_then = handled if wanted.until is None else and_(handled, col(Clock.stopped_at) < wanted.until)
    excused = and_(by_then, col(Clock.verdict) == OVERDUE, col(Incident.exempt).is_(True),
                   col(Incident.department) == col(Clock.department))
    conditions = {"to_handle": sql.true(), "handled": by_then, "handled_excused": excused,
                  "handled_on_time": and_(by_then, col(Clock.verdict) == ON_TIME), "overdue_waiting": ~by_then,
                  "extended": col(Clock.original_due_at).is_not(None)}
    return select(col(Clock.department).label("who"), *counts_of(conditions)).join_from(
        Clock, Incident, col(Incident.id) == col(Clock.incident_id)).where(
        col(Clock.department).in_(codes), col(Clock.stage).in_(ALIKE["handle"]),
        or_(and_(ended, handled), and_(due, or_(handled, waits)))).group_by(col(Clock.department))


def _checks(codes: list[str], wanted: FigureFilter, postgresql: bool) -> sql.Select[Any]:
    """Incidents checked in the period, and those that failed a check in it, by the department that had handled them."""
    one: Any = func.count(col(Transition.incident_id).distinct())
    failed: Any = one.filter(col(Transition.to_state) != "closed")
    return select(col(Clock.department).label("who"), one.label("checked"), failed.label("reworked")).join_from(
        Transition, Clock, and_(col(Clock.incident_id) == col(Transition.incident_id),
                                col(Clock.stage).in_(ALIKE["check"]), _at_once(Clock.stopped_at, postgresql))).where(
        col(Transition.action) == "check", col(Clock.department).in_(codes), inside(Transition.at, wanted)).group_by(
        col(Clock.department))


# ---- instants ------------------------------------------------------------------------------------------------------

def inside(instant: Any, wanted: FigureFilter) -> Condition:
    at: Any = col(instant)
    since = at.is_not(None) if wanted.since is None else at >= wanted.since
    return since if wanted.until is None else and_(since, at < wanted.until)


def _at_once(stopped: Any, postgresql: bool) -> ColumnElement[bool]:
    """The clock was stopped by the step: clocks cut an instant to its second."""
    return seconds(stopped, postgresql) == seconds(Transition.at, postgresql)
