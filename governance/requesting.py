"""Asking, answering and deciding: the requests of a case. Pure functions on the records of governance.requests."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from governance.case import ActionFields, Case
from governance.city import City
from governance.errors import Conflict, InvalidField, NotAllowed, WrongState
from governance.people import ENGINE, Actor
from governance.process import Action, Process, RequestRule
from governance.requests import ANSWERED, ASKED, GRANTED, LAPSED, PENDING, WITHDRAWN, Request

#: Before a suspension ends, its holders are reminded of the review (product.md, suspend: review date).
REMIND_BEFORE = timedelta(days=1)
#: The result of a decision that another review must follow.
REVIEW = "review"
SCORES = range(1, 6)


def pending(case: Case, kinds: Iterable[str]) -> list[Request]:
    """Of these kinds, what waits for an answer or a decision."""
    return [r for r in case.requests if r.kind in set(kinds) and r.state in PENDING]


def settle(case: Case, rule: Action, actor: Actor, given: ActionFields, city: City, now: datetime) -> tuple[str, ...]:
    """Answer, decide, close or drop what was asked; the further steps of what was granted for good."""
    if rule.answers is not None:
        answer(case, rule.answers, actor, given, now)
    close(case, rule.closes, now)
    lapse(case, rule.lapse, now)
    if rule.decides is None:
        return ()
    case.result = decide(case, rule, actor, given, city, now)
    granted = rule.decides[0] == GRANTED and case.result != REVIEW
    return city.process(case.incident.process).requests[case.result].does if granted else ()


# ---- asking --------------------------------------------------------------------------------------------------------

def ask(case: Case, action: Action, actor: Actor, given: ActionFields, city: City, now: datetime) -> None:
    """Open what the action asks, of every party. Its number is that of the step, the version that it makes."""
    if action.opens is None:
        return
    rule, seq = city.process(case.incident.process).requests[action.opens], case.incident.version + 1
    due_at = None if rule.until else given.until or (city.calendar.due(now, rule.limit) if rule.limit else None)
    asked = [Request(
        incident_id=case.incident.id, seq=seq, party=party, kind=rule.kind, asked_by=actor.id, asked_role=actor.role,
        asked_department=actor.department, asked_at=now, reason=given.reason or "", due_at=due_at, watch_at=due_at,
        details=_details(case, rule, given)) for party in _parties(case, rule, given)]
    case.requests.extend(asked)
    if asked and due_at is not None:
        case.noted["until"] = due_at.isoformat()


def _details(case: Case, rule: RequestRule, given: ActionFields) -> dict[str, Any]:
    until = given.until.isoformat() if given.until is not None and rule.until else None
    details = {"days": given.days, "level": case.noted.get("level", given.level), "until": until}
    return {name: value for name, value in details.items() if value is not None}


def _parties(case: Case, rule: RequestRule, given: ActionFields) -> list[str]:
    if rule.of == "named":
        return list(given.assisting or ())
    return [case.incident.department or ""] if rule.of == "lead" else [rule.of]


# ---- answering and deciding ----------------------------------------------------------------------------------------

def answer(case: Case, kind: str, actor: Actor, given: ActionFields, now: datetime) -> None:
    """The party answers what it was asked."""
    request = _asked_of(case, kind, actor)
    if request is None:
        raise WrongState("没有待您答复的请求", "Nothing of this kind is asked of you.")
    request.state, request.answered_at, request.answered_by = ANSWERED, now, actor.id
    request.answer, request.lon, request.lat, request.watch_at = given.reason or "", given.lon, given.lat, None
    case.noted["request"] = request.seq


def decide(case: Case, rule: Action, actor: Actor, given: ActionFields, city: City, now: datetime) -> str:
    """Give the verdict of an action on the request that it names. The kind when that is final, else REVIEW."""
    verdict, kinds = rule.decides or ("", ())
    chosen = _chosen(case, kinds, given)
    request_rule = city.process(case.incident.process).requests[chosen[0].kind]
    case.noted["kind"] = request_rule.kind
    if verdict == WITHDRAWN:
        _only_the_asker(chosen[0], actor)
    elif request_rule.reviews:
        _in_turn(request_rule, chosen[0], actor)
        if verdict == GRANTED and _agree(chosen, request_rule):
            return REVIEW
    elif verdict == GRANTED:
        chosen = _answered(chosen)
    for request in chosen:
        request.state, request.decided_at, request.decided_by, request.watch_at = verdict, now, actor.id, None
        request.score = score_of(given)
    return request_rule.kind


def _chosen(case: Case, kinds: Iterable[str], given: ActionFields) -> list[Request]:
    named = [r for r in case.requests if r.seq == given.request and given.department in (None, r.party)]
    if not named:
        raise InvalidField("request", "没有这个申请", "there is no such request", "unknown_request")
    if named[0].kind not in set(kinds):
        raise InvalidField("request", "此操作不适用于该申请", "cannot be decided by this action", "wrong_request")
    if not (waiting := [r for r in named if r.state in PENDING]):
        raise Conflict("该申请已有结果", "This request has been decided.")
    return waiting


def _only_the_asker(request: Request, actor: Actor) -> None:
    if not _is_the_askers(request, actor):
        raise NotAllowed("只有提出方可以撤回", "Only who asked may withdraw it.")


def _is_the_askers(request: Request, actor: Actor) -> bool:
    """The same person, another of the same role and department; what the system asked, a desk."""
    same = request.asked_department == actor.department and request.asked_role in (actor.role, ENGINE.role)
    return actor.id == request.asked_by or same


def _in_turn(rule: RequestRule, request: Request, actor: Actor) -> None:
    if not _is_the_turn_of(rule, request, actor):
        raise NotAllowed("当前不由您审核", "It is not your turn to review this.")


def _is_the_turn_of(rule: RequestRule, request: Request, actor: Actor) -> bool:
    return actor.role in rule.reviews[request.reviews]


def _agree(chosen: list[Request], rule: RequestRule) -> bool:
    """One review more; whether another must follow."""
    for request in chosen:
        request.reviews += 1
    return chosen[0].reviews < len(rule.reviews)


def _answered(chosen: list[Request]) -> list[Request]:
    if not (answered := [r for r in chosen if r.state == ANSWERED]):
        raise Conflict("对方尚未答复", "It has not been answered yet.")
    return answered


def score_of(given: ActionFields) -> int | None:
    if given.score is not None and given.score not in SCORES:
        raise InvalidField("score", "应为 1 至 5", "must be from 1 to 5", "bad_score")
    return given.score


def close(case: Case, kinds: Iterable[str], now: datetime) -> None:
    """What was asked has come: granted if it still waited; the watch need not look again."""
    for request in case.requests:
        if request.kind in set(kinds):
            request.watch_at = None
            if request.state in PENDING:
                request.state, request.decided_at = GRANTED, now


def lapse(case: Case, kinds: Iterable[str], now: datetime) -> None:
    """What was asked and not answered has become idle."""
    for request in pending(case, kinds):
        if request.state == ASKED:
            request.state, request.decided_at, request.watch_at = LAPSED, now, None


# ---- what stands against it ----------------------------------------------------------------------------------------

def nothing_to_do(case: Case, rule: Action, actor: Actor, process: Process) -> bool:
    """An action that answers or decides finds no request on which this person may take it."""
    if rule.answers is not None and _asked_of(case, rule.answers, actor) is None:
        return True
    if rule.decides is None:
        return False
    verdict, kinds = rule.decides
    return not any(_may_decide(verdict, process.requests[r.kind], r, actor) for r in pending(case, kinds))


def _may_decide(verdict: str, rule: RequestRule, request: Request, actor: Actor) -> bool:
    if verdict == WITHDRAWN:
        return _is_the_askers(request, actor)
    if rule.reviews:
        return _is_the_turn_of(rule, request, actor)
    return verdict != GRANTED or request.state == ANSWERED


def _asked_of(case: Case, kind: str, actor: Actor) -> Request | None:
    asked = [r for r in case.requests if r.kind == kind and r.state == ASKED
             and r.party in (actor.department, actor.role)]
    return asked[-1] if asked else None


def count(case: Case, kind: str, *states: str) -> int:
    """How many steps have asked this, in one of these states (none: in any)."""
    return len({r.seq for r in case.requests if r.kind == kind and (not states or r.state in states)})


def review_at(until: datetime, now: datetime) -> datetime:
    """When to remind of a review date."""
    return max(until - REMIND_BEFORE, now)

