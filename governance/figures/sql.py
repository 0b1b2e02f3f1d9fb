"""How counts are taken from the tables: in one statement, so from one state of the database, with one scan each of the
incidents, of their clocks and of what was asked, and only of those that a wanted count needs.

The conditions that count are the conditions that list (`behind`): what a number counts, its list shows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sql
from sqlalchemy import Select, and_, func, or_, select
from sqlmodel import Session, col

from data.engine import is_postgresql
from governance import clocks
from governance.clocks import Clock
from governance.errors import InvalidField
from governance.figures import counts
from governance.figures.counts import (
    ALIKE,
    COHORT,
    COUNTED,
    EVERY_STAGE,
    FEEDS_BACK,
    JUDGED,
    PERIOD,
    RATES,
    REQUEST,
    REQUESTS,
    STAGE,
    STAGES,
    Rate,
    of_kind,
)
from governance.figures.filters import (
    CLOSED,
    OPEN,
    ZERO,
    By,
    Condition,
    FigureFilter,
    dimension,
    in_group,
    in_period,
    limits,
)
from governance.incident import Incident, Transition
from governance.people import Actor, Department
from governance.requests import PENDING, WITHDRAWN, Request

#: Satisfied from this score on; one below is fairly satisfied.
SATISFIED = 4


# ---- what is counted of the incidents themselves -------------------------------------------------------------------

def states() -> dict[str, Condition]:
    """What is counted of the incidents reported in the period, but for what depends on the time of asking."""
    dispatched, handled = col(Incident.dispatched_at).is_not(None), col(Incident.handled_at).is_not(None)
    some = {"returned": "returns", "reworked": "reworks", "extended": "extensions", "suspended": "suspensions",
            "reopened": "reopened", "supervised": "supervisions", "whistled": "whistles", "escalated": "escalations"}
    return {
        "reported": sql.true(), "filed": col(Incident.filed_at).is_not(None), "dispatched": dispatched,
        "handled": or_(handled, _handled_before()), "closed": CLOSED, "settled": and_(CLOSED, ~handled), "open": OPEN,
        "voided": col(Incident.outcome) == "void", "merged": col(Incident.outcome) == "merged",
        "accurate": and_(dispatched, col(Incident.returns) == 0),
        "late": col(Incident.on_time).is_(False), "exempted": col(Incident.exempt).is_(True),
        **{name: col(getattr(Incident, column)) > 0 for name, column in some.items()}, **_opinions()}


def _handled_before() -> Condition:
    """Fed back, then reopened. With a limit, so that it is looked up and never gathered for the whole table."""
    fed_back: Select[Any] = select(sql.literal_column("1")).where(
        col(Transition.incident_id) == col(Incident.id), col(Transition.action).in_(FEEDS_BACK)).limit(1)
    return and_(col(Incident.reopened) > 0, fed_back.correlate(Incident).scalar_subquery().is_not(None))


def _opinions() -> dict[str, Condition]:
    """A return visit is valid when it was answered: then it says whether the problem was solved."""
    valid, visited, own = col(Incident.visit_solved).is_not(None), col(Incident.visit_score), col(Incident.score)
    return {
        "visited": col(Incident.visited_at).is_not(None), "visits_valid": valid,
        "contacted": and_(valid, col(Incident.visit_contacted).is_(True)),
        "solved": col(Incident.visit_solved).is_(True), "satisfied": and_(valid, visited >= SATISFIED),
        "fairly_satisfied": and_(valid, visited == SATISFIED - 1), "rated": own.is_not(None),
        "rated_satisfied": own >= SATISFIED, "rated_fairly": own == SATISFIED - 1}


def of_incidents(names: Iterable[str], wanted: FigureFilter, now: datetime) -> dict[str, Condition]:
    """Each of these counts of kinds COHORT and PERIOD as a condition on an incident, the period included."""
    cohort, due, state = in_period("reported_at", wanted), _due_in_period(wanted, now), states()
    state["overdue"] = and_(OPEN, col(Incident.due_at) < now)
    ended = and_(CLOSED, in_period("closed_at", wanted))
    period = {"due": due, "closed_on_time": and_(due, CLOSED, col(Incident.on_time).is_(True)), "ended": ended,
              "excused": and_(due, CLOSED, col(Incident.on_time).is_not(True), col(Incident.exempt).is_(True))}
    return {name: period[name] if name in period else and_(cohort, state[name]) for name in names}


def _due_in_period(wanted: FigureFilter, now: datetime) -> Condition:
    """Domain brief 2.5, note on 应处置: else a month's rate would move with the backlog."""
    run_out = and_(in_period("handle_due_at", wanted), col(Incident.handle_due_at) <= now)
    return or_(and_(OPEN, run_out), and_(CLOSED, or_(run_out, in_period("closed_at", wanted))))


