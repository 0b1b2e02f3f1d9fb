"""Evaluation: components with numerator, denominator and weight; total and grade."""

from __future__ import annotations

from typing import Any

from pydantic import ConfigDict, Field

from api.schemas.common import Code, In, Instant, Out
from api.schemas.figures import Answer, Format, shaped
from governance.figures.evaluation_formula import Judged


class EvaluationQuery(In):
    model_config = ConfigDict(extra="forbid", populate_by_name=False)

    of: Code = Field(default="grid_worker", description="grid_worker, accepter, duty_chief, dispatcher, department")
    unit: Code | None = None
    since: Instant | None = Field(default=None, alias="from", description="考核期起, 缺省为本月 (default: this month)")
    until: Instant | None = Field(default=None, alias="to", description="考核期止, 不含 (end, not included)")
    form: Format | None = Field(default=None, alias="format", description="缺省按 Accept (default: by Accept, or JSON)")


JudgedOut: Any = shaped(Judged, "JudgedOut")


class EvaluatedOut(Out):
    key: str
    name: str
    role: str | None
    unit: str
    unit_name: str
    components: list[JudgedOut]
    total: float | None
    grade: str | None
    small: bool = Field(description="样本过小 (too few cases)")
    partial: bool = Field(description="部分指标无从评判, 按其余权重折算 (not every component could be judged)")


class EvaluationOut(Answer):
    of: str
    name: str
    name_en: str
    minimum: int
    grades: dict[str, float]
    rows: list[EvaluatedOut]
