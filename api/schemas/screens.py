"""What the screens must know before anybody signs in."""

from __future__ import annotations

from pydantic import Field

from api.schemas.common import Out


class ScreensOut(Out):
    city: str | None = Field(description="网格编码, 未装载时为空 (code of the city; none is loaded: empty)")
    city_name: str
    centre: tuple[float, float] | None = Field(description="城市内一点 (a point inside the city): [lon, lat]")
    tiles: str = Field(description="底图地址, 空为不用底图 (address of the base map's tiles; empty: none)")
    tiles_attribution: str
    illustrative: bool = Field(description="边界为示意 (outlines below the districts are illustrative)")
    show_codes: bool = Field(description="演示: 直接显示验证码 (a demo: codes are shown)")
    repeat_metres: float = Field(description="同类事件视为重复的距离, 米 (the same problem: within so many metres)")
    repeat_hours: int = Field(description="同类事件视为重复的时限, 小时 (the same problem: within so many hours)")
