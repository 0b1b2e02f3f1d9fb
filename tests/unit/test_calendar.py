"""When is it due? A table of examples that anyone can check against a wall calendar.

All times are Beijing time; working hours are 08-12 and 14-18. Each row says when the clock starts, the limit,
when it is due, and why. The weekday is written out and checked, so that a typing error in a date cannot hide.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from governance.calendar import Limit, Unit, WorkCalendar
from governance.errors import CalendarGap

BEIJING = ZoneInfo("Asia/Shanghai")
CHINA = WorkCalendar()


def at(text: str) -> datetime:
    """'Mon 2024-03-04 08:00' in Beijing; the weekday must be the right one."""
    moment = datetime.strptime(text[4:], "%Y-%m-%d %H:%M").replace(tzinfo=BEIJING)
    assert moment.strftime("%a") == text[:3], f"{text}: that day is a {moment:%A}"
    return moment


def rows(table: str) -> list[tuple[str, ...]]:
    """The cells of a table, one row a line; lines that begin with # are for the reader."""
    lines = [line for line in table.splitlines() if line and not line.startswith("#")]
    return [tuple(cell.strip() for cell in line.split("|")) for line in lines]


def limit(text: str) -> Limit:
    """'2.5 work_hour'."""
    value, unit = text.split()
    return Limit(Decimal(value), unit)  # type: ignore[arg-type]


ORDINARY_DAYS = rows("""
# starts             | limit          | due                  | why
Mon 2024-03-04 08:00 | 8 work_hour    | Mon 2024-03-04 18:00 | a whole working day, used up at its end
Mon 2024-03-04 08:00 | 1 work_day     | Mon 2024-03-04 18:00 | a work day is 8 work hours
Mon 2024-03-04 10:00 | 2 work_hour    | Mon 2024-03-04 12:00 | used up when the morning ends, not at 14:00
Mon 2024-03-04 08:00 | 0.5 work_day   | Mon 2024-03-04 12:00 | half a work day is the morning
Mon 2024-03-04 08:00 | 0.25 work_hour | Mon 2024-03-04 08:15 | a quarter of an hour, exactly
# lunch does not count
Mon 2024-03-04 11:00 | 2 work_hour    | Mon 2024-03-04 15:00 | one hour before lunch, one after
Mon 2024-03-04 10:00 | 2.5 work_hour  | Mon 2024-03-04 14:30 | two hours before lunch, half of one after
Mon 2024-03-04 12:00 | 1 work_hour    | Mon 2024-03-04 15:00 | begins as lunch begins: counts from 14:00
Mon 2024-03-04 12:30 | 1 work_hour    | Mon 2024-03-04 15:00 | begins during lunch: counts from 14:00
# evenings and nights do not count
Mon 2024-03-04 06:00 | 1 work_hour    | Mon 2024-03-04 09:00 | before work: counts from 08:00
Mon 2024-03-04 17:00 | 2 work_hour    | Tue 2024-03-05 09:00 | one hour on Monday, one on Tuesday
Mon 2024-03-04 18:00 | 1 work_hour    | Tue 2024-03-05 09:00 | the day is over: counts from Tuesday
Mon 2024-03-04 21:00 | 4 work_hour    | Tue 2024-03-05 12:00 | in the evening: counts from Tuesday 08:00
Mon 2024-03-04 21:00 | 1 work_day     | Tue 2024-03-05 18:00 | in the evening: all of Tuesday
Mon 2024-03-04 09:00 | 1 work_day     | Tue 2024-03-05 09:00 | 7 hours on Monday, 1 on Tuesday
Mon 2024-03-04 08:00 | 5 work_day     | Fri 2024-03-08 18:00 | a working week
# weekends do not count
Fri 2024-03-08 17:00 | 2 work_hour    | Mon 2024-03-11 09:00 | one hour on Friday, one on Monday
Fri 2024-03-08 16:00 | 1 work_day     | Mon 2024-03-11 16:00 | 2 hours on Friday, 6 on Monday
Sat 2024-03-09 10:00 | 1 work_hour    | Mon 2024-03-11 09:00 | on a Saturday: counts from Monday
Sun 2024-03-10 23:59 | 1 work_hour    | Mon 2024-03-11 09:00 | on a Sunday night: counts from Monday
Mon 2024-03-04 08:00 | 15 work_day    | Fri 2024-03-22 18:00 | three working weeks
""")

