"""Figures: how much was reported, closed, and in time; by every dimension, exact at the moment of commit.

Nothing is kept aside: a figure is counted from the incidents, in one statement, so from one state of the database.

- The period is [since, until). Counts are of the incidents *reported in it*, as they stand now: filed, dispatched and
  handled mean "ever" (a reopened incident was handled before); closed, settled (closed on the spot, no department fed
  back), voided, merged, open and overdue mean "now"; returned, reworked, extended and reopened "at least once".
- closure_rate = closed / (reported - voided - merged).
- `due` are the incidents *due in the period*, whenever reported: neither void nor merged, and either the handling
  limit lies in the period and has run out by now, or the incident was closed in the period. `closed_on_time` are those
  of them that are closed and were handled within the limit; on_time_rate = closed_on_time / due.
- filing, dispatch and handling on-time rates are of the stored verdicts of the clocks accept, dispatch and handle, over
  the incidents reported in the period: `…_on_time` / `…_judged`. By department, each counts for the department that
  leads the incident now.
- accurate_dispatch_rate = dispatched and never returned / dispatched; return_rate = returned / dispatched;
  rework_rate = reworked / handled; extension_rate = extended / dispatched.

A rate is None when there is nothing to divide by; the total's come from its counts. An incident without a place in a
dimension (no department yet; a street was picked, cells are asked) stands in a row with the key None: rows add up.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, cast, get_args

import sqlalchemy as sql
from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlmodel import Session, col

from governance import scope
from governance.city import City
from governance.clocks import ON_TIME, Clock
from governance.errors import InvalidField, NotAllowed
from governance.incident import Incident, Transition
from governance.intake import SOURCES
from governance.people import DEPARTMENT_ROLES, Actor
from grids.codes import WIDTHS, Level, within

By = Literal["district", "street", "community", "cell", "category", "subcategory", "department", "source"]
Condition = ColumnElement[bool]
Counts = dict[str, int]

#: Counts of a figure; what each means is said above.
COUNTS = (
    "reported", "filed", "voided", "merged", "dispatched", "handled", "closed", "settled", "open", "overdue",
    "returned", "reworked", "extended", "reopened", "accurate", "due", "closed_on_time", "filing_judged",
    "filing_on_time", "dispatch_judged", "dispatch_on_time", "handling_judged", "handling_on_time")
#: rate -> its numerator and denominator, both of them counts; closure_rate has a rule of its own
RATES = {
    "on_time_rate": ("closed_on_time", "due"), "filing_on_time_rate": ("filing_on_time", "filing_judged"),
    "dispatch_on_time_rate": ("dispatch_on_time", "dispatch_judged"),
    "handling_on_time_rate": ("handling_on_time", "handling_judged"),
    "accurate_dispatch_rate": ("accurate", "dispatched"), "return_rate": ("returned", "dispatched"),
    "rework_rate": ("reworked", "handled"), "extension_rate": ("extended", "dispatched"),
}
#: stage of the clock -> name of its figures
JUDGED = {"accept": "filing", "dispatch": "dispatch", "handle": "handling"}
MOST_EMPTY_UNITS = 400
#: interval -> the first day of a day's bucket, its name, and days that lead from any first day into the next bucket
OPEN: Condition = col(Incident.outcome).is_(None)
CLOSED: Condition = col(Incident.outcome) == "closed"
ZERO: ColumnElement[int] = sql.literal_column("0")
NONE: ColumnElement[str] = sql.literal_column("''", sql.Text)


@dataclass(frozen=True)
class FigureFilter:
    """What is counted. None: no matter. `since` and `until` are aware instants, the second not included."""

    unit: str | None = None
    category: str | None = None
    subcategory: str | None = None
    department: str | None = None
    source: str | None = None
    process: str | None = None
    since: datetime | None = None
    until: datetime | None = None


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


def rate(numerator: int, denominator: int) -> float | None:
    """The part of the whole; None when there is no whole."""
    return numerator / denominator if denominator else None


def closure_rate(reported: int, voided: int, merged: int, closed: int) -> float | None:
    """Closed of those that were to be closed."""
    return rate(closed, reported - voided - merged)


def figure(key: str | None, name: str, taxonomy: str | None, counts: Mapping[str, int]) -> Figure:
    """A row from its counts; a count that is not there is zero."""
    n = {count: counts.get(count, 0) for count in COUNTS}
    closing = closure_rate(n["reported"], n["voided"], n["merged"], n["closed"])
    rates = {"closure_rate": closing, **{name: rate(n[part], n[whole]) for name, (part, whole) in RATES.items()}}
    return Figure(key, name, taxonomy, n, rates)


def closure(session: Session, city: City, actor: Actor, by: By, wanted: FigureFilter,
            now: datetime) -> tuple[list[Figure], Figure]:
    """The figures of every district, street, … or source that the caller may count, and of all together."""
    if by not in get_args(By):
        raise InvalidField("by", "不能按此统计", f"must be one of {', '.join(get_args(By))}")
    found: dict[tuple[str | None, str | None], Counts] = {(unit, None): {} for unit in _units(city, actor, by, wanted)}
    for row in session.execute(_statement(by, limits_of(city, actor, wanted), wanted, now)).mappings():
        found[row["of"] or None, row["of_list"] or None] = {name: int(row[name] or 0) for name in COUNTS}
    order = sorted(found, key=lambda key: (key[0] is None, key[1] or "", key[0] or ""))
    rows = [figure(key, name_of(city, by, key, taxonomy), taxonomy, found[key, taxonomy]) for key, taxonomy in order]
    whole = sum(map(Counter, found.values()), Counter[str]())
    return rows, figure(None, "合计 (total)", None, whole)


def limits_of(city: City, actor: Actor, wanted: FigureFilter) -> list[Condition]:
    """The caller's scope and the filter, without the period. NotAllowed for a unit outside the scope."""
    scope.require(actor, "read_figures")
    limits = [scope.scope_of_figures(actor)]
    if wanted.unit is not None:
        if wanted.unit not in city.places:
            raise InvalidField("unit", f"没有网格 {wanted.unit}", f"there is no unit {wanted.unit}", "unknown_unit")
        if actor.role not in DEPARTMENT_ROLES and not within(wanted.unit, actor.unit):
            raise NotAllowed("该网格不在您的管辖范围内", "The unit is outside your scope.")
        limits.append(scope.in_unit(wanted.unit))
    for name in ("category", "subcategory", "department", "source", "process"):
        if (value := getattr(wanted, name)) is not None:
            limits.append(col(getattr(Incident, name)) == value.replace("\0", ""))  # PostgreSQL's text takes no NUL
    return limits


