"""The journey of an incident, in its order. Read this file first.

    report -> [verify] -> file -> dispatch -> sign -> feed back -> check -> closed
               void, merge <-+   settle -> closed   return, transfer   rework

`report` and `act` are the two ways in; each is one transaction of the caller's session. Both end in `advance`, the
one place where an incident changes: the process (data/seed/processes) says whether the action is allowed, the step of
that name below does what only this action does, then the state moves, the clocks are wound, the transition is
recorded, and the system may follow by itself. Everything below `act` is pure: records in, changed records out.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import datetime, timedelta

from sqlmodel import Session

from governance import handling, intake, scope
from governance.case import ActionFields, Case, move, record, wind_clocks
from governance.city import City
from governance.dispatch import decide
from governance.errors import Conflict, InvalidField, MissingField, NotAllowed, WanggeError, WrongState
from governance.incident import Incident
from governance.intake import IncidentReport
from governance.people import ENGINE, GRID_ROLES, Actor
from governance.process import Action

DISSATISFIED = 2


def report(session: Session, city: City, actor: Actor, sent: IncidentReport, now: datetime) -> tuple[Case, bool]:
    """Take a report in. Gives the case and whether it is new: the same report sent again is not."""
    scope.require(actor, "report")
    try:
        case = intake.open_case(session, city, actor, sent, now)
    except WanggeError:
        if known := intake.known_case(session, actor, sent):  # taken in before what it names was withdrawn
            return known, False
        raise
    advance(case, city.process(sent.process).start.code, actor, intake.opening_fields(sent), city, now)
    return intake.store(session, actor, case, sent)


def act(session: Session, city: City, actor: Actor, incident_id: uuid.UUID, action: str, version: int,
        given: ActionFields, now: datetime) -> Case:
    """Take one action on an incident that the actor has seen in this version."""
    scope.require(actor, "act")
    case = handling.lock_case(session, actor, incident_id, version, given)
    scope.may_act(actor, case.incident, action)
    advance(case, action, actor, given, city, not_before(case, now))
    handling.store(session, case)
    return case


def not_before(case: Case, now: datetime) -> datetime:
    """Now, but not before the last step: the clocks of two machines may differ by a little."""
    return now if case.last_at is None else max(now, case.last_at)


def advance(case: Case, action: str, actor: Actor, given: ActionFields, city: City, now: datetime) -> None:
    """One step of the process, and the steps of the system that follow from it."""
    before = case.incident.status or None
    rule = allowed_action(case.incident, action, actor, city)
    if barrier := handling.barrier(action, case.incident, actor, city):
        raise barrier
    handling.check_fields(rule, given)
    if step := STEPS.get(action):
        step(case, actor, given, city, now)
    move(case, rule, given, now, city)
    wind_clocks(case, rule, given, now, city)
    note_verdict(case, rule)
    record(case, rule, actor, given, before, now)
    for following, condition in rule.then.items():
        answer = CONDITIONS[condition](case, given, city, now)
        if answer is not None:
            advance(case, following, ENGINE, answer, city, now)


def allowed_action(incident: Incident, action: str, actor: Actor, city: City) -> Action:
    """The action, if the process knows it, the role may take it and the state allows it."""
    process = city.process(incident.process)
    rule = process.actions.get(action)
    if rule is None:
        raise InvalidField("action", f"流程 {process.name} 没有操作 {action}", f"there is no action {action}",
                           "unknown_action")
    if actor.role not in rule.by:
        raise NotAllowed(f"您的角色不能{rule.name}", f"The role {actor.role} may not {rule.name_en.lower()}.")
    if (incident.status or None) not in rule.from_states:
        state = process.states[incident.status]
        raise WrongState(f"{state.name}的事件不能{rule.name}",
                         f"An incident that is {state.name_en.lower()} cannot take: {rule.name_en.lower()}.")
    return rule


# ---- the steps, in the order of the journey: what only this action does -------------------------------------------

def verify(case: Case, actor: Actor, given: ActionFields, city: City, now: datetime) -> None:
    """Before filing, a grid worker looks on the spot."""
    handling.stand_near(case, given, city)
    handling.bring_photo(case)
    handling.say_why_not(given)


def file(case: Case, actor: Actor, given: ActionFields, city: City, now: datetime) -> None:
    """The incident gets its subcategory and its standard, under the list's version of today."""
    incident, tree = case.incident, city.tree(case.incident.taxonomy)
    code = given.subcategory or incident.subcategory
    if code is None:
        raise MissingField("subcategory", "立案前须确定小类", "is needed before filing")
    intake.classify(incident, tree, code)
    standard = tree.standard(code, incident.area_class, given.standard)
    if standard is None:
        raise InvalidField("standard", "不是该小类在此区域的标准", "is not a standard of this subcategory here",
                           "unknown_standard")
    incident.standard = standard.code


def merge(case: Case, actor: Actor, given: ActionFields, city: City, now: datetime) -> None:
    """The incident and its reporter follow the main incident."""
    main = case.main
    if main is None or not scope.may_see(actor, main):
        raise InvalidField("main", "没有这个事件", "there is no such incident", "unknown_incident")
    if main.id == case.incident.id or main.outcome is not None:
        raise Conflict("不能并入自身或已终结的事件",
                       "An incident cannot be merged into itself or into one that has ended.")
    case.incident.merged_into = main.id


