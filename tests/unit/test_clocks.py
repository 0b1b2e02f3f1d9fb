"""How a stage is timed: when it is due, when to warn, what a pause does, and the verdict. Tables of examples.

All times are Beijing time; working hours are 08-12 and 14-18. The weekday is written out and checked.
"""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import inspect

from governance import clocks
from governance.calendar import Limit, WorkCalendar
from governance.clocks import Clock
from governance.errors import CalendarGap

BEIJING = ZoneInfo("Asia/Shanghai")
CHINA = WorkCalendar()
INCIDENT = uuid.UUID("018f0000-0000-7000-8000-000000000001")


def at(text: str) -> datetime:
    """'Mon 2024-03-04 08:00' or, for 2024, 'Mon 03-04 08:00' in Beijing; the weekday must be right."""
    day = text[4:] if len(text) == 20 else f"2024-{text[4:]}"
    moment = datetime.strptime(day, "%Y-%m-%d %H:%M").replace(tzinfo=BEIJING)
    assert moment.strftime("%a") == text[:3], f"{text}: that day is a {moment:%A}"
    return moment


def rows(table: str) -> list[tuple[str, ...]]:
    """The cells of a table, one row a line; lines that begin with # are for the reader."""
    lines = [line for line in table.splitlines() if line and not line.startswith("#")]
    return [tuple(cell.strip() for cell in line.split("|")) for line in lines]


def started(limit: str, begin: str) -> Clock:
    """A handling clock: '4 work_hour' from 'Mon 2024-03-04 08:00'."""
    value, unit = limit.split()
    allowed = Limit(Decimal(value), unit)  # type: ignore[arg-type]
    return clocks.start(INCIDENT, "handle", allowed, at(begin), CHINA, department="城管")


def test_a_new_clock_runs_from_now() -> None:
    clock = started("0.25 urgent_hour", "Mon 2024-03-04 08:00")
    assert (clock.incident_id, clock.stage, clock.department) == (INCIDENT, "handle", "城管")
    assert (clock.limit_value, clock.limit_unit) == (Decimal("0.25"), "urgent_hour")
    assert clock.started_at == clock.resumed_at == at("Mon 2024-03-04 08:00")
    assert (clock.paused_at, clock.stopped_at, clock.used_seconds, clock.verdict) == (None, None, 0, None)


WARNINGS = rows("""
# limit          | starts               | warn                 | due                  | why
0.25 urgent_hour | Mon 2024-03-04 12:00 | Mon 2024-03-04 12:12 | Mon 2024-03-04 12:15 | 12 of 15 minutes
4 work_hour      | Mon 2024-03-04 08:00 | Mon 2024-03-04 11:12 | Mon 2024-03-04 12:00 | 3 h 12 min of 4 h
1 work_day       | Mon 2024-03-04 08:00 | Mon 2024-03-04 16:24 | Mon 2024-03-04 18:00 | 6 h 24 min of 8 h
5 work_day       | Mon 2024-03-04 08:00 | Thu 2024-03-07 18:00 | Fri 2024-03-08 18:00 | four of five days
5 work_day       | Fri 2024-02-09 08:00 | Tue 2024-02-20 18:00 | Wed 2024-02-21 18:00 | 春节 lies between
5 natural_day    | Fri 2024-02-09 08:00 | Tue 2024-02-13 08:00 | Wed 2024-02-14 08:00 | 春节 counts
""")


@pytest.mark.parametrize(("limit", "begin", "warn", "due", "why"), WARNINGS)
def test_warn_at_80_percent(limit: str, begin: str, warn: str, due: str, why: str) -> None:
    clock = started(limit, begin)
    assert (clock.warn_at, clock.due_at) == (at(warn), at(due)), why


