"""Figures: counts and rates, and the trend."""

from __future__ import annotations

from datetime import date
from typing import Any

from pydantic import ConfigDict, Field, create_model

from api.schemas.common import Code, In, Instant, Out
from governance.figures import COUNTS, RATES, By
from governance.trend import Interval


class FigureQuery(In):
    model_config = ConfigDict(extra="forbid", populate_by_name=False)

    unit: Code | None = None
    category: Code | None = None
    subcategory: Code | None = None
    department: Code | None = None
    source: Code | None = None
    process: Code | None = None
    since: Instant | None = Field(default=None, alias="from", description="上报时间自 (reported at or after)")
    until: Instant | None = Field(default=None, alias="to", description="上报时间至, 不含 (reported before)")


class ClosureQuery(FigureQuery):
    by: By = "district"


class TrendQuery(FigureQuery):
    interval: Interval = "day"


_NUMBERS: dict[str, Any] = {
    **dict.fromkeys(COUNTS, (int, ...)),
    **dict.fromkeys(("closure_rate", *RATES), (float | None, ...)),
}


class _Named(Out):
    key: str | None
    name: str
    list: str | None = None


FigureRow = create_model("FigureRow", __base__=_Named, **_NUMBERS)


class ClosureOut(Out):
    by: By
    rows: list[FigureRow]  # type: ignore[valid-type]
    total: FigureRow  # type: ignore[valid-type]


class TrendRowOut(Out):
    bucket: str
    start: date
    reported: int
    filed: int
    voided: int
    merged: int
    closed_of_reported: int
    closed_in_bucket: int
    closure_rate: float | None


class TrendOut(Out):
    interval: Interval
    rows: list[TrendRowOut]
