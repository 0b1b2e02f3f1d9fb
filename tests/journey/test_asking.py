"""What a department asks for: more time, a pause, an exemption; and who decides it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlmodel import col

from data.engine import reading
from governance.errors import Conflict, InvalidField, MissingField, NotAllowed, StaleVersion, WanggeError, WrongState
from governance.incident import Incident
from governance.requests import Request
from tests.journey.walk import Walk


def requests(walk: Walk, incident: Incident, kind: str) -> list[Request]:
    with reading(walk.engine) as session:
        return list(session.scalars(select(Request).where(
            col(Request.incident_id) == incident.id, col(Request.kind) == kind).order_by(
            col(Request.seq), col(Request.party))))


def signed(walk: Walk) -> Incident:
    """Rubbish that the street's sanitation signed for at nine; due at eleven."""
    return walk.act("cleaner", "sign", walk.dispatched())


def ask(walk: Walk, incident: Incident, days: int = 1) -> Incident:
    return walk.act("cleaner", "extend", incident, days=days, reason="雨天无法作业")


# ---- an extension --------------------------------------------------------------------------------------------------

def test_an_extension_moves_the_limit_and_keeps_the_original(walk: Walk) -> None:
    incident = ask(walk, signed(walk))
    assert (incident.status, incident.extensions, incident.handle_due_at) == ("handling", 0, walk.at("11:00"))
    walk.now = walk.at("09:30")
    incident = walk.act("dispatcher", "grant", incident, request=incident.version)
    clock = walk.clocks(incident, "handle")[0]
    assert (clock.original_due_at, clock.due_at) == (walk.at("11:00"), walk.at("11:00", day=4))
    assert (incident.extensions, incident.handle_due_at, incident.due_at) == (1, clock.due_at, clock.due_at)
    assert requests(walk, incident, "extend")[0].state == "granted"
    walk.now = walk.at("10:59", day=4)
    incident = walk.act("cleaner", "feed_back", incident, photos=1, reason="已清理")
    assert incident.on_time is True


def test_twice_at_most_and_the_refused_do_not_count(walk: Walk) -> None:
    incident = signed(walk)
    for verdict in ("grant", "refuse", "grant"):
        incident = ask(walk, incident)
        incident = walk.act("dispatcher", verdict, incident, request=incident.version, reason="知悉")
    assert (incident.extensions, walk.clocks(incident, "handle")[0].due_at) == (2, walk.at("11:00", day=5))
    assert walk.clocks(incident, "handle")[0].original_due_at == walk.at("11:00")
    with pytest.raises(Conflict, match="granted 2 time"):
        ask(walk, incident)


def test_never_once_overdue_not_even_by_a_second(walk: Walk) -> None:
    incident = signed(walk)
    walk.now = walk.at("11:00") + timedelta(seconds=1)
    with pytest.raises(Conflict, match="overdue"):
        ask(walk, incident)
    assert walk.again(incident).version == incident.version
    walk.now = walk.at("11:00")
    assert ask(walk, incident).status == "handling"


def test_asked_in_time_it_may_be_granted_after_expiry(walk: Walk) -> None:
    """The department did its part; a slow desk is not its fault."""
    incident = ask(walk, signed(walk))
    walk.now = walk.at("14:00")
    incident = walk.act("centre", "grant", incident, request=incident.version)
    assert walk.clocks(incident, "handle")[0].due_at == walk.at("11:00", day=4)


def test_one_at_a_time(walk: Walk) -> None:
    incident = ask(walk, signed(walk))
    with pytest.raises(Conflict, match="waiting already"):
        ask(walk, incident)
    with pytest.raises(Conflict, match="waiting already"):
        walk.act("cleaner", "suspend", incident, until=walk.at("09:00", day=20), reason="等待材料")


@pytest.mark.parametrize("days", [0, 91, -1])
def test_the_days_are_said_and_bounded(walk: Walk, days: int) -> None:
    incident = signed(walk)
    with pytest.raises(InvalidField, match="days"):
        ask(walk, incident, days)
    with pytest.raises(MissingField):
        walk.act("cleaner", "extend", incident, reason="雨天")


def test_who_asks_does_not_decide(walk: Walk) -> None:
    incident = ask(walk, signed(walk))
    for who in ("cleaner", "cleaner_head", "worker", "supervisor"):
        with pytest.raises(NotAllowed):
            walk.act(who, "grant", incident, request=incident.version)
    with pytest.raises(WanggeError):
        walk.act("dispatcher_2", "grant", incident, request=incident.version)


def test_a_decision_names_a_request_that_waits(walk: Walk) -> None:
    incident = ask(walk, signed(walk))
    number = incident.version
    with pytest.raises(InvalidField, match="no such request"):
        walk.act("dispatcher", "grant", incident, request=1)
    incident = walk.act("dispatcher", "grant", incident, request=number)
    with pytest.raises(Conflict, match="has been decided"):
        walk.act("dispatcher", "refuse", incident, request=number, reason="晚了")


