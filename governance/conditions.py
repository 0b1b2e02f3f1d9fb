"""When the system follows by itself (`then` in a process file): a condition gives the fields of its action, or None."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from governance import handling, requesting
from governance.case import ActionFields, Case
from governance.city import City
from governance.dispatch import decide
from governance.people import GRID_ROLES

Condition = Callable[[Case, ActionFields, City, datetime], ActionFields | None]
DISSATISFIED = 2
#: After so many returns the departments disagree: a conference decides (domain brief 1: after three dispatches).
MOST_RETURNS = 3


def reporter_files(case: Case, given: ActionFields, city: City, now: datetime) -> ActionFields | None:
    """A grid worker's own report of a clear-cut subcategory is filed at once: the one that the worker chose, or the one
    that the words mean if they are clearer than the city asks (WANGGE_AUTO_CONFIDENCE)."""
    incident = case.incident
    meant = incident.subcategory or incident.decision.get("sure_of")
    subcategory = city.tree(incident.taxonomy).leaf(meant or "")
    if subcategory is None or not subcategory.file_at_once or incident.reporter_role not in GRID_ROLES:
        return None
    if incident.subcategory is not None:
        return ActionFields()
    shown = subcategory.photo != "required" or case.photos(case.files)
    return ActionFields(subcategory=subcategory.code) if shown else None


def one_department(case: Case, given: ActionFields, city: City, now: datetime) -> ActionFields | None:
    """The rule names exactly one department, and no grid worker may settle it on the spot instead."""
    incident = case.incident
    subcategory = city.tree(incident.taxonomy).leaf(incident.subcategory or "")
    decided = decide(city, incident)
    incident.decision = {**incident.decision, **decided.document()}
    if subcategory is None or decided.department is None:
        return None
    if subcategory.settle and incident.reporter_role in GRID_ROLES:
        return None
    if _no_calendar(case, city, now, decided.reasons):
        return None
    return ActionFields(department=decided.department,
                        assisting=handling.assisting(city, subcategory, incident, decided.department))


def asked_department(case: Case, given: ActionFields, city: City, now: datetime) -> ActionFields | None:
    """Who asks has chosen the department."""
    asked = case.incident.decision.get("asked_department")
    if asked not in city.departments or _no_calendar(case, city, now, ()):
        return None
    return ActionFields(department=asked)


def _no_calendar(case: Case, city: City, now: datetime, reasons: tuple[str, ...]) -> bool:
    """A report is not lost for want of a calendar: it waits, with the reason."""
    gap = handling.calendar_gap(case.incident, "dispatch", city, now)
    if gap is not None:
        case.incident.decision = {**case.incident.decision, "reasons": [*reasons, gap.zh]}
    return gap is not None


def dissatisfied(case: Case, given: ActionFields, city: City, now: datetime) -> ActionFields | None:
    """A dissatisfied rating within 15 days of closing (WANGGE_REOPEN_DAYS) reopens the incident."""
    return _again(case.incident.closed_at, given, city, now)


def dissatisfied_follower(case: Case, given: ActionFields, city: City, now: datetime) -> ActionFields | None:
    """Who reported what was merged is dissatisfied with the main incident: the own report stands for itself again."""
    return _again(case.main.closed_at if case.main else None, given, city, now)


def _again(closed: datetime | None, given: ActionFields, city: City, now: datetime) -> ActionFields | None:
    limit = timedelta(days=city.settings.reopen_days)
    if given.score is None or given.score > DISSATISFIED or closed is None or now - closed > limit:
        return None
    return ActionFields(reason=f"评价不满意: {given.reason or given.score}")


def returned_often(case: Case, given: ActionFields, city: City, now: datetime) -> ActionFields | None:
    """Nobody takes it on: the district's conference names the lead."""
    if case.incident.returns < MOST_RETURNS or requesting.pending(case, ["conference"]):
        return None
    return ActionFields(reason=f"已被退回 {case.incident.returns} 次, 职责不清")


CONDITIONS: dict[str, Condition] = {condition.__name__: condition for condition in (
    reporter_files, one_department, asked_department, dissatisfied, dissatisfied_follower, returned_often)}
