"""Hot spots: what is rising and where, against the same time before; every number with its arithmetic.

- The period is [since, until), cut at now; without one, the last seven days. Before it lie `periods` of the same
  length, each a whole number of weeks earlier than the next, so that the same weekdays are compared.
- `count` is what was reported in the period, whatever became of it; `before` the counts of the earlier periods;
  `expected` their mean; `factor` = count / expected (None when nothing was reported before).
- `chance`: how likely at least this count would be if nothing had changed. Given that count + sum(before) were reported
  in all, each falls into the last of (periods + 1) equal periods with probability 1 / (periods + 1): the tail of the
  binomial distribution, exact, also for small numbers and nothing before (the conditional test of two Poisson rates,
  Przyborowski and Wilenski 1940). Reports of one event are not independent, so it orders, it does not prove.
- Rising is what has at least `minimum` reports, more than expected, by a chance of at most MOST_CHANCE. `tested` says
  how many were looked at: of a hundred, one seems to rise by chance alone. Fewer than `minimum` is a small sample.
- Restricted incidents are in none of this: what leads to a place must not lead to a person in care.

Each hot spot carries the query that lists its incidents.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Literal, cast

import sqlalchemy as sql
from sqlalchemy import ColumnElement, and_, func, select
from sqlmodel import Session, col

from governance.city import City
from governance.errors import InvalidField
from governance.figures.filters import NONE, Condition, FigureFilter, dimension, limits_of, name_of
from governance.incident import Incident
from governance.people import DEPARTMENT_ROLES, Actor
from grids.codes import LEVELS, level_of

PlaceLevel = Literal["district", "street", "community", "cell"]

WEEK = timedelta(days=7)
LONGEST = timedelta(days=366)
MOST_CHANCE = 0.01
#: Names of what is grouped by; no column has them, which a database would take before ours.
KEYS = ("hot_unit", "hot_subcategory", "hot_list")


@dataclass(frozen=True)
class Periods:
    """The period, then those before it, the latest first."""

    bounds: tuple[tuple[datetime, datetime], ...]
    step: timedelta

    @property
    def whole(self) -> tuple[datetime, datetime]:
        return self.bounds[-1][0], self.bounds[0][1]

    def counts(self) -> list[ColumnElement[int]]:
        """A column for each: how many were reported in it."""
        at = col(Incident.reported_at)
        return [func.count().filter(and_(at >= since, at < until)).label(f"n{index}")
                for index, (since, until) in enumerate(self.bounds)]


@dataclass(frozen=True)
class HotSpot:
    """One that is hot: what or where, the counts, what follows from them, and the query that lists its incidents."""

    name: str
    count: int
    before: tuple[int, ...]
    small_sample: bool
    query: dict[str, str]
    unit: str | None = None
    taxonomy: str | None = None
    subcategory: str | None = None
    lon: float | None = None
    lat: float | None = None
    radius_m: float | None = None

    @property
    def expected(self) -> float:
        return sum(self.before) / len(self.before)

    @property
    def factor(self) -> float | None:
        return self.count / self.expected if self.expected else None

    @property
    def chance(self) -> float:
        return chance(self.count, sum(self.before), len(self.before))

    @property
    def rising(self) -> bool:
        return not self.small_sample and self.count > self.expected and self.chance <= MOST_CHANCE

    def sentences(self) -> tuple[str, str]:
        """What it says, in Chinese and English."""
        times, mean = self.factor, f"{self.expected:.1f}"
        zh = f"{self.name}: 本期 {self.count} 件, 前 {len(self.before)} 期平均 {mean} 件"
        en = f"{self.name}: {self.count} in the period, {mean} on average in the {len(self.before)} before"
        if times is not None:
            zh, en = f"{zh}, 为 {times:.1f} 倍", f"{en}, {times:.1f} times"
        if self.count > self.expected:
            likely = f"{self.chance:.2%}" if self.chance >= 1e-4 else "0.01%"
            less_zh, less_en = ("", "") if self.chance >= 1e-4 else ("不到 ", "less than ")
            zh, en = f"{zh}; 如无变化, 偶然达到的可能为 {less_zh}{likely}", f"{en}; by chance {less_en}{likely}"
        small_zh, small_en = (" (样本小, 仅供参考)", " (a small sample)") if self.small_sample else ("", "")
        return zh + small_zh, en + small_en


@dataclass(frozen=True)
class HotSpots:
    """All that was found. `tested` -> how many of a kind had reports enough to be looked at."""

    periods: Periods
    level: PlaceLevel
    minimum: int
    tested: dict[str, int]
    subcategories: list[HotSpot]
    places: list[HotSpot]
    places_by_count: list[HotSpot]
    pairs: list[HotSpot]


def chance(count: int, before: int, periods: int) -> float:
    """The probability of `count` or more of count + before falling into one of periods + 1 equal periods."""
    whole, share = count + before, 1 / (periods + 1)
    if count == 0:
        return 1.0
    term = math.exp(math.lgamma(whole + 1) - math.lgamma(count + 1) - math.lgamma(before + 1)
                    + count * math.log(share) + before * math.log1p(-share))
    total = 0.0
    for k in range(count, whole + 1):
        total += term
        term *= (whole - k) / (k + 1) * share / (1 - share)
        if k > whole * share and term < total * 1e-16:
            break
    return min(1.0, total)


def periods_of(since: datetime | None, until: datetime | None, periods: int, now: datetime) -> Periods:
    """The period that was asked and those before it. InvalidField when it is none, or too long."""
    end = min(until or now, now)
    begin = since if since is not None else end - WEEK
    if begin >= end:
        raise InvalidField("from", "应早于结束时间和当前时间", "must lie before the end, and before now")
    if end - begin > LONGEST:
        raise InvalidField("from", f"时间跨度最长 {LONGEST.days} 天", f"the period may last {LONGEST.days} days")
    step = WEEK * -(-(end - begin) // WEEK)
    return Periods(tuple((begin - step * n, end - step * n) for n in range(periods + 1)), step)


def hot_spots(session: Session, city: City, actor: Actor, wanted: FigureFilter, now: datetime,
              level: PlaceLevel | None = None, periods: int = 4, minimum: int = 5, limit: int = 10) -> HotSpots:
    """Rising subcategories, places, and subcategories in places, of the caller's scope. One statement."""
    limits = [*limits_of(city, actor, wanted), col(Incident.sensitivity) != "restricted"]
    compared, level = periods_of(wanted.since, wanted.until, periods, now), level or level_below(wanted, actor)
    wanted = replace(wanted, since=compared.bounds[0][0], until=compared.bounds[0][1])
    found: dict[str, list[HotSpot]] = {"subcategory": [], "place": [], "pair": []}
    for row in session.execute(_statement(level, compared, limits, minimum)).mappings():
        found[row["kind"]].append(_spot(city, actor, wanted, level, row, periods, minimum))
    return HotSpots(
        compared, level, minimum, {kind: sum(not s.small_sample for s in spots) for kind, spots in found.items()},
        _rising(found["subcategory"], limit), _rising(found["place"], limit), _by_count(found["place"], limit),
        _rising(found["pair"], limit))


