"""What stands against an action in one incident although the process allows it to the role in this state (`unless`).

Each looks at a case, the action, who wants it and when, and gives the reason against it, or None.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from governance import clocks, handling, requesting
from governance.case import Case
from governance.city import City
from governance.errors import Conflict, NotAllowed, WanggeError
from governance.people import ENGINE, Actor
from governance.process import Action
from governance.requests import GRANTED
from grids.codes import WIDTHS, level_of

Bar = Callable[[Case, Action, Actor, City, datetime], WanggeError | None]


def own_work(case: Case, action: Action, actor: Actor, city: City, now: datetime) -> WanggeError | None:
    if actor.id is not None and actor.id == case.incident.handler:
        return NotAllowed("处置人员不能核查自己的处置结果", "Who handled it may not check it.")
    return None


def not_settleable(case: Case, action: Action, actor: Actor, city: City, now: datetime) -> WanggeError | None:
    """Only what the list lets a grid worker settle."""
    subcategory = city.tree(case.incident.taxonomy).leaf(case.incident.subcategory or "")
    if subcategory is None or not subcategory.settle:
        return NotAllowed("该小类不能由网格员现场处置", "This subcategory cannot be settled on the spot.")
    return None


def returned(case: Case, action: Action, actor: Actor, city: City, now: datetime) -> WanggeError | None:
    """Who receives a return may not push it forward to closing (domain brief 3.2)."""
    if case.incident.returned_by is not None:
        return NotAllowed("退回的事件须重新派遣, 不能直接结案",
                          "A returned incident must be dispatched again, not closed.")
    return None


def overdue(case: Case, action: Action, actor: Actor, city: City, now: datetime) -> WanggeError | None:
    """Never once overdue; exactly at the due time is still in time."""
    if any(clocks.is_overdue(clock, now) for clock in handling.handling_clocks(case, city)):
        return Conflict("已超期, 不能申请延期", "It is overdue; no extension can be asked for.")
    return None


def in_time(case: Case, action: Action, actor: Actor, city: City, now: datetime) -> WanggeError | None:
    if case.incident.on_time is not False:
        return Conflict("未超期, 无须申诉", "It was handled in time; there is nothing to appeal.")
    return None


def asked_already(case: Case, action: Action, actor: Actor, city: City, now: datetime) -> WanggeError | None:
    """One of a kind at a time; of those that somebody must decide, one at all: each changes what the others mean."""
    rules = city.process(case.incident.process).requests
    kinds = [k for k, r in rules.items() if r.reviews] if rules[action.opens or ""].reviews else [action.opens or ""]
    if requesting.pending(case, kinds):
        return Conflict("已有申请待处理", "A request is waiting already.")
    return None


def asked_too_often(case: Case, action: Action, actor: Actor, city: City, now: datetime) -> WanggeError | None:
    """Refused ones do not count against `most_granted` (domain brief 3.1, 延期)."""
    rule = city.process(case.incident.process).requests[action.opens or ""]
    asked, granted = requesting.count(case, rule.kind), requesting.count(case, rule.kind, GRANTED)
    if rule.most_asked is not None and asked >= rule.most_asked:
        return Conflict(f"{rule.name}只能申请 {rule.most_asked} 次", f"It can be asked for {rule.most_asked} time(s).")
    if rule.most_granted is not None and granted >= rule.most_granted:
        return Conflict(f"{rule.name}已达 {rule.most_granted} 次", f"It was granted {rule.most_granted} time(s).")
    return None


def assisting_open(case: Case, action: Action, actor: Actor, city: City, now: datetime) -> WanggeError | None:
    """The lead closes after all assisting have fed back. Whom the system named by the list's rule may help, but holds
    nobody up; a person who asks means it."""
    waiting = [r for r in requesting.pending(case, ["assist"]) if r.answered_at is None and r.asked_role != ENGINE.role]
    if not waiting:
        return None
    names = "、".join(city.department_name(r.party) for r in waiting)
    return Conflict(f"协办单位尚未反馈: {names}", f"Still assisting: {', '.join(r.party for r in waiting)}.")


def at_the_top(case: Case, action: Action, actor: Actor, city: City, now: datetime) -> WanggeError | None:
    desk = case.incident.desk or case.incident.unit[:WIDTHS["street"]]
    if level_of(desk) == "city":
        return Conflict("已升级到市级", "It is at the city's desk already.")
    return None


def after_conference(case: Case, action: Action, actor: Actor, city: City, now: datetime) -> WanggeError | None:
    if case.incident.decision.get("conference"):
        return NotAllowed("会商指定的主办单位不能退回", "The lead that a conference named may not return it.")
    return None


def main_open(case: Case, action: Action, actor: Actor, city: City, now: datetime) -> WanggeError | None:
    """Who reported what was merged rates when the main incident is closed."""
    if case.incident.merged_into is not None and (case.main is None or case.main.outcome != "closed"):
        return Conflict("主事件尚未结案", "The main incident is not closed yet.")
    return None


def no_department(case: Case, action: Action, actor: Actor, city: City, now: datetime) -> WanggeError | None:
    if case.incident.department is None:
        return Conflict("尚无责任单位", "No department is responsible yet.")
    return None


BARS: dict[str, Bar] = {bar.__name__: bar for bar in (
    own_work, not_settleable, returned, overdue, in_time, asked_already, asked_too_often, assisting_open, at_the_top,
    after_conference, main_open, no_department)}


def against(case: Case, action: Action, actor: Actor, city: City, now: datetime) -> WanggeError | None:
    """The first thing that stands against it."""
    found = (BARS[name](case, action, actor, city, now) for name in action.unless)
    return next((reason for reason in found if reason is not None), None)
