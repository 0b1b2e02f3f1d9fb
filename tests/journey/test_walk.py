"""An incident from report to closed, and every turn that it may take on the way; on both databases."""

from __future__ import annotations

import threading
from datetime import timedelta
from decimal import Decimal

import pytest

from governance.errors import Conflict, InvalidField, MissingField, NotAllowed, WanggeError
from governance.incident import Incident
from tests import town
from tests.journey.walk import Walk


def test_from_report_to_closed(walk: Walk) -> None:
    incident = walk.report("worker", town.RUBBISH, photos=1)
    assert (incident.status, incident.department) == ("dispatched", "sanitation_1")
    assert (incident.number, incident.unit, incident.standard) == ("2026030300000001", town.CELL, "01001-1")
    assert (incident.filed_at, incident.dispatched_at) == (walk.now, walk.now)

    incident = walk.act("cleaner", "sign", incident)
    assert (incident.status, incident.handler) == ("handling", walk.people["cleaner"].id)
    incident = walk.act("cleaner", "feed_back", incident, photos=1, reason="已清理")
    assert (incident.status, incident.on_time) == ("handled", True)
    incident = walk.act("worker", "check", incident, photos=1, here=True, passed=True)

    assert (incident.status, incident.outcome, incident.closed_at) == ("closed", "closed", walk.now)
    assert incident.due_at is None
    assert walk.actions(incident) == ["report", "file", "dispatch", "sign", "feed_back", "check"]
    assert [step.role for step in walk.history(incident)][:3] == ["grid_worker", "engine", "engine"]


def test_a_residents_report_waits_for_the_desk(walk: Walk) -> None:
    incident = walk.report("resident", None, description="楼下垃圾没人收")
    assert (incident.status, incident.subcategory, incident.source) == ("reported", None, "resident")
    with pytest.raises(MissingField):
        walk.act("dispatcher", "file", incident)
    incident = walk.act("dispatcher", "file", incident, subcategory=town.RUBBISH)
    assert (incident.status, incident.category, incident.department) == ("dispatched", "01", "sanitation_1")


def test_the_nearest_department_is_found_by_climbing(walk: Walk) -> None:
    """In 河东 no street has its own sanitation: the district's takes it."""
    incident = walk.report("worker_hedong", town.RUBBISH, photos=1, cell=town.FAR_CELL)
    assert incident.department == "sanitation_hedong"


def test_the_department_that_assists_comes_with_the_lead(walk: Walk) -> None:
    incident = walk.report("worker", town.MANHOLE, photos=1)
    assert (incident.department, incident.assisting) == ("facilities", ["traffic"])
    assert walk.history(incident)[-1].fields == {"department": "facilities", "assisting": ["traffic"]}


def test_between_two_departments_the_desk_decides(walk: Walk) -> None:
    incident = walk.report("worker", town.STALL, photos=1)
    assert (incident.status, incident.department) == ("filed", None)
    assert {c["department"] for c in incident.decision["candidates"]} == {"enforcement_1", "market_1"}
    incident = walk.act("dispatcher", "dispatch", incident, department="market_1", reason="无证食品摊")
    assert (incident.department, incident.decision["by"]) == ("market_1", "dispatcher")


def test_where_nobody_answers_for_it_the_desk_decides(walk: Walk) -> None:
    incident = walk.report("worker", town.LAMP)
    assert (incident.status, incident.decision["candidates"]) == ("filed", [])
    incident = walk.act("dispatcher", "dispatch", incident, department="facilities")
    assert (incident.department, incident.decision["overruled"]) == ("facilities", True)


def test_the_desk_asks_a_worker_to_verify_before_filing(walk: Walk) -> None:
    incident = walk.report("resident", town.NOISE)
    incident = walk.act("dispatcher", "ask_verify", incident, reason="请到现场听一听")
    with pytest.raises(MissingField):
        walk.act("worker", "verify", incident, here=True, passed=True)
    lon, lat = town.centre_of(town.FAR_CELL)
    with pytest.raises(InvalidField) as far:
        walk.act("worker", "verify", incident, photos=1, passed=True, lon=lon, lat=lat)
    assert far.value.code == "too_far"
    with pytest.raises(MissingField):
        walk.act("worker", "verify", incident, photos=1, here=True, passed=False)
    incident = walk.act("worker", "verify", incident, photos=1, here=True, passed=True)
    assert (incident.status, walk.actions(incident)) == ("reported", ["report", "ask_verify", "verify"])


def test_a_department_returns_what_is_not_its_own(walk: Walk) -> None:
    incident = walk.report("worker", town.STALL, photos=1)
    incident = walk.act("dispatcher", "dispatch", incident, department="enforcement_1")
    with pytest.raises(MissingField):
        walk.act("officer", "return", incident)
    incident = walk.act("officer", "return", incident, reason="属食品经营, 归市场所")
    assert (incident.status, incident.department, incident.returned_by) == ("filed", None, "enforcement_1")
    assert incident.returns == 1

    with pytest.raises(MissingField):
        walk.act("dispatcher", "dispatch", incident, department="enforcement_1")
    incident = walk.act("dispatcher", "dispatch", incident, department="market_1")
    assert (incident.status, incident.returned_by) == ("dispatched", None)


