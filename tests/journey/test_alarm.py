"""银发告警: minutes, not hours; the nearest are told first, and somebody above them when nobody comes."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, select
from sqlmodel import col

from data.engine import reading, writing
from governance import watch
from governance.city import City, read_city
from governance.errors import InvalidField, MissingField, NotAllowed, StaleVersion, WrongState
from governance.incident import Incident
from governance.notices.facts import read_step
from governance.notices.notices import notices_of
from governance.outbox import OutboxRow
from governance.people import Account, Actor
from governance.process import load_processes
from governance.process_versions import PROCESSES
from governance.queries import IncidentFilter, list_incidents
from governance.settings import Settings
from tests import town
from tests.journey.walk import Walk
from tests.lists import load_lists

ONE_KEY, GAS = "101", "103"


@pytest.fixture
def city(engine: Engine, settings: Settings) -> City:
    load_lists(engine)
    with reading(engine) as opened:
        return read_city(opened, settings)


@pytest.fixture
def walk(engine: Engine, city: City, people: dict[str, Actor]) -> Walk:
    return Walk(engine, city, people)


def alarm(walk: Walk, who: str = "sensor", what: str = ONE_KEY, **said: Any) -> Incident:
    """The platform of the devices sends it, by an account of its own."""
    return walk.report(who, what, process="care_alarm", source="sensor", description="按下呼叫器", **said)


def wait(walk: Walk, **span: float) -> None:
    """So much time goes by, and the watch looks at everything that fell due."""
    walk.now += timedelta(**span)
    with writing(walk.engine) as session:
        for incident in watch.due_now(session, walk.now):
            watch.look(session, walk.city, incident, walk.now)
        session.commit()


def told(walk: Walk, incident: Incident) -> list[tuple[str, str]]:
    """Every step and whom it tells: (action, the role told)."""
    found = []
    with reading(walk.engine) as session:
        processes = load_processes(PROCESSES)
        rows = session.scalars(select(OutboxRow).where(col(OutboxRow.incident_id) == incident.id)
                               .order_by(col(OutboxRow.id))).all()
        roles = {str(account.id): account.role for account in session.scalars(select(Account))}
        for row in rows:
            step = read_step(session, processes, incident.id, row.seq, row.event)
            found += [(row.event or step.transition.action, roles.get(notice.recipient, notice.recipient))
                      for notice in notices_of(session, step, walk.now) if notice.urgent]
    return found


# ---- the whole way -------------------------------------------------------------------------------------------------

def test_from_the_button_to_the_call_back(walk: Walk) -> None:
    call = alarm(walk)
    assert (call.status, call.sensitivity, call.source) == ("raised", "restricted", "sensor")
    walk.act("worker", "accept", call)
    walk.now += timedelta(minutes=6)
    walk.act("worker", "arrive", call, here=True)
    walk.act("worker", "feed_back", call, reason="老人滑倒, 已扶起, 无外伤")
    closed = walk.act("lead", "call_back", call, contacted=True, passed=True, score=5)
    assert (closed.status, closed.outcome, closed.visit_score) == ("closed", "closed", 5)
    assert walk.actions(call) == ["report", "accept", "arrive", "feed_back", "call_back"]
    assert [c.verdict for stage in ("accept", "arrive", "handle") for c in walk.clocks(call, stage)] == ["on_time"] * 3
    assert told(walk, call)[0] == ("report", "grid_worker")


@pytest.mark.parametrize("who", ["resident", "worker", "lead"])
def test_a_person_may_call_for_help_too(walk: Walk, who: str) -> None:
    call = walk.report(who, ONE_KEY, process="care_alarm", description="一键求助")
    assert call.status == "raised"


def test_an_alarm_says_what_it_is_so_that_it_is_restricted(walk: Walk) -> None:
    with pytest.raises(MissingField, match="subcategory"):
        alarm(walk, what=None)  # type: ignore[arg-type]


def test_minutes_by_night_as_by_day(walk: Walk) -> None:
    walk.now = walk.at("02:30", day=8)  # a Sunday
    call = alarm(walk, what=GAS)
    assert call.due_at == walk.now + timedelta(minutes=3)
    walk.act("worker", "accept", call)
    arrived = walk.act("worker", "arrive", call, here=True)
    assert arrived.due_at == walk.now + timedelta(minutes=15)


# ---- nobody comes --------------------------------------------------------------------------------------------------

def test_when_nobody_accepts_lead_street_and_centre_are_called_in_turn(walk: Walk) -> None:
    call = alarm(walk)
    for action in ("call_lead", "call_street", "call_centre"):
        wait(walk, minutes=3)
        assert walk.actions(call)[-1] == action
    assert [who for who in told(walk, call) if who[0].startswith("call_")] == [
        ("call_lead", "community_lead"), ("call_street", "dispatcher"), ("call_centre", "district_centre")]
    assert walk.act("lead", "accept", call).status == "accepted"
    wait(walk, minutes=14)
    assert walk.actions(call)[-1] == "accept"


def test_a_watch_that_was_down_calls_all_of_them_at_once(walk: Walk) -> None:
    call = alarm(walk)
    wait(walk, minutes=30)
    for _ in range(3):
        wait(walk, minutes=3)
    assert walk.actions(call)[:4] == ["report", "call_lead", "call_street", "call_centre"]


def test_who_accepted_and_does_not_come_is_urged_then_the_centre_is_called(walk: Walk) -> None:
    call = alarm(walk)
    walk.act("worker", "accept", call)
    wait(walk, minutes=15)
    assert walk.actions(call)[-1] == "urge"
    wait(walk, minutes=15)
    assert walk.actions(call)[-1] == "call_centre"


def test_who_cannot_come_passes_it_on(walk: Walk) -> None:
    call = alarm(walk)
    walk.act("worker", "accept", call)
    with pytest.raises(MissingField, match="reason"):
        walk.act("worker", "pass_on", call)
    assert walk.act("worker", "pass_on", call, reason="正在处理另一起告警").status == "raised"
    wait(walk, minutes=3)
    assert walk.actions(call)[-1] == "call_lead"


# ---- who comes -----------------------------------------------------------------------------------------------------

def test_two_who_accept_at_once(walk: Walk) -> None:
    call = alarm(walk)
    version = call.version
    walk.act("worker", "accept", call, version=version)
    with pytest.raises(StaleVersion):
        walk.act("lead", "accept", call, version=version)
    with pytest.raises(WrongState):
        walk.act("lead", "accept", call)


def test_to_arrive_is_to_stand_at_the_door(walk: Walk) -> None:
    call = alarm(walk)
    walk.act("worker", "accept", call)
    lon, lat = town.centre_of(town.CELL_2)
    with pytest.raises(InvalidField, match="lon"):
        walk.act("worker", "arrive", call, lon=lon, lat=lat)
    with pytest.raises(MissingField):
        walk.act("worker", "arrive", call)


def test_who_was_there_does_not_call_back(walk: Walk) -> None:
    call = alarm(walk)
    walk.act("lead", "accept", call)
    walk.act("lead", "arrive", call, here=True)
    walk.act("lead", "feed_back", call, reason="已安抚")
    with pytest.raises(NotAllowed):
        walk.act("lead", "call_back", call, contacted=True, passed=True, score=5)
    again = walk.act("dispatcher", "call_back", call, contacted=True, passed=False, score=2, reason="老人仍感不适")
    assert (again.status, again.reworks, again.outcome) == ("arrived", 1, None)


def test_a_false_alarm_needs_its_reason(walk: Walk) -> None:
    call = alarm(walk)
    with pytest.raises(MissingField, match="reason"):
        walk.act("worker", "void", call)
    assert walk.act("worker", "void", call, reason="误触, 已电话确认").outcome == "void"
    wait(walk, hours=1)
    assert walk.actions(call) == ["report", "void"]


def test_notices_do_not_say_what_or_where(walk: Walk) -> None:
    call = alarm(walk)
    with reading(walk.engine) as session:
        [notice] = notices_of(session, read_step(session, load_processes(PROCESSES), call.id, 1), walk.now)
    assert "一键呼叫" not in notice.text
    assert "第一社区" not in notice.text
    assert call.number in notice.text


def test_a_platform_sees_what_it_sent_and_nothing_else(walk: Walk) -> None:
    """Its account is of the whole city, to report anywhere in it; it takes no action and reads nobody else's."""
    call, other = alarm(walk), alarm(walk, "dispatcher")
    with reading(walk.engine) as session:
        seen, _ = list_incidents(session, walk.people["sensor"], IncidentFilter(), walk.now)
    assert [one.id for one in seen] == [call.id]
    assert other.id != call.id
    with pytest.raises(NotAllowed):
        walk.act("sensor", "accept", call)
    with pytest.raises(NotAllowed):
        walk.act("hotline", "comment", other, reason="催一下")
