"""Figures: counts and rates, leagues, stage times, the trend, the map; each with what it was counted from."""

from __future__ import annotations

from dataclasses import fields
from typing import Annotated, Any, Literal, get_type_hints

from pydantic import ConfigDict, Field, create_model

from api.schemas.common import Code, In, Instant, Moment, Out
from governance.figures.compare import Compare
from governance.figures.counts import COUNTS, RATES
from governance.figures.filters import By
from governance.figures.league import LeagueRow, Past
from governance.figures.meta import Formula, Meta
from governance.figures.stages import StageTime
from governance.figures.trend import Interval, TrendRow
from grids.codes import Level

Format = Literal["json", "csv", "xlsx"]


def shaped(record: type, name: str, leave: tuple[str, ...] = (), **instead: Any) -> Any:
    """The model of a record of the rules, field by field; `instead` gives the types of fields that go out otherwise."""
    hints = {**get_type_hints(record), **instead}
    kept: dict[str, Any] = {each.name: (hints[each.name], ...) for each in fields(record) if each.name not in leave}
    return create_model(name, __base__=Out, **kept)


# ---- what is asked -------------------------------------------------------------------------------------------------

class FigureQuery(In):
    model_config = ConfigDict(extra="forbid", populate_by_name=False)

    unit: Code | None = None
    category: Code | None = None
    subcategory: Code | None = None
    department: Code | None = None
    source: Code | None = None
    process: Code | None = None
    since: Instant | None = Field(default=None, alias="from", description="统计期起 (start of the period)")
    until: Instant | None = Field(default=None, alias="to", description="统计期止, 不含 (end, not included)")


class SheetQuery(FigureQuery):
    """What also comes as a file."""

    form: Format | None = Field(default=None, alias="format", description="缺省按 Accept (default: by Accept, or JSON)")


class ClosureQuery(SheetQuery):
    by: By = "district"
    compare: Compare | None = Field(default=None, description="与上期或去年同期比较 (beside it, an earlier period)")


class TrendQuery(SheetQuery):
    interval: Interval = "day"


class LeagueQuery(SheetQuery):
    by: By = "district"
    rate: Code = Field(default="closure_rate", description="指标 (a rate of closure)", examples=["on_time_rate"])
    minimum: Annotated[int, Field(ge=1, le=1_000_000)] | None = Field(
        default=None, description="参与排名的最小分母 (smallest denominator that is ranked)")


class StagesQuery(SheetQuery):
    by: By = "district"


class MapQuery(FigureQuery):
    level: Level | None = Field(default=None, description="缺省为下一级 (default: the level below the unit)")


# ---- what stands beside every answer -------------------------------------------------------------------------------

FormulaOut: Any = shaped(Formula, "FormulaOut")


MetaOut: Any = shaped(
    Meta, "MetaOut", since=Annotated[Moment | None, Field(serialization_alias="from")], counted_at=Moment,
    until=Annotated[Moment | None, Field(serialization_alias="to")], formulas=list[FormulaOut])


def meta_out(meta: Meta) -> Any:
    said = {each.name: getattr(meta, each.name) for each in fields(meta)}
    return MetaOut(**{**said, "formulas": [FormulaOut(**vars(formula)) for formula in meta.formulas]})


class Answer(Out):
    meta: MetaOut


# ---- answers -------------------------------------------------------------------------------------------------------

_NUMBERS: dict[str, Any] = {**dict.fromkeys(COUNTS, (int, ...)), **dict.fromkeys(RATES, (float | None, ...))}


class Named(Out):
    key: str | None
    name: str
    list: str | None = None


FigureRow: Any = create_model("FigureRow", __base__=Named, **_NUMBERS)
_Difference = Annotated[dict[str, float | None] | None, Field(
    description="计数之差, 比率之差 (百分点) (differences; of rates in percentage points)")]
ComparedRow: Any = create_model("ComparedRow", __base__=FigureRow, before=(FigureRow | None, None),
                           difference=(_Difference, None))


class ClosureOut(Answer):
    by: By
    rows: list[ComparedRow]
    total: ComparedRow


PastOut: Any = shaped(Past, "PastOut")
_LeagueRow: Any = shaped(LeagueRow, "LeagueFigures", leave=("key", "name", "taxonomy"),
                    last_month=PastOut | None, last_year=PastOut | None)
LeagueRowOut: Any = create_model("LeagueRowOut", __base__=(_LeagueRow, Named))


class LeagueOut(Answer):
    by: By
    rate: str
    down: bool = Field(description="越小越好 (less is better)")
    minimum: int
    rows: list[LeagueRowOut]
    total: LeagueRowOut


_StageTime: Any = shaped(StageTime, "StageNumbers")


class StageTimeOut(_StageTime):  # type: ignore[misc]
    name: str
    name_en: str
    figure: str = Field(description="其背后事件的统计项 (the count whose list stands behind it)")


class StageRowOut(Named):
    stages: list[StageTimeOut]


class StagesOut(Answer):
    by: By
    rows: list[StageRowOut]
    total: StageRowOut


TrendRowOut: Any = shaped(TrendRow, "TrendRowOut", since=Annotated[Moment, Field(serialization_alias="from")],
                     until=Annotated[Moment, Field(serialization_alias="to")])


class TrendOut(Answer):
    interval: Interval
    rows: list[TrendRowOut]


class MapOut(Answer):
    """GeoJSON; each feature's properties are its unit's counts and rates."""

    model_config = ConfigDict(extra="allow")

    type: Literal["FeatureCollection"]
    features: list[dict[str, object]]
