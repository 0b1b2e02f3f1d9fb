"""The steps that actions are made of (`does` in a process file), in the order of the journey.

Each takes the case, who acts, what was given, the city and the instant, and changes the case in memory or refuses.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from governance import clocks, handling, intake, requesting, scope
from governance.case import FAILED, ActionFields, Case, note_handle_due
from governance.city import City
from governance.dispatch import decide
from governance.errors import Conflict, InvalidField, MissingField
from governance.incident import Incident
from governance.people import Actor
from grids.codes import WIDTHS, parent_of

Step = Callable[[Case, Actor, ActionFields, City, datetime], None]
#: How near those who are called must stand to check in. Our configuration.
CHECK_IN_DISTANCE_M = 500.0
MOST_DAYS = 90
#: A suspension is reviewed within a year (product.md, suspend).
LONGEST_SUSPENSION = timedelta(days=365)
OVERDUE = "overdue"


# ---- on the spot ---------------------------------------------------------------------------------------------------

def stand_near(case: Case, actor: Actor, given: ActionFields, city: City, now: datetime) -> None:
    """Within the distance of the incident's standard."""
    handling.stand_within(case, given, handling.check_distance(case.incident, city))


def stand_at_place(case: Case, actor: Actor, given: ActionFields, city: City, now: datetime) -> None:
    """Who was called is at the place, or close by."""
    handling.stand_within(case, given, CHECK_IN_DISTANCE_M)


def bring_photo(case: Case, actor: Actor, given: ActionFields, city: City, now: datetime) -> None:
    handling.bring_photo(case)


def bring_two_photos(case: Case, actor: Actor, given: ActionFields, city: City, now: datetime) -> None:
    """One of before and one of after, the first perhaps from the report."""
    handling.bring_photo(case)
    if len(case.photos(case.files)) < 2:
        raise MissingField("attachments", "须有处置前和处置后的照片", "needs a photo before and a photo after")


def say_why_not(case: Case, actor: Actor, given: ActionFields, city: City, now: datetime) -> None:
    if given.passed is False and not given.reason:
        raise MissingField("reason", "不通过须说明理由", "is needed when it did not pass")


# ---- what it is ----------------------------------------------------------------------------------------------------

def classify(case: Case, actor: Actor, given: ActionFields, city: City, now: datetime) -> None:
    """The incident gets its subcategory and its standard, under the list's version of today."""
    incident, tree = case.incident, city.tree(case.incident.taxonomy)
    code = given.subcategory or incident.subcategory
    if code is None:
        raise MissingField("subcategory", "立案前须确定小类", "is needed before filing")
    case.lesson = code if corrects(incident, code) and actor.id is not None else None
    intake.classify(incident, tree, code)
    standard = tree.standard(code, incident.area_class, given.standard)
    if standard is None:
        raise InvalidField("standard", "不是该小类在此区域的标准", "is not a standard of this subcategory here",
                           "unknown_standard")
    incident.standard = standard.code


def corrects(incident: Incident, code: str) -> bool:
    """Somebody chose otherwise than the reporter, or than what the words were ranked first for."""
    first = next(iter(incident.decision.get("suggestions", ())), None)
    meant = incident.subcategory or (first and first["subcategory"])
    return bool(incident.description) and (meant is not None or "suggestions" in incident.decision) and meant != code


def join_main(case: Case, actor: Actor, given: ActionFields, city: City, now: datetime) -> None:
    """The incident and its reporter follow the main incident."""
    main = case.main
    if main is None or not scope.may_see(actor, main):
        raise InvalidField("main", "没有这个事件", "there is no such incident", "unknown_incident")
    if main.id == case.incident.id or main.outcome is not None:
        raise Conflict("不能并入自身或已终结的事件",
                       "An incident cannot be merged into itself or into one that has ended.")
    case.incident.merged_into = main.id


def leave_main(case: Case, actor: Actor, given: ActionFields, city: City, now: datetime) -> None:
    """It stands on its own again, to be filed anew."""
    case.incident.merged_into = case.main = None
    case.incident.department, case.incident.assisting = None, []


# ---- to whom -------------------------------------------------------------------------------------------------------

def send(case: Case, actor: Actor, given: ActionFields, city: City, now: datetime) -> None:
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


def confer(case: Case, actor: Actor, given: ActionFields, city: City, now: datetime) -> None:
    """The conference has named the lead: it may not return the incident (domain brief 3.1, 指定主责)."""
    case.incident.decision = {**case.incident.decision, "conference": True}


def take_on(case: Case, actor: Actor, given: ActionFields, city: City, now: datetime) -> None:
    """Who takes it on may not check it later."""
    case.incident.handler = actor.id


def give_back(case: Case, actor: Actor, given: ActionFields, city: City, now: datetime) -> None:
    """Not ours: back to the dispatcher, who may only dispatch, void, merge or confer, never push it to closing."""
    incident = case.incident
    incident.returns += 1
    incident.returned_by, incident.department, incident.assisting = incident.department, None, []


def ask_to_assist(case: Case, actor: Actor, given: ActionFields, city: City, now: datetime) -> None:
    """Further departments assist."""
    incident = case.incident
    handling.known_departments(ActionFields(department=incident.department, assisting=given.assisting), city)
    if twice := [code for code in given.assisting or () if code in incident.assisting]:
        raise InvalidField("assisting", f"{city.department_name(twice[0])} 已在协办", f"{twice[0]} assists already")
    incident.assisting = [*incident.assisting, *(given.assisting or ())]