def _units(city: City, actor: Actor, by: By, wanted: FigureFilter) -> list[str]:
    """The units of a grid level below the one that is asked, if few enough to be listed also when empty."""
    parent = wanted.unit or actor.unit
    units = [place.code for place in city.places.values()
             if place.level == by and place.code.startswith(parent) and not place.voided]
    return units if len(units) <= MOST_EMPTY_UNITS else []


def name_of(city: City, by: By, key: str | None, taxonomy: str | None) -> str:
    """What a person calls it."""
    if by in WIDTHS:
        return city.places[key].name if key in city.places else key or "未落到该级 (not placed at this level)"
    if by == "department":
        return city.department_name(key) or "尚无责任单位 (no department yet)"
    if by == "source":
        return SOURCES[key][0] if key in SOURCES else key or ""
    return (city.lists[taxonomy].name(key) if taxonomy in city.lists else key) or "未分类 (not classified)"


def _statement(by: By, limits: list[Condition], wanted: FigureFilter, now: datetime) -> Select[Any]:
    """Incidents counted once, clocks once, side by side: both from the same state of the database."""
    incidents, beside = _of_incidents(by, limits, wanted, now).c, _beside_incidents(by, limits, wanted).c
    columns = {name: (incidents if name in incidents else beside)[name] for name in COUNTS}
    columns["handled"] = (incidents.handled + func.coalesce(beside.handled, 0)).label("handled")
    same = and_(*(incidents[name] == beside[name] for name in ("of", "of_list")))
    return select(incidents.of, incidents.of_list, *columns.values()).outerjoin_from(
        incidents.of.table, beside.of.table, same)


