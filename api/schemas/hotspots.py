"""Hot spots, each with its arithmetic and the query that lists its incidents."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from api.schemas.common import Moment, Out
from api.schemas.figures import FigureQuery
from governance.figures.hotspots import PlaceLevel


class HotSpotsQuery(FigureQuery):
    level: PlaceLevel | None = Field(default=None, description="缺省为下一级 (default: the level below the unit)")
    periods: Annotated[int, Field(ge=1, le=12, description="与前几期相比 (periods before, to compare with)")] = 4
    minimum: Annotated[int, Field(ge=2, le=1000, description="少于此数为小样本 (fewer are a small sample)")] = 5
    limit: Annotated[int, Field(ge=1, le=50)] = 10

#: Before a field of that name hides the type.
Counts = list[int]


class HotSpotOut(Out):
    name: str
    unit: str | None
    list: str | None
    subcategory: str | None
    lon: float | None
    lat: float | None
    radius_m: float | None
    count: int
    before: Counts = Field(description="前各期件数, 最近一期在前 (the periods before, the latest first)")
    expected: float = Field(description="前各期的平均 (their mean)")
    factor: float | None = Field(description="count / expected")
    chance: float = Field(description="如无变化, 偶然达到这么多的概率 (the chance of as many, had nothing changed)")
    rising: bool
    small_sample: bool
    zh: str
    en: str
    query: dict[str, str] = Field(description="GET /api/v1/incidents 的查询字段 (lists its incidents)")


class PeriodOut(Out):
    since: Moment
    until: Moment


class HotSpotsOut(Out):
    level: PlaceLevel
    period: PeriodOut
    before: list[PeriodOut]
    step_days: int = Field(description="每期相隔的天数, 整周 (days from one period to the next; whole weeks)")
    minimum: int
    most_chance: float = Field(description="低于此概率为上升 (rising is at most this chance)")
    tested: dict[str, int] = Field(description="各类检验数 (how many of each kind were looked at)")
    rising_subcategories: list[HotSpotOut]
    rising_places: list[HotSpotOut]
    rising_pairs: list[HotSpotOut] = Field(description="某地某小类上升 (a subcategory that rises in a place)")
    top_places: list[HotSpotOut]
    clusters: list[HotSpotOut]
    clusters_left_out: bool = Field(description="点太多, 未计算聚集点 (too many points; ask for less)")
