"""Which incidents: the questions that a list, a map and an export ask."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from api.schemas.common import Code, Cursor, In, Instant, Limit, Line, NoControl
from governance.figures.filters import By


def _numbers(text: str, count: int, kind: str) -> tuple[float, ...]:
    try:
        values = tuple(float(part) for part in text.split(","))
    except ValueError:
        values = ()
    if len(values) != count or any(value != value or abs(value) > 1e7 for value in values):
        raise PydanticCustomError(kind, "has the wrong form")
    return values


def _bbox(text: str) -> str:
    _numbers(text, 4, "bad_bbox")
    return text


def _point(text: str) -> str:
    _numbers(text, 2, "bad_point")
    return text


def _near(text: str) -> str:
    _numbers(text, 3, "bad_near")
    return text


class IncidentsWanted(In):
    """Which incidents: of a list, and of an export."""

    unit: Code | None = None
    status: Code | None = None
    open: bool | None = None
    overdue: bool | None = None
    category: Code | None = None
    subcategory: Code | None = None
    department: Code | None = None
    source: Code | None = None
    process: Code | None = None
    mine: bool = False
    reported_from: Instant | None = None
    reported_to: Instant | None = None
    q: Line | None = Field(default=None, description="编号开头, 描述或地址 (number, description, address)")


class BehindAFigure(In):
    """The incidents that a count of the figures counts, or that a rate lacks."""

    figure: Code | None = Field(default=None, examples=["returned"], description=(
        "统计项: 其背后的事件; 越高越好的比率: 在分母中而不在分子中的事件 (the incidents that a count counts; of a "
        "rate that is better when higher, those in its whole and not in its part)"))
    by: By | None = Field(default=None, description="统计维度 (dimension of the figure's row)")
    key: Code | None = Field(default=None, description="行的编码, 省略为未归入者 (the row; absent: without a place)")
    of_list: Code | None = Field(default=None, alias="list", description="行的清单 (the list of the row's code)")
    since: Instant | None = Field(default=None, alias="from", description="统计期起 (start of the figure's period)")
    until: Instant | None = Field(default=None, alias="to", description="统计期止, 不含 (its end, not included)")


class IncidentsPlaced(IncidentsWanted):
    """Which incidents, and where on the map."""

    bbox: Annotated[Line, NoControl, AfterValidator(_bbox)] | None = Field(
        default=None, description="西,南,东,北 (west,south,east,north)", examples=["117.1,39.0,117.3,39.2"])
    near: Annotated[Line, NoControl, AfterValidator(_near)] | None = Field(
        default=None, description="经度,纬度,米 (lon,lat,metres)", examples=["117.2,39.1,500"])
    waiting_for: Literal["me"] | None = Field(default=None, description=(
        "me: 等我办的: 我所持环节的时限在走, 或有申请待我答复、审核、确认, 或可由我现场处置 "
        "(what waits for me: a clock of a stage that I hold runs, a request waits for my answer, decision or "
        "confirmation, or I may settle it on the spot)"))

    def box(self) -> tuple[float, float, float, float] | None:
        return None if self.bbox is None else _numbers(self.bbox, 4, "bad_bbox")  # type: ignore[return-value]

    def circle(self) -> tuple[float, float, float] | None:
        return None if self.near is None else _numbers(self.near, 3, "bad_near")  # type: ignore[return-value]


class IncidentsQuery(IncidentsPlaced, BehindAFigure):
    sort: Literal["reported_at", "-reported_at", "due_at", "-due_at", "closed_at", "-closed_at", "near"] = Field(
        default="-reported_at", description=(
            "near: 由近及远, 须给出 at, 并限定 open=true、mine、waiting_for、near 或 bbox; 无坐标者在后 "
            "(the nearest to `at` first; needs one of open=true, mine, waiting_for, near or bbox)"))
    at: Annotated[Line, NoControl, AfterValidator(_point)] | None = Field(
        default=None, description="经度,纬度: 距离的起点 (lon,lat: where distances are from)", examples=["117.2,39.1"])
    limit: Limit = 50
    cursor: Cursor | None = None

    def point(self) -> tuple[float, float] | None:
        return None if self.at is None else _numbers(self.at, 2, "bad_point")  # type: ignore[return-value]