def _of_incidents(by: By, limits: list[Condition], wanted: FigureFilter, now: datetime) -> sql.Subquery:
    cohort, due = in_period("reported_at", wanted), _duein_period(wanted, now)
    counted = {name: and_(cohort, state) for name, state in states().items()}
    counted["overdue"] = and_(counted["open"], col(Incident.due_at) < now)
    counted |= {"due": due, "closed_on_time": and_(due, CLOSED, col(Incident.on_time).is_(True))}
    return select(*dimension(by), *(func.count().filter(that).label(name) for name, that in counted.items())).where(
        *limits, or_(cohort, due)).group_by("of", "of_list").subquery()


def states() -> dict[str, Condition]:
    """What is counted of the incidents reported in the period."""
    dispatched, handled = col(Incident.dispatched_at).is_not(None), col(Incident.handled_at).is_not(None)
    return {
        "reported": sql.true(), "filed": col(Incident.filed_at).is_not(None), "dispatched": dispatched,
        "handled": handled, "closed": CLOSED, "settled": and_(CLOSED, ~handled), "open": OPEN,
        "voided": col(Incident.outcome) == "void", "merged": col(Incident.outcome) == "merged",
        "returned": col(Incident.returns) > 0, "accurate": and_(dispatched, col(Incident.returns) == 0),
        "reworked": col(Incident.reworks) > 0, "extended": col(Incident.extensions) > 0,
        "reopened": col(Incident.reopened) > 0}


def _duein_period(wanted: FigureFilter, now: datetime) -> Condition:
    run_out = and_(in_period("handle_due_at", wanted), col(Incident.handle_due_at) <= now)
    return or_(and_(OPEN, run_out), and_(CLOSED, or_(run_out, in_period("closed_at", wanted))))


def _beside_incidents(by: By, limits: list[Condition], wanted: FigureFilter) -> sql.Subquery:
    """Of the incidents reported: verdicts of their clocks, and those that were handled before they were reopened."""
    cohort, on_time = [*limits, in_period("reported_at", wanted)], col(Clock.verdict) == ON_TIME
    verdicts = {}
    for stage, name in JUDGED.items():
        verdicts[f"{name}_judged"] = func.count().filter(col(Clock.stage) == stage)
        verdicts[f"{name}_on_time"] = func.count().filter(col(Clock.stage) == stage, on_time)
    clocks = select(*dimension(by), *(v.label(name) for name, v in verdicts.items()), ZERO.label("handled")).join_from(
        Incident, Clock, col(Clock.incident_id) == col(Incident.id)).where(
        *cohort, col(Clock.stage).in_(JUDGED), col(Clock.verdict).is_not(None)).group_by("of", "of_list")
    before = select(*dimension(by), *(ZERO for _ in verdicts), func.count(col(Incident.id).distinct())).join_from(
        Incident, Transition, col(Transition.incident_id) == col(Incident.id)).where(
        *cohort, col(Incident.reopened) > 0, col(Incident.handled_at).is_(None),
        col(Transition.action) == "feed_back").group_by("of", "of_list")
    both = sql.union_all(clocks, before).subquery().c
    sums = [func.sum(both[name]).label(name) for name in (*verdicts, "handled")]
    return select(both.of, both.of_list, *sums).group_by(both.of, both.of_list).subquery()


def in_period(instant: str, wanted: FigureFilter) -> Condition:
    at: Any = col(getattr(Incident, instant))
    since = at.is_not(None) if wanted.since is None else at >= wanted.since
    return since if wanted.until is None else and_(since, at < wanted.until)


def dimension(by: By) -> list[ColumnElement[Any]]:
    """What makes a group: the key and, when it is a code of a list, the list; "" for none, so that joins may hash."""
    key: Any = col(getattr(Incident, by, Incident.unit))
    if by in WIDTHS:
        width = WIDTHS[cast(Level, by)]
        key = sql.case((func.length(key) >= width, func.substr(key, 1, width)))
    taxonomy: Any = col(Incident.taxonomy) if by in ("category", "subcategory") else NONE
    return [func.coalesce(key, NONE).label("of"), taxonomy.label("of_list")]
