"""When a limit runs out: working days and hours, public holidays and 调休 make-up days.

Rules: product.md "Deciding when" (units, 08-12 and 14-18, a year without a calendar is an error) and the
domain brief, section 3.3; the four units are those of GB/T 30428.8 (brief, section 2.4). Holidays: the State
Council's yearly notices, through the library `chinesecalendar`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from functools import cache
from typing import Literal, get_args
from zoneinfo import ZoneInfo

import chinese_calendar

from governance.errors import CalendarGap

Unit = Literal["urgent_hour", "natural_day", "work_hour", "work_day"]
Span = tuple[datetime, datetime]

SHANGHAI = ZoneInfo("Asia/Shanghai")
WORKING_HOURS = ((time(8), time(12)), (time(14), time(18)))
LIBRARY_YEARS = frozenset(day.year for day in chinese_calendar.holidays)
CONTINUOUS: Mapping[str, timedelta] = {"urgent_hour": timedelta(hours=1), "natural_day": timedelta(hours=24)}
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Limit:
    """How long a stage may take, such as 0.25 urgent hours or 5 work days.

    The value is a `Decimal` above zero with at most two decimals, so that 0.25 h is exactly 15 minutes and
    the database's NUMERIC(8,2) keeps what was meant. Anything else is a ValueError.
    """

    value: Decimal
    unit: Unit

    def __post_init__(self) -> None:
        if self.unit not in get_args(Unit):
            raise ValueError(f"unknown unit of time: {self.unit!r}")
        if not isinstance(self.value, Decimal):
            raise ValueError(f"a limit is a Decimal, not {type(self.value).__name__}: {self.value!r}")
        if not (self.value.is_finite() and Decimal(0) < self.value < Decimal(10**6)):
            raise ValueError(f"a limit lies above 0 and below 1,000,000, not {self.value}")
        if self.value != round(self.value, 2):
            raise ValueError(f"a limit has at most two decimals, not {self.value}")


class WorkCalendar:
    """The working time of one city. Two kinds of time: continuous (urgent_hour, natural_day) and worked.

    overrides: date -> is it a workday; goes before every other source.
    hours: the working hours of a workday, local, in order. Their sum is the length of one work_day.
    tz: where these dates and hours are.
    published_years: years for which `overrides` is the complete list of exceptions to Monday-Friday. Only
    needed for a year that the library does not have yet.
    names: what the city calls some days.

    Instants go in with their time zone (a naive one is a ValueError) and come out in UTC. Whatever touches a
    day of a year that nobody published raises CalendarGap(year). Continuous time never does.
    """

    def __init__(
        self,
        overrides: Mapping[date, bool] | None = None,
        hours: Sequence[tuple[time, time]] = WORKING_HOURS,
        tz: ZoneInfo = SHANGHAI,
        published_years: Collection[int] = (),
        names: Mapping[date, str] | None = None,
    ) -> None:
        self._overrides = dict(overrides or {})
        self.hours = _checked(hours)
        self.tz = tz
        self.names = dict(names or {})
        self._years = LIBRARY_YEARS | frozenset(published_years)
        self._spans_of: dict[date, tuple[Span, ...]] = {}
        self._work_day = sum((_clock(end) - _clock(start) for start, end in self.hours), timedelta())

    def is_workday(self, day: date) -> bool:
        """Whether people work on this local date. CalendarGap if its year is not published."""
        if isinstance(day, datetime):
            raise TypeError(f"a workday is a local date, not an instant: {day}")
        if day.year not in self._years:
            raise CalendarGap(day.year)
        if day in self._overrides:
            return self._overrides[day]
        return _library_says(day) if day.year in LIBRARY_YEARS else day.weekday() < 5

    def length(self, limit: Limit) -> timedelta:
        """The limit in its own time, continuous or worked. A work_day is one day's hours: 8 unless set."""
        worked = timedelta(hours=1) if limit.unit == "work_hour" else self._work_day
        one = CONTINUOUS.get(limit.unit, worked)
        return timedelta(microseconds=int(limit.value * (one // timedelta(microseconds=1))))

    def due(self, start: datetime, limit: Limit) -> datetime:
        """The instant (UTC) at which a limit that begins at `start` is used up.

        Worked time that begins outside working hours counts from the next working moment. Time that is used
        up exactly at the end of an interval is due at that end: 8 work hours from Monday 08:00 are due Monday
        18:00.
        """
        return self.due_after(start, self.length(limit), limit.unit)

    def due_after(self, start: datetime, remaining: timedelta, unit: Unit) -> datetime:
        """The first instant (UTC), `start` or later, by which `remaining` of the unit's time has passed.

        ValueError if `remaining` is negative.
        """
        begin = _utc(start)
        if remaining < timedelta():
            raise ValueError(f"no due time for a negative remainder: {remaining}")
        if unit in CONTINUOUS or not remaining:
            return begin + remaining
        for opens, closes in self._spans_from(begin):
            if remaining <= closes - opens:
                return opens + remaining
            remaining -= closes - opens
        raise AssertionError("unreachable: the days end in a CalendarGap")

    def spent(self, start: datetime, end: datetime, unit: Unit) -> timedelta:
        """The unit's time, continuous or worked, between two instants. ValueError if they run backwards."""
        begin, stop = _utc(start), _utc(end)
        if stop < begin:
            raise ValueError(f"time runs forwards: {stop} is before {begin}")
        if unit in CONTINUOUS or begin == stop:
            return stop - begin
        last = self._local_day(stop - timedelta.resolution)
        spans = self._spans_from(begin, last)
        return sum((min(closes, stop) - opens for opens, closes in spans if opens < stop), timedelta())

    def _spans_from(self, begin: datetime, last: date = date.max) -> Iterator[Span]:
        """Working intervals from `begin` (the first one cut there) to the end of the local day `last`."""
        day = self._local_day(begin)
        while day <= last:
            for opens, closes in self._spans(day):
                if closes > begin:
                    yield max(opens, begin), closes
            day += ONE_DAY

    def _spans(self, day: date) -> tuple[Span, ...]:
        """The working intervals of a local date, in UTC; looked up once."""
        if day not in self._spans_of:
            hours = self.hours if self.is_workday(day) else ()
            self._spans_of[day] = tuple((self._instant(day, opens), self._instant(day, closes))
                                        for opens, closes in hours)
        return self._spans_of[day]

    def _instant(self, day: date, at: time) -> datetime:
        return datetime.combine(day, at, self.tz).astimezone(UTC)

    def _local_day(self, at: datetime) -> date:
        return at.astimezone(self.tz).date()


@cache
def _library_says(day: date) -> bool:
    return bool(chinese_calendar.is_workday(day))


def _checked(hours: Sequence[tuple[time, time]]) -> tuple[tuple[time, time], ...]:
    """The intervals of a day, if there are any and they run forwards without overlap; else ValueError."""
    edges = [edge for interval in hours for edge in interval]
    if not edges or any(edge.tzinfo for edge in edges):
        raise ValueError("working hours are at least one interval of local times")
    if any(start >= end for start, end in hours) or edges != sorted(edges):
        raise ValueError(f"working hours overlap or run backwards: {hours}")
    return tuple(hours)


def _clock(at: time) -> timedelta:
    """A time of day as the time since midnight."""
    return datetime.combine(date.min, at) - datetime.combine(date.min, time())


def _utc(at: datetime) -> datetime:
    if at.utcoffset() is None:
        raise ValueError(f"an instant needs its time zone: {at}")
    return at.astimezone(UTC)