# ---- what is counted of clocks and of requests ---------------------------------------------------------------------
# A row for each incident (and department); a column for each stage or kind: 1 all on time, 0 not all, null none judged.

def of_clocks(by: By | None, actor: Actor, wanted: FigureFilter) -> sql.Subquery:
    on_time = sql.case((col(Clock.verdict) == clocks.ON_TIME, 1), else_=0)
    columns = [func.min(sql.case((col(Clock.stage).in_(ALIKE[stage]), on_time))).label(name)
               for stage, name in STAGES.items()]
    return select(*dimension(by, col(Clock.department)), col(Incident.id).label("incident"), *columns).join_from(
        Incident, Clock, col(Clock.incident_id) == col(Incident.id)).where(
        *limits(actor, wanted, col(Clock.department)), in_period("reported_at", wanted),
        col(Clock.stage).in_(EVERY_STAGE), col(Clock.verdict).is_not(None)).group_by(*one_each(by)).subquery()


def one_each(by: By | None) -> list[Any]:
    """What makes a row of clocks: the incident, whose own row of figures follows from it, and by department whose
    clock it is. The shortest key there is: sorting by more took twice as long."""
    return [col(Incident.id), *([col(Clock.department)] if by == "department" else [])]


def of_requests(by: By | None, actor: Actor, wanted: FigureFilter, now: datetime) -> sql.Subquery:
    """Judged: answered, or the time to answer ran out while it waited. The party counts it."""
    on_time = sql.case((col(Request.answered_at) <= col(Request.due_at), 1), else_=0)
    columns = [func.min(sql.case((col(Request.kind) == kind, on_time))).label(name) for kind, name in REQUESTS.items()]
    party = sql.case((col(Request.party).in_(select(col(Department.code))), col(Request.party)))
    ran_out = or_(col(Request.due_at) < col(Request.decided_at),
                  and_(col(Request.state).in_(PENDING), col(Request.due_at) < now))
    return select(*dimension(by, party), col(Incident.id).label("incident"), *columns).join_from(
        Incident, Request, col(Request.incident_id) == col(Incident.id)).where(
        *limits(actor, wanted, party), in_period("reported_at", wanted), col(Request.kind).in_(REQUESTS),
        col(Request.state) != WITHDRAWN, or_(and_(col(Request.answered_at).is_not(None),
                                                  col(Request.due_at).is_not(None)), ran_out),
    ).group_by("of", "of_list", "incident").subquery()


# ---- the statement -------------------------------------------------------------------------------------------------

def statement(by: By, names: Sequence[str], actor: Actor, wanted: FigureFilter, now: datetime) -> Select[Any]:
    """Rows (whole, of, of_list, the counts). `whole` 1: of all departments together, where an incident that several
    have handled counts once; every other number of the total is the sum of the rows."""
    beside = of_kind(names, STAGE, REQUEST)
    parts = [*_of_incidents(by, names, actor, wanted, now), *_beside(by, names, beside, actor, wanted, now)]
    if by == "department":
        parts += _beside(None, names, beside, actor, wanted, now)
    both = sql.union_all(*parts).subquery().c
    groups = both.whole, both.of, both.of_list
    return select(*groups, *(func.sum(both[name]).label(name) for name in names)).group_by(*groups)


