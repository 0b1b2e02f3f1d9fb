"""A figure beside the same figure of another period: the one just before (上期), or the same a year ago (去年同期).

Both are counted now, so an incident of the earlier period that was closed since counts as closed. What stood when a
month was over is in its bulletin (governance/figures/bulletin.py).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from typing import Any, Literal

from sqlmodel import Session

from governance.calendar import SHANGHAI
from governance.city import City
from governance.errors import InvalidField, MissingField
from governance.figures.closure import Figure, closure, figure
from governance.figures.counts import COUNTS, RATES
from governance.figures.filters import By, FigureFilter
from governance.people import Actor

Compare = Literal["last_month", "last_year"]


@dataclass(frozen=True)
class Compared:
    """A row now and before. `difference`: counts as they are, rates in percentage points; None if one has no rate."""

    now: Figure
    before: Figure
    difference: dict[str, float | None]


def earlier(wanted: FigureFilter, compare: Compare) -> FigureFilter:
    """The filter with its period moved. `last_month`: as many whole months back if it is of whole months in local
    time, else the period of the same length just before. `last_year`: the same local dates a year ago (29 February
    becomes the 28th). MissingField without a period, InvalidField where it ends before it begins."""
    since, until = local_period(wanted)
    if compare == "last_year":
        return replace(wanted, since=_months_back(since, 12), until=_months_back(until, 12))
    if starts_month(since) and starts_month(until):
        months = (until.year - since.year) * 12 + until.month - since.month
        return replace(wanted, since=_months_back(since, months), until=since.astimezone(UTC))
    return replace(wanted, since=(since - (until - since)).astimezone(UTC), until=since.astimezone(UTC))


def local_period(wanted: FigureFilter) -> tuple[datetime, datetime]:
    """Beginning and end in local time."""
    if wanted.since is None or wanted.until is None:
        raise MissingField("from" if wanted.since is None else "to", "比较须给出统计期的起止", "is needed to compare")
    if wanted.until <= wanted.since:
        raise InvalidField("to", "须晚于 from", "must be after from")
    return wanted.since.astimezone(SHANGHAI), wanted.until.astimezone(SHANGHAI)


def starts_month(at: datetime) -> bool:
    """Whether a month begins at this local instant."""
    return at.day == 1 and at.time() == time()


def month_of(day: date) -> tuple[datetime, datetime]:
    """Beginning and end of a day's month, in local time."""
    first = datetime(day.year, day.month, 1, tzinfo=SHANGHAI)
    return first, datetime(day.year + day.month // 12, day.month % 12 + 1, 1, tzinfo=SHANGHAI)


def _months_back(at: datetime, months: int) -> datetime:
    year, month = divmod(at.year * 12 + at.month - 1 - months, 12)
    last = (month_of(date(year, month + 1, 1))[1].date() - date(year, month + 1, 1)).days
    return at.replace(year=year, month=month + 1, day=min(at.day, last)).astimezone(UTC)


def compared(session: Session, city: City, actor: Actor, by: By, wanted: FigureFilter, now: datetime,
             compare: Compare) -> tuple[list[Compared], Compared]:
    """Closure with every row of either period, and the total."""
    rows, total = closure(session, city, actor, by, wanted, now)
    rows_before, total_before = closure(session, city, actor, by, earlier(wanted, compare), now)
    here = {(row.key, row.taxonomy): row for row in rows}
    there = {(row.key, row.taxonomy): row for row in rows_before}
    order = sorted({*here, *there}, key=lambda key: (key[0] is None, key[1] or "", key[0] or ""))
    pairs = [(here.get(key), there.get(key)) for key in order]
    return [side_by_side(a or _nothing(b), b or _nothing(a)) for a, b in pairs], side_by_side(total, total_before)


def side_by_side(now: Figure, before: Figure) -> Compared:
    difference: dict[str, float | None] = {name: now.counts[name] - before.counts[name] for name in COUNTS}
    return Compared(now, before, difference | {
        name: points(now.rates[name], before.rates[name]) for name in RATES})


def points(now: float | None, before: float | None) -> float | None:
    """The difference of two rates in percentage points."""
    return None if now is None or before is None else round(100 * (now - before), 4)


def _nothing(like: Any) -> Figure:
    return figure(like.key, like.name, like.taxonomy, {})