def test_what_is_fed_back_needs_no_extension_any_more(walk: Walk) -> None:
    incident = ask(walk, signed(walk))
    number = incident.version
    incident = walk.act("cleaner", "feed_back", incident, photos=1, reason="雨停了, 已清理")
    assert requests(walk, incident, "extend")[0].state == "lapsed"
    with pytest.raises(WrongState):
        walk.act("dispatcher", "grant", incident, request=number)


def test_only_the_asker_withdraws(walk: Walk) -> None:
    incident = ask(walk, signed(walk))
    number = incident.version
    with pytest.raises(NotAllowed, match="Only who asked"):
        walk.act("dispatcher", "withdraw", incident, request=number)
    incident = walk.act("cleaner", "withdraw", incident, request=number)
    assert requests(walk, incident, "extend")[0].state == "withdrawn"
    assert ask(walk, incident).status == "handling"


def test_two_dispatchers_at_once_one_is_told(walk: Walk) -> None:
    incident = ask(walk, signed(walk))
    number = version = incident.version
    walk.act("dispatcher", "grant", incident, request=number, version=version)
    with pytest.raises(StaleVersion):
        walk.act("centre", "refuse", incident, request=number, reason="不同意", version=version)
    assert walk.again(incident).extensions == 1


# ---- a suspension --------------------------------------------------------------------------------------------------

def test_a_suspension_holds_the_clock_until_somebody_resumes(walk: Walk) -> None:
    incident = signed(walk)
    walk.now = walk.at("10:00")
    incident = walk.act("cleaner", "suspend", incident, until=walk.at("09:00", day=20), reason="等待材料")
    assert incident.status == "handling"
    incident = walk.act("dispatcher", "grant", incident, request=incident.version)
    assert (incident.status, incident.suspensions, incident.due_at) == ("suspended", 1, None)
    walk.now = walk.at("09:00", day=6)
    incident = walk.act("cleaner", "resume", incident, reason="材料已到")
    assert (incident.status, walk.clocks(incident, "handle")[0].due_at) == ("handling", walk.at("10:00", day=6))
    assert requests(walk, incident, "suspend")[0].watch_at is None


def test_the_review_date_lies_ahead_and_within_a_year(walk: Walk) -> None:
    incident = signed(walk)
    for until in (walk.now, walk.now - timedelta(days=1), walk.now + timedelta(days=366)):
        with pytest.raises(InvalidField, match="until"):
            walk.act("cleaner", "suspend", incident, until=until, reason="等待材料")


def test_granting_a_review_date_that_has_passed_meanwhile_is_refused(walk: Walk) -> None:
    incident = signed(walk)
    incident = walk.act("cleaner", "suspend", incident, until=walk.at("10:00"), reason="等待材料")
    walk.now = walk.at("10:30")
    with pytest.raises(InvalidField, match="request: must lie in the future"):
        walk.act("dispatcher", "grant", incident, request=incident.version)


def test_once_only(walk: Walk) -> None:
    incident = signed(walk)
    incident = walk.act("cleaner", "suspend", incident, until=walk.at("09:00", day=20), reason="等待材料")
    incident = walk.act("dispatcher", "grant", incident, request=incident.version)
    incident = walk.act("dispatcher", "resume", incident)
    with pytest.raises(Conflict, match="granted 1 time"):
        walk.act("cleaner", "suspend", incident, until=walk.at("09:00", day=20), reason="还要等")


# ---- an appeal -----------------------------------------------------------------------------------------------------

def closed_late(walk: Walk) -> Incident:
    incident = signed(walk)
    walk.now = walk.at("14:30")
    incident = walk.act("cleaner", "feed_back", incident, photos=1, reason="已清理")
    return walk.act("worker", "check", incident, photos=1, here=True, passed=True)


def test_an_appeal_is_reviewed_twice_and_the_overdue_fact_stays(walk: Walk) -> None:
    incident = closed_late(walk)
    incident = walk.act("cleaner_head", "appeal", incident, reason="道路封闭, 见通告")
    number = incident.version
    with pytest.raises(NotAllowed, match="not your turn"):
        walk.act("centre", "uphold", incident, request=number)
    incident = walk.act("dispatcher", "uphold", incident, request=number)
    assert incident.exempt is False
    with pytest.raises(NotAllowed, match="not your turn"):
        walk.act("dispatcher", "uphold", incident, request=number)
    incident = walk.act("centre", "uphold", incident, request=number)
    assert (incident.status, incident.exempt, incident.on_time) == ("closed", True, False)


def test_an_appeal_is_made_once_and_only_against_overdue(walk: Walk) -> None:
    incident = closed_late(walk)
    incident = walk.act("cleaner", "appeal", incident, reason="道路封闭")
    incident = walk.act("dispatcher", "dismiss", incident, request=incident.version, reason="无依据")
    with pytest.raises(Conflict, match="1 time"):
        walk.act("cleaner", "appeal", incident, reason="再申诉")
    walk.now = walk.at("14:30")
    in_time = walk.closed_for("resident")
    with pytest.raises(Conflict, match="in time"):
        walk.act("cleaner", "appeal", in_time, reason="道路封闭")
