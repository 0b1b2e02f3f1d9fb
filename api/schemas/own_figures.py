"""A person's own figures."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from api.schemas.common import Moment, Out


class OwnCountOut(Out):
    value: float
    whole: float | None = Field(description="分母; 单纯计数时为空 (the whole; empty for a plain count)")
    rate: float | None = Field(description="占比; 分母为 0 时为空 (the share; empty where there is nothing to count)")


class OwnFigureOut(Out):
    code: str
    name: str
    name_en: str
    kind: Literal["count", "hours"]
    this_month: OwnCountOut
    last_month: OwnCountOut


class OwnPeriodOut(Out):
    since: Moment
    until: Moment = Field(description="不含 (not included)")


class OwnFiguresOut(Out):
    role: str
    as_of: Moment
    this_month: OwnPeriodOut
    last_month: OwnPeriodOut
    figures: list[OwnFigureOut] = Field(description="本角色不计数时为空 (empty for a role whose work is not counted)")
