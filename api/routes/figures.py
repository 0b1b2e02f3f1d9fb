"""Figures of the caller's scope."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from api.dependencies import MayReadFigures
from api.documented import ALWAYS, SIGNED_IN
from api.schemas.figures import ClosureOut, ClosureQuery, FigureQuery, FigureRow, TrendOut, TrendQuery, TrendRowOut
from data.engine import reading
from governance import figures, trend
from governance.figures import FigureFilter

router = APIRouter(prefix="/api/v1/figures", tags=["figures"], responses={**ALWAYS, **SIGNED_IN})


@router.get("/closure", summary="结案情况 Closure, on time and every other rate")
def read_closure(caller: MayReadFigures, wanted: Annotated[ClosureQuery, Query()]) -> ClosureOut:
    """Counted from the incidents as they stand now. What each count means: docs of governance/figures.py."""
    with reading(caller.engine) as session:
        rows, total = figures.closure(session, caller.city, caller.actor, wanted.by, filter_of(wanted), caller.now)
    return ClosureOut(by=wanted.by, rows=[FigureRow(**row.document()) for row in rows],
                      total=FigureRow(**total.document()))


@router.get("/trend", summary="趋势 Reported and closed by day, week or month")
def read_trend(caller: MayReadFigures, wanted: Annotated[TrendQuery, Query()]) -> TrendOut:
    with reading(caller.engine) as session:
        rows = trend.trend(session, caller.city, caller.actor, filter_of(wanted), wanted.interval)
    names = TrendRowOut.model_fields
    return TrendOut(interval=wanted.interval,
                    rows=[TrendRowOut(**{name: getattr(row, name) for name in names}) for row in rows])


def filter_of(wanted: FigureQuery) -> FigureFilter:
    return FigureFilter(**{name: getattr(wanted, name) for name in FigureQuery.model_fields})