PAUSES = rows("""
# limit        | starts          | paused          | resumed         | due             | why (all in 2024)
# during work: what is left counts from the end of the pause
4 work_hour    | Mon 03-04 08:00 | Mon 03-04 09:00 | Mon 03-04 10:00 | Mon 03-04 15:00 | 3 h left
4 work_hour    | Mon 03-04 08:00 | Mon 03-04 11:00 | Mon 03-04 15:00 | Mon 03-04 16:00 | 1 h left
4 work_hour    | Mon 03-04 08:00 | Mon 03-04 11:00 | Mon 03-04 12:30 | Mon 03-04 15:00 | at lunch
4 work_hour    | Mon 03-04 08:00 | Mon 03-04 12:00 | Mon 03-04 15:00 | Mon 03-04 15:00 | nothing left
# over a night: only the work missed is added to work time, the whole night to continuous time
1 work_day     | Mon 03-04 08:00 | Mon 03-04 17:00 | Tue 03-05 09:00 | Tue 03-05 10:00 | 1 h left
2 work_day     | Mon 03-04 08:00 | Mon 03-04 20:00 | Tue 03-05 07:00 | Tue 03-05 18:00 | no work missed
12 urgent_hour | Mon 03-04 08:00 | Mon 03-04 18:00 | Tue 03-05 08:00 | Tue 03-05 10:00 | 2 h left
# over a holiday (春节 2024: 10-17 February off, Sunday the 18th worked)
2 work_day     | Fri 02-09 08:00 | Fri 02-09 17:00 | Mon 02-19 09:00 | Tue 02-20 10:00 | 9 h left
2 work_hour    | Fri 02-09 17:00 | Sat 02-10 09:00 | Sat 02-17 09:00 | Sun 02-18 09:00 | no work missed
3 natural_day  | Fri 02-09 12:00 | Sat 02-10 12:00 | Sat 02-17 12:00 | Mon 02-19 12:00 | 2 days left
# 挂账 for half a year
5 work_day     | Mon 03-04 08:00 | Mon 03-04 18:00 | Wed 09-04 08:00 | Mon 09-09 18:00 | 4 days left
# what was overdue stays overdue, and its due time stays
4 work_hour    | Mon 03-04 08:00 | Mon 03-04 15:00 | Tue 03-05 15:00 | Mon 03-04 12:00 | 1 h over
4 work_hour    | Mon 03-04 08:00 | Mon 03-04 12:30 | Tue 03-05 15:00 | Mon 03-04 12:00 | late at lunch
""")


@pytest.mark.parametrize(("limit", "begin", "paused", "resumed", "due", "why"), PAUSES)
def test_a_pause_moves_due(limit: str, begin: str, paused: str, resumed: str, due: str, why: str) -> None:
    clock = clocks.pause(started(limit, begin), at(paused), CHINA)
    assert clock.paused_at == at(paused)
    clock = clocks.resume(clock, at(resumed), CHINA)
    assert (clock.due_at, clock.paused_at, clock.resumed_at) == (at(due), None, at(resumed)), why


def test_a_warning_moves_with_a_pause_unless_it_was_given() -> None:
    before = clocks.pause(started("4 work_hour", "Mon 2024-03-04 08:00"), at("Mon 2024-03-04 11:00"), CHINA)
    after = clocks.pause(started("4 work_hour", "Mon 2024-03-04 08:00"), at("Mon 2024-03-04 11:30"), CHINA)
    clocks.resume(before, at("Mon 2024-03-04 15:00"), CHINA)
    clocks.resume(after, at("Mon 2024-03-04 15:00"), CHINA)
    assert before.warn_at == at("Mon 2024-03-04 15:12")
    assert after.warn_at == at("Mon 2024-03-04 11:12")


VERDICTS = rows("""
# limit        | starts               | stops                | verdict | why
4 work_hour    | Mon 2024-03-04 08:00 | Mon 2024-03-04 11:00 | on_time | an hour to spare
4 work_hour    | Mon 2024-03-04 08:00 | Mon 2024-03-04 12:00 | on_time | exactly when it is due
4 work_hour    | Mon 2024-03-04 08:00 | Mon 2024-03-04 12:01 | overdue | a minute late, if only at lunch
4 work_hour    | Mon 2024-03-04 10:00 | Mon 2024-03-04 16:00 | on_time | six hours on the wall, four of work
4 urgent_hour  | Mon 2024-03-04 10:00 | Mon 2024-03-04 16:00 | overdue | but six that run through
2 work_hour    | Fri 2024-02-09 17:00 | Sun 2024-02-18 09:00 | on_time | 春节 does not count
1 natural_day  | Fri 2024-02-09 17:00 | Sun 2024-02-18 09:00 | overdue | 春节 counts
""")


@pytest.mark.parametrize(("limit", "begin", "end", "verdict", "why"), VERDICTS)
def test_verdict(limit: str, begin: str, end: str, verdict: str, why: str) -> None:
    clock = started(limit, begin)
    late = clocks.is_overdue(clock, at(end))
    clock = clocks.stop(clock, at(end), CHINA)
    assert (clock.verdict, clock.stopped_at) == (verdict, at(end)), why
    assert late is clocks.is_overdue(clock, at(end)) is (verdict == "overdue"), "before and after: the same"


STOPPED_IN_A_PAUSE = rows("""
# 4 work hours from Monday 08:00, so due at 12:00; stopped on Friday without having been resumed
# paused             | verdict | why
Mon 2024-03-04 11:00 | on_time | three of four hours used
Mon 2024-03-04 12:00 | on_time | all four used, not a second more
Mon 2024-03-04 12:30 | overdue | it had been due when it was paused
Mon 2024-03-04 15:00 | overdue | five hours used
""")