CONTINUOUS_TIME = rows("""
# 紧急工作时 and 自然日 run through nights, weekends and holidays
Mon 2024-03-04 11:50 | 0.25 urgent_hour | Mon 2024-03-04 12:05 | 15 minutes run through lunch
Mon 2024-03-04 23:00 | 2 urgent_hour    | Tue 2024-03-05 01:00 | and through the night
Sat 2024-03-09 10:00 | 1 urgent_hour    | Sat 2024-03-09 11:00 | and on a Saturday
Fri 2024-03-08 17:00 | 1 natural_day    | Sat 2024-03-09 17:00 | 24 hours, whatever the day
Wed 2024-02-28 09:00 | 2 natural_day    | Fri 2024-03-01 09:00 | 29 February is a day too
Fri 2024-02-09 17:00 | 3 natural_day    | Mon 2024-02-12 17:00 | 春节 counts
Fri 2026-12-25 09:00 | 10 natural_day   | Mon 2027-01-04 09:00 | needs no calendar, so 2027 is no matter
Mon 2027-06-07 09:00 | 0.5 urgent_hour  | Mon 2027-06-07 09:30 | not even with a start in 2027
""")

HOLIDAYS = rows("""
# 春节 2024: holiday 10-17 February; Sunday 4 and Sunday 18 February are worked
Sat 2024-02-03 10:00 | 1 work_hour | Sun 2024-02-04 09:00 | Saturday is free, Sunday the 4th is worked
Sun 2024-02-04 09:00 | 1 work_hour | Sun 2024-02-04 10:00 | a make-up Sunday is a workday
Fri 2024-02-09 17:00 | 2 work_hour | Sun 2024-02-18 09:00 | 除夕 was worked in 2024; back on Sunday 18th
Thu 2024-02-08 16:00 | 2 work_day  | Sun 2024-02-18 16:00 | 2 h on the 8th, 8 on the 9th, 6 on the 18th
Sun 2024-02-18 17:00 | 2 work_hour | Mon 2024-02-19 09:00 | and straight on to Monday
# 春节 2025: holiday 28 January - 4 February; Sunday 26 January and Saturday 8 February are worked
Sun 2025-01-26 09:00 | 1 work_hour | Sun 2025-01-26 10:00 | a make-up Sunday before the feast
Mon 2025-01-27 17:00 | 2 work_hour | Wed 2025-02-05 09:00 | 除夕 is a holiday since 2025
Fri 2025-02-07 17:00 | 2 work_hour | Sat 2025-02-08 09:00 | a make-up Saturday
Sat 2025-02-08 17:00 | 2 work_hour | Mon 2025-02-10 09:00 | the Sunday after it is free
# 春节 2026: holiday 15-23 February; Saturday 14 and Saturday 28 February are worked
Fri 2026-02-13 17:00 | 2 work_hour | Sat 2026-02-14 09:00 | a make-up Saturday before the feast
Sat 2026-02-14 17:00 | 2 work_hour | Tue 2026-02-24 09:00 | nine days off
Tue 2026-02-24 08:00 | 5 work_day  | Sat 2026-02-28 18:00 | Tuesday to the make-up Saturday
# 中秋 and 国庆 2023: holiday 29 September - 6 October; Saturday 7 and Sunday 8 October are worked
Thu 2023-09-28 17:00 | 2 work_hour | Sat 2023-10-07 09:00 | back to work on a Saturday
Thu 2023-09-28 08:00 | 3 work_day  | Sun 2023-10-08 18:00 | the 28th, Saturday the 7th, Sunday the 8th
# 国庆 2024: holiday 1-7 October; Sunday 29 September and Saturday 12 October are worked
Sat 2024-09-28 10:00 | 1 work_hour | Sun 2024-09-29 09:00 | a make-up Sunday
Mon 2024-09-30 17:00 | 2 work_hour | Tue 2024-10-08 09:00 | seven days off
Fri 2024-10-11 17:00 | 2 work_hour | Sat 2024-10-12 09:00 | a make-up Saturday
# 国庆 and 中秋 2025: holiday 1-8 October; Sunday 28 September and Saturday 11 October are worked
Sun 2025-09-28 17:00 | 2 work_hour | Mon 2025-09-29 09:00 | a make-up Sunday
Tue 2025-09-30 17:00 | 2 work_hour | Thu 2025-10-09 09:00 | eight days off
Wed 2025-10-01 10:00 | 4 work_hour | Thu 2025-10-09 12:00 | reported on the national day itself
# the shorter feasts
Wed 2024-04-03 17:00 | 2 work_hour | Sun 2024-04-07 09:00 | 清明 2024: off 4-6, Sunday the 7th is worked
Fri 2024-06-07 17:00 | 2 work_hour | Tue 2024-06-11 09:00 | 端午 2024 is Monday the 10th
Wed 2025-04-30 17:00 | 2 work_hour | Tue 2025-05-06 09:00 | 五一 2025: off 1-5 May
# the turn of the year
Fri 2023-12-29 17:00 | 2 work_hour | Tue 2024-01-02 09:00 | 元旦 2024 is a Monday
Tue 2024-12-31 17:00 | 2 work_hour | Thu 2025-01-02 09:00 | 元旦 2025 is a Wednesday
Wed 2025-12-31 17:00 | 2 work_hour | Sun 2026-01-04 09:00 | 元旦 2026: off 1-3, Sunday the 4th is worked
Thu 2026-12-31 17:00 | 1 work_hour | Thu 2026-12-31 18:00 | the last working hour that is published
""")


