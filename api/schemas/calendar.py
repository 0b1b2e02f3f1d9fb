"""The working calendar, day by day."""

from __future__ import annotations

from datetime import date

from pydantic import ConfigDict, Field

from api.schemas.common import Day, In, Out


class CalendarQuery(In):
    model_config = ConfigDict(extra="forbid", populate_by_name=False)

    since: Day | None = Field(default=None, alias="from", description="起, 缺省为今天 (first day; default: today)")
    until: Day | None = Field(default=None, alias="to", description=(
        "止, 含, 缺省为起始后 60 天, 至多 400 天 (last day, included; default: 60 days on; at most 400 days)"))


class DayOut(Out):
    date: date
    work: bool
    name: str = Field(description="节假日或调休上班日的名称, 平日为空 (of a holiday or a make-up day; else empty)")
    name_en: str
    spans: list[tuple[str, str]] = Field(description="当地工作时段 (working hours, local)",
                                         examples=[[["08:00", "12:00"], ["14:00", "18:00"]]])


class CalendarOut(Out):
    timezone: str = Field(examples=["Asia/Shanghai"])
    days: list[DayOut]
    unpublished: list[int] = Field(description=(
        "尚未发布日历的年份, 其日期不在内 (years without a calendar: their days are left out)"))
