"""Evaluation of grid workers, desks and departments by the formulas in data/seed/evaluation; never of residents.

Who may see whose: supervisors, district centres, leaders and dispatchers those within their unit; grid workers only
themselves; a department's people only their department. What was counted is said in
governance/figures/evaluation_counts.py.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import and_, select
from sqlmodel import Session, col

from governance import scope
from governance.calendar import SHANGHAI
from governance.city import City
from governance.errors import InvalidField
from governance.figures.compare import month_of
from governance.figures.evaluation_counts import of_departments, of_people
from governance.figures.evaluation_formula import DEPARTMENT, Evaluation, Score, load_evaluations, score
from governance.figures.filters import FigureFilter, check_scope, name_of
from governance.people import DEPARTMENT_ROLES, Account, Actor
from grids.codes import code_range, within

#: Who sees the evaluations of everybody within the own unit.
OVERSEERS = ("supervisor", "district_centre", "leader", "dispatcher")

evaluations = cache(load_evaluations)


@dataclass(frozen=True)
class Evaluated:
    """A person's or a department's evaluation. `key` is the account's id or the department's code."""

    key: str
    name: str
    role: str | None
    unit: str
    unit_name: str
    score: Score

    def document(self) -> dict[str, Any]:
        said = {name: getattr(self, name) for name in ("key", "name", "role", "unit", "unit_name")}
        return said | asdict(self.score)


def evaluate(session: Session, city: City, actor: Actor, of: str, wanted: FigureFilter,
             now: datetime) -> list[Evaluated]:
    """The best total first; those with nothing to judge last. Only the filter's unit and period count."""
    scope.require(actor, "read_evaluation")
    formula = formula_of(of)
    check_scope(city, actor, wanted)
    unit, period = wanted.unit or actor.unit, replace(FigureFilter(), since=wanted.since, until=wanted.until)
    if formula.whose == DEPARTMENT:
        found = _departments(session, city, actor, formula, unit, period, now)
    else:
        found = _people(session, city, actor, formula, unit, period)
    return sorted(found, key=lambda each: (each.score.total is None, -(each.score.total or 0), each.name, each.key))


def formula_of(of: str) -> Evaluation:
    """InvalidField for a kind that has no formula."""
    known = evaluations()
    if of not in known:
        raise InvalidField("of", f"没有考核公式 {of}", f"must be one of {', '.join(known)}", "unknown_evaluation")
    return known[of]


def this_month(wanted: FigureFilter, now: datetime) -> FigureFilter:
    """The filter; without any period, that of the local month of `now`, for which the steps of volumes are made."""
    if wanted.since is not None or wanted.until is not None:
        return wanted
    since, until = month_of(now.astimezone(SHANGHAI).date())
    return replace(wanted, since=since, until=until)


def _people(session: Session, city: City, actor: Actor, formula: Evaluation, unit: str,
            period: FigureFilter) -> list[Evaluated]:
    low, high = code_range(unit)
    query = select(Account).where(col(Account.role).in_(formula.roles),
                                  and_(col(Account.unit) >= low, col(Account.unit) < high))
    if actor.role not in OVERSEERS:
        query = query.where(col(Account.id) == actor.id)
    people = {account.id: account for account in session.scalars(query)}
    counted = of_people(session, city, people.values(), unit, period)
    return [Evaluated(str(ident), account.name, account.role, account.unit, _place(city, account.unit),
                      score(formula, counted[ident]))
            for ident, account in people.items() if account.active or any(counted[ident].values())]


def _departments(session: Session, city: City, actor: Actor, formula: Evaluation, unit: str, period: FigureFilter,
                 now: datetime) -> list[Evaluated]:
    if actor.role in OVERSEERS:
        codes = [code for code, each in city.departments.items() if within(each.unit, unit)]
    else:
        codes = [actor.department] if actor.role in DEPARTMENT_ROLES and actor.department else []
    counted = of_departments(session, codes, period, now)
    return [Evaluated(code, city.department_name(code), None, city.departments[code].unit,
                      _place(city, city.departments[code].unit), score(formula, counted[code])) for code in codes]


def _place(city: City, unit: str) -> str:
    return name_of(city, "cell", unit, None)
