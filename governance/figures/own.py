"""A person's own figures: what they did this month and last month, for themselves to see. No totals, no grades: those
are evaluations (governance/figures/evaluation.py). Counted from the steps that they took, by the time of the step.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import and_, func, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from data.engine import is_postgresql
from governance.calendar import SHANGHAI
from governance.clocks import ON_TIME
from governance.figures.compare import month_of
from governance.figures.counts import FEEDS_BACK
from governance.figures.evaluation_counts import at_the_desk, counts_of, inside, on_the_spot, stopped, took
from governance.figures.filters import Condition, FigureFilter
from governance.incident import Incident, Transition
from governance.patrols.patrol import Patrol
from governance.patrols.track import ends_at
from governance.people import Actor

Kind = Literal["count", "hours"]


@dataclass(frozen=True)
class OwnFigure:
    """What is counted. of: the figure that it is a part of."""

    code: str
    zh: str
    en: str
    of: str | None = None
    kind: Kind = "count"


@dataclass(frozen=True)
class Counted:
    """A number; as a part of a whole, with the whole and the share (None: there was nothing to count)."""

    value: float
    whole: float | None
    rate: float | None


@dataclass(frozen=True)
class OwnRow:
    figure: OwnFigure
    this_month: Counted
    last_month: Counted


REPORTED = OwnFigure("reported", "上报", "reported")
_GRID = (REPORTED, OwnFigure("settled", "现场处置", "settled on the spot"),
         OwnFigure("verified", "核实", "verified"),
         OwnFigure("verified_on_time", "按时核实", "verified in time", "verified"),
         OwnFigure("checked", "核查", "checked"),
         OwnFigure("checked_on_time", "按时核查", "checked in time", "checked"),
         OwnFigure("patrols", "巡查次数", "patrols"),
         OwnFigure("patrol_hours", "巡查时长", "hours on patrol", kind="hours"))
_DEPARTMENT = (OwnFigure("signed", "签收", "signed for"), OwnFigure("handled", "处置", "handled"),
               OwnFigure("handled_on_time", "按期处置", "handled in time", "handled"),
               OwnFigure("reworked", "返工", "sent back by the check", "handled"),
               OwnFigure("returned", "退回", "returned to the desk"))
_DESK = (OwnFigure("accepted", "受理", "accepted: filed, voided or merged"),
         OwnFigure("accepted_on_time", "按时受理", "accepted in time", "accepted_judged"),
         OwnFigure("filed", "立案", "filed"), OwnFigure("dispatched", "派遣、改派", "dispatched or transferred"),
         OwnFigure("dispatched_on_time", "按时派遣", "dispatched in time", "dispatched_judged"),
         OwnFigure("dispatched_accurate", "准确派遣 (未被退回)", "dispatched and not returned", "dispatched"))
FIGURES: dict[str, tuple[OwnFigure, ...]] = {
    "grid_worker": _GRID, "community_lead": _GRID, "handler": _DEPARTMENT, "department_head": _DEPARTMENT,
    "dispatcher": _DESK, "district_centre": _DESK,
    "supervisor": (OwnFigure("supervised", "督办", "supervised"), OwnFigure("confirmed", "确认办结", "confirmed")),
    "resident": (REPORTED,), "hotline": (REPORTED,), "sensor": (REPORTED,)}


def own_figures(session: Session, actor: Actor, now: datetime) -> list[OwnRow]:
    """For a role whose work is counted, this month so far and the whole of the last one; else nothing."""
    wanted = FIGURES.get(actor.role, ())
    if actor.id is None or not wanted:
        return []
    this, last = (_count(session, actor.id, period, now) for period in months(now))
    return [OwnRow(figure, _counted(figure, this), _counted(figure, last)) for figure in wanted]


def months(now: datetime) -> tuple[FigureFilter, FigureFilter]:
    """The local month of an instant, and the one before."""
    since, until = month_of(now.astimezone(SHANGHAI).date())
    before, _ = month_of((since - timedelta(days=1)).date())
    period = replace(FigureFilter(), since=since, until=until)
    return period, replace(period, since=before, until=since)


def _counted(figure: OwnFigure, counts: dict[str, float]) -> Counted:
    value, whole = counts.get(figure.code, 0), counts.get(figure.of, 0) if figure.of else None
    return Counted(value, whole, value / whole if whole else None)


def _count(session: Session, account: uuid.UUID, period: FigureFilter, now: datetime) -> dict[str, float]:
    """Two statements: the steps, and the patrols."""
    conditions = _conditions(is_postgresql(session))
    row = session.execute(select(*counts_of(conditions)).join_from(
        Transition, Incident, col(Incident.id) == col(Transition.incident_id)).where(
        col(Transition.actor) == account, inside(Transition.at, period))).mappings().one()
    patrols = session.scalars(select(Patrol).where(col(Patrol.account) == account, inside(Patrol.started_at, period)))
    return {name: int(number) for name, number in row.items()} | _patrolled(patrols.all(), now)


def _conditions(postgresql: bool) -> dict[str, Condition]:
    handles = and_(took(*FEEDS_BACK), stopped("handle", postgresql))
    return on_the_spot(postgresql) | at_the_desk(postgresql) | {
        "reported": col(Transition.from_state).is_(None), "settled": took("settle"), "signed": took("sign"),
        "returned": took("return"), "handled": handles, "reworked": and_(handles, _failed_next()),
        "handled_on_time": and_(took(*FEEDS_BACK), stopped("handle", postgresql, ON_TIME)),
        "supervised": took("supervise"), "confirmed": took("confirm")}


def _failed_next() -> Condition:
    """The next check after this step did not close the incident."""
    later = aliased(Transition)
    following: Any = select(col(later.to_state)).where(
        col(later.incident_id) == col(Transition.incident_id), col(later.seq) > col(Transition.seq),
        col(later.action) == "check").order_by(col(later.seq)).limit(1).correlate(Transition).scalar_subquery()
    return func.coalesce(following, "closed") != "closed"


def _patrolled(patrols: Sequence[Patrol], now: datetime) -> dict[str, float]:
    """One that nobody ended counts its hours while it runs, and none afterwards: nobody knows them."""
    known = [patrol for patrol in patrols if patrol.ended_at is not None or now <= ends_at(patrol)]
    hours = sum(((patrol.ended_at or now) - patrol.started_at for patrol in known), timedelta())
    return {"patrols": len(patrols), "patrol_hours": round(hours / timedelta(hours=1), 2)}
