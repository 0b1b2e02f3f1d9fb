"""Figures: how much was reported, closed, and in time; by every dimension, exact at the moment of commit.

Nothing is kept aside: a figure is counted from the incidents, in one statement, so from one state of the database.
What each count and each rate means is said in governance/figures/counts.py, how it is taken in governance/figures_sql.

The period is [since, until). A rate is None when there is nothing to divide by; the total's come from its counts. An
incident without a place in a dimension (no department yet; a street was picked, cells are asked) stands in a row with
the key None: rows add up. Only by department, an incident that two departments have handled stands in both rows in the
counts of clocks and requests, and once in the total.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, get_args

from sqlmodel import Session

from governance.city import City
from governance.errors import InvalidField
from governance.figures.counts import COUNTS, RATES, REQUEST, STAGE, closure_rate, of_kind, rate
from governance.figures.filters import (
    CLOSED,
    ZERO,
    By,
    Condition,
    FigureFilter,
    check_scope,
    dimension,
    in_period,
    limits_of,
    name_of,
)
from governance.figures.sql import count_only, statement, states
from governance.people import Actor

__all__ = ["CLOSED", "COUNTS", "RATES", "ZERO", "By", "Condition", "Counts", "Figure", "FigureFilter", "closure",
           "closure_rate", "dimension", "figure", "in_period", "limits_of", "name_of", "rate", "states"]

Counts = dict[str, int]
Key = tuple[str | None, str | None]
MOST_EMPTY_UNITS = 400
TOTAL = "合计 (total)"


@dataclass(frozen=True)
class Figure:
    """One row: what it is of, every count and every rate by name. `taxonomy` is the list of a category's code."""

    key: str | None
    name: str
    taxonomy: str | None
    counts: Counts
    rates: dict[str, float | None]

    def document(self) -> dict[str, Any]:
        """Flat, as a reader gets it."""
        return {"key": self.key, "name": self.name, "list": self.taxonomy, **self.counts, **self.rates}


def figure(key: str | None, name: str, taxonomy: str | None, counts: Mapping[str, int]) -> Figure:
    """A row from its counts; a count that is not there is zero."""
    n = {count: counts.get(count, 0) for count in COUNTS}
    return Figure(key, name, taxonomy, n, {name: each.value(n) for name, each in RATES.items()})


def closure(session: Session, city: City, actor: Actor, by: By, wanted: FigureFilter,
            now: datetime) -> tuple[list[Figure], Figure]:
    """The figures of every district, street, … or source that the caller may count, and of all together."""
    found, whole = counted(session, city, actor, by, wanted, now, COUNTS)
    rows = [figure(key, name_of(city, by, key, taxonomy), taxonomy, counts) for (key, taxonomy), counts in
            found.items()]
    return rows, figure(None, TOTAL, None, whole)


def counted(session: Session, city: City, actor: Actor, by: By, wanted: FigureFilter, now: datetime,
            names: Sequence[str]) -> tuple[dict[Key, Counts], Counts]:
    """Only these counts, of every row (sorted, the row without a place last) and of all together."""
    if by not in get_args(By):
        raise InvalidField("by", "不能按此统计", f"must be one of {', '.join(get_args(By))}")
    check_scope(city, actor, wanted)
    found: dict[Key, Counts] = {(unit, None): {} for unit in _units(city, actor, by, wanted)}
    total: Counts = {}
    count_only(session)
    for row in session.execute(statement(by, names, actor, wanted, now)).mappings():
        counts = {name: int(row[name]) for name in names}
        if row["whole"]:
            total = {name: n for name, n in counts.items() if n}
        else:
            found[row["of"] or None, row["of_list"] or None] = counts
    order = sorted(found, key=lambda key: (key[0] is None, key[1] or "", key[0] or ""))
    return {key: found[key] for key in order}, _whole(found.values(), total, by, names)


def _whole(rows: Any, total: Counts, by: By, names: Sequence[str]) -> Counts:
    """The sum of the rows; by department, what the statement has counted of all together goes before."""
    whole: Counts = dict(sum(map(Counter, rows), Counter[str]()))
    if by == "department":
        whole |= {name: total.get(name, 0) for name in of_kind(names, STAGE, REQUEST)}
    return whole


def _units(city: City, actor: Actor, by: By, wanted: FigureFilter) -> list[str]:
    """The units of a grid level below the one that is asked, if few enough to be listed also when empty."""
    parent = wanted.unit or actor.unit
    units = [place.code for place in city.places.values()
             if place.level == by and place.code.startswith(parent) and not place.voided]
    return units if len(units) <= MOST_EMPTY_UNITS else []