def call_to_place(case: Case, actor: Actor, given: ActionFields, city: City, now: datetime) -> None:
    """A street calls departments to the place (吹哨)."""
    handling.known_departments(given, city, lead_too=True)
    handling.in_future(given.until, now)
    case.incident.whistles += 1


# ---- how long ------------------------------------------------------------------------------------------------------

def name_days(case: Case, actor: Actor, given: ActionFields, city: City, now: datetime) -> None:
    if given.days is None or not 1 <= given.days <= MOST_DAYS:
        raise InvalidField("days", f"应为 1 至 {MOST_DAYS} 天", f"must be from 1 to {MOST_DAYS}")


def name_review_date(case: Case, actor: Actor, given: ActionFields, city: City, now: datetime) -> None:
    handling.in_future(given.until, now)
    if given.until is not None and given.until > now + LONGEST_SUSPENSION:
        raise InvalidField("until", "复核日期须在一年以内", "must lie within a year")


def prolong(case: Case, actor: Actor, given: ActionFields, city: City, now: datetime) -> None:
    """The days that were asked for are granted; the original limit is kept beside the new one."""
    days = next(r.details["days"] for r in case.requests if r.seq == given.request)
    for clock in handling.handling_clocks(case, city):
        clocks.extend(clock, days, city.calendar)
        note_handle_due(case.incident, clock, city)
    case.incident.extensions += 1


def put_aside(case: Case, actor: Actor, given: ActionFields, city: City, now: datetime) -> None:
    """Suspended until the review date; the watch looks at it then."""
    case.incident.suspensions += 1
    for request in (r for r in case.requests if r.seq == given.request):
        until = datetime.fromisoformat(request.details["until"])
        handling.in_future(until, now, "request")
        request.due_at, request.watch_at = until, requesting.review_at(until, now)


# ---- how it goes ---------------------------------------------------------------------------------------------------

def count_urge(case: Case, actor: Actor, given: ActionFields, city: City, now: datetime) -> None:
    """Who holds the stage is urged; whoever answers for that learns of it when the stage is overdue."""
    case.incident.urges += 1
    running = [c for c in case.clocks if clocks.is_running(c) and given.stage in (None, c.stage)]
    if held := min(running, key=lambda c: c.due_at, default=None):
        case.noted["stage"] = held.stage
        case.result = OVERDUE if held.due_at <= now else case.result


def name_level(case: Case, actor: Actor, given: ActionFields, city: City, now: datetime) -> None:
    """The colour of a supervision: blue near its due time, orange behind it, red when supervised before."""
    handling.in_future(given.until, now)
    levels = city.process(case.incident.process).requests["supervise"].levels
    if given.level is not None and given.level not in levels:
        raise InvalidField("level", f"应为 {'、'.join(levels)} 之一", f"must be one of {', '.join(levels)}")
    late = case.incident.due_at is not None and case.incident.due_at < now
    again = late and case.incident.supervisions > 0
    case.noted["level"] = given.level or levels[min(late + again, len(levels) - 1)]
    case.incident.supervisions += 1


def raise_desk(case: Case, actor: Actor, given: ActionFields, city: City, now: datetime) -> None:
    """To the desk of the level above: street, district, city."""
    incident = case.incident
    desk = incident.desk or incident.unit[:WIDTHS["street"]]
    incident.desk, incident.escalations = parent_of(desk), incident.escalations + 1


def count_rework(case: Case, actor: Actor, given: ActionFields, city: City, now: datetime) -> None:
    case.incident.reworks += case.result == FAILED


def count_as_handled(case: Case, actor: Actor, given: ActionFields, city: City, now: datetime) -> None:
    """Settled on the spot is handled in time; reopened after an overdue closing, it stays overdue."""
    incident = case.incident
    incident.handle_due_at = incident.handle_due_at or now
    incident.on_time = incident.on_time is not False


# ---- afterwards ----------------------------------------------------------------------------------------------------

def excuse(case: Case, actor: Actor, given: ActionFields, city: City, now: datetime) -> None:
    """The overdue fact stays; the exemption is counted beside it."""
    case.incident.exempt = True


def score(case: Case, actor: Actor, given: ActionFields, city: City, now: datetime) -> None:
    """The reporter says how well it was solved: 1 (very dissatisfied) to 5 (very satisfied)."""
    case.incident.score = requesting.score_of(given)


def visit(case: Case, actor: Actor, given: ActionFields, city: City, now: datetime) -> None:
    """A return visit: contacted, solved, satisfied (domain brief 2.5, 三率). Valid if the resident answered."""
    incident = case.incident
    if (given.passed is None) != (given.score is None):
        raise MissingField("score" if given.score is None else "passed", "是否解决和满意度须一并填写",
                           "is needed beside the other")
    incident.visited_at, incident.visit_contacted = now, given.contacted
    incident.visit_solved, incident.visit_score = given.passed, requesting.score_of(given)


def start_over(case: Case, actor: Actor, given: ActionFields, city: City, now: datetime) -> None:
    """It goes through the journey again, with everything that was before kept in the transitions."""
    incident = case.incident
    incident.reopened += 1
    incident.department, incident.handler, incident.assisting = None, None, []
    incident.closed_at = incident.handled_at = None


STEPS: dict[str, Step] = {step.__name__: step for step in (
    stand_near, stand_at_place, bring_photo, bring_two_photos, say_why_not, classify, join_main, leave_main, send,
    confer, take_on, give_back, ask_to_assist, call_to_place, name_days, name_review_date, prolong, put_aside,
    count_urge, name_level, raise_desk, count_rework, count_as_handled, excuse, score, visit, start_over)}