def level_below(wanted: FigureFilter, actor: Actor) -> PlaceLevel:
    """The level below the unit that is asked, or below the caller's."""
    unit = wanted.unit or actor.unit
    below = LEVELS[min(LEVELS.index(level_of(unit)) + 1, len(LEVELS) - 1)] if unit else "district"
    return cast(PlaceLevel, below)


def query_of(actor: Actor, wanted: FigureFilter, **more: str | None) -> dict[str, str]:
    """What lists the incidents that were counted: GET /api/v1/incidents with these fields."""
    asked = {"unit": wanted.unit or (None if actor.role in DEPARTMENT_ROLES else actor.unit),
             "department": wanted.department or (actor.department if actor.role in DEPARTMENT_ROLES else None),
             "category": wanted.category, "subcategory": wanted.subcategory, "source": wanted.source,
             "process": wanted.process, **{name: value for name, value in more.items() if value},
             "reported_from": wanted.since and wanted.since.isoformat(),
             "reported_to": wanted.until and wanted.until.isoformat()}
    return {name: value for name, value in asked.items() if value}


def _rising(spots: Iterable[HotSpot], limit: int) -> list[HotSpot]:
    """The least likely first; of equals, the greater."""
    rising = [spot for spot in spots if spot.rising]
    return sorted(rising, key=lambda s: (s.chance, -s.count, s.unit or "", s.subcategory or ""))[:limit]


def _by_count(spots: Iterable[HotSpot], limit: int) -> list[HotSpot]:
    return sorted(spots, key=lambda s: (-s.count, s.unit or ""))[:limit]


# ---- counting ------------------------------------------------------------------------------------------------------

def _statement(level: PlaceLevel, periods: Periods, limits: Sequence[Condition],
               minimum: int) -> sql.CompoundSelect[Any]:
    """Three groupings side by side, from the same state of the database."""
    of = (dimension(level)[0], *dimension("subcategory"))
    keys = [key.element.label(name) for key, name in zip(of, KEYS, strict=True)]
    since, until = periods.whole

    def grouped(kind: str, chosen: Sequence[int], least: int) -> sql.Select[Any]:
        shown = [keys[index] if index in chosen else NONE.label(KEYS[index]) for index in range(len(KEYS))]
        counts = periods.counts()
        return select(sql.literal_column(f"'{kind}'", sql.Text).label("kind"), *shown, *counts).where(
            *limits, *(keys[index].element != "" for index in chosen if index < 2),
            col(Incident.reported_at) >= since, col(Incident.reported_at) < until,
        ).group_by(*(KEYS[index] for index in chosen)).having(counts[0].element >= least)

    return sql.union_all(grouped("subcategory", (1, 2), 1), grouped("place", (0,), 1),
                         grouped("pair", (0, 1, 2), minimum))


def _spot(city: City, actor: Actor, wanted: FigureFilter, level: PlaceLevel, row: Any, periods: int,
          minimum: int) -> HotSpot:
    unit, code, taxonomy = (row[name] or None for name in KEYS)
    names = [name_of(city, level, unit, None)] if unit else []
    if code:
        names.append(name_of(city, "subcategory", code, taxonomy))
    count, *before = (int(row[f"n{index}"]) for index in range(periods + 1))
    process = next(_only_process(city, code, taxonomy), None) if code else None
    return HotSpot(" ".join(names), count, tuple(before), count < minimum,
                   query_of(actor, wanted, unit=unit, subcategory=code, process=process), unit, taxonomy, code)


def _only_process(city: City, code: str, taxonomy: str | None) -> Iterator[str]:
    """The process, where the code is in several lists: the query of a list knows no other way to tell them apart."""
    if sum(tree.leaf(code) is not None for tree in city.lists.values()) > 1:
        yield from (process.code for process in city.processes.values() if process.taxonomy == taxonomy)