@pytest.mark.parametrize(("starts", "allowed", "expected", "why"), ORDINARY_DAYS + CONTINUOUS_TIME + HOLIDAYS)
def test_due(starts: str, allowed: str, expected: str, why: str) -> None:
    assert CHINA.due(at(starts), limit(allowed)) == at(expected), why


@pytest.mark.parametrize(("starts", "allowed", "expected", "why"), ORDINARY_DAYS + CONTINUOUS_TIME + HOLIDAYS)
def test_spent_until_due_is_the_limit(starts: str, allowed: str, expected: str, why: str) -> None:
    wanted = limit(allowed)
    assert CHINA.spent(at(starts), at(expected), wanted.unit) == CHINA.length(wanted), why


SPENT = rows("""
# from               | to                   | unit        | h    | why
Mon 2024-03-04 08:00 | Mon 2024-03-04 18:00 | work_hour   | 8    | a working day
Mon 2024-03-04 08:00 | Mon 2024-03-04 18:00 | urgent_hour | 10   | the same, lunch included
Mon 2024-03-04 11:00 | Mon 2024-03-04 14:30 | work_hour   | 1.5  | lunch does not count
Mon 2024-03-04 12:00 | Mon 2024-03-04 14:00 | work_hour   | 0    | nothing but lunch
Mon 2024-03-04 18:00 | Tue 2024-03-05 08:00 | work_hour   | 0    | nothing but the night
Fri 2024-03-08 17:00 | Mon 2024-03-11 09:00 | work_day    | 2    | the weekend does not count
Fri 2024-03-08 17:00 | Mon 2024-03-11 09:00 | natural_day | 64   | the weekend counts
Fri 2024-02-09 17:00 | Sun 2024-02-18 09:00 | work_day    | 2    | 春节 does not count, its make-up day does
Tue 2024-10-01 00:00 | Tue 2024-10-08 00:00 | work_hour   | 0    | 国庆 week
Mon 2024-01-01 00:00 | Wed 2025-01-01 00:00 | work_day    | 2008 | 2024 had 251 workdays
Thu 2026-12-31 19:00 | Fri 2027-01-01 00:00 | work_hour   | 0    | up to midnight no day of 2027 is needed
Fri 2027-01-01 09:00 | Fri 2027-01-01 09:00 | work_hour   | 0    | no time at all needs no calendar
""")


@pytest.mark.parametrize(("begin", "end", "unit", "hours", "why"), SPENT)
def test_spent(begin: str, end: str, unit: Unit, hours: str, why: str) -> None:
    assert CHINA.spent(at(begin), at(end), unit) == timedelta(hours=float(hours)), why


# What a city changes. Free and worked are days that it overrides; all is a year that it publishes whole.

