"""A person's own figures: this month and last month."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Query

from api.dependencies import SignedIn
from api.documented import ALWAYS, SIGNED_IN
from api.schemas.common import NoQuery
from api.schemas.own_figures import OwnCountOut, OwnFigureOut, OwnFiguresOut, OwnPeriodOut
from data.engine import reading
from governance.figures.own import OwnRow, months, own_figures

router = APIRouter(prefix="/api/v1", tags=["figures"], responses={**ALWAYS, **SIGNED_IN})


@router.get("/me/figures", summary="我的工作数 My own figures")
def read_own_figures(caller: SignedIn, _: Annotated[NoQuery, Query()]) -> OwnFiguresOut:
    """What the caller did this month so far, and in the whole of the last one. For oneself only, without grades."""
    with reading(caller.engine) as session:
        rows = own_figures(session, caller.actor, caller.now)
    this, last = (OwnPeriodOut.model_validate({"since": period.since, "until": period.until})
                  for period in months(caller.now))
    return OwnFiguresOut(role=caller.actor.role, as_of=caller.now, this_month=this, last_month=last,
                         figures=[figure_out(row) for row in rows])


def figure_out(row: OwnRow) -> OwnFigureOut:
    return OwnFigureOut(code=row.figure.code, name=row.figure.zh, name_en=row.figure.en, kind=row.figure.kind,
                        this_month=OwnCountOut(**asdict(row.this_month)),
                        last_month=OwnCountOut(**asdict(row.last_month)))
