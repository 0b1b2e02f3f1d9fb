"""What a figure is of: the caller's scope, the filter, the period, and the dimension that makes its rows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, cast

import sqlalchemy as sql
from sqlalchemy import ColumnElement, and_, func
from sqlmodel import col

from governance import scope
from governance.city import City
from governance.errors import InvalidField, NotAllowed
from governance.incident import Incident
from governance.intake import SOURCES
from governance.people import DEPARTMENT_ROLES, Actor
from grids.codes import WIDTHS, Level, within

By = Literal["district", "street", "community", "cell", "category", "subcategory", "department", "source"]
Condition = ColumnElement[bool]

CLOSED: Condition = col(Incident.outcome) == "closed"
OPEN: Condition = col(Incident.outcome).is_(None)
ZERO: ColumnElement[int] = sql.literal_column("0")
NONE: ColumnElement[str] = sql.literal_column("''", sql.Text)
#: Who leads the incident now; figures of clocks and requests take the column of theirs instead.
LEAD: Any = col(Incident.department)
CODES = ("category", "subcategory", "source", "process")


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


def limits_of(city: City, actor: Actor, wanted: FigureFilter) -> list[Condition]:
    """The caller's scope and the filter, without the period. NotAllowed for a unit outside the scope."""
    check_scope(city, actor, wanted)
    return limits(actor, wanted)


def check_scope(city: City, actor: Actor, wanted: FigureFilter) -> None:
    """Whether the caller may count this at all."""
    scope.require(actor, "read_figures")
    if wanted.unit is None:
        return
    if wanted.unit not in city.places:
        raise InvalidField("unit", f"没有网格 {wanted.unit}", f"there is no unit {wanted.unit}", "unknown_unit")
    if actor.role not in DEPARTMENT_ROLES and not within(wanted.unit, actor.unit):
        raise NotAllowed("该网格不在您的管辖范围内", "The unit is outside your scope.")


def limits(actor: Actor, wanted: FigureFilter, department: Any = LEAD) -> list[Condition]:
    """The same as conditions. `department` is the column that says whose it is."""
    found = [scope.scope_of_figures(actor, department)]
    if wanted.unit is not None:
        found.append(scope.in_unit(wanted.unit))
    named = [(department, wanted.department), *((col(getattr(Incident, n)), getattr(wanted, n)) for n in CODES)]
    found += [column == value.replace("\0", "") for column, value in named if value is not None]  # PostgreSQL: no NUL
    return found


def in_period(instant: str, wanted: FigureFilter) -> Condition:
    at: Any = col(getattr(Incident, instant))
    since = at.is_not(None) if wanted.since is None else at >= wanted.since
    return since if wanted.until is None else and_(since, at < wanted.until)


def dimension(by: By | None, department: Any = LEAD) -> list[ColumnElement[Any]]:
    """What makes a group: the key and, when it is a code of a list, the list; "" for none, so that joins may hash."""
    if by is None:
        return [NONE.label("of"), NONE.label("of_list")]
    key: Any = department if by == "department" else col(getattr(Incident, by, Incident.unit))
    if by in WIDTHS:
        width = WIDTHS[cast(Level, by)]
        key = sql.case((func.length(key) >= width, func.substr(key, 1, width)))
    taxonomy: Any = col(Incident.taxonomy) if by in ("category", "subcategory") else NONE
    return [func.coalesce(key, NONE).label("of"), taxonomy.label("of_list")]


def in_group(by: By | None, key: str | None, taxonomy: str | None, department: Any = LEAD) -> list[Condition]:
    """The incidents of one row; those without a place in the dimension where the key is None."""
    if by is None:
        return []
    of, of_list = (labelled.element for labelled in dimension(by, department))
    same: list[Condition] = [of == (key or "")]
    return same if taxonomy is None else [*same, of_list == taxonomy]


def name_of(city: City, by: By, key: str | None, taxonomy: str | None) -> str:
    """What a person calls it."""
    if by in WIDTHS:
        return city.places[key].name if key in city.places else key or "未落到该级 (not placed at this level)"
    if by == "department":
        return city.department_name(key) or "尚无责任单位 (no department yet)"
    if by == "source":
        return SOURCES[key][0] if key in SOURCES else key or ""
    return (city.lists[taxonomy].name(key) if taxonomy in city.lists else key) or "未分类 (not classified)"
