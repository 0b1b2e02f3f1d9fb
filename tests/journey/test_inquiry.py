"""网络问政: moderated first, the clock from the approval, three working days for a question and five for a problem."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine, select
from sqlmodel import col

from data.engine import reading, writing
from governance import watch
from governance.city import City, read_city
from governance.errors import CalendarGap, Conflict, InvalidField, MissingField, NotAllowed, NotFound, WrongState
from governance.incident import Incident
from governance.notices.facts import read_step
from governance.notices.notices import notices_of
from governance.outbox import OutboxRow
from governance.people import Account, Actor
from governance.process import load_processes
from governance.process_versions import PROCESSES
from governance.settings import Settings
from tests import town
from tests.journey.walk import Walk
from tests.lists import load_lists

QUESTION, PROBLEM, OTHER_QUESTION = "102", "205", "199"


@pytest.fixture
def city(engine: Engine, settings: Settings) -> City:
    load_lists(engine)
    with reading(engine) as opened:
        return read_city(opened, settings)


@pytest.fixture
def walk(engine: Engine, city: City, people: dict[str, Actor]) -> Walk:
    return Walk(engine, city, people)


def asked(walk: Walk, topic: str | None = QUESTION, **said: object) -> Incident:
    """A resident asks the district, without a point."""
    said = {"unit": town.HEPING, "department": "facilities", "lon": None, "lat": None, **said}
    return walk.report("resident", topic, process="public_inquiry", description="入学需要什么材料", **said)


def due_of(walk: Walk, incident: Incident) -> str:
    due = walk.again(incident).handle_due_at
    assert due is not None
    return due.astimezone(town.NOW.tzinfo).strftime("%m-%d %H:%M")


# ---- the whole way -------------------------------------------------------------------------------------------------

def test_from_the_question_to_the_rating(walk: Walk) -> None:
    inquiry = asked(walk)
    assert (inquiry.status, inquiry.department) == ("submitted", None)
    approved = walk.act("centre", "approve", inquiry)
    assert (approved.status, approved.department) == ("answering", "facilities")
    walk.now = walk.at("15:00", day=4)
    answered = walk.act("fitter", "answer", inquiry, reason="凭户口簿和房产证报名")
    assert (answered.status, answered.on_time) == ("answered", True)
    walk.act("centre", "check", inquiry, passed=True)
    rated = walk.act("resident", "rate", inquiry, score=5)
    assert (rated.status, rated.score) == ("closed", 5)
    assert walk.actions(inquiry) == ["report", "approve", "dispatch", "answer", "check", "rate"]


def test_the_answer_is_not_due_before_somebody_has_approved_the_question(walk: Walk) -> None:
    inquiry = asked(walk)
    assert walk.clocks(inquiry, "answer") == []
    assert walk.again(inquiry).handle_due_at is None
    walk.now = walk.at("10:00", day=10)  # a week in the moderator's tray
    walk.act("centre", "approve", inquiry)
    assert walk.clocks(inquiry, "answer")[-1].started_at == walk.now
    assert due_of(walk, inquiry) == "03-13 10:00"
    assert [c.verdict for c in walk.clocks(inquiry, "moderate")] == ["overdue"]


@pytest.mark.parametrize(("topic", "day", "hour", "due"), [
    (QUESTION, 3, "09:00", "03-06 09:00"),       # Tuesday to Friday
    (PROBLEM, 3, "09:00", "03-10 09:00"),        # over a weekend
    (QUESTION, 5, "16:00", "03-10 16:00"),       # Thursday afternoon: Friday, Monday, Tuesday
    (PROBLEM, 7, "11:00", "03-13 18:00"),        # approved on a Saturday: from Monday morning, five whole days
    (QUESTION, 31, "09:00", "04-03 09:00"),      # the day before 清明 (April 4 to 6) is the third
    (PROBLEM, 31, "09:00", "04-08 09:00"),       # and the holiday does not count
])
def test_three_and_five_working_days_from_the_approval(walk: Walk, topic: str, day: int, hour: str, due: str) -> None:
    inquiry = asked(walk, topic)
    walk.now = walk.at(hour, day=day)
    walk.act("centre", "approve", inquiry)
    assert due_of(walk, inquiry) == due


def test_the_answer_is_due_when_it_was_due_whoever_has_it(walk: Walk) -> None:
    """The asker was told a date; which department answers changes nothing of it."""
    inquiry = asked(walk, PROBLEM)
    walk.act("centre", "approve", inquiry)
    due = due_of(walk, inquiry)
    walk.now = walk.at("15:00", day=5)
    walk.act("fitter", "return", inquiry, reason="不归本处")
    walk.act("centre", "dispatch", inquiry, department="traffic")
    inquiry = walk.act("centre", "transfer", inquiry, department="facilities", reason="会商确定")
    assert due_of(walk, inquiry) == due
    [clock] = walk.clocks(inquiry, "answer")
    assert (clock.department, clock.started_at) == ("facilities", walk.at("09:00"))


def test_a_year_without_a_calendar_is_told_and_nothing_happens(walk: Walk) -> None:
    inquiry = asked(walk)
    walk.now = walk.at("09:00").replace(year=2099)
    with pytest.raises(CalendarGap):
        walk.act("centre", "approve", inquiry)
    assert walk.again(inquiry).status == "submitted"


# ---- who is told ---------------------------------------------------------------------------------------------------

def told(walk: Walk, incident: Incident, whom: str) -> list[str]:
    """What one person has been told, in order."""
    found = []
    with reading(walk.engine) as session:
        processes, me = load_processes(PROCESSES), str(walk.people[whom].id)
        rows = session.scalars(select(OutboxRow).where(col(OutboxRow.incident_id) == incident.id)
                               .order_by(col(OutboxRow.id))).all()
        assert session.get(Account, walk.people[whom].id) is not None
        for row in rows:
            step = read_step(session, processes, incident.id, row.seq, row.event)
            found += [notice.text for notice in notices_of(session, step, walk.now) if notice.recipient == me]
    return found


def test_the_asker_is_told_at_the_approval_and_at_the_answer(walk: Walk) -> None:
    inquiry = asked(walk)
    walk.act("centre", "approve", inquiry)
    walk.act("fitter", "answer", inquiry, reason="凭户口簿报名")
    walk.act("centre", "check", inquiry, passed=True)
    assert told(walk, inquiry, "resident") == [
        f"您的提问 {inquiry.number} 已通过审核, 将于 2026-03-06 09:00 前答复",
        f"您的提问 {inquiry.number} 已有答复, 请凭编号和查询码查看",
        f"您的提问 {inquiry.number} 已办结, 请凭编号和查询码评价"]


def test_when_it_is_overdue_the_head_of_the_unit_is_told(walk: Walk) -> None:
    inquiry = asked(walk)
    walk.act("centre", "approve", inquiry)
    assert told(walk, inquiry, "fitter_head") == []
    walk.now = walk.at("09:00", day=6)
    with writing(walk.engine) as session:
        assert watch.look(session, walk.city, inquiry.id, walk.now) == 2  # warned at 80 %, urged at expiry
        session.commit()
    assert walk.actions(inquiry)[-1] == "urge"
    assert told(walk, inquiry, "fitter_head") == [
        f"问政超时: {inquiry.number} 教育入学咨询, 答复时限 2026-03-06 09:00"]


def test_an_answer_that_nobody_reviews_is_closed_by_time(walk: Walk) -> None:
    inquiry = asked(walk)
    walk.act("centre", "approve", inquiry)
    walk.act("fitter", "answer", inquiry, reason="凭户口簿报名")
    walk.now = walk.at("09:00", day=5)
    with writing(walk.engine) as session:
        watch.look(session, walk.city, inquiry.id, walk.now)
        session.commit()
    closed = walk.again(inquiry)
    assert (closed.status, closed.outcome, walk.actions(inquiry)[-1]) == ("closed", "closed", "close")


# ---- moderation ----------------------------------------------------------------------------------------------------

def test_what_is_rejected_ends_with_its_reason_and_is_never_due(walk: Walk) -> None:
    inquiry = asked(walk)
    with pytest.raises(MissingField, match="reason"):
        walk.act("centre", "reject", inquiry)
    rejected = walk.act("centre", "reject", inquiry, reason="含有他人隐私")
    assert (rejected.status, rejected.outcome, rejected.due_at) == ("rejected", "void", None)
    with pytest.raises(WrongState):
        walk.act("centre", "approve", inquiry)


def test_only_a_moderator_of_the_place_may_approve(walk: Walk) -> None:
    inquiry = asked(walk)
    for person in ("resident", "supervisor"):
        with pytest.raises(NotAllowed):
            walk.act(person, "approve", inquiry)
    for person in ("fitter", "dispatcher_hedong", "resident_2"):  # who has nothing to do with it does not learn of it
        with pytest.raises(NotFound):
            walk.act(person, "approve", inquiry)


def test_a_question_in_words_only_gets_its_kind_from_the_moderator(walk: Walk) -> None:
    inquiry = asked(walk, None)
    with pytest.raises(MissingField, match="subcategory"):
        walk.act("centre", "approve", inquiry)
    walk.act("centre", "approve", inquiry, subcategory=PROBLEM)
    assert due_of(walk, inquiry) == "03-10 09:00"


# ---- to whom -------------------------------------------------------------------------------------------------------

def test_without_a_choice_the_rule_finds_the_unit_of_the_area(walk: Walk) -> None:
    inquiry = asked(walk, OTHER_QUESTION, department=None)
    assert walk.act("centre", "approve", inquiry).department == "traffic"


def test_with_neither_it_waits_for_the_moderator(walk: Walk) -> None:
    inquiry = asked(walk, "103", department=None)
    approved = walk.act("centre", "approve", inquiry)
    assert (approved.status, approved.department) == ("approved", None)
    assert approved.handle_due_at is not None
    sent = walk.act("centre", "dispatch", inquiry, department="care_1")
    assert (sent.status, sent.department) == ("answering", "care_1")


def test_a_unit_that_is_none_and_an_area_that_is_too_large(walk: Walk) -> None:
    with pytest.raises(InvalidField, match="department"):
        asked(walk, department="nobody")
    with pytest.raises(InvalidField, match="unit"):
        asked(walk, unit=town.CITY)


def test_not_ours_goes_back_to_the_moderator_and_on_to_another(walk: Walk) -> None:
    inquiry = asked(walk)
    walk.act("centre", "approve", inquiry)
    returned = walk.act("fitter", "return", inquiry, reason="不属于本单位职责")
    assert (returned.status, returned.department, returned.returns) == ("approved", None, 1)
    with pytest.raises(MissingField, match="reason"):
        walk.act("centre", "dispatch", inquiry, department="facilities")
    sent = walk.act("centre", "dispatch", inquiry, department="traffic")
    assert (sent.status, sent.department) == ("answering", "traffic")


# ---- longer, again, together ---------------------------------------------------------------------------------------

def test_an_extension_is_asked_and_granted_once(walk: Walk) -> None:
    inquiry = asked(walk)
    walk.act("centre", "approve", inquiry)
    walk.act("fitter", "extend", inquiry, reason="须会同多部门", days=2)
    walk.act("centre", "grant", inquiry, request=walk.again(inquiry).version)
    assert due_of(walk, inquiry) == "03-10 09:00"
    with pytest.raises(Conflict):
        walk.act("fitter", "extend", inquiry, reason="再延", days=2)


def test_once_overdue_no_extension(walk: Walk) -> None:
    inquiry = asked(walk)
    walk.act("centre", "approve", inquiry)
    walk.now = walk.at("09:01", day=6)
    with pytest.raises(Conflict):
        walk.act("fitter", "extend", inquiry, reason="须会同多部门", days=2)
    assert walk.act("fitter", "answer", inquiry, reason="迟复为歉").on_time is False


def test_an_answer_that_says_nothing_is_sent_back(walk: Walk) -> None:
    inquiry = asked(walk)
    walk.act("centre", "approve", inquiry)
    walk.act("fitter", "answer", inquiry, reason="已阅")
    with pytest.raises(MissingField, match="reason"):
        walk.act("centre", "check", inquiry, passed=False)
    again = walk.act("centre", "check", inquiry, passed=False, reason="没有回答所问")
    assert (again.status, again.reworks, again.closed_at) == ("answering", 1, None)


def test_a_dissatisfied_asker_is_answered_again_by_the_same_unit(walk: Walk) -> None:
    inquiry = asked(walk)
    walk.act("centre", "approve", inquiry)
    walk.act("fitter", "answer", inquiry, reason="见网站")
    walk.act("centre", "check", inquiry, passed=True)
    again = walk.act("resident", "rate", inquiry, score=1, reason="没有说清楚")
    assert (again.status, again.department, again.reopened) == ("answering", "facilities", 1)
    assert walk.actions(inquiry)[-3:] == ["rate", "reopen", "dispatch"]


def test_who_asked_the_same_follows_and_rates_the_one_answer(walk: Walk) -> None:
    main, same = asked(walk), asked(walk)
    walk.act("centre", "approve", main)
    assert walk.act("centre", "merge", same, main=main.id).outcome == "merged"
    with pytest.raises(Conflict):
        walk.act("resident", "rate", same, score=4)
    walk.act("fitter", "answer", main, reason="凭户口簿报名")
    walk.act("centre", "check", main, passed=True)
    assert walk.act("resident", "rate", same, score=4).score == 4