def _of_incidents(by: By, names: Sequence[str], actor: Actor, wanted: FigureFilter,
                  now: datetime) -> Iterator[Select[Any]]:
    counted = of_incidents(of_kind(names, COHORT, PERIOD), wanted, now)
    if not counted:
        return
    where = [in_period("reported_at", wanted)] if of_kind(counted, COHORT) else []
    where += [_due_in_period(wanted, now)] if of_kind(counted, PERIOD) else []  # all of that kind lie within it
    columns = (func.count().filter(counted[name]) if name in counted else ZERO for name in names)
    yield select(ZERO.label("whole"), *dimension(by), *(c.label(n) for c, n in zip(columns, names, strict=True))).where(
        *limits(actor, wanted), or_(*where)).group_by("of", "of_list")


def _beside(by: By | None, names: Sequence[str], beside: Sequence[str], actor: Actor, wanted: FigureFilter,
            now: datetime) -> Iterator[Select[Any]]:
    for kind in (STAGE, REQUEST):
        if counted := set(of_kind(beside, kind)):
            rows = of_clocks(by, actor, wanted) if kind == STAGE else of_requests(by, actor, wanted, now)
            columns = (_count_of(rows, name) if name in counted else ZERO for name in names)
            whole: Any = sql.literal_column("1" if by is None else "0").label("whole")
            yield select(whole, rows.c.of, rows.c.of_list, *(
                c.label(n) for c, n in zip(columns, names, strict=True))).group_by(rows.c.of, rows.c.of_list)


def _count_of(rows: sql.Subquery, name: str) -> Any:
    column = _column_of(rows, name)
    return func.count(column) if name.endswith(JUDGED) else func.coalesce(func.sum(column), ZERO)


def _column_of(rows: sql.Subquery, name: str) -> Any:
    return rows.c[name.removesuffix(JUDGED).removesuffix(counts.ON_TIME)]


def count_only(session: Session) -> None:
    """The rest of the transaction counts. PostgreSQL would compile the sixty conditions first and sort the clocks on
    disk: over 100,000 incidents that took 11 of 12 seconds."""
    if is_postgresql(session):
        session.execute(sql.text("SELECT set_config('jit', 'off', true), set_config('work_mem', '64MB', true)"))


# ---- the list behind a number --------------------------------------------------------------------------------------

def behind(name: str, by: By | None, key: str | None, taxonomy: str | None, actor: Actor, wanted: FigureFilter,
           now: datetime) -> Condition:
    """The incidents that a count counts, or that a rate lacks (where more is better): all of them, or those of one row
    (key None: without a place in it)."""
    if name in RATES and not RATES[name].down:
        return _lacking(RATES[name], lambda count: behind(count, by, key, taxonomy, actor, wanted, now))
    if name not in COUNTED:
        raise InvalidField("figure", f"没有统计项 {name}", f"there is no count {name}", "unknown_figure")
    kind = COUNTED[name].kind
    if kind in (COHORT, PERIOD):
        return and_(*limits(actor, wanted), of_incidents([name], wanted, now)[name], *in_group(by, key, taxonomy))
    rows = of_clocks(by, actor, wanted) if kind == STAGE else of_requests(by, actor, wanted, now)
    same = [] if by is None else [rows.c.of == (key or "")]
    same += [rows.c.of_list == taxonomy] if by is not None and taxonomy is not None else []
    column = _column_of(rows, name)
    holds = column.is_not(None) if name.endswith(JUDGED) else column == 1
    return col(Incident.id).in_(select(rows.c.incident).where(holds, *same))


def _lacking(rate: Rate, held: Callable[[str], Condition]) -> Condition:
    """In the whole of a rate and not in its part: what keeps it from a hundred percent."""
    whole = [held(name) for name, weight in rate.whole.items() if weight > 0]
    away = [held(name) for name in (*(name for name, weight in rate.whole.items() if weight < 0), *rate.part)]
    return and_(*whole, *(sql.case((each, 0), else_=1) == 1 for each in away))  # what is unknown is not held
