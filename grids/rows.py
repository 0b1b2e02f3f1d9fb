"""The outlines of a file, one by one: what is wrong with their codes and with their rings, and what is left to use."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from grids.codes import LEVELS, level_of, parent_of
from grids.findings import Finding, Place, finding
from grids.layers import Feature
from grids.metres import areas_m2

AREA_CLASSES: Final = ("A", "B", "C")
BAD_CODE: Final = "不是 2、6、9、12 或 15 位的网格编码"
#: What GEOS calls it, and what surveyors do.
_CROSSINGS: Final = (
    ("Ring Self-intersection", "环自相交"), ("Self-intersection", "自相交"), ("Hole lies outside shell",
    "洞在外环之外"),
    ("Holes are nested", "洞套洞"), ("Nested shells", "面套面"), ("Interior is disconnected", "内部不连通"),
    ("Duplicate Rings", "环重复"), ("Too few points", "点数不足"))
_AT: Final = re.compile(r"\[(\S+) (\S+)\]$")


@dataclass(frozen=True)
class OutlineRow:
    """One feature of an outline file: the unit's code, its outline (lon/lat, degrees), its name and area class if the
    file has them, its number in the file from 1, and whether the file calls its outline illustrative.
    """

    code: str
    name: str | None
    geometry: BaseGeometry
    area_class: str | None = None
    number: int = 0
    illustrative: bool = False


def examine(features: Sequence[Feature], counter_clockwise: bool = False) -> tuple[list[OutlineRow], list[Finding]]:
    """The outlines that can be used, each code once, and everything that is wrong with a feature by itself;
    `counter_clockwise` is whether outer rings should run so.

    A ring that crosses itself is used as the areas that it encloses, so that the rest of the file can be audited too;
    the finding says so, and it is an error.
    """
    found: list[Finding] = []
    usable: list[Feature] = []
    first: dict[str, int] = {}
    for feature in features:
        code = feature.properties.get("code", "")
        wrong = list(_wrong_properties(feature, code, first))
        found += wrong or list(_flaws(feature, code))
        nobody = any(each.kind in ("code", "duplicate") for each in wrong)
        if not nobody and feature.geometry is not None and _is_area(feature.geometry):
            usable.append(feature)
    shapes = np.array([feature.geometry for feature in usable], dtype=object)
    found += [*_crossings(usable, shapes), *_multipart(usable, shapes)]
    found += _clockwise(usable, shapes) if counter_clockwise else []
    return [_row(feature, shape) for feature, shape in zip(usable, _repaired(shapes), strict=True)
            if not shape.is_empty], found


def _row(feature: Feature, shape: Any) -> OutlineRow:
    known = feature.properties
    if shapely.get_num_geometries(shape) == 1:
        shape = shapely.get_geometry(shape, 0)  # a multipolygon of one is that one
    return OutlineRow(known["code"], known.get("name") or None, shape, known.get("area_class") or None,
                      feature.number, known.get("illustrative", "") not in ("", "0", "no", "false", "False"))


# ---- codes ---------------------------------------------------------------------------------------------------------

def _wrong_properties(feature: Feature, code: str, first: dict[str, int]) -> Iterator[Finding]:
    """What makes a feature that of no unit. Notes the feature under its code."""
    if not code:
        yield finding("code", "", why="缺少编码", why_en="the code is missing", **_about(feature))
        return
    try:
        level, parent = level_of(code), parent_of(code)
    except ValueError as error:
        yield finding("code", code, why=BAD_CODE, why_en=str(error), **_about(feature))
        return
    if first.setdefault(code, feature.number) != feature.number:
        yield finding("duplicate", code, words=(first[code],), **_about(feature))
    said = feature.properties
    if said.get("level") and said["level"] != level:
        yield finding("level", code, words=(level, said["level"]), **_about(feature))
    if said.get("parent_code") and said["parent_code"] != parent:
        yield finding("prefix", code, said["parent_code"], **_about(feature))
    if (area_class := said.get("area_class")) and area_class not in AREA_CLASSES:
        yield finding("area_class", code, words=(area_class,), **_about(feature))


def _about(feature: Feature) -> dict[str, Any]:
    """Which feature, where it is and how large, as far as its outline says."""
    about: dict[str, Any] = {"feature": feature.number, "place": feature.flaw_at or _place_of(feature)}
    if feature.geometry is not None and _is_area(feature.geometry) and about["place"] is not None:
        shapes = np.array([shapely.make_valid(feature.geometry)], dtype=object)
        about |= {"shape": feature.geometry, "area": float(areas_m2(shapes)[0])}
    return about


def _place_of(feature: Feature) -> Place | None:
    """A point of the outline, also of one that is not valid."""
    xy = shapely.get_coordinates(feature.geometry) if feature.geometry is not None else np.empty((0, 2))
    return (round(float(xy[0, 0]), 6), round(float(xy[0, 1]), 6)) if len(xy) and np.isfinite(xy).all() else None


# ---- rings ---------------------------------------------------------------------------------------------------------

def _flaws(feature: Feature, code: str) -> Iterator[Finding]:
    if feature.flaw is not None:
        yield finding(feature.flaw, code, why=feature.why or "没有图形", why_en=feature.why or "no geometry",
                      **_about(feature))
    elif feature.geometry is not None and not _is_area(feature.geometry):
        kind = "空" if feature.geometry.is_empty else feature.geometry.geom_type
        yield finding("no_area", code, why=kind, why_en="empty" if feature.geometry.is_empty else f"a {kind}",
                      **_about(feature))


def _is_area(geometry: BaseGeometry) -> bool:
    return geometry.geom_type in ("Polygon", "MultiPolygon") and not geometry.is_empty


def _crossings(features: Sequence[Feature], shapes: NDArray[Any]) -> Iterator[Finding]:
    for at in np.flatnonzero(~shapely.is_valid(shapes)).tolist():
        reason = str(shapely.is_valid_reason(shapes[at]))
        point = _AT.search(reason)
        about = _about(features[at])
        if point:
            about["place"] = (round(float(point[1]), 6), round(float(point[2]), 6))
        name = next((zh for en, zh in _CROSSINGS if reason.startswith(en)), "环有误")
        about["shape"] = shapely.Point(about["place"]) if about["place"] else None
        yield finding("crossing", features[at].properties["code"], why=name, why_en=reason.partition("[")[0].strip(),
                      **about)


def _repaired(shapes: NDArray[Any]) -> NDArray[Any]:
    """Every shape as a valid area."""
    made = shapes.copy()
    for at in np.flatnonzero(~shapely.is_valid(shapes)).tolist():
        parts = shapely.get_parts(shapely.make_valid(shapes[at]))
        made[at] = shapely.union_all([part for part in parts if _is_area(part)])
    return made


def _multipart(features: Sequence[Feature], shapes: NDArray[Any]) -> Iterator[Finding]:
    parts = shapely.get_num_geometries(shapes)
    for at in np.flatnonzero(parts > 1).tolist():
        if level_of(features[at].properties["code"]) == LEVELS[-1]:
            pieces = shapely.get_parts(shapes[at])
            least = pieces[int(np.argmin(shapely.area(pieces)))]
            yield finding("multipart", features[at].properties["code"], words=(int(parts[at]),), shape=least,
                          area=float(areas_m2(np.array([least], dtype=object))[0]), feature=features[at].number)


def _clockwise(features: Sequence[Feature], shapes: NDArray[Any]) -> Iterator[Finding]:
    """RFC 7946 wants outer rings counter-clockwise; shapefiles want the opposite, and GDAL turns theirs."""
    outer = shapely.get_exterior_ring(shapely.get_geometry(shapes, 0))
    flags = np.flatnonzero(~shapely.is_ccw(outer)).tolist()
    if flags:
        yield finding("orientation", *(features[at].properties["code"] for at in flags),
                      feature=features[flags[0]].number)
