"""Grids as files: what goes out, and what an audit of a file tells."""

from __future__ import annotations

from typing import Any, Literal

from fastapi import UploadFile
from pydantic import Field

from api.schemas.common import Code, DatumName, In, Line, Out
from api.schemas.grids import Level

FormatName = Literal["geojson", "shp", "gpkg", "csv"]


class ExportQuery(In):
    format: FormatName = Field(default="geojson", description="shp 为 ZIP 压缩包; csv 不含边界 (csv has no outlines)")
    level: Level | None = Field(default=None, description="缺省为全部 (default: all)")
    unit: Code | None = Field(default=None, description="只要此单元及其下级 (this unit and all below it)")
    version: int | None = Field(default=None, ge=1, description="边界版本, 缺省为现行版本 (default: the current one)")


class TemplateQuery(In):
    format: Literal["csv", "geojson"] = "csv"


class AuditIn(In):
    """The files, and how they are to be taken."""

    units: UploadFile | None = Field(default=None, description="单元名录 CSV 或 XLSX (a sheet of units)")
    outlines: UploadFile | None = Field(default=None, description="GeoJSON、shapefile (.zip) 或 GeoPackage")
    crs: Line | None = Field(default=None, description="实际坐标系, 如 EPSG:4547 (over what the file claims)")
    datum: DatumName = "wgs84"
    within: Code | None = Field(default=None, description="只更新此单元, 其余不变 (this unit only; all others stay)")


class FindingFeature(Out):
    type: Literal["Feature"]
    geometry: dict[str, Any] | None
    properties: dict[str, Any] = Field(description="kind, severity (error, warning, note), codes, feature, field, "
                                                   "area_m2, place, zh, en")


class AuditOut(Out):
    """The findings as GeoJSON; `units` counts what the files would make, nothing while there is an error."""

    type: Literal["FeatureCollection"]
    source: str
    outlines: int = Field(description="读到的边界数 (outlines that were read)")
    units: dict[str, int]
    counts: dict[str, int] = Field(description="各级结果数 (findings by severity)")
    features: list[FindingFeature]
