"""Evaluation of grid workers, desks and departments."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from api.dependencies import MayReadEvaluation
from api.documented import ALWAYS, SIGNED_IN
from api.routes.figures import FILES
from api.schemas.evaluation import EvaluatedOut, EvaluationOut, EvaluationQuery
from api.schemas.figures import meta_out
from api.sheets import as_file, form_of
from data.engine import reading
from governance.figures.evaluation import evaluate, formula_of, this_month
from governance.figures.evaluation_sheet import meta_of_evaluation, of_evaluation
from governance.figures.filters import FigureFilter

router = APIRouter(prefix="/api/v1/figures", tags=["figures"], responses={**ALWAYS, **SIGNED_IN})


@router.get("/evaluation", response_model=EvaluationOut, responses=FILES,
            summary="考核 Evaluation of grid workers, desks and departments")
def read_evaluation(request: Request, caller: MayReadEvaluation,
                    wanted: Annotated[EvaluationQuery, Query()]) -> EvaluationOut | Response:
    """By formulas and weights that are the city's own data. Overseers see those within their unit, everybody else only
    themselves or their department. Residents are never scored."""
    formula = formula_of(wanted.of)
    of = this_month(FigureFilter(unit=wanted.unit, since=wanted.since, until=wanted.until), caller.now)
    with reading(caller.engine) as session:
        rows = evaluate(session, caller.city, caller.actor, wanted.of, of, caller.now)
    meta, form = meta_of_evaluation(caller.city, caller.actor, formula, of, caller.now), form_of(request, wanted.form)
    if form != "json":
        return as_file([of_evaluation(rows, formula, meta)], form, meta.title)
    return EvaluationOut(meta=meta_out(meta), of=formula.of, name=formula.zh, name_en=formula.en,
                         minimum=formula.minimum, grades=formula.grades,
                         rows=[EvaluatedOut(**row.document()) for row in rows])
