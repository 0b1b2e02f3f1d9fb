"""The trend: what came in and what was closed, by day, week or month of local time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Literal

import sqlalchemy as sql
from sqlalchemy import ColumnElement, func, select
from sqlmodel import Session, col

from data.engine import is_postgresql
from governance.calendar import SHANGHAI
from governance.city import City
from governance.errors import InvalidField
from governance.figures.closure import CLOSED, ZERO, Condition, FigureFilter, closure_rate, in_period, limits_of, states
from governance.incident import Incident
from governance.people import Actor

Interval = Literal["day", "week", "month"]
BUCKETS: dict[str, tuple[Callable[[date], date], str, int]] = {
    "day": (lambda day: day, "%Y-%m-%d", 1), "week": (lambda day: day - timedelta(days=day.weekday()), "%G-W%V", 7),
    "month": (lambda day: day.replace(day=1), "%Y-%m", 31)}


@dataclass(frozen=True)
class TrendRow:
    """A bucket. `closed_of_reported` are of its own reports, `closed_in_bucket` were closed then, whenever reported.
    `since` and `until` are those of the bucket, as far as it lies in the period."""

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
    closure_rate: float | None


def trend(session: Session, city: City, actor: Actor, wanted: FigureFilter, interval: Interval) -> list[TrendRow]:
    """What came in and what was closed, by day, ISO week or month of local time, without a gap; where the filter names
    no period, from the first to the last bucket that has any. A bucket counts only what lies in the period."""
    if interval not in BUCKETS:
        raise InvalidField("interval", f"只能是 {', '.join(BUCKETS)}", f"must be one of {', '.join(BUCKETS)}")
    start_of, name, step = BUCKETS[interval]
    found = defaultdict[date, list[int]](lambda: [0] * 6)
    for day, *numbers in session.execute(_by_day(limits_of(city, actor, wanted), wanted, is_postgresql(session))):
        found[start_of(day)] = [a + b for a, b in zip(found[start_of(day)], numbers, strict=True)]
    starts = list(_starts(list(found), wanted, interval))
    return [_row(start.strftime(name), start, start_of(start + timedelta(days=step)), wanted, found[start])
            for start in starts]


def _row(name: str, start: date, following: date, wanted: FigureFilter, n: list[int]) -> TrendRow:
    return TrendRow(name, start, *_ends(start, following, wanted), n[0], n[1], n[2], n[3], n[4], n[5],
                    closure_rate(n[0], n[2], n[3], n[4]))


def _ends(start: date, following: date, wanted: FigureFilter) -> tuple[datetime, datetime]:
    """Beginning and end of a bucket, cut to the period."""
    since, until = (datetime.combine(day, time(), SHANGHAI) for day in (start, following))
    return max(since, wanted.since or since), min(until, wanted.until or until)


def _starts(found: list[date], wanted: FigureFilter, interval: Interval) -> Iterator[date]:
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


def _by_day(limits: list[Condition], wanted: FigureFilter, postgresql: bool) -> sql.CompoundSelect[Any]:
    state = states()
    came = [func.count().filter(state[name]) for name in ("reported", "filed", "voided", "merged", "closed")]
    day, end = (local_day(col(at), postgresql) for at in (Incident.reported_at, Incident.closed_at))
    return sql.union_all(
        select(day, *came, ZERO).where(*limits, in_period("reported_at", wanted)).group_by(day),
        select(end, *(ZERO for _ in came), func.count()).where(
            *limits, CLOSED, in_period("closed_at", wanted)).group_by(end))


def local_day(instant: Any, postgresql: bool) -> ColumnElement[date]:
    """The day in China of a stored instant. SQLite would round parts of a second up, over midnight too."""
    if postgresql:
        return sql.cast(func.timezone(sql.literal_column("'Asia/Shanghai'"), instant), sql.Date)
    whole = func.substr(instant, sql.literal_column("1"), sql.literal_column("19"))
    return func.date(whole, sql.literal_column("'+8 hours'"), type_=sql.Date())
