"""The journey of an incident, in its order. Read this file first.

    report -> [verify] -> file -> dispatch -> sign -> feed back -> check -> closed
               void, merge <-+   settle -> closed   return, transfer   rework

`report`, `act` and `follow` are the ways in: a report, a person's action, the system's own when its time has come.
Each is one transaction of the caller's session. All end in `advance`, the one place where an incident changes. The
process (data/seed/processes) says everything about an action: who may take it from which state and what stands
against it (governance/bars.py); what it asks of others or decides (requesting.py); the steps that it is made of
(steps.py); then the state moves, the clocks are wound, the transition is recorded (case.py); and the system may follow
by itself (conditions.py). Everything in `advance` is pure: records in, changed records out.
"""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlmodel import Session

from governance import bars, handling, intake, requesting, scope
from governance.case import FAILED, PASSED, ActionFields, Case, involve, move, note_verdict, record, wind_clocks
from governance.city import City
from governance.conditions import CONDITIONS
from governance.errors import InvalidField, NotAllowed, WanggeError, WrongState
from governance.incident import Incident
from governance.intake import IncidentReport
from governance.people import ENGINE, Actor
from governance.process import Action
from governance.steps import STEPS


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
    rule = city.process(case.incident.process).actions.get(action)
    scope.may_act(actor, case.incident, involved=rule is not None and rule.involved)
    advance(case, action, actor, given, city, not_before(case, now))
    handling.store(session, case)
    return case


def follow(case: Case, city: City, action: str, given: ActionFields, now: datetime) -> None:
    """The system acts on a locked case because its time has come. The caller stores it."""
    advance(case, action, ENGINE, given, city, not_before(case, now))


def not_before(case: Case, now: datetime) -> datetime:
    """Now, but not before the last step: the clocks of two machines may differ by a little."""
    return now if case.last_at is None else max(now, case.last_at)


def advance(case: Case, action: str, actor: Actor, given: ActionFields, city: City, now: datetime) -> None:
    """One step of the process, and the steps of the system that follow from it."""
    before = case.incident.status or None
    rule = allowed_action(case.incident, action, actor, city)
    if reason := bars.against(case, rule, actor, city, now):
        raise reason
    handling.check_fields(rule, given)
    case.result, case.noted = FAILED if given.passed is False else PASSED, {}
    granted = requesting.settle(case, rule, actor, given, city, now)
    for step in (*rule.does, *granted):
        STEPS[step](case, actor, given, city, now)
    requesting.ask(case, rule, actor, given, city, now)
    move(case, rule, now, city)
    wind_clocks(case, rule, now, city)
    note_verdict(case, city)
    involve(case, city)
    record(case, rule, actor, given, before, now)
    for following, conditions in rule.then.items():
        answers = (CONDITIONS[condition](case, given, city, now) for condition in conditions)
        if (answer := next((a for a in answers if a is not None), None)) is not None:
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
        state = process.state(incident.status)
        raise WrongState(f"{state.name}的事件不能{rule.name}",
                         f"An incident that is {state.name_en.lower()} cannot take: {rule.name_en.lower()}.")
    return rule