@pytest.mark.parametrize(("paused", "verdict", "why"), STOPPED_IN_A_PAUSE)
def test_verdict_in_a_pause(paused: str, verdict: str, why: str) -> None:
    clock = clocks.pause(started("4 work_hour", "Mon 2024-03-04 08:00"), at(paused), CHINA)
    friday = at("Fri 2024-03-08 09:00")
    assert clocks.is_overdue(clock, friday) is (verdict == "overdue"), why
    assert clocks.stop(clock, friday, CHINA).verdict == verdict, why


def test_an_overdue_clock_is_seen_as_it_happens() -> None:
    clock = started("4 work_hour", "Mon 2024-03-04 08:00")
    assert not clocks.is_overdue(clock, at("Mon 2024-03-04 12:00"))
    assert clocks.is_overdue(clock, at("Mon 2024-03-04 12:01"))


def test_a_verdict_does_not_change_any_more() -> None:
    clock = clocks.stop(started("4 work_hour", "Mon 2024-03-04 08:00"), at("Mon 2024-03-04 12:00"), CHINA)
    assert not clocks.is_overdue(clock, at("Fri 2024-03-08 09:00"))
    assert clocks.remaining(clock, at("Fri 2024-03-08 09:00"), CHINA) == timedelta(0)


def test_whole_seconds_count() -> None:
    begin, late = at("Mon 2024-03-04 08:00"), timedelta(milliseconds=999)
    clock = clocks.start(INCIDENT, "accept", Limit(Decimal("0.25"), "urgent_hour"), begin + late, CHINA)
    assert clock.started_at == begin
    assert not clocks.is_overdue(clock, begin + timedelta(minutes=15) + late)
    assert clocks.is_overdue(clock, begin + timedelta(minutes=15, seconds=1))
    assert clocks.stop(clock, begin + timedelta(minutes=15) + late, CHINA).verdict == "on_time"


REMAINING = rows("""
# 1 work day from Monday 08:00
# now                | hours left | why
Mon 2024-03-04 08:00 |  8         | all of it
Mon 2024-03-04 11:00 |  5         | three hours used
Mon 2024-03-04 13:00 |  4         | lunch uses none
Mon 2024-03-04 18:00 |  0         | used up
Mon 2024-03-04 23:00 |  0         | the night uses none
Tue 2024-03-05 10:00 | -2         | overrun by two hours of work
""")


@pytest.mark.parametrize(("now", "hours", "why"), REMAINING)
def test_remaining(now: str, hours: str, why: str) -> None:
    clock = started("1 work_day", "Mon 2024-03-04 08:00")
    assert clocks.remaining(clock, at(now), CHINA) == timedelta(hours=int(hours)), why


def test_a_pause_holds_what_remains() -> None:
    clock = clocks.pause(started("1 work_day", "Mon 2024-03-04 08:00"), at("Mon 2024-03-04 11:00"), CHINA)
    assert clocks.remaining(clock, at("Fri 2024-03-08 09:00"), CHINA) == timedelta(hours=5)


def test_the_nearest_due_time_is_that_of_a_running_clock() -> None:
    noon = at("Mon 2024-03-04 12:00")
    paused = clocks.pause(started("5 work_hour", "Mon 2024-03-04 08:00"), noon, CHINA)
    stopped = clocks.stop(started("4 work_hour", "Mon 2024-03-04 08:00"), noon, CHINA)
    running = [started("2 work_day", "Mon 2024-03-04 08:00"), started("1 work_day", "Mon 2024-03-04 08:00")]
    assert clocks.earliest_due([paused, stopped, *running]) == at("Mon 2024-03-04 18:00")
    assert clocks.earliest_due([paused, stopped]) is None


# What is refused leaves the record as it was.

LATER = at("Tue 2024-03-05 09:00")


def in_state(state: str) -> Clock:
    clock = started("2 work_day", "Mon 2024-03-04 08:00")
    if "paused" in state:
        clocks.pause(clock, at("Mon 2024-03-04 11:00"), CHINA)
    return clocks.stop(clock, at("Mon 2024-03-04 15:00"), CHINA) if "stopped" in state else clock


REFUSED = rows("""
# a clock that is | cannot
running           | resume
paused            | pause
stopped           | pause
stopped           | resume
stopped           | stop
paused, stopped   | pause
paused, stopped   | resume
paused, stopped   | stop
""")


@pytest.mark.parametrize(("state", "action"), REFUSED)
def test_refused(state: str, action: str) -> None:
    clock = in_state(state)
    before = clock.model_dump()
    with pytest.raises(ValueError, match="handle clock"):
        getattr(clocks, action)(clock, LATER, CHINA)
    assert clock.model_dump() == before


TOO_EARLY_OR_NAIVE = rows("""
# state | action
running | pause
running | stop
paused  | resume
paused  | stop
""")


