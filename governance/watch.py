"""The watch: what time brings by itself. Warnings, urging at expiry, escalation, reviews, late answers, resumption.

What is due is derived from the state: each running clock and each waiting request carries the instant at which it must
be looked at next (`watch_at`), under an index. So a watch that was down for a day finds everything that fell due, once,
and looking while nothing is due costs two glances at an index. Rules: product.md "Deciding when"; who is told and what
the system does stands in the process file.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import func, select, union_all
from sqlmodel import Session, col

from governance import clocks, handling, journey
from governance.case import ActionFields, Case
from governance.city import City
from governance.clocks import Clock
from governance.errors import WanggeError
from governance.outbox import OutboxRow
from governance.process import RequestRule
from governance.requests import Request

log = logging.getLogger("wangge.watch")


def due_now(session: Session, now: datetime, limit: int = 200) -> list[uuid.UUID]:
    """The incidents of which something must be looked at, the longest due first."""
    looks = union_all(*(select(col(of.incident_id).label("incident"), col(of.watch_at).label("at")).where(
        col(of.watch_at).is_not(None), col(of.watch_at) <= now) for of in (Clock, Request))).subquery().c
    found = session.execute(select(looks.incident, func.min(looks.at).label("first")).group_by(looks.incident)
                            .order_by("first").limit(limit))
    return [row.incident for row in found]


def look(session: Session, city: City, incident_id: uuid.UUID, now: datetime) -> int:
    """Everything that time has brought to one incident, in the order in which it fell due; how many things. The caller
    commits. None of it is done twice: each look moves its own `watch_at` on, in the same transaction."""
    case = handling.lock_for_system(session, incident_id)
    if case is None:
        return 0
    looks = 0
    while (item := next_item(case, now)) is not None:
        if isinstance(item, Clock):
            look_at_clock(city, case, item, now)
        else:
            look_at_request(city, case, item, now)
        looks += 1
    handling.store(session, case)
    return looks


def next_item(case: Case, now: datetime) -> Clock | Request | None:
    """What fell due first."""
    items: list[Clock | Request] = [*case.clocks, *case.requests]
    waiting = [(item.watch_at, n, item) for n, item in enumerate(items) if item.watch_at and item.watch_at <= now]
    return min(waiting, key=lambda found: found[:2])[2] if waiting else None


def look_at_clock(city: City, case: Case, clock: Clock, now: datetime) -> None:
    """Warned at 80 %, urged at expiry (and whoever answers for it told), escalated when overdue by the limit again."""
    rule = city.process(case.incident.process).clocks[clock.stage]
    looked, clock.watched = clock.watched, clock.watched + 1
    clock.watch_at = clocks.next_look(clock, city.calendar)
    if looked == 0:
        announce(case, f"warn:{clock.stage}", now)
    elif action := (rule.due, rule.again)[looked - 1]:
        follow(city, case, action, ActionFields(stage=clock.stage), now)


def look_at_request(city: City, case: Case, request: Request, now: datetime) -> None:
    """A suspension: reminded of its review, then it ends. Anything else: it was not answered in time."""
    rule = city.process(case.incident.process).requests[request.kind]
    request.watched += 1
    if rule.until is not None and request.watched == 1:
        request.watch_at = request.due_at
        announce(case, f"remind:{request.seq}", now)
    elif rule.until is not None:
        request.watch_at = None
        follow(city, case, rule.until, ActionFields(), now)
    else:
        late(city, case, request, rule, now)


def late(city: City, case: Case, request: Request, rule: RequestRule, now: datetime) -> None:
    """Told; a supervision goes up a colour and gets the limit once more, until it is at the highest."""
    request.watch_at = None
    announce(case, f"late:{request.seq}:{request.watched}", now)  # one for all who are late, one each time they are
    if higher := next(_above(rule, request), None):
        request.details = {**request.details, "level": higher}
        if rule.limit is not None and request.due_at is not None:
            request.due_at = request.watch_at = city.calendar.due(request.due_at, rule.limit)


def _above(rule: RequestRule, request: Request) -> Iterator[str]:
    level = request.details.get("level")
    return iter(rule.levels[rule.levels.index(level) + 1:] if level in rule.levels else ())


def announce(case: Case, event: str, now: datetime) -> None:
    """Somebody is to be told, though nothing of the incident has changed."""
    log.info("%s %s", case.incident.number, event)
    case.outbox.append(OutboxRow(incident_id=case.incident.id, seq=case.incident.version, event=event, created_at=now))


def follow(city: City, case: Case, action: str, given: ActionFields, now: datetime) -> None:
    """The system's own action. Where the process does not allow it just now, that is said, and the watch goes on."""
    try:
        journey.follow(case, city, action, given, now)
        log.info("%s %s %s", case.incident.number, action, given.stage or "")
    except WanggeError as refused:
        log.info("%s %s refused: %s", case.incident.number, action, refused.en)


