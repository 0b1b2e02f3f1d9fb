"""The trend: what came in and what was closed, by day, week or month of local time."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Literal

import sqlalchemy as sql
from sqlalchemy import ColumnElement, and_, func, select
from sqlmodel import Session, col

from data.engine import is_postgresql
from governance.calendar import SHANGHAI
from governance.city import City
from governance.errors import InvalidField
from governance.figures.counts import RATES
from governance.figures.filters import CLOSED, OPEN, ZERO, Condition, FigureFilter, in_period, limits_of
from governance.figures.sql import of_incidents, states
from governance.incident import Incident
from governance.people import Actor

Interval = Literal["day", "week", "month"]
BUCKETS: dict[str, tuple[Callable[[date], date], str, int]] = {
    "day": (lambda day: day, "%Y-%m-%d", 1), "week": (lambda day: day - timedelta(days=day.weekday()), "%G-W%V", 7),
    "month": (lambda day: day.replace(day=1), "%Y-%m", 31)}
#: Counted of the reports of a bucket, as they stand now.
CAME = ("reported", "filed", "voided", "merged", "closed", "open", "overdue", "dispatched", "accurate", "handled",
        "reworked", "visits_valid", "satisfied", "fairly_satisfied")
RATED = ("closure_rate", "on_time_rate", "accurate_dispatch_rate", "rework_rate", "satisfied_rate")


@dataclass(frozen=True)
class TrendRow:
    """A bucket. `closed_of_reported` are of its own reports, `closed_in_bucket` were closed then, whenever reported.
    `since` and `until` are those of the bucket, as far as it lies in the period. Every number is what the closure of
    just this bucket says."""

    bucket: str
    start: date
    since: datetime
    until: datetime
    reported: int
    filed: int
    voided: int
    merged: int
    closed_of_reported: int
    closed_in_bucket: int
    open: int
    overdue: int
    due: int
    closed_on_time: int
    closure_rate: float | None
    on_time_rate: float | None
    accurate_dispatch_rate: float | None
    rework_rate: float | None
    satisfied_rate: float | None


def trend(session: Session, city: City, actor: Actor, wanted: FigureFilter, interval: Interval,
          now: datetime) -> list[TrendRow]:
    """What came in and what was closed, by day, ISO week or month of local time, without a gap; where the filter names
    no period, from the first to the last bucket that has any. A bucket counts only what lies in the period."""
    if interval not in BUCKETS:
        raise InvalidField("interval", f"只能是 {', '.join(BUCKETS)}", f"must be one of {', '.join(BUCKETS)}")
    start_of, name, step = BUCKETS[interval]
    found, limits = defaultdict[date, Counter[str]](Counter), limits_of(city, actor, wanted)
    for day, *numbers in session.execute(_by_day(limits, wanted, now, is_postgresql(session))):
        found[start_of(day)].update(dict(zip((*CAME, "ended"), numbers, strict=True)))
    for due, ended, count, on_time in session.execute(_due(limits, wanted, now, is_postgresql(session))):
        for start in {start_of(day) for day in (due, ended) if day is not None}:
            found[start].update({"due": count, "closed_on_time": on_time})
    starts = list(_starts(found, wanted, interval))
    return [_row(start.strftime(name), start, start_of(start + timedelta(days=step)), wanted, found[start])
            for start in starts]


def _row(name: str, start: date, following: date, wanted: FigureFilter, n: Counter[str]) -> TrendRow:
    same = ("reported", "filed", "voided", "merged", "open", "overdue", "due", "closed_on_time")
    numbers: dict[str, Any] = {**{each: n[each] for each in same}, **{rate: RATES[rate].value(n) for rate in RATED}}
    since, until = _ends(start, following, wanted)
    return TrendRow(bucket=name, start=start, since=since, until=until, closed_of_reported=n["closed"],
                    closed_in_bucket=n["ended"], **numbers)


def _ends(start: date, following: date, wanted: FigureFilter) -> tuple[datetime, datetime]:
    """Beginning and end of a bucket, cut to the period."""
    since, until = (datetime.combine(day, time(), SHANGHAI) for day in (start, following))
    return max(since, wanted.since or since), min(until, wanted.until or until)


def _starts(found: Iterable[date], wanted: FigureFilter, interval: Interval) -> Iterator[date]:
    """The first day of every bucket from the first to the last."""
    start_of, _, step = BUCKETS[interval]
    ends = [wanted.since, wanted.until and wanted.until - timedelta(microseconds=1)]
    days = [*found, *(end.astimezone(SHANGHAI).date() for end in ends if end is not None)]
    if days and (max(days) - min(days)).days > 4000 * step:
        raise InvalidField("from", "时间跨度过大", "lies too long before the end of the period")
    at, last = (start_of(min(days)), max(days)) if days else (date.max, date.min)
    while at <= last:
        yield at
        at = start_of(at + timedelta(days=step))


def _by_day(limits: list[Condition], wanted: FigureFilter, now: datetime,
            postgresql: bool) -> sql.CompoundSelect[Any]:
    state = {**states(), "overdue": and_(OPEN, col(Incident.due_at) < now)}
    came = [func.count().filter(state[name]) for name in CAME]
    day, end = (local_day(col(at), postgresql) for at in (Incident.reported_at, Incident.closed_at))
    return sql.union_all(
        select(day, *came, ZERO).where(*limits, in_period("reported_at", wanted)).group_by(day),
        select(end, *(ZERO for _ in came), func.count()).where(
            *limits, CLOSED, in_period("closed_at", wanted)).group_by(end))


def _due(limits: list[Condition], wanted: FigureFilter, now: datetime, postgresql: bool) -> sql.Select[Any]:
    """What fell due, by the day on which its limit ran out and the day on which it was closed: it counts in the bucket
    of each, and once where they are one."""
    of = of_incidents(("due", "closed_on_time"), wanted, now)
    ran_out = and_(in_period("handle_due_at", wanted), col(Incident.handle_due_at) <= now)
    days = (sql.case((true, local_day(col(at), postgresql))).label(name) for true, at, name in (
        (ran_out, Incident.handle_due_at, "due_day"),
        (and_(CLOSED, in_period("closed_at", wanted)), Incident.closed_at, "end_day")))
    return select(*days, func.count(), func.count().filter(of["closed_on_time"])).where(
        *limits, of["due"]).group_by("due_day", "end_day")


def local_day(instant: Any, postgresql: bool) -> ColumnElement[date]:
    """The day in China of a stored instant. SQLite would round parts of a second up, over midnight too."""
    if postgresql:
        return sql.cast(func.timezone(sql.literal_column("'Asia/Shanghai'"), instant), sql.Date)
    whole = func.substr(instant, sql.literal_column("1"), sql.literal_column("19"))
    return func.date(whole, sql.literal_column("'+8 hours'"), type_=sql.Date())
