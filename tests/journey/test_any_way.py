"""Whatever people try, in whatever order: an incident never gets into a state that makes no sense."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data.engine import make_engine, reading
from governance.audit import first_broken
from governance.case import ActionFields, Case
from governance.city import City, read_city
from governance.clocks import earliest_due, is_running
from governance.errors import WanggeError
from governance.incident import Attachment, Incident
from governance.journey import advance
from governance.people import Actor
from governance.requests import PENDING
from governance.settings import Settings
from tests import town

PEOPLE = town.actors()
AT_WORK = ["worker", "lead", "dispatcher", "cleaner", "officer", "fitter_head", "centre", "resident", "supervisor"]
FIELDS: dict[str, dict[str, Any]] = {
    "file": {}, "void": {"reason": "不属实"}, "return": {"reason": "不在辖区"}, "reopen": {"reason": "未解决"},
    "dispatch": {"reason": "核定"}, "transfer": {"reason": "核定"}, "comment": {"reason": "记录"},
    "feed_back": {"reason": "已处理"},
}
ASKING = ("extend", "suspend", "grant", "appeal", "uphold", "assist")
TRIES = st.tuples(st.sampled_from(AT_WORK), st.sampled_from(["cleaner", "officer", "fitter_head"]), st.booleans(),
                  st.integers(1, 5), st.integers(0, 400))


@pytest.fixture(scope="module")
def quiet_city(sqlite_template: Path) -> Iterator[Callable[[], City]]:
    """Asked for, not given: a failure is told with everything that was given."""
    engine = make_engine(f"sqlite:///{sqlite_template}")
    with reading(engine) as session:
        city = read_city(session, Settings(_env_file=None))
    yield lambda: city
    engine.dispose()


def opened(city: City, subcategory: str, reporter: Actor) -> Case:
    """A report as intake makes it, without a database."""
    lon, lat = town.centre_of(town.CELL)
    incident = Incident(
        id=uuid.uuid4(), serial=1, number="1", process="grid_event", status="", taxonomy="grid", taxonomy_version=1,
        subcategory=subcategory, lon=lon, lat=lat, unit=town.CELL, placement="inside", boundary_version=1,
        source="patrol", reporter=reporter.id, reporter_role=reporter.role, reported_at=town.NOW, content_hash="")
    case = Case(incident)
    advance(case, "report", reporter, ActionFields(), city, town.NOW)
    return case


def copied(case: Case) -> Case:
    """What a transaction that fails leaves: the case as it was."""
    return replace(case, incident=Incident(**case.incident.model_dump()),
                   clocks=[type(clock)(**clock.model_dump()) for clock in case.clocks],
                   requests=[type(request)(**request.model_dump()) for request in case.requests],
                   transitions=list(case.transitions), outbox=list(case.outbox))


def filled(case: Case, action: str, city: City, department: str, passed: bool, score: int,
           now: datetime) -> ActionFields:
    """Fields with which the action may well succeed."""
    photos = tuple(a.id for a in case.brought)
    waiting = [r.seq for r in case.requests if r.state in PENDING]
    have: dict[str, Any] = {"department": department, "passed": passed, "score": score, "attachments": photos,
                            "reason": "说明", "lon": case.incident.lon, "lat": case.incident.lat, "days": score,
                            "until": now + timedelta(days=score), "contacted": passed,
                            "request": waiting[score % len(waiting)] if waiting else 1}
    if action in ("whistle", "ask_assist"):
        have["assisting"] = (department,)
    if action == "confirm":
        del have["department"]
    wanted = city.process("grid_event").actions[action].fields
    return ActionFields(**{**{name: have[name] for name in wanted if name in have}, **FIELDS.get(action, {})})


def makes_sense(case: Case, city: City) -> None:
    incident, running = case.incident, [c for c in case.clocks if is_running(c)]
    state = city.process("grid_event").states[incident.status]
    handling = [c for c in case.clocks if c.stage == "handle" and c.stopped_at is None]
    assert incident.version == len(case.transitions) == len(case.outbox)
    assert first_broken(case.transitions) is None
    assert incident.outcome == state.outcome
    assert incident.due_at == earliest_due(case.clocks)
    assert len({c.stage for c in running}) == len(running)
    assert (incident.merged_into is not None) == (incident.status == "merged")
    if state.outcome:
        assert [c for c in case.clocks if c.stopped_at is None] == []
        assert incident.due_at is None
    else:
        assert running or incident.status == "suspended", "somebody is always waited for"
    for clock in case.clocks:
        assert (clock.watch_at is None) or is_running(clock)
        assert clock.original_due_at is None or clock.original_due_at < clock.due_at
    makes_sense_of_requests(case)
    if incident.status in ("dispatched", "handling"):
        assert [(c.department, c.paused_at) for c in handling] == [(incident.department, None)]
        assert incident.handle_due_at == handling[0].due_at
    assert (incident.department is None) or incident.status not in ("reported", "filed")
    assert incident.returned_by is None or incident.status in ("reported", "filed", "void", "merged")


def makes_sense_of_requests(case: Case) -> None:
    """What is asked is asked of somebody who sees it; what is decided was asked; nobody asks the same twice."""
    incident = case.incident
    waiting = [r for r in case.requests if r.state in PENDING]
    assert {r.seq for r in case.requests} <= {t.seq for t in case.transitions}
    assert all(r.kind not in ("extend", "suspend") for r in waiting if incident.status != "handling")
    assert len([r for r in waiting if r.kind in ("extend", "suspend")]) <= 1
    assert incident.extensions <= 2
    assert incident.suspensions <= 1
    assert {r.party for r in waiting if r.kind in ("assist", "whistle")} <= set(incident.involved)
    assert set(incident.assisting) <= set(incident.involved)
    assert all(r.watch_at is None for r in case.requests
               if r.state not in PENDING and not (r.kind == "suspend" and incident.status == "suspended"))


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(subcategory=st.sampled_from([s[0] for s in town.SUBCATEGORIES]),
       reporter=st.sampled_from(["worker", "resident"]),
       tries=st.lists(st.tuples(st.integers(0, 119), TRIES), min_size=10, max_size=60))
def test_every_way_makes_sense(quiet_city: Callable[[], City], subcategory: str, reporter: str,
                               tries: list[tuple[int, tuple[str, str, bool, int, int]]]) -> None:
    city = quiet_city()
    case, now = opened(city, subcategory, PEOPLE[reporter]), town.NOW
    makes_sense(case, city)
    main = Incident(id=uuid.uuid4(), process="grid_event", status="filed", unit=town.CELL, reporter_role="")
    for pick, (who, department_of, passed, score, minutes) in tries:
        now += timedelta(minutes=minutes)
        actions = city.process("grid_event").actions
        possible = [a for a, rule in actions.items() if case.incident.status in rule.from_states]
        if not possible:
            return
        onward = [a for a in possible if set(actions[a].to.values()) - {"same", case.incident.status} or a in ASKING]
        choice = onward if onward and pick % 4 else possible  # mostly onward, else few get far
        action = choice[pick // 4 % len(choice)]
        if action in ("merge", "void", "settle") and minutes % 8:
            continue  # else most ways would end soon
        actor = next((p for p in PEOPLE.values() if p.role in actions[action].by
                      and p.department in (None, case.incident.department)), PEOPLE[who])
        trial = replace(copied(case), main=main, brought=[Attachment(id=uuid.uuid4(), kind="image") for _ in range(2)])
        fields = filled(trial, action, city, str(PEOPLE[department_of].department), passed, score,
                        now)
        if action == "merge":
            fields = ActionFields(main=main.id)
        try:
            advance(trial, action, actor, fields, city, now)
        except WanggeError:
            continue
        case = trial
        makes_sense(case, city)
