"""Patrols: how a round is begun, how its points come, how it is shown."""

from __future__ import annotations

import uuid
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, StringConstraints

from api.schemas.common import Code, Cursor, DatumName, In, Instant, Limit, Moment, NoControl, Out, StrictLat, StrictLon

MOST_POINTS = 500
Note = Annotated[str, StringConstraints(max_length=500), NoControl]


class PatrolIn(In):
    """A round of a cell or a community. Sent again it is the same patrol."""

    id: uuid.UUID = Field(description="客户端生成 (made by the client)")
    unit: Code
    started_at: Instant


class PatrolPointIn(In):
    lon: StrictLon
    lat: StrictLat
    accuracy_m: Annotated[float, Field(strict=True, ge=0, le=1e6, allow_inf_nan=False)] | None = None
    captured_at: Instant
    kind: Literal["track", "check_in"] | None = Field(default=None, description=(
        "check_in 为打卡; 有 note 者即为打卡 (a point with a note is a check-in anyhow)"))
    note: Note | None = None


class PatrolPointsIn(In):
    """A batch. The same number with the same points again changes nothing; batches may come late, in any order."""

    seq: Annotated[int, Field(strict=True, ge=0, le=1_000_000, description="批次序号 (the phone's own number)")]
    datum: DatumName = "wgs84"
    points: Annotated[list[PatrolPointIn], Field(min_length=1, max_length=MOST_POINTS)]


class PatrolEndIn(In):
    ended_at: Instant | None = Field(default=None, description="缺省为现在 (default: now)")


class PatrolsQuery(In):
    model_config = ConfigDict(extra="forbid", populate_by_name=False)

    mine: bool = False
    unit: Code | None = None
    since: Instant | None = Field(default=None, alias="from", description="开始时间不早于 (begun then or later)")
    until: Instant | None = Field(default=None, alias="to", description="开始时间早于 (begun before)")
    limit: Limit = 50
    cursor: Cursor | None = None


class PatrolOut(Out):
    id: uuid.UUID
    account: uuid.UUID
    name: str
    unit: str
    unit_name: str
    started_at: Moment
    ended_at: Moment | None
    running: bool = Field(description="未结束且未满 12 小时 (not ended, and no longer than 12 hours)")
    points_count: int
    check_ins_count: int
    length_m: float
    covered: float = Field(description=(
        "轨迹 30 米内的面积占网格面积之比, 0 至 1 (share of the unit's area within 30 m of the track)"))
    track_kept: bool = Field(description="轨迹是否仍在保存期内 (false: it was deleted after its days)")


class PatrolPage(Out):
    items: list[PatrolOut]
    next_cursor: str | None


class PatrolPointsOut(Out):
    """What became of a batch."""

    seq: int
    kept: int
    left_out: int = Field(description=(
        "巡查开始前、结束后的点不保存 (points before the start or after the end are not kept)"))
    patrol: PatrolOut


class CheckInOut(Out):
    lon: float
    lat: float
    accuracy_m: float | None
    captured_at: Moment
    note: str


class PatrolDetailOut(PatrolOut):
    check_ins: list[CheckInOut]
    track: dict[str, Any] = Field(description=(
        "GeoJSON Feature, MultiLineString, 中断处分段 (broken where the way is not known)"))