def test_what_was_returned_cannot_be_settled(walk: Walk) -> None:
    incident = walk.report("resident", town.HEAP)
    incident = walk.act("dispatcher", "file", incident)
    incident = walk.act("cleaner", "return", incident, reason="不在辖区")
    with pytest.raises(NotAllowed):
        walk.act("worker", "settle", incident, photos=2)


def test_the_desk_transfers_it_to_another_department(walk: Walk) -> None:
    incident = walk.dispatched()
    walk.act("cleaner", "sign", incident)
    with pytest.raises(MissingField):
        walk.act("dispatcher", "transfer", incident, department="enforcement_1")
    incident = walk.act("dispatcher", "transfer", incident, department="enforcement_1", reason="流动摊贩所留")
    assert (incident.status, incident.department, incident.handler) == ("dispatched", "enforcement_1", None)
    with pytest.raises(NotAllowed):
        walk.act("worker", "sign", incident)
    incident = walk.act("officer", "sign", incident)
    assert incident.status == "handling"


def test_what_is_not_fixed_is_done_again(walk: Walk) -> None:
    incident = walk.handled()
    with pytest.raises(MissingField):
        walk.act("worker", "check", incident, photos=1, here=True, passed=False)
    incident = walk.act("worker", "check", incident, photos=1, here=True, passed=False, reason="仍有残留")
    assert (incident.status, incident.reworks, incident.closed_at) == ("handling", 1, None)
    walk.act("cleaner", "feed_back", incident, photos=1, reason="已冲洗")
    incident = walk.act("worker", "check", incident, photos=1, here=True, passed=True)
    assert incident.outcome == "closed"


def test_who_checks_must_stand_there_and_must_not_have_handled_it(walk: Walk) -> None:
    incident = walk.handled()
    lon, lat = town.centre_of(town.CELL)
    with pytest.raises(InvalidField, match="within 50 m"):
        walk.act("worker", "check", incident, photos=1, passed=True, lon=lon + 0.001, lat=lat)
    with pytest.raises(NotAllowed):
        walk.act("cleaner", "check", incident, photos=1, here=True, passed=True)


def test_the_desk_voids_what_is_no_matter_for_the_city(walk: Walk) -> None:
    incident = walk.report("resident", town.NOISE)
    with pytest.raises(MissingField):
        walk.act("dispatcher", "void", incident)
    incident = walk.act("dispatcher", "void", incident, reason="重复提交的测试")
    assert (incident.status, incident.outcome, incident.due_at) == ("void", "void", None)


def test_two_reports_of_one_thing_become_one(walk: Walk) -> None:
    main, same = walk.dispatched(), walk.report("resident", town.RUBBISH)
    same = walk.act("dispatcher", "merge", same, main=main.id)
    assert (same.status, same.outcome, same.merged_into) == ("merged", "merged", main.id)
    assert walk.again(main).status == "dispatched"


def test_nothing_is_merged_into_itself_or_into_what_has_ended(walk: Walk) -> None:
    ended, still_open = walk.closed_for("resident"), walk.report("resident", town.RUBBISH)
    for main in (ended, still_open):
        with pytest.raises(Conflict):
            walk.act("dispatcher", "merge", still_open, main=main.id)


def test_nothing_is_merged_into_what_the_desk_may_not_see(walk: Walk) -> None:
    elsewhere = walk.report("worker_hedong", town.RUBBISH, photos=1, cell=town.FAR_CELL)
    here = walk.report("resident", town.RUBBISH)
    with pytest.raises(InvalidField):
        walk.act("dispatcher", "merge", here, main=elsewhere.id)


def test_a_worker_settles_a_small_thing_on_the_spot(walk: Walk) -> None:
    incident = walk.report("worker", town.HEAP, photos=1)
    assert incident.status == "filed"
    with pytest.raises(MissingField):
        walk.act("worker", "settle", incident)
    incident = walk.act("worker", "settle", incident, photos=1)
    assert (incident.outcome, incident.on_time, incident.closed_at) == ("closed", True, walk.now)


def test_settling_needs_a_photo_from_before_and_a_small_thing(walk: Walk) -> None:
    heap = walk.report("resident", town.CORRIDOR, cell="120101001002001")
    heap = walk.act("dispatcher", "file", heap)
    with pytest.raises(MissingField):
        walk.act("worker_2", "settle", heap, photos=1)
    assert walk.act("worker_2", "settle", heap, photos=2).outcome == "closed"
    lamp = walk.report("worker", town.LAMP)
    with pytest.raises(NotAllowed):
        walk.act("worker", "settle", lamp, photos=2)


