"""A city's year by chance, and a slow and obvious recount of it: counting by hand, one incident after the other."""

from __future__ import annotations

import random
import uuid
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import Engine

from data.engine import writing
from governance.clocks import Clock
from governance.figures.closure import By, FigureFilter
from governance.figures.counts import ALIKE, COUNTED, REQUEST, REQUESTS, STAGE, STAGES
from governance.incident import Incident, Transition
from governance.people import Actor
from governance.requests import Request
from tests import town

WIDTHS = {"district": 6, "street": 9, "community": 12, "cell": 15}
DEPARTMENTS = ["sanitation_1", "enforcement_1", "facilities", "care_1"]
MONTH = FigureFilter(since=town.NOW - timedelta(days=30), until=town.NOW - timedelta(days=3))
Key = tuple[str | None, str | None]


@dataclass
class Kept:
    """What a test has written, to count it again."""

    incident: Incident
    clocks: list[Clock] = field(default_factory=list)
    requests: list[Request] = field(default_factory=list)
    fed_back: bool = False


# ---- by chance -----------------------------------------------------------------------------------------------------

def incident_by_chance(chance: random.Random, number: int) -> Kept:
    """Any mixture of what an incident can be; more odd ones than a real city has."""
    reported = town.NOW - timedelta(days=chance.uniform(0, 60))
    later = lambda: reported + timedelta(days=chance.uniform(0, 20))  # noqa: E731
    seldom = lambda value: value() if chance.random() < 0.7 else None  # noqa: E731
    outcome = chance.choice([None, None, "closed", "closed", "closed", "void", "merged"])
    cell = chance.choice(list(town.codes()))
    code = chance.choice([None, *(row[0] for row in town.SUBCATEGORIES)])
    few = lambda: chance.choice([0, 0, 0, 1, 2])  # noqa: E731
    incident = plain_incident(
        number, reported, outcome=outcome, unit=cell[:chance.choice([9, 12, 15, 15, 15])], subcategory=code,
        category=code and code[:2], taxonomy=chance.choice(["grid", "grid", "petition"]),
        process=chance.choice(["grid_event", "other"]), source=chance.choice(["patrol", "resident", "hotline"]),
        department=chance.choice([None, *DEPARTMENTS]),
        reporter=chance.choice([None, town.account_id("worker"), town.account_id("resident")]),
        filed_at=seldom(later), dispatched_at=seldom(later), handled_at=seldom(later),
        closed_at=later() if outcome == "closed" else None, due_at=seldom(later), handle_due_at=seldom(later),
        on_time=chance.choice([True, True, False, None]), returns=few(), reworks=few(), extensions=few(),
        reopened=few(), suspensions=few(), supervisions=few(), whistles=few(), escalations=few(),
        exempt=chance.random() < 0.3, score=chance.choice([None, None, 1, 3, 4, 5]), visited_at=seldom(later),
        visit_contacted=chance.choice([None, True, False]), visit_solved=chance.choice([None, True, False]),
        visit_score=chance.choice([None, 1, 2, 3, 4, 5]))
    clocks = [clock_by_chance(chance, incident) for _ in range(chance.randrange(7))]
    return Kept(incident, clocks, requests_by_chance(chance, incident), fed_back=chance.random() < 0.5)


def plain_incident(number: int, reported: datetime, **said: Any) -> Incident:
    return Incident(**{
        "id": uuid.UUID(int=number + 1), "serial": number + 1, "number": f"20260101{number:08d}",
        "process": "grid_event", "status": "closed", "taxonomy": "grid", "taxonomy_version": 1, "unit": town.CELL,
        "placement": "inside", "boundary_version": 1, "source": "patrol", "reporter_role": "grid_worker",
        "reported_at": reported, "content_hash": "", **said})


