"""The clocks along the journey: when each stage is due, what stops them, and what they found. Local times."""

from __future__ import annotations

from tests import town
from tests.journey.walk import Walk


def test_the_stages_of_a_tuesday_morning(walk: Walk) -> None:
    """Rubbish in a core area: 2 work hours to handle it."""
    incident = walk.dispatched()  # 09:00
    assert [c.verdict for c in walk.clocks(incident, "accept") + walk.clocks(incident, "dispatch")] == ["on_time"] * 2
    sign, handle = walk.clocks(incident, "sign"), walk.clocks(incident, "handle")
    assert (sign[0].due_at, handle[0].due_at) == (walk.at("10:00"), walk.at("11:00"))
    assert handle[0].warn_at == walk.at("10:36")
    assert (incident.due_at, incident.handle_due_at) == (walk.at("10:00"), walk.at("11:00"))

    walk.now = walk.at("10:30")
    incident = walk.act("cleaner", "sign", incident)
    assert (walk.clocks(incident, "sign")[0].verdict, incident.due_at) == ("overdue", walk.at("11:00"))
    walk.now = walk.at("11:00")
    incident = walk.act("cleaner", "feed_back", incident, photos=1, reason="已清理")
    assert (walk.clocks(incident, "handle")[0].verdict, incident.on_time) == ("on_time", True)
    assert incident.due_at == walk.at("11:30")  # half an hour to check

    walk.now = walk.at("11:31")
    incident = walk.act("worker", "check", incident, photos=1, here=True, passed=True)
    assert (walk.clocks(incident, "check")[0].verdict, incident.due_at) == ("overdue", None)


def test_a_limit_in_work_hours_goes_on_after_lunch_and_the_night(walk: Walk) -> None:
    walk.now = walk.at("11:00")
    assert walk.clocks(walk.dispatched(), "handle")[0].due_at == walk.at("15:00")
    walk.now = walk.at("17:30")
    assert walk.clocks(walk.dispatched(), "handle")[0].due_at == walk.at("09:30", day=4)


def test_the_limit_depends_on_the_area_and_the_standard(walk: Walk) -> None:
    core = walk.report("worker", town.MANHOLE, photos=1)
    outer = walk.report("worker_hedong", town.MANHOLE, photos=1, cell=town.FAR_CELL)
    assert (core.handle_due_at, outer.handle_due_at) == (walk.at("11:00"), walk.at("13:00"))
    broken = walk.report("resident", town.MANHOLE)
    broken = walk.act("dispatcher", "file", broken, standard="03001-2")
    assert (broken.standard, broken.handle_due_at) == ("03001-2", walk.at("09:00", day=4))


def test_who_is_late_stays_late(walk: Walk) -> None:
    """Handled late, sent back, then done in time: still not on time."""
    incident = walk.dispatched()
    walk.act("cleaner", "sign", incident)
    walk.now = walk.at("11:01")
    incident = walk.act("cleaner", "feed_back", incident, photos=1, reason="已清理")
    assert incident.on_time is False
    walk.act("worker", "check", incident, photos=1, here=True, passed=False, reason="仍有残留")
    incident = walk.act("cleaner", "feed_back", incident, photos=1, reason="已冲洗")
    assert [c.verdict for c in walk.clocks(incident, "handle")] == ["overdue", "on_time"]
    assert incident.on_time is False


def test_a_return_holds_the_departments_clock(walk: Walk) -> None:
    incident = walk.dispatched()  # 09:00, due 11:00
    walk.now = walk.at("09:30")
    walk.act("cleaner", "return", incident, reason="不在辖区")
    assert walk.clocks(incident, "handle")[0].paused_at == walk.at("09:30")
    assert walk.again(incident).due_at == walk.at("09:45")  # a quarter of an hour to dispatch
    walk.now = walk.at("10:00")
    incident = walk.act("dispatcher", "dispatch", incident, department="sanitation_1", reason="属其辖区")
    assert [c.due_at for c in walk.clocks(incident, "handle")] == [walk.at("11:30")]
    assert walk.clocks(incident, "dispatch")[-1].verdict == "overdue"


def test_another_department_begins_anew(walk: Walk) -> None:
    incident = walk.dispatched()
    walk.now = walk.at("10:00")
    incident = walk.act("dispatcher", "transfer", incident, department="sanitation_1", reason="再核")
    assert [c.due_at for c in walk.clocks(incident, "handle")] == [walk.at("11:00")]
    incident = walk.act("dispatcher", "transfer", incident, department="traffic", reason="占道停车所致")
    assert [c.due_at for c in walk.clocks(incident, "handle")] == [walk.at("11:00"), walk.at("12:00")]
    assert incident.handle_due_at == walk.at("12:00")


def test_accepting_waits_while_a_worker_verifies(walk: Walk) -> None:
    incident = walk.report("resident", town.NOISE)  # 09:00, a quarter of an hour to accept
    walk.now = walk.at("09:05")
    incident = walk.act("dispatcher", "ask_verify", incident)
    assert incident.due_at == walk.at("09:35")  # half an hour to verify
    walk.now = walk.at("09:20")
    incident = walk.act("worker", "verify", incident, photos=1, here=True, passed=True)
    assert (walk.clocks(incident, "verify")[0].verdict, incident.due_at) == ("on_time", walk.at("09:30"))
    walk.now = walk.at("09:31")
    incident = walk.act("dispatcher", "file", incident)
    assert walk.clocks(incident, "accept")[0].verdict == "overdue"


def test_a_clock_that_is_a_little_behind_does_not_turn_time_back(walk: Walk) -> None:
    incident = walk.dispatched()
    walk.now = walk.at("08:59")
    incident = walk.act("cleaner", "sign", incident)
    assert [s.at for s in walk.history(incident)][-1] == walk.at("09:00")


def test_when_it_has_ended_no_clock_runs(walk: Walk) -> None:
    for incident in (walk.act("dispatcher", "merge", walk.dispatched(), main=walk.dispatched().id),
                     walk.act("worker", "settle", walk.report("worker", town.HEAP, photos=1), photos=1),
                     walk.closed_for("resident")):
        for stage in walk.city.process("grid_event").clocks:
            assert all(clock.stopped_at for clock in walk.clocks(incident, stage))
