"""Grid units, and where a point lies."""

from __future__ import annotations

from typing import Literal

from pydantic import ConfigDict, Field

from api.schemas.common import Code, Cursor, DatumName, In, Lat, Limit, Line, Lon, Out

Level = Literal["city", "district", "street", "community", "cell"]


class UnitsQuery(In):
    level: Level | None = None
    q: Line | None = Field(default=None, description="名称的一部分或编码的开头 (part of the name, or start of code)")
    parent: Code | None = Field(default=None, description="上级编码 (units directly below this one)")
    limit: Limit = 50
    cursor: Cursor | None = None


class UnitOut(Out):
    code: str
    name: str
    level: Level
    parent: str | None
    path: list[str] = Field(description="自市至本级的编码 (codes from the city down to the unit)")
    path_name: str
    area_class: str
    centroid: tuple[float, float] = Field(description="单元内一点 [经度, 纬度] (a point inside the unit, WGS-84)")
    voided: bool


class UnitPage(Out):
    items: list[UnitOut]
    next_cursor: str | None


class LocateQuery(In):
    lon: Lon
    lat: Lat
    datum: DatumName = "wgs84"


class NeighbourOut(Out):
    code: str
    name: str
    border_m: float = Field(description="公共边界长度, 米 (metres of shared border)")


class PlacementOut(Out):
    placement: Literal["inside", "near", "outside"]
    distance_m: float | None = Field(description="距该网格的米数 (metres to the cell); 网格内为 0")
    cell: str | None
    community: str | None
    street: str | None
    district: str | None
    city: str | None
    path_name: str | None


class BoundariesQuery(In):
    level: Level | None = Field(default=None, description="缺省为下一级 (default: the level below the unit)")


class FeatureCollection(Out):
    """GeoJSON. `note` and `licence` when the outlines are illustrative."""

    model_config = ConfigDict(extra="allow")

    type: Literal["FeatureCollection"]
    features: list[dict[str, object]]