def clock_by_chance(chance: random.Random, incident: Incident) -> Clock:
    """Of the department that leads, of one that led before, or of none."""
    at = incident.reported_at.replace(microsecond=0) + timedelta(seconds=chance.randrange(100_000))
    verdict = chance.choice(["on_time", "on_time", "overdue", None])
    elapsed = chance.choice([0, 1, 2, 60, chance.randrange(100_000)])
    return Clock(incident_id=incident.id, limit_value=Decimal(1), limit_unit="urgent_hour", started_at=at,
                 stage=chance.choice(["accept", "moderate", "dispatch", "handle", "handle", "answer", "sign", "check",
                                      "verify", "other"]),
                 resumed_at=at, warn_at=at, due_at=at, used_seconds=elapsed // 2,
                 stopped_at=at + timedelta(seconds=elapsed) if verdict else None, verdict=verdict,
                 department=chance.choice([incident.department, incident.department, *DEPARTMENTS, None]))


def requests_by_chance(chance: random.Random, incident: Incident) -> list[Request]:
    parties = [*DEPARTMENTS, "dispatcher"]
    return [request_by_chance(chance, incident, seq, party)
            for seq, party in enumerate(chance.sample(parties, chance.randrange(4)), start=3)]


def request_by_chance(chance: random.Random, incident: Incident, seq: int, party: str) -> Request:
    asked = incident.reported_at + timedelta(hours=1)
    at = lambda: chance.choice([None, asked + timedelta(days=chance.uniform(0, 60))])  # noqa: E731
    return Request(incident_id=incident.id, seq=seq, party=party, asked_role="dispatcher", asked_at=asked,
                   kind=chance.choice(["whistle", "whistle", "supervise", "extend"]), due_at=at(), answered_at=at(),
                   decided_at=at(), state=chance.choice(["asked", "answered", "withdrawn", "lapsed"]))


def fed_back(incident: Incident, seq: int) -> Transition:
    return Transition(incident_id=incident.id, seq=seq, action="feed_back", to_state="handled", role="handler",
                      at=incident.reported_at, hash="")


def a_year(engine: Engine, count: int = 400, seed: int = 12) -> list[Kept]:
    """So many incidents with their clocks and requests; some were fed back, of these some twice."""
    chance = random.Random(seed)
    made = [incident_by_chance(chance, number) for number in range(count)]
    with writing(engine) as session:
        session.add_all(each.incident for each in made)
        session.flush()
        session.add_all(belonging for each in made for belonging in (*each.clocks, *each.requests))
        session.add_all(fed_back(each.incident, seq) for each in made if each.fed_back for seq in (1, 2))
        session.commit()
    return made


# ---- the recount ---------------------------------------------------------------------------------------------------

def inside(at: datetime | None, wanted: FigureFilter) -> bool:
    if at is None or (wanted.since is not None and at < wanted.since):
        return False
    return wanted.until is None or at < wanted.until


def counts_for(actor: Actor, incident: Incident) -> bool:
    """Whether a figure of the incident itself is in the actor's scope."""
    if actor.role in ("handler", "department_head"):
        return incident.department == actor.department
    return incident.unit.startswith(actor.unit)


def key_of(incident: Incident, by: By, department: str | None) -> Key:
    if by in WIDTHS:
        return (incident.unit[:WIDTHS[by]] if len(incident.unit) >= WIDTHS[by] else None), None
    if by == "department":
        return department, None
    return getattr(incident, by), incident.taxonomy if by in ("category", "subcategory") else None


