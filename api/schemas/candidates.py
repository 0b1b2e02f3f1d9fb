"""Departments that an incident could be sent to."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from api.schemas.common import In, Line, Out


class CandidatesQuery(In):
    q: Line | None = Field(default=None, description=(
        "按名称、编码或职能查找辖区覆盖事发地的单位 (search by name, code or function among the departments whose "
        "jurisdiction covers the place)"))
    limit: Annotated[int, Field(ge=1, le=100)] = 50


class OnTimeOut(Out):
    """近 90 天上报、已有处置结论的事件 Reported in the last 90 days and judged: how many were handled in time."""

    rate: float | None
    numerator: int
    denominator: int


class CandidateOut(Out):
    department: str
    name: str
    level: str
    unit: str
    unit_name: str
    rank: int | None = Field(description=(
        "规则给出的次序, 1 为最近; 规则未列的为空 (by the rule, 1 is the nearest; empty: the rule does not name it)"))
    reasons: list[str]
    reasons_en: list[str]
    lead_now: bool
    assisting_now: bool
    open: int = Field(description="在办 (open incidents that it leads now)")
    overdue: int
    distance_m: float | None = Field(description=(
        "到单位所在网格中心的距离, 区级以上不计 (to the middle of its unit; none for districts and the city)"))
    on_time: OnTimeOut


class CandidatesOut(Out):
    decided: str | None = Field(description="规则唯一确定的单位 (the department that the rule names, if exactly one)")
    reasons: list[str]
    reasons_en: list[str]
    items: list[CandidateOut]