def settle(case: Case, actor: Actor, given: ActionFields, city: City, now: datetime) -> None:
    """A grid worker puts a small thing right on the spot: photo before, photo after."""
    incident = case.incident
    handling.bring_photo(case)
    if len(case.photos(case.files)) < 2:
        raise MissingField("attachments", "须有处置前和处置后的照片", "needs a photo before and a photo after")
    incident.handle_due_at = incident.handle_due_at or now
    incident.on_time = incident.on_time is not False  # reopened after an overdue closing, it stays overdue


def dispatch(case: Case, actor: Actor, given: ActionFields, city: City, now: datetime) -> None:
    """To one lead department and any number assisting. The reasons of the rule are kept, also when overruled."""
    incident = case.incident
    handling.known_departments(given, city)
    if given.department == incident.returned_by and not given.reason:
        raise MissingField("reason", "再次派给退回单位须说明理由", "is needed to send it back to who returned it")
    decided = decide(city, incident)
    incident.decision = {**incident.decision, **decided.document(), "department": given.department, "by": actor.role,
                         "rule": decided.department, "overruled": given.department != decided.department}
    if given.reason:
        incident.decision["reason"] = given.reason
    incident.department, incident.assisting = given.department, list(given.assisting or ())
    incident.returned_by = incident.handler = None


def sign(case: Case, actor: Actor, given: ActionFields, city: City, now: datetime) -> None:
    """The department takes it on; who signs may not check it later."""
    case.incident.handler = actor.id


def return_(case: Case, actor: Actor, given: ActionFields, city: City, now: datetime) -> None:
    """Not ours: back to the dispatcher, who may only dispatch, void or merge it, never push it to closing."""
    incident = case.incident
    incident.returns += 1
    incident.returned_by, incident.department, incident.assisting = incident.department, None, []


def feed_back(case: Case, actor: Actor, given: ActionFields, city: City, now: datetime) -> None:
    """The department says what it did and shows it."""
    handling.bring_photo(case)
    case.incident.handler = actor.id


def check(case: Case, actor: Actor, given: ActionFields, city: City, now: datetime) -> None:
    """A grid worker, never the handler, stands at the place: passed closes, failed with a reason is a rework."""
    handling.stand_near(case, given, city)
    handling.bring_photo(case)
    handling.say_why_not(given)
    case.incident.reworks += given.passed is False


def rate(case: Case, actor: Actor, given: ActionFields, city: City, now: datetime) -> None:
    """The reporter says how well it was solved: 1 (very dissatisfied) to 5 (very satisfied)."""
    if given.score is None or not 1 <= given.score <= 5:
        raise InvalidField("score", "应为 1 至 5", "must be from 1 to 5", "bad_score")
    case.incident.score = given.score


def reopen(case: Case, actor: Actor, given: ActionFields, city: City, now: datetime) -> None:
    """It goes through the journey again, with everything that was before kept in the transitions."""
    incident = case.incident
    incident.reopened += 1
    incident.department, incident.handler, incident.assisting = None, None, []
    incident.closed_at = incident.handled_at = None


STEPS: dict[str, Callable[[Case, Actor, ActionFields, City, datetime], None]] = {
    "verify": verify, "file": file, "merge": merge, "settle": settle, "dispatch": dispatch, "transfer": dispatch,
    "sign": sign, "return": return_, "feed_back": feed_back, "check": check, "rate": rate, "reopen": reopen,
}


def note_verdict(case: Case, rule: Action) -> None:
    """Whether the lead department handled it in time: the verdict of its clock. A false stays false."""
    incident = case.incident
    if "handle" not in rule.stop or incident.department is None:
        return
    verdicts = [c.verdict for c in case.clocks if c.stage == "handle" and c.department == incident.department]
    if verdicts and verdicts[-1] is not None:
        incident.on_time = incident.on_time is not False and verdicts[-1] == "on_time"


# ---- what the system does by itself: a condition gives the fields of its action, or None ---------------------------

def reporter_files(case: Case, given: ActionFields, city: City, now: datetime) -> ActionFields | None:
    """A grid worker's own report of a clear-cut subcategory is filed at once."""
    incident = case.incident
    subcategory = city.tree(incident.taxonomy).leaf(incident.subcategory or "")
    by_worker = incident.reporter_role in GRID_ROLES
    return ActionFields() if by_worker and subcategory is not None and subcategory.file_at_once else None


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
    if gap := handling.calendar_gap(incident, "dispatch", city, now):
        incident.decision["reasons"] = [*decided.reasons, gap.zh]  # a report is not lost for want of a calendar
        return None
    return ActionFields(department=decided.department,
                        assisting=handling.assisting(city, subcategory, incident, decided.department))


def dissatisfied(case: Case, given: ActionFields, city: City, now: datetime) -> ActionFields | None:
    """A dissatisfied rating within 15 days of closing (WANGGE_REOPEN_DAYS) reopens the incident."""
    closed, limit = case.incident.closed_at, timedelta(days=city.settings.reopen_days)
    if given.score is None or given.score > DISSATISFIED or closed is None or now - closed > limit:
        return None
    return ActionFields(reason=f"评价不满意: {given.reason or given.score}")


CONDITIONS: dict[str, Callable[[Case, ActionFields, City, datetime], ActionFields | None]] = {
    "reporter_files": reporter_files, "one_department": one_department, "dissatisfied": dissatisfied,
}
