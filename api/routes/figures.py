"""Figures of the caller's scope. Every answer also as CSV and XLSX (`format`, or Accept)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, TypeVar

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from api.dependencies import Caller, MayReadFigures
from api.documented import ALWAYS, SIGNED_IN, file_of
from api.schemas.figures import (
    Answer,
    ClosureOut,
    ClosureQuery,
    FigureQuery,
    FigureRow,
    LeagueOut,
    LeagueQuery,
    LeagueRowOut,
    SheetQuery,
    StageRowOut,
    StagesOut,
    StagesQuery,
    TrendOut,
    TrendQuery,
    TrendRowOut,
    meta_out,
)
from api.sheets import as_file, form_of
from data.engine import reading
from governance.figures import closure as figures
from governance.figures import compare as figures_compare
from governance.figures import sheets as figures_sheet
from governance.figures import stages, trend
from governance.figures.compare import Compared
from governance.figures.counts import COUNTS, RATES
from governance.figures.filters import By, FigureFilter
from governance.figures.league import league
from governance.figures.lists import template
from governance.figures.meta import Meta, meta_of
from governance.figures.sheets import Sheet
from governance.figures.trend import TrendRow

FILES = file_of(media_type.partition(";")[0] for media_type in figures_sheet.MEDIA_TYPES.values())
Answered = TypeVar("Answered", bound=Answer)
router = APIRouter(prefix="/api/v1/figures", tags=["figures"], responses={**ALWAYS, **SIGNED_IN})


@router.get("/closure", response_model=ClosureOut, responses=FILES,
            summary="结案情况 Closure, on time and every other rate")
def read_closure(request: Request, caller: MayReadFigures,
                 wanted: Annotated[ClosureQuery, Query()]) -> ClosureOut | Response:
    """Counted from the incidents as they stand now. `meta.formulas` says what each number means, `meta.incidents` where
    the incidents behind it are listed. With `compare`, each row has the earlier figures and the differences."""
    if wanted.compare is not None:
        return read_compared(request, caller, wanted)
    with reading(caller.engine) as session:
        rows, total = figures.closure(session, caller.city, caller.actor, wanted.by, filter_of(wanted), caller.now)
    meta = about(caller, wanted, ("结案情况", "Closure"), by=wanted.by)
    return answer(request, wanted, lambda: figures_sheet.of_closure(rows, total, meta), lambda: ClosureOut(
        meta=meta_out(meta), by=wanted.by, rows=[row.document() for row in rows], total=total.document()))


def read_compared(request: Request, caller: Caller, wanted: ClosureQuery) -> ClosureOut | Response:
    compare = wanted.compare or "last_month"
    with reading(caller.engine) as session:
        rows, total = figures_compare.compared(session, caller.city, caller.actor, wanted.by, filter_of(wanted),
                                               caller.now, compare)
    meta = about(caller, wanted, ("结案情况比较", "Closure compared"), by=wanted.by)
    return answer(request, wanted, lambda: figures_sheet.of_compared(rows, total, meta, compare), lambda: ClosureOut(
        meta=meta_out(meta), by=wanted.by, rows=[both(row) for row in rows], total=both(total)))


def both(row: Compared) -> dict[str, Any]:
    before = FigureRow(**row.before.document())
    return {**row.now.document(), "before": before, "difference": row.difference}


@router.get("/league", response_model=LeagueOut, responses=FILES, summary="排名 League tables by any rate")
def read_league(request: Request, caller: MayReadFigures,
                wanted: Annotated[LeagueQuery, Query()]) -> LeagueOut | Response:
    """Ranked, with numerator and denominator; small samples are marked and not ranked. With a period, last month and
    the same month last year stand beside each."""
    least = wanted.minimum or caller.settings.league_minimum
    with reading(caller.engine) as session:
        rows, total = league(session, caller.city, caller.actor, wanted.by, wanted.rate, filter_of(wanted), caller.now,
                             least)
    of = RATES[wanted.rate]
    meta = about(caller, wanted, (f"{of.zh}排名", f"League by {of.en}"), (*of.part, *of.whole, of.name), wanted.by)
    return answer(request, wanted, lambda: figures_sheet.of_league(rows, total, meta), lambda: LeagueOut(
        meta=meta_out(meta), by=wanted.by, rate=of.name, down=of.down, minimum=least,
        rows=[LeagueRowOut(**row.document()) for row in rows], total=LeagueRowOut(**total.document())))


@router.get("/stages", response_model=StagesOut, responses=FILES, summary="环节用时 Stage times: median and p90")
def read_stages(request: Request, caller: MayReadFigures,
                wanted: Annotated[StagesQuery, Query()]) -> StagesOut | Response:
    """Of the stages that have ended: time by the wall, and as the clock counted it (`own_…`), in seconds."""
    with reading(caller.engine) as session:
        rows, total = stages.stage_times(session, caller.city, caller.actor, wanted.by, filter_of(wanted))
    meta = about(caller, wanted, ("环节用时", "Stage times"), dict.fromkeys(stages.BEHIND.values()), wanted.by)
    return answer(request, wanted, lambda: figures_sheet.of_stages(rows, total, meta), lambda: StagesOut(
        meta=meta_out(meta), by=wanted.by, rows=[StageRowOut(**row.document()) for row in rows],
        total=StageRowOut(**total.document())))


@router.get("/trend", response_model=TrendOut, responses=FILES,
            summary="趋势 Reported and closed by day, week or month")
def read_trend(request: Request, caller: MayReadFigures,
               wanted: Annotated[TrendQuery, Query()]) -> TrendOut | Response:
    """`closed_in_bucket` is listed as the figure `ended`; every other number under its own name (`closed_of_reported`
    as `closed`), with the row's `from` and `to`."""
    with reading(caller.engine) as session:
        rows = trend.trend(session, caller.city, caller.actor, filter_of(wanted), wanted.interval,
                           caller.now)
    names = ("reported", "filed", "voided", "merged", "closed", "ended", "open", "overdue", "due", "closed_on_time",
             *trend.RATED)
    meta = about(caller, wanted, ("趋势", "Trend"), names, None, "from", "to")
    return answer(request, wanted, lambda: figures_sheet.of_trend(rows, meta), lambda: TrendOut(
        meta=meta_out(meta), interval=wanted.interval, rows=[trend_out(row) for row in rows]))


def trend_out(row: TrendRow) -> Any:
    return TrendRowOut(**{name: getattr(row, name) for name in TrendRowOut.model_fields})


# ---- what they share -----------------------------------------------------------------------------------------------

def filter_of(wanted: FigureQuery) -> FigureFilter:
    return FigureFilter(**{name: getattr(wanted, name) for name in FigureFilter.__dataclass_fields__})


def about(caller: Caller, wanted: FigureQuery, title: tuple[str, str], names: Any = (*COUNTS, *RATES),
          by: By | None = None, *more: str) -> Meta:
    of = filter_of(wanted)
    return meta_of(caller.city, caller.actor, of, caller.now, title, dict.fromkeys(names), template(of, by, *more))


def answer(request: Request, wanted: SheetQuery, sheet: Callable[[], Sheet],
           document: Callable[[], Answered]) -> Answered | Response:
    """The document, or the file that is asked for."""
    form = form_of(request, wanted.form)
    if form == "json":
        return document()
    made = sheet()
    return as_file([made], form, made.title)