OVERRIDES = rows("""
# free     | worked     | all  | starts               | 2 work hours later   | why
2024-03-05 |            |      | Mon 2024-03-04 17:00 | Wed 2024-03-06 09:00 | a Tuesday declared free
           | 2024-03-09 |      | Fri 2024-03-08 17:00 | Sat 2024-03-09 09:00 | a Saturday declared worked
2024-02-18 |            |      | Fri 2024-02-09 17:00 | Mon 2024-02-19 09:00 | a make-up day called off
           | 2024-10-02 |      | Mon 2024-09-30 17:00 | Wed 2024-10-02 09:00 | a holiday worked
2027-01-01 |            | 2027 | Thu 2026-12-31 17:00 | Mon 2027-01-04 09:00 | 2027 given whole by data
2027-01-01 | 2027-01-03 | 2027 | Thu 2026-12-31 17:00 | Sun 2027-01-03 09:00 | with a make-up Sunday
           |            | 2025 | Tue 2025-09-30 17:00 | Thu 2025-10-09 09:00 | the library's years stay
""")


@pytest.mark.parametrize(("free", "worked", "year", "starts", "expected", "why"), OVERRIDES)
def test_overrides(free: str, worked: str, year: str, starts: str, expected: str, why: str) -> None:
    days = {date.fromisoformat(day): kind for day, kind in ((free, False), (worked, True)) if day}
    city = WorkCalendar(days, published_years=[int(year)] if year else [])
    assert city.due(at(starts), limit("2 work_hour")) == at(expected), why


# A year that nobody published is an error that names the year. chinesecalendar 1.11 ends with 2026: when a
# newer one is locked in, these rows (and the two above that publish 2027 by data) move on to the next year.

GAPS = rows("""
# starts             | limit       | year | why
Thu 2026-12-31 17:00 | 2 work_hour | 2027 | one hour is left over for 2027
Mon 2026-12-28 09:00 | 5 work_day  | 2027 | the fifth day lies in 2027
Thu 2026-12-31 18:00 | 1 work_hour | 2027 | the year's work is over
Mon 2027-06-07 09:00 | 1 work_day  | 2027 | begins in 2027
Wed 2003-12-31 09:00 | 1 work_day  | 2003 | before the library begins
""")


@pytest.mark.parametrize(("starts", "allowed", "year", "why"), GAPS)
def test_a_year_without_a_calendar_is_an_error(starts: str, allowed: str, year: str, why: str) -> None:
    with pytest.raises(CalendarGap, match=year) as gap:
        CHINA.due(at(starts), limit(allowed))
    assert gap.value.year == int(year), why


def test_one_overridden_day_does_not_publish_its_year() -> None:
    with pytest.raises(CalendarGap, match="2027"):
        WorkCalendar({date(2027, 1, 4): True}).is_workday(date(2027, 1, 4))


def test_time_worked_in_a_year_without_a_calendar_is_an_error_too() -> None:
    with pytest.raises(CalendarGap, match="2027"):
        CHINA.spent(at("Thu 2026-12-31 17:00"), at("Mon 2027-01-04 09:00"), "work_hour")


def test_other_hours_make_another_work_day() -> None:
    city = WorkCalendar(hours=[(time(9), time(12)), (time(13), time(17, 30))])
    assert city.length(limit("1 work_day")) == timedelta(hours=7, minutes=30)
    assert city.due(at("Mon 2024-03-04 09:00"), limit("2 work_day")) == at("Tue 2024-03-05 17:30")


def test_other_zones_have_their_own_clock_on_the_wall() -> None:
    ten_in_beijing = at("Mon 2024-03-04 10:00")  # 08:00 in Urumqi
    city = WorkCalendar(tz=ZoneInfo("Asia/Urumqi"))
    assert city.due(ten_in_beijing, limit("4 work_hour")) == at("Mon 2024-03-04 14:00")


def test_what_comes_out_is_utc() -> None:
    due = CHINA.due(at("Mon 2024-03-04 08:00"), limit("1 work_hour"))
    assert due.isoformat() == "2024-03-04T01:00:00+00:00"


@pytest.mark.parametrize("unit", ["work_hour", "natural_day"])
def test_an_instant_without_a_time_zone_is_refused(unit: Unit) -> None:
    naive = datetime(2024, 3, 4, 8)  # noqa: DTZ001
    aware = naive.replace(tzinfo=UTC)
    with pytest.raises(ValueError, match="time zone"):
        CHINA.due(naive, Limit(Decimal(1), unit))
    with pytest.raises(ValueError, match="time zone"):
        CHINA.spent(aware, naive, unit)
    with pytest.raises(ValueError, match="time zone"):
        CHINA.due_after(naive, timedelta(0), unit)


