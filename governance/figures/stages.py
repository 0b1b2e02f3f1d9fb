"""Stage times: how long incidents spend in each stage of the journey; median and 90th percentile.

Of the incidents reported in the period, the stages that have ended. An incident that went through a stage more than
once (a rework, a second dispatch) spent the sum of it there; by department, each department its own part. `elapsed` is
time by the wall, `own` the time that the clock counted (work hours for a limit in work hours; pauses left out).
`whole`: from the report to the closing of those that are closed now.

A percentile lies between the two nearest of the sorted values, in proportion (percentile_cont). PostgreSQL takes it; of
SQLite we ask the few values around it. Of whole seconds it has at most one decimal, so both say exactly the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, get_args

import sqlalchemy as sql
from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.dialects.postgresql import array
from sqlmodel import Session, col

from data.engine import is_postgresql
from governance.city import City
from governance.clocks import Clock
from governance.errors import InvalidField
from governance.figures.closure import TOTAL, Key
from governance.figures.counts import ALIKE, EVERY_STAGE, JUDGED, STAGE_NAMES, STAGES
from governance.figures.filters import (
    CLOSED,
    By,
    FigureFilter,
    check_scope,
    dimension,
    in_period,
    limits,
    name_of,
)
from governance.figures.sql import count_only, one_each
from governance.incident import Incident
from governance.people import Actor

WHOLE = "whole"
#: Every stage in the order of the journey, its name, and the count whose list stands behind it.
NAMES = {**STAGE_NAMES, WHOLE: ("全程", "the whole journey")}
BEHIND = {**{stage: name + JUDGED for stage, name in STAGES.items()}, WHOLE: "closed"}


@dataclass(frozen=True)
class StageTime:
    """Of one stage: how many incidents, and their times in seconds; `own` is None where there is no clock."""

    stage: str
    count: int = 0
    median_seconds: float | None = None
    p90_seconds: float | None = None
    own_median_seconds: float | None = None
    own_p90_seconds: float | None = None

    def document(self) -> dict[str, Any]:
        zh, en = NAMES[self.stage]
        return {**asdict(self), "name": zh, "name_en": en, "figure": BEHIND[self.stage]}


@dataclass(frozen=True)
class StageRow:
    """The stages of one unit, department, …; stages that nothing has passed are there with a count of 0."""

    key: str | None
    name: str
    taxonomy: str | None
    stages: dict[str, StageTime] = field(default_factory=dict)

    def document(self) -> dict[str, Any]:
        return {"key": self.key, "name": self.name, "list": self.taxonomy,
                "stages": [self.stages.get(stage, StageTime(stage)).document() for stage in NAMES]}


def stage_times(session: Session, city: City, actor: Actor, by: By,
                wanted: FigureFilter) -> tuple[list[StageRow], StageRow]:
    """Of every unit, department, … that has any, and of all together."""
    if by not in get_args(By):
        raise InvalidField("by", "不能按此统计", f"must be one of {', '.join(get_args(By))}")
    check_scope(city, actor, wanted)
    found: dict[Key, dict[str, StageTime]] = {}
    total: dict[str, StageTime] = {}
    taken = _taken(session, by, actor, wanted) if is_postgresql(session) else _picked(session, by, actor, wanted)
    for (whole, of, of_list, stage), time in taken:
        into = total if whole else found.setdefault((of or None, of_list or None), {})
        into[stage] = time
    order = sorted(found, key=lambda key: (key[0] is None, key[1] or "", key[0] or ""))
    return ([StageRow(key, name_of(city, by, key, taxonomy), taxonomy, found[key, taxonomy])
             for key, taxonomy in order], StageRow(None, TOTAL, None, total))


#: whole, of, of_list and stage; and the time
Taken = tuple[tuple[Any, ...], StageTime]


@dataclass
class _Places:
    """The values around the percentiles, by their place in the sorted row (from 0), and how many there are."""

    count: int = 0
    elapsed: dict[int, int] = field(default_factory=dict)
    own: dict[int, int] = field(default_factory=dict)


def _taken(session: Session, by: By, actor: Actor, wanted: FigureFilter) -> Iterator[Taken]:
    """As PostgreSQL takes them: in half the time of sorting by windows."""
    count_only(session)
    spent = _spent(by, actor, wanted, True)
    group = (spent.whole, spent.of, spent.of_list, spent.step)
    shares = array([0.5, 0.9])
    taken = (func.percentile_cont(shares).within_group(value) for value in (spent.elapsed, spent.own))
    for *key, n, elapsed, own in session.execute(select(*group, func.count(), *taken).group_by(*group)):
        times = (None if value is None else round(value, 1) for value in (*elapsed, *(own or (None, None))))
        yield tuple(key), StageTime(key[-1], n, *times)


def _picked(session: Session, by: By, actor: Actor, wanted: FigureFilter) -> Iterator[Taken]:
    found: dict[tuple[Any, ...], _Places] = {}
    for *group, n, elapsed, place, own, own_place in session.execute(_statement(by, actor, wanted)):
        places = found.setdefault(tuple(group), _Places(n))
        places.elapsed[place] = int(elapsed)
        if own is not None:
            places.own[own_place] = int(own)
    return ((key, _time_of(key[-1], places)) for key, places in found.items())


def _time_of(stage: str, places: _Places) -> StageTime:
    n = places.count
    return StageTime(stage, n, *(percentile(values, n, tenths) for values in (places.elapsed, places.own)
                                 for tenths in (5, 9)))


def percentile(values: Mapping[int, int], count: int, tenths: int) -> float | None:
    """Of `count` sorted values, of which those around it are given by their place: the percentile of so many tenths."""
    if not values:
        return None
    place, rest = divmod((count - 1) * tenths, 10)
    low = values[place]
    return float(low) if rest == 0 else round(low + (values[place + 1] - low) * rest / 10, 1)


# ---- from the database ---------------------------------------------------------------------------------------------

def _spent(by: By, actor: Actor, wanted: FigureFilter, postgresql: bool) -> Any:
    """A row for each incident and stage, once for its row and once for the total."""
    return sql.union_all(*(part for whole in (0, 1) for part in (
        _of_clocks(None if whole else by, actor, wanted, whole, postgresql),
        _of_incidents(None if whole else by, actor, wanted, whole, postgresql)))).subquery().c


def _statement(by: By, actor: Actor, wanted: FigureFilter) -> Select[Any]:
    """whole, of, of_list, stage, how many, then both measures with their places: only the values that are needed."""
    spent = _spent(by, actor, wanted, False)
    group = (spent.whole, spent.of, spent.of_list, spent.step)
    n = func.count().over(partition_by=group).label("n")
    sorted_ = select(*group, n, spent.elapsed, _place(group, spent.elapsed).label("place"), spent.own,
                     _place(group, spent.own).label("own_place")).subquery().c
    return select(*sorted_).where(or_(_is_near(sorted_.place, sorted_.n), _is_near(sorted_.own_place, sorted_.n)))


def _place(group: tuple[Any, ...], value: Any) -> Any:
    return func.row_number().over(partition_by=group, order_by=value) - sql.literal_column("1")


def _is_near(place: Any, n: Any) -> ColumnElement[bool]:
    """At the median or the 90th percentile, or next to one of them."""
    return or_(*(near for tenths in (5, 9) for near in (
        place == (n - 1) * tenths // 10, place == ((n - 1) * tenths + 9) // 10)))


def _of_clocks(by: By | None, actor: Actor, wanted: FigureFilter, whole: int, postgresql: bool) -> Select[Any]:
    elapsed = func.sum(seconds(Clock.stopped_at, postgresql) - seconds(Clock.started_at, postgresql))
    return select(
        sql.literal_column(str(whole)).label("whole"), *dimension(by, col(Clock.department)),
        sql.case(*((col(Clock.stage).in_(alike), stage) for stage, alike in ALIKE.items())).label("step"),
        elapsed.label("elapsed"), func.sum(col(Clock.used_seconds)).label("own"),
    ).join_from(Incident, Clock, col(Clock.incident_id) == col(Incident.id)).where(
        *limits(actor, wanted, col(Clock.department)), in_period("reported_at", wanted),
        col(Clock.stage).in_(EVERY_STAGE), col(Clock.verdict).is_not(None)).group_by(
        "step", *one_each(by))


def _of_incidents(by: By | None, actor: Actor, wanted: FigureFilter, whole: int, postgresql: bool) -> Select[Any]:
    elapsed = seconds(Incident.closed_at, postgresql) - seconds(Incident.reported_at, postgresql)
    return select(
        sql.literal_column(str(whole)).label("whole"), *dimension(by), sql.literal_column(f"'{WHOLE}'").label("step"),
        elapsed.label("elapsed"), sql.cast(sql.null(), sql.BigInteger).label("own"),
    ).where(*limits(actor, wanted), in_period("reported_at", wanted), CLOSED, col(Incident.closed_at).is_not(None))


def seconds(instant: Any, postgresql: bool) -> ColumnElement[int]:
    """A stored instant as whole seconds, parts of one cut off as the clocks do."""
    if postgresql:
        return sql.cast(func.floor(sql.extract("epoch", instant)), sql.BigInteger)
    whole = func.substr(instant, sql.literal_column("1"), sql.literal_column("19"))
    return sql.cast(func.strftime(sql.literal_column("'%s'"), whole), sql.BigInteger)
