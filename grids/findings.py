"""What an audit of grids tells: whose codes, how much, where, how grave, and what to do, in Chinese and English.

An error stops the load: it would put incidents into the wrong unit, or into none. A warning is loaded and should be
looked at. A note tells where a file differs from custom; nothing depends on it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal, NamedTuple

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

Severity = Literal["error", "warning", "note"]
Kind = Literal[
    "code", "level", "duplicate", "reused", "area_class", "orphan", "prefix", "unknown", "unnamed", "no_outline",
    "empty", "cities", "vanishing", "crossing", "unclosed", "few_points", "no_area", "multipart", "orientation",
    "crs", "no_crs", "projected", "axes", "elsewhere", "datum", "same", "overlap", "outside", "gap", "hole", "sliver",
    "tiny", "huge",
    "numbering"]
Place = tuple[float, float]

DECIMALS: Final = 6
#: So many codes stand in a sentence; all stand in `codes`.
_NAMED: Final = 3


class _Words(NamedTuple):
    """How grave a kind is, the field to blame, what is wrong and what to do, in both languages."""

    severity: Severity
    field: str
    zh: str
    en: str
    todo: str
    todo_en: str


_KINDS: Final[dict[Kind, _Words]] = {
    # ---- codes and names
    "code": _Words("error", "code", "{who} {why}", "{why_en}", "请按国标改正编码 (6+3+3+3 位)",
                   "correct the code (6+3+3+3 digits, GB/T 30428.1)"),
    "level": _Words("error", "level", "{0} 的层级应为 {1}, 不是 {2}", "{0} is a {1}, not a {2}", "请改正层级或编码",
                    "correct the level or the code"),
    "duplicate": _Words("error", "code", "编码 {0} 与第 {1} 个要素重复", "{0} is the same code as in line {1}",
                        "每个编码只能出现一次, 请改正或合并",
                        "keep each code once: correct one of the two, or join them"),
    "reused": _Words("error", "code", "编码 {who} 已作废, 不能再用",
                     "the code {who} was voided and is never used again",
                     "请给新的顺序号", "give the unit the next free number"),
    "area_class": _Words("error", "area_class", "“{1}”不是地域类别 A、B 或 C ({0})",
                         "{1!r} is no area class A, B or C ({0})", "请改为 A、B 或 C, 或留空",
                         "write A, B or C, or nothing"),
    "orphan": _Words("error", "code", "单元 {0} 所属的 {1} 不在单元名录中",
                     "the unit {1} above {0} is not in the list of units", "请补上级单元, 或改正编码",
                     "add the unit above, or correct the code"),
    "prefix": _Words("error", "parent_code", "单元 {0} 的编码不以其上级 {1} 的编码开头",
                     "the code {0} does not start with that of the unit {1} above it", "请改正编码或上级编码",
                     "correct the code or the parent"),
    "unknown": _Words("error", "code", "单元 {0} 不在单元名录中", "the unit {0} is not in the list of units",
                      "请列入名录, 或删去其边界", "list it, or leave its outline out"),
    "unnamed": _Words("error", "name", "单元 {0} 没有名称: 单元名录和边界文件中都没有",
                      "the unit {0} has no name, neither in the list of units nor in the file of outlines",
                      "请填写名称", "give it a name"),
    "no_outline": _Words("error", "units.code", "单元网格 {0} 没有边界", "the cell {0} has no outline",
                         "请补边界, 或从名录中删去", "add its outline, or take it off the list"),
    "empty": _Words("error", "units.code", "单元 {0} 没有任何下级单元", "the unit {0} has nothing below it",
                    "请补下级单元, 或从名录中删去", "add units below it, or take it off the list"),
    "cities": _Words("error", "units.code", "单元名录中应有一个城市, 实有: {0}",
                     "the list of units needs one city, it has: {0}",
                     "请只列一个 2 位编码", "list one code of two digits"),
    "vanishing": _Words("warning", "", "现行的 {who} 不在文件中, 导入后作废, 编码不能再用",
                        "{who} of the current version not in the file: voided by the load, the codes never used again",
                        "只更新一部分时, 请用 --within 指明该单元",
                        "to change a part only, name it with --within"),
    # ---- rings
    "crossing": _Words("error", "geometry", "{0} 的图形无效: {why}", "invalid ring of {0}: {why_en}",
                       "请在此处改正边界", "correct the outline at this place"),
    "unclosed": _Words("error", "geometry", "{0} 的环没有闭合, 首尾两点不同",
                       "invalid ring of {0}: not closed, its first and last points differ", "请让末点与首点相同",
                       "end the ring at its first point"),
    "few_points": _Words("error", "geometry", "{0} 的图形无法读取, 环至少要有 4 个点",
                         "unreadable geometry of {0}: a ring needs at least 4 points", "请重画边界",
                         "draw the outline anew"),
    "no_area": _Words("error", "geometry", "{who} 的图形不是面: {why}",
                      "the geometry of {who} is not an area: {why_en}",
                      "须为 Polygon 或 MultiPolygon", "make it a Polygon or MultiPolygon"),
    "multipart": _Words("warning", "geometry", "单元网格 {0} 由 {1} 块组成", "the cell {0} consists of {1} parts",
                        "国标要求一个闭合多边形, 请核对是否应拆成几个网格",
                        "the standard wants one closed polygon: should it be several cells?"),
    "orientation": _Words("note", "geometry", "{who} 的外环为顺时针", "the outer ring of {who} runs clockwise",
                          "不影响导入", "this changes nothing"),
    # ---- where on earth
    "crs": _Words("error", "crs", "{why}", "{why_en}",
                  "请由测绘部门转换为 CGCS2000 后再导入, 或用 --crs 指明实际坐标系",
                  "have it converted to CGCS2000, or name the real system with --crs"),
    "no_crs": _Words("warning", "crs", "文件没有说明坐标系 (缺少 .prj 等), 按 WGS-84/CGCS2000 经纬度读取",
                     "the file does not name its coordinate system (no .prj): read as WGS-84/CGCS2000 degrees",
                     "请核对位置, 并补上坐标系", "check the place, and add the system"),
    "projected": _Words("error", "geometry", "{who} 的坐标超出经纬度范围, 是投影坐标 (米), {why}",
                        "{who}: outside the range of longitude and latitude, these are projected coordinates (metres), "
                        "{why_en}", "请补 .prj, 或用 --crs 指明坐标系", "add the .prj, or name the system with --crs"),
    "axes": _Words("error", "geometry", "{who} 的经纬度颠倒", "{who}: axes swapped", "应为先经度后纬度",
                   "longitude comes first, then latitude"),
    "elsewhere": _Words("error", "geometry", "{who} 不在中国范围内", "{who}: outside China", "请核对坐标系和坐标",
                        "check the coordinate system and the coordinates"),
    "datum": _Words("error", "geometry", "整个文件与已有边界偏移约 {why}, 像是 {datum} ({maps}) 坐标",
                    "the whole file lies off the known boundaries by some {why_en}; it looks like {datum}",
                    "请用 --datum {name} 导入, 或先转换为 CGCS2000",
                    "load it with --datum {name}, or convert it first"),
    # ---- outlines against each other
    "same": _Words("error", "geometry", "{0} 与 {1} 的边界相同", "{0} and {1} have the same outline", "请改正其中之一",
                   "correct one of them"),
    "overlap": _Words("error", "geometry", "{0} 与 {1} 重叠", "{0} and {1} overlap", "请以一方为准修改另一方",
                      "move the border of one to that of the other"),
    "outside": _Words("error", "geometry", "{0} 超出其上级 {1} 的边界", "{0} lies outside the outline of {1} above it",
                      "请修改二者之一, 或不给上级边界", "correct one of the two, or leave the outline above out"),
    "gap": _Words("warning", "geometry", "{0} 内有一处不属于任何下级单元, 靠近 {1}",
                  "a gap in {0} near {1} that no unit below covers", "如非水面等, 请划入网格",
                  "unless it is a lake or the like, put it into a unit"),
    "hole": _Words("warning", "geometry", "{0} 旁有一处四周都是网格的空白",
                   "a hole beside {0} with units all around it",
                   "如非水面等, 请划入网格", "unless it is a lake or the like, put it into a unit"),
    "sliver": _Words("warning", "geometry", "{who} 之间有一条窄缝或窄重叠, 平均宽 {why} 米",
                     "a sliver (thin gap or overlap) at {who}, {why_en} m wide on average", "请让相邻边界共用同样的点",
                     "let neighbours share the same points"),
    "tiny": _Words("warning", "geometry", "单元网格 {0} 很小", "the cell {0} is very small", "请核对是否为残片",
                   "is it a leftover piece?"),
    "huge": _Words("warning", "geometry", "单元网格 {0} 很大", "the cell {0} is very large", "请核对是否应拆分",
                   "should it be several cells?"),
    "numbering": _Words("note", "code", "{who} 的网格未按自西向东、自北向南编号",
                        "the cells of {who} are not numbered west to east, then north to south",
                        "已用的编码不必改", "leave codes that are in use as they are"),
}


@dataclass(frozen=True)
class Finding:
    """Something wrong: whose codes, how much in square metres, a point of it (lon, lat) and its geometry (GeoJSON, both
    WGS-84) where there is one, and the number of the feature in its file from 1, 0 when it is none of its own.
    """

    kind: Kind
    codes: tuple[str, ...]
    reason: str
    reason_en: str
    area_m2: float = 0.0
    place: Place | None = None
    severity: Severity = "error"
    geometry: dict[str, Any] | None = None
    feature: int = 0

    @property
    def is_error(self) -> bool:
        """Whether it stops the load."""
        return self.severity == "error"

    @property
    def field(self) -> str:
        """The field to blame."""
        return _KINDS[self.kind].field

    def __str__(self) -> str:
        return f"{self.reason} ({self.reason_en})"


def finding(kind: Kind, *codes: str, area: float = 0.0, place: Place | None = None, shape: BaseGeometry | None = None,
            feature: int = 0, words: Sequence[object] = (), **why: str) -> Finding:
    """A finding of a kind about some codes. `words` fill the sentence after the codes; `why` fills its named places."""
    known = _KINDS[kind]
    if place is None and shape is not None and not shape.is_empty:
        place = place_in(shape)
    fill = {"why": "", "why_en": "", **why, "who": _who(codes)}
    said = [*(code or "?" for code in codes), *words]
    zh, en = (text.format(*said, **fill) for text in (known.zh, known.en))
    zh += _where(area, place, "平方米", "位于") + f"; {known.todo.format(**fill)}"
    en += _where(area, place, "m²", "at") + f"; {known.todo_en.format(**fill)}"
    return Finding(kind, tuple(filter(None, codes)), zh, en, area, place, known.severity, document_of(shape), feature)


def _who(codes: Sequence[str]) -> str:
    named = ", ".join(code or "?" for code in codes[:_NAMED]) or "?"
    return named if len(codes) <= _NAMED else f"{named} … ({len(codes)})"


def _where(area: float, place: Place | None, unit: str, at: str) -> str:
    size = f", {area:,.1f} {unit}" if area else ""
    return size + (f", {at} {place[0]:.6f},{place[1]:.6f}" if place else "")


def place_in(shape: BaseGeometry) -> Place:
    """A point inside, to six decimals."""
    point = shapely.point_on_surface(shape)
    return round(point.x, DECIMALS), round(point.y, DECIMALS)


def document_of(shape: BaseGeometry | None) -> dict[str, Any] | None:
    """A geometry as GeoJSON, coordinates to seven decimals of a degree (1 cm)."""
    if shape is None or shape.is_empty or not np.isfinite(shapely.get_coordinates(shape)).all():
        return None
    document: dict[str, Any] = json.loads(shapely.to_geojson(shapely.transform(shape, lambda xy: np.round(xy, 7))))
    return document


def geojson_of(found: Iterable[Finding]) -> dict[str, Any]:
    """The findings as a GeoJSON FeatureCollection: the piece that is wrong, else its place, else no geometry."""
    return {"type": "FeatureCollection", "features": [
        {"type": "Feature", "geometry": each.geometry or _point(each.place), "properties": as_document(each)}
        for each in found]}


def _point(place: Place | None) -> dict[str, Any] | None:
    return {"type": "Point", "coordinates": list(place)} if place else None


def as_document(each: Finding) -> dict[str, Any]:
    """A finding without its geometry, for JSON."""
    return {"kind": each.kind, "severity": each.severity, "codes": list(each.codes), "feature": each.feature,
            "field": each.field, "area_m2": round(each.area_m2, 2), "place": list(each.place) if each.place else None,
            "zh": each.reason, "en": each.reason_en}
