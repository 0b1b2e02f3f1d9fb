"""League tables: units, departments, … ranked by a rate, with what it is made of and how sure it is.

A row whose denominator is under the minimum (WANGGE_LEAGUE_MINIMUM) is marked `small` and not ranked: one case decides
too much there. Equal rates share a rank and the next one is left out (1, 2, 2, 4). `low` and `high` are the Wilson
interval of 95 %: where two rows' intervals overlap widely, their order says little.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from math import sqrt
from typing import Any

from sqlmodel import Session

from governance.city import City
from governance.errors import InvalidField
from governance.figures.closure import TOTAL, Counts, Key, counted
from governance.figures.compare import Compare, earlier, points
from governance.figures.counts import RATES, Rate
from governance.figures.filters import By, FigureFilter, name_of
from governance.people import Actor

#: Of the normal distribution, for 95 %.
Z = 1.959963984540054
DECIMALS = 9
COMPARED: tuple[Compare, ...] = ("last_month", "last_year")
Rows = tuple[dict[Key, Counts], Counts]
Earlier = dict[Compare, Rows]


@dataclass(frozen=True)
class Past:
    """The same rate of an earlier period; `points`: how many percentage points the rate has gained since."""

    numerator: float
    denominator: float
    value: float | None
    points: float | None


@dataclass(frozen=True)
class LeagueRow:
    """`rank` is None for a row that is too small, has no rate, or is none of the ranked (no department yet)."""

    rank: int | None
    key: str | None
    name: str
    taxonomy: str | None
    numerator: float
    denominator: float
    value: float | None
    low: float | None
    high: float | None
    small: bool
    last_month: Past | None = None
    last_year: Past | None = None

    def document(self) -> dict[str, Any]:
        """As a reader gets it."""
        said = asdict(self)
        return {"list": said.pop("taxonomy"), **said}


def league(session: Session, city: City, actor: Actor, by: By, rate: str, wanted: FigureFilter, now: datetime,
           minimum: int | None = None) -> tuple[list[LeagueRow], LeagueRow]:
    """The ranked rows, then the small ones, then those without a rate; and all together."""
    if rate not in RATES:
        raise InvalidField("rate", f"没有指标 {rate}", f"must be one of {', '.join(RATES)}", "unknown_rate")
    of, least = RATES[rate], city.settings.league_minimum if minimum is None else minimum
    names = list(dict.fromkeys((*of.part, *of.whole)))
    return table(city, by, of, least, *counted_with_past(session, city, actor, by, wanted, now, names))


def counted_with_past(session: Session, city: City, actor: Actor, by: By, wanted: FigureFilter, now: datetime,
                      names: Sequence[str]) -> tuple[Rows, Earlier]:
    """The counts, and where there is a period those of the earlier ones."""
    past = {}
    if wanted.since is not None and wanted.until is not None:
        past = {compare: counted(session, city, actor, by, earlier(wanted, compare), now, names)
                for compare in COMPARED}
    return counted(session, city, actor, by, wanted, now, names), past


def table(city: City, by: By, of: Rate, least: int, here: Rows, past: Earlier) -> tuple[list[LeagueRow], LeagueRow]:
    """One league from counts that are there already."""
    rows = [_row(of, key, name_of(city, by, *key), counts, least, {c: p[0].get(key, {}) for c, p in past.items()})
            for key, counts in here[0].items()]
    total = _row(of, (None, None), TOTAL, here[1], least, {c: p[1] for c, p in past.items()})
    return ranked(rows, of.down), total


def _row(of: Rate, key: Key, name: str, counts: Counts, least: int, past: dict[Compare, Counts]) -> LeagueRow:
    part, whole = of.of(counts)
    value = of.value(counts)
    low, high = wilson(part, whole)
    return LeagueRow(None, key[0], name, key[1], part, whole, value, low, high, whole < least,
                     **{compare: _past(of, before, value) for compare, before in past.items()})


def _past(of: Rate, counts: Counts, value: float | None) -> Past:
    before = of.value(counts)
    return Past(*of.of(counts), before, points(value, before))


def ranked(rows: Iterable[LeagueRow], down: bool) -> list[LeagueRow]:
    """In order, with ranks; ties share one. `down`: the smallest rate is the best."""
    listed = sorted(rows, key=lambda row: _order(row, down))
    able = [row for row in listed if row.value is not None and not row.small and row.key is not None]
    first = _first_places([round(row.value, DECIMALS) for row in able if row.value is not None])
    places = {(row.key, row.taxonomy): place for row, place in zip(able, first, strict=True)}
    return [replace(row, rank=places.get((row.key, row.taxonomy))) for row in listed]


def _order(row: LeagueRow, down: bool) -> tuple[Any, ...]:
    value = 0.0 if row.value is None else round(row.value, DECIMALS)
    return (row.key is None, row.value is None, row.small, value if down else -value, row.taxonomy or "",
            row.key or "")


def _first_places(values: Sequence[float]) -> list[int]:
    """The place of the first that is equal, from 1; the values are in order."""
    places: list[int] = []
    for place, value in enumerate(values, start=1):
        places.append(places[-1] if place > 1 and value == values[place - 2] else place)
    return places


def wilson(part: float, whole: float) -> tuple[float | None, float | None]:
    """The interval in which the true rate lies with 95 %, from a part of a whole; None where there is no whole, or
    the part is no part of it (an incident reported and closed in different rows of time)."""
    if whole <= 0 or not 0 <= part <= whole:
        return None, None
    share, spread = part / whole, Z * Z / whole
    middle = (share + spread / 2) / (1 + spread)
    half = Z * sqrt((share * (1 - share) + spread / 4) / whole) / (1 + spread)
    return max(0.0, middle - half), min(1.0, middle + half)