def test_a_satisfied_reporter_leaves_it_closed(walk: Walk) -> None:
    incident = walk.act("resident", "rate", walk.closed_for("resident"), score=5)
    assert (incident.status, incident.score) == ("closed", 5)


def test_a_dissatisfied_reporter_reopens_it(walk: Walk) -> None:
    incident = walk.closed_for("resident")
    incident = walk.act("resident", "rate", incident, score=2, reason="又堆满了")
    assert (incident.status, incident.outcome, incident.reopened) == ("filed", None, 1)
    assert (incident.closed_at, incident.department) == (None, None)
    assert walk.actions(incident)[-2:] == ["rate", "reopen"]

    walk.act("dispatcher", "dispatch", incident, department="sanitation_1")
    walk.act("cleaner", "sign", incident)
    walk.act("cleaner", "feed_back", incident, photos=1, reason="再次清理")
    incident = walk.act("worker", "check", incident, photos=1, here=True, passed=True)
    assert incident.outcome == "closed"


def test_after_fifteen_days_a_rating_reopens_nothing(walk: Walk) -> None:
    incident = walk.closed_for("resident")
    walk.now += timedelta(days=15, seconds=1)
    incident = walk.act("resident", "rate", incident, score=1)
    assert (incident.status, incident.score) == ("closed", 1)


@pytest.mark.parametrize("score", [0, 6])
def test_a_score_is_from_one_to_five(walk: Walk, score: int) -> None:
    with pytest.raises(InvalidField):
        walk.act("resident", "rate", walk.closed_for("resident"), score=score)


def test_only_the_reporter_rates(walk: Walk) -> None:
    incident = walk.closed_for("resident")
    with pytest.raises(Exception, match="Not found"):
        walk.act("resident_2", "rate", incident, score=1)


def test_what_needs_no_visit_is_checked_from_anywhere(walk: Walk) -> None:
    """The standard of noise names no distance: a worker asks the neighbours by phone and shows what they wrote."""
    noise = walk.act("dispatcher", "file", walk.report("resident", town.NOISE))
    noise = walk.act("dispatcher", "dispatch", noise, department="enforcement_1")
    noise = walk.act("officer", "sign", noise)
    noise = walk.act("officer", "feed_back", noise, photos=1, reason="已劝导")
    lon, lat = town.centre_of(town.FAR_CELL)
    assert walk.act("worker", "check", noise, photos=1, passed=True, lon=lon, lat=lat).status == "closed"


def test_an_overdue_incident_that_is_reopened_and_settled_stays_overdue(walk: Walk) -> None:
    heap = walk.act("dispatcher", "dispatch", walk.report("worker", town.HEAP, photos=1),
                    department="sanitation_1")
    walk.act("cleaner", "sign", heap)
    walk.now = walk.at("17:00")
    walk.act("cleaner", "feed_back", heap, photos=1, reason="已清运")
    late = walk.act("worker", "check", heap, photos=1, here=True, passed=True)
    walk.act("dispatcher", "reopen", heap, reason="又堆起来了")
    settled = walk.act("worker", "settle", heap, photos=2)
    assert (settled.status, settled.on_time, settled.handle_due_at) == ("closed", False, late.handle_due_at)


def test_two_desks_that_merge_crosswise_wait_for_each_other(walk: Walk) -> None:
    """One merge stands; the other is told that what it wanted to merge has changed or ended."""
    one, other = walk.report("resident", town.NOISE), walk.report("resident", town.NOISE)
    answers, start = [], threading.Barrier(2)

    def merge(what: Incident, main: Incident) -> None:
        start.wait()
        try:
            answers.append(walk.act("dispatcher", "merge", what, main=main.id, version=1).status)
        except WanggeError as error:
            answers.append(error.code)

    both = [threading.Thread(target=merge, args=pair) for pair in ((one, other), (other, one))]
    for thread in both:
        thread.start()
    for thread in both:
        thread.join()
    assert len(answers) == 2
    assert answers.count("merged") == 1


def test_an_urgent_matter_is_signed_for_in_urgent_time(walk: Walk) -> None:
    """A manhole on Friday evening: the department has half an hour to sign, not until Monday morning."""
    walk.now = walk.at("19:00", day=6)
    hole = walk.report("worker", town.MANHOLE, photos=1)
    [sign] = walk.clocks(hole, "sign")
    assert (sign.limit_value, sign.limit_unit, sign.due_at) == (Decimal("0.5"), "urgent_hour", walk.at("19:30", day=6))


def test_the_years_end_holds_no_urgent_matter_back(walk: Walk) -> None:
    """Nobody has published the calendar of 2027, and a manhole does not need it."""
    walk.now = town.NOW.replace(month=12, day=31, hour=17, minute=55)
    assert walk.report("worker", town.MANHOLE, photos=1).status == "dispatched"
    rubbish = walk.report("worker", town.RUBBISH, photos=1)
    assert rubbish.status == "filed"
    assert any("2027" in reason for reason in rubbish.decision["reasons"])
