"""Drafts of the working calendar: a file replaces all that was loaded for the years that it speaks of."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import delete, select
from sqlmodel import Session, col

from data.bulk import write_rows
from governance.calendar import CONTINUOUS, SHANGHAI, WorkCalendar
from governance.city import CalendarDay, CalendarYear, read_calendar
from governance.clocks import Clock, limit_of
from governance.drafts.kind import Content, Kind, Options, Preview, Tools, Written, affected, differences
from governance.errors import CalendarGap
from governance.exchange.calendar import read_days
from governance.incident import Incident

Days = dict[str, dict[str, Any]]


def read(session: Session, files: Mapping[str, Path], options: Options) -> Content:
    """Days and whole years, and the years that the file speaks of."""
    days, years = read_days(files["days"])
    touched = {d.day.year for d in days} | {y.year for y in years}
    return {"days": [{"day": d.day.isoformat(), "kind": d.kind, "name": d.name} for d in days],
            "years": [{"year": y.year, "name": y.name} for y in years], "touched": sorted(touched)}


def compare(session: Session, content: Content, tools: Tools) -> Preview:
    """Days that become others, and the open incidents whose clocks would be due at another time."""
    known = _known(session, content["touched"])
    changes = [*differences("day", _by_day(known), _by_day(content)),
               *differences("year", _by_year(known), _by_year(content))]
    preview = Preview({"days": len(content["days"]), "years": len(content["years"])}, changes)
    if changes:
        due = _due_otherwise(session, content)
        preview.affects = affected(due, due)
    if preview.affects.due_times:
        preview.warnings.append((
            f"{preview.affects.due_times} 件在办事件按新日历计算的时限会不同; 已开始的时限不变, 以后开始的按新日历",
            f"{preview.affects.due_times} open incidents would be due at another time; clocks that run keep their due "
            "time, those that start later count by the new calendar"))
    return preview


def write(session: Session, content: Content, tools: Tools) -> Written:
    before = _known(session, content["touched"])
    _replace(session, content)
    return Written(before | {"touched": content["touched"]})


def restore(session: Session, content: Content, before: Content, tools: Tools) -> None:
    _replace(session, before)


def overlap(one: Content, other: Content) -> bool:
    return bool({*one["touched"]} & {*other["touched"]})


def _known(session: Session, years: list[int]) -> Content:
    days = [d for d in session.scalars(select(CalendarDay).order_by(col(CalendarDay.day))) if d.day.year in years]
    named = session.scalars(select(CalendarYear).where(col(CalendarYear.year).in_(years)))
    return {"days": [{"day": d.day.isoformat(), "kind": d.kind, "name": d.name} for d in days],
            "years": [{"year": y.year, "name": y.name} for y in named]}


def _replace(session: Session, content: Content) -> None:
    years = content["touched"]
    for year in years:
        session.execute(delete(CalendarDay).where(col(CalendarDay.day).between(date(year, 1, 1), date(year, 12, 31))))
    session.execute(delete(CalendarYear).where(col(CalendarYear.year).in_(years)))
    write_rows(session, CalendarDay, [d | {"day": date.fromisoformat(d["day"])} for d in content["days"]])
    write_rows(session, CalendarYear, content["years"])


def _by_day(content: Content) -> Days:
    return {d["day"]: {"kind": d["kind"], "name": d["name"]} for d in content["days"]}


def _by_year(content: Content) -> Days:
    return {str(y["year"]): {"name": y["name"]} for y in content["years"]}


# ---- due times -----------------------------------------------------------------------------------------------------

def _due_otherwise(session: Session, content: Content) -> set[str]:
    """The numbers of the open incidents with a running clock that the new calendar would bring to another end."""
    old, new = read_calendar(session), _calendar_with(session, content)
    first = datetime(min(content["touched"], default=date.max.year), 1, 1, tzinfo=SHANGHAI)
    rows = session.execute(select(Clock, col(Incident.number)).join(
        Incident, col(Incident.id) == col(Clock.incident_id)).where(
            col(Clock.stopped_at).is_(None), col(Clock.paused_at).is_(None), col(Incident.outcome).is_(None),
            col(Clock.limit_unit).not_in(list(CONTINUOUS)), col(Clock.due_at) >= first))
    return {number for clock, number in rows if _due(clock, old) != _due(clock, new)}


def _due(clock: Clock, calendar: WorkCalendar) -> datetime | int:
    limit = limit_of(clock)
    left = calendar.length(limit) + timedelta(seconds=clock.extra_seconds - clock.used_seconds)
    try:
        return calendar.due_after(clock.resumed_at, max(left, timedelta()), limit.unit)
    except CalendarGap as gap:
        return gap.year


def _calendar_with(session: Session, content: Content) -> WorkCalendar:
    """The city's calendar as it would be."""
    days = {d.day: d.kind == "work" for d in session.scalars(select(CalendarDay))
            if d.day.year not in content["touched"]}
    days |= {date.fromisoformat(d["day"]): d["kind"] == "work" for d in content["days"]}
    years = set(session.scalars(select(col(CalendarYear.year)))) - {*content["touched"]}
    return WorkCalendar(days, published_years=years | {y["year"] for y in content["years"]})


CALENDAR = Kind("calendar", "工作日历", ("days",), ("days",), read, compare, write, restore, overlap)