@pytest.mark.parametrize(("state", "action"), TOO_EARLY_OR_NAIVE)
def test_time_runs_forwards_and_has_a_zone(state: str, action: str) -> None:
    clock = in_state(state)
    before, change = clock.model_dump(), getattr(clocks, action)
    with pytest.raises(ValueError, match="forwards"):
        change(clock, at("Mon 2024-03-04 07:00"), CHINA)
    with pytest.raises(ValueError, match="time zone"):
        change(clock, LATER.replace(tzinfo=None), CHINA)
    assert clock.model_dump() == before


@pytest.mark.parametrize("action", ["pause", "stop"])
def test_a_year_without_a_calendar_changes_nothing(action: str) -> None:
    clock = started("1 work_hour", "Thu 2026-12-31 16:00")
    before = clock.model_dump()
    with pytest.raises(CalendarGap, match="2027"):
        getattr(clocks, action)(clock, at("Mon 2027-01-04 09:00"), CHINA)
    assert clock.model_dump() == before


def test_resuming_into_a_year_without_a_calendar_changes_nothing() -> None:
    clock = clocks.pause(started("4 work_hour", "Thu 2026-12-31 08:00"), at("Thu 2026-12-31 09:00"), CHINA)
    before = clock.model_dump()
    with pytest.raises(CalendarGap, match="2027"):
        clocks.resume(clock, at("Thu 2026-12-31 16:00"), CHINA)
    assert clock.model_dump() == before


def test_the_table_stands_alone() -> None:
    table = inspect(Clock)
    assert not table.relationships
    assert [key.name for key in table.primary_key] == ["id"]
    assert table.columns["incident_id"].index
    nullable = {column.name for column in table.columns if column.nullable}
    assert nullable == {"original_due_at", "watch_at", "paused_at", "stopped_at", "verdict", "department"}


# What holds however a clock is paused.

Runs = list[timedelta]
units = st.sampled_from(("urgent_hour", "natural_day", "work_hour", "work_day"))
limits = st.builds(Limit, st.decimals(Decimal("0.01"), Decimal(60), places=2), units)
begins = st.datetimes(datetime(2023, 1, 1), datetime(2025, 6, 1), timezones=st.just(UTC))  # noqa: DTZ001
seconds = st.integers(0, 20 * 86_400).map(lambda count: timedelta(seconds=count))
runs = st.lists(seconds, min_size=1, max_size=6)
property_test = settings(deadline=None)


@property_test
@given(begins, limits, runs)
def test_pauses_of_no_length_change_nothing(begin: datetime, limit: Limit, lengths: Runs) -> None:
    plain = clocks.start(INCIDENT, "handle", limit, begin, CHINA)
    split = clocks.start(INCIDENT, "handle", limit, begin, CHINA)
    for length in lengths[:-1]:
        begin += length
        clocks.resume(clocks.pause(split, begin, CHINA), begin, CHINA)
    assert (split.due_at, split.warn_at) == (plain.due_at, plain.warn_at)
    for clock in (plain, split):
        clocks.stop(clock, begin + lengths[-1], CHINA)
    assert (split.used_seconds, split.verdict) == (plain.used_seconds, plain.verdict)


@property_test
@given(begins, limits, runs)
def test_the_time_used_is_the_sum_of_the_runs(begin: datetime, limit: Limit, lengths: Runs) -> None:
    clock, whole = clocks.start(INCIDENT, "handle", limit, begin, CHINA), timedelta(0)
    now = clock.started_at
    for run, rest in zip(lengths, reversed(lengths), strict=True):
        whole += CHINA.spent(now, now + run, limit.unit)
        clocks.pause(clock, now + run, CHINA)
        now += run + rest
        clocks.resume(clock, now, CHINA)
    assert timedelta(seconds=clocks.stop(clock, now, CHINA).used_seconds) == whole


@property_test
@given(begins, limits, runs)
def test_what_is_left_after_a_pause_is_used_up_when_due(begin: datetime, limit: Limit, lengths: Runs) -> None:
    clock = clocks.start(INCIDENT, "handle", limit, begin, CHINA)
    clocks.pause(clock, begin + lengths[0], CHINA)
    late = clocks.is_overdue(clock, begin)
    now = begin + lengths[0] + lengths[-1]
    clocks.resume(clock, now, CHINA)
    left = clocks.remaining(clock, now, CHINA)
    assert late or CHINA.spent(clock.resumed_at, clock.due_at, limit.unit) == left
    assert late is clocks.is_overdue(clock, now)


@property_test
@given(begins, limits, runs)
def test_the_verdict_agrees_with_the_time_used(begin: datetime, limit: Limit, lengths: Runs) -> None:
    clock = clocks.start(INCIDENT, "handle", limit, begin, CHINA)
    clocks.stop(clock, begin + lengths[0], CHINA)
    left = clocks.remaining(clock, begin, CHINA)
    assert left <= timedelta(0) or clock.verdict == "on_time"
    assert left >= timedelta(0) or clock.verdict == "overdue"