def test_time_does_not_run_backwards() -> None:
    with pytest.raises(ValueError, match="forwards"):
        CHINA.spent(at("Tue 2024-03-05 08:00"), at("Mon 2024-03-04 08:00"), "urgent_hour")
    with pytest.raises(ValueError, match="negative"):
        CHINA.due_after(at("Tue 2024-03-05 08:00"), timedelta(seconds=-1), "work_hour")


def test_a_workday_is_asked_by_date() -> None:
    with pytest.raises(TypeError, match="local date"):
        CHINA.is_workday(at("Tue 2024-03-05 08:00"))


@pytest.mark.parametrize("value", ["0", "-1", "0.001", "NaN", "Infinity", "1000000"])
def test_limits_that_are_refused(value: str) -> None:
    with pytest.raises(ValueError, match="limit"):
        Limit(Decimal(value), "work_hour")


def test_a_limit_is_exact_and_has_a_known_unit() -> None:
    with pytest.raises(ValueError, match="Decimal"):
        Limit(0.25, "work_hour")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="unit"):
        Limit(Decimal(1), "week")  # type: ignore[arg-type]


BAD_HOURS = [
    ([], "no hours at all"),
    ([(time(12), time(8))], "ends before it begins"),
    ([(time(8), time(12)), (time(11), time(18))], "two intervals overlap"),
    ([(time(14), time(18)), (time(8), time(12))], "the afternoon stands before the morning"),
    ([(time(8, tzinfo=UTC), time(12, tzinfo=UTC))], "hours with a zone of their own"),
]


@pytest.mark.parametrize(("hours", "why"), BAD_HOURS)
def test_working_hours_that_are_refused(hours: list[tuple[time, time]], why: str) -> None:
    with pytest.raises(ValueError, match="working hours"):
        WorkCalendar(hours=hours)


# What holds for every start and every limit.

starts = st.datetimes(datetime(2023, 1, 1), datetime(2026, 6, 1), timezones=st.just(BEIJING))  # noqa: DTZ001
units: st.SearchStrategy[Unit] = st.sampled_from(("urgent_hour", "natural_day", "work_hour", "work_day"))
values = st.decimals(Decimal("0.01"), Decimal(60), places=2)
limits = st.builds(Limit, values, units)
pauses = st.timedeltas(timedelta(0), timedelta(days=30))
property_test = settings(deadline=None)


@property_test
@given(starts, limits)
def test_the_time_spent_until_due_is_exactly_the_limit(start: datetime, allowed: Limit) -> None:
    due, moment = CHINA.due(start, allowed), timedelta(microseconds=1)
    assert CHINA.spent(start, due, allowed.unit) == CHINA.length(allowed)
    assert CHINA.spent(start, due - moment, allowed.unit) < CHINA.length(allowed), "due is the first one"


@property_test
@given(starts, pauses, limits)
def test_a_later_start_is_never_due_earlier(start: datetime, later: timedelta, allowed: Limit) -> None:
    assert CHINA.due(start, allowed) <= CHINA.due(start + later, allowed)


@property_test
@given(starts, values, values, units)
def test_a_longer_limit_is_due_later(start: datetime, one: Decimal, other: Decimal, unit: Unit) -> None:
    short, long = sorted((one, other))
    assert (CHINA.due(start, Limit(short, unit)) < CHINA.due(start, Limit(long, unit))) is (short < long)


@property_test
@given(starts, pauses, pauses, units)
def test_time_spent_adds_up(start: datetime, first: timedelta, second: timedelta, unit: Unit) -> None:
    middle, end = start + first, start + first + second
    whole = CHINA.spent(start, end, unit)
    assert CHINA.spent(start, middle, unit) + CHINA.spent(middle, end, unit) == whole


@property_test
@given(starts, limits)
def test_work_is_due_on_a_workday_within_its_hours(start: datetime, allowed: Limit) -> None:
    due = CHINA.due(start, allowed).astimezone(BEIJING)
    if allowed.unit.startswith("work"):
        assert CHINA.is_workday(due.date())
        assert time(8) < due.time() <= time(12) or time(14) < due.time() <= time(18)
