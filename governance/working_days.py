"""The working calendar day by day, as a screen needs it to count working time down."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from chinese_calendar import Holiday, get_holiday_detail

from governance.calendar import LIBRARY_YEARS, ONE_DAY, WorkCalendar
from governance.errors import CalendarGap, InvalidField

MOST_DAYS = 400
AHEAD = timedelta(days=60)


@dataclass(frozen=True)
class Day:
    """A local date: whether people work, why (a holiday, a make-up day; else empty), and the hours, local."""

    date: date
    work: bool
    name: str
    name_en: str
    spans: tuple[tuple[str, str], ...]


def working_days(calendar: WorkCalendar, since: date, until: date) -> tuple[list[Day], list[int]]:
    """Each day of the range, both ends included, and the years of it that nobody has published: their days are left
    out, not guessed."""
    if not since <= until:
        raise InvalidField("to", "不能早于起始日期", "must not be before `from`")
    if (until - since).days >= MOST_DAYS:
        raise InvalidField("to", f"至多 {MOST_DAYS} 天", f"at most {MOST_DAYS} days")
    days: list[Day] = []
    missing: set[int] = set()
    for offset in range((until - since).days + 1):
        try:
            days.append(day_of(calendar, since + offset * ONE_DAY))
        except CalendarGap as gap:
            missing.add(gap.year)
    return days, sorted(missing)


def day_of(calendar: WorkCalendar, day: date) -> Day:
    """CalendarGap if its year is not published."""
    work = calendar.is_workday(day)
    spans = tuple((opens.strftime("%H:%M"), closes.strftime("%H:%M")) for opens, closes in calendar.hours)
    return Day(day, work, *_names(calendar, day, work), spans if work else ())


def _names(calendar: WorkCalendar, day: date, work: bool) -> tuple[str, str]:
    """What the city calls the day; else the library's holiday, if it agrees that people rest or make up for it."""
    if name := calendar.names.get(day):
        return name, name
    if day.year not in LIBRARY_YEARS:
        return "", ""
    rests, english = get_holiday_detail(day)
    if english is None or rests == work:
        return "", ""
    holiday = Holiday(english)
    return (f"{holiday.chinese}调休上班", f"Working day for {english}") if work else (holiday.chinese, english)