def said_of(each: Kept, wanted: FigureFilter, now: datetime) -> Iterator[str]:
    """The names of the counts in which an incident itself stands."""
    i = each.incident
    valid, rated = i.visit_solved is not None, i.score or 0
    true = {
        "reported": True, "filed": i.filed_at, "voided": i.outcome == "void", "merged": i.outcome == "merged",
        "dispatched": i.dispatched_at, "handled": i.handled_at is not None or (i.reopened > 0 and each.fed_back),
        "closed": i.outcome == "closed", "settled": i.outcome == "closed" and i.handled_at is None,
        "open": i.outcome is None, "overdue": i.outcome is None and i.due_at is not None and i.due_at < now,
        "returned": i.returns, "reworked": i.reworks, "extended": i.extensions, "reopened": i.reopened,
        "suspended": i.suspensions, "supervised": i.supervisions, "whistled": i.whistles, "escalated": i.escalations,
        "accurate": i.dispatched_at and not i.returns, "late": i.on_time is False, "exempted": i.exempt,
        "visited": i.visited_at, "visits_valid": valid, "contacted": valid and i.visit_contacted,
        "solved": i.visit_solved, "satisfied": valid and (i.visit_score or 0) >= 4,
        "fairly_satisfied": valid and i.visit_score == 3, "rated": rated, "rated_satisfied": rated >= 4,
        "rated_fairly": rated == 3}
    if inside(i.reported_at, wanted):
        yield from (name for name, holds in true.items() if holds)
    run_out, closed = inside(i.handle_due_at, wanted) and i.handle_due_at <= now, i.outcome == "closed"
    if closed and inside(i.closed_at, wanted):
        yield "ended"
    if i.outcome in (None, "closed") and (run_out or (closed and inside(i.closed_at, wanted))):
        yield "due"
        yield from ["closed_on_time"] if closed and i.on_time is True else []
        yield from ["excused"] if closed and i.on_time is not True and i.exempt else []


def stage_of(clock: Clock) -> str | None:
    """The stage that it counts as."""
    return next((stage for stage, alike in ALIKE.items() if clock.stage in alike), None)


def verdicts_of(each: Kept, now: datetime) -> Iterator[tuple[str, str | None, bool]]:
    """Each verdict: the name of its figures, whose it is, and whether it was on time."""
    for clock in each.clocks:
        if (stage := stage_of(clock)) is not None and clock.verdict:
            yield STAGES[stage], clock.department, clock.verdict == "on_time"
    for one in each.requests:
        waits, due = one.state in ("asked", "answered"), one.due_at or now
        ran_out = due < now if waits else False
        ran_out = ran_out or (one.decided_at is not None and due < one.decided_at)
        judged = one.due_at is not None and (one.answered_at is not None or ran_out)
        if one.kind in REQUESTS and judged and one.state != "withdrawn":
            answered = one.answered_at is not None and one.answered_at <= one.due_at
            yield REQUESTS[one.kind], one.party if one.party in DEPARTMENTS else None, answered


def counted_of(each: Kept, by: By | None, actor: Actor, wanted: FigureFilter, now: datetime) -> set[tuple[str, Key]]:
    """(count, row) for every number in which an incident stands; by None all stands in one row."""
    i = each.incident
    row = lambda department: key_of(i, by, department) if by else (None, None)  # noqa: E731
    mine = lambda department: _whose(actor, i, department, wanted)  # noqa: E731
    found = {(name, row(i.department)) for name in said_of(each, wanted, now)} if mine(i.department) else set()
    if not inside(i.reported_at, wanted):
        return found
    verdicts: dict[tuple[str, Key], bool] = {}
    for name, department, on_time in verdicts_of(each, now):
        if mine(department):
            at = (name, row(department))
            verdicts[at] = verdicts.get(at, True) and on_time
    found |= {(f"{name}_judged", key) for name, key in verdicts}
    return found | {(f"{name}_on_time", key) for (name, key), on_time in verdicts.items() if on_time}


def _whose(actor: Actor, incident: Incident, department: str | None, wanted: FigureFilter) -> bool:
    """In the actor's scope and the filter, where it is of this department."""
    by_department = actor.role in ("handler", "department_head")
    in_scope = department == actor.department if by_department else incident.unit.startswith(actor.unit)
    return in_scope and wanted.department in (None, department)


def recount(kept: Iterable[Kept], by: By | None, actor: Actor, wanted: FigureFilter,
            now: datetime) -> dict[Key, dict[str, int]]:
    """Every row with its counts that are not zero."""
    found: dict[Key, Counter[str]] = {}
    for each in kept:
        for name, key in counted_of(each, by, actor, wanted, now):
            found.setdefault(key, Counter())[name] += 1
    return {key: dict(n) for key, n in found.items()}


def is_of_clocks(name: str) -> bool:
    return COUNTED[name].kind in (STAGE, REQUEST)
