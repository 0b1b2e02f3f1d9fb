"""Whether a whole file is in another datum: GCJ-02 lies some 500 m off WGS-84 in China's cities, BD-09 some 1.2 km.

The outlines alone cannot tell. Held against boundaries that are known, each datum is tried: the borders of the file are
moved as if they were in it, and the one under which they run along the known borders is the file's. Nothing is said
unless one fits clearly better than taking the file as it is.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from grids.codes import LEVELS, WIDTHS, path_of
from grids.datum import Datum, to_wgs84_many
from grids.findings import Finding, finding
from grids.metres import degree_metres
from grids.rows import OutlineRow

Shapes = NDArray[Any]
_TRIED: Final[tuple[Datum, ...]] = ("wgs84", "gcj02", "bd09")
_NAMES: Final[dict[Datum, tuple[str, str]]] = {"gcj02": ("GCJ-02", "高德、腾讯"),
                                               "bd09": ("BD-09", "百度")}
#: As it is, the borders must lie at least so far off in the middle, and at most this part of it when moved back.
_LEAST_M: Final = 60.0
_PART: Final = 1 / 3
_UNITS: Final = 200
_POINTS: Final = 4_000


def wrong_datum(rows: Sequence[OutlineRow], known: Mapping[str, BaseGeometry]) -> list[Finding]:
    """A finding when the file as a whole is in GCJ-02 or BD-09, held against known outlines by code (WGS-84)."""
    for files, ours in _pairs(rows, known):
        metres = {datum: _apart(files, ours, datum) for datum in _TRIED}
        best = min(_TRIED, key=lambda datum: metres[datum])
        if best != "wgs84" and metres["wgs84"] > _LEAST_M and metres[best] < _PART * metres["wgs84"]:
            east, north = _offset(files, best)
            return [finding(
                "datum", datum=_NAMES[best][0], maps=_NAMES[best][1], name=best,
                shape=shapely.box(*shapely.total_bounds(files)),
                why=f"{np.hypot(east, north):.0f} 米 (东 {east:.0f}, 北 {north:.0f})",
                why_en=f"{np.hypot(east, north):.0f} m ({east:.0f} east, {north:.0f} north)")]
    return []


def _pairs(rows: Sequence[OutlineRow], known: Mapping[str, BaseGeometry]) -> list[tuple[Shapes, Shapes]]:
    """Outlines of the file beside the known ones of the same units, level by level; where the file has none of a level
    above its cells, all that it has of each unit together."""
    given = {row.code: row.geometry for row in rows}
    pairs = []
    for level in LEVELS:
        wide = {code: given[code] for code in known if len(code) == WIDTHS[level] and code in given}
        if not wide and level == "district":
            wide = _together(rows, known)
        if chosen := sorted(wide)[::max(1, len(wide) // _UNITS)]:
            pairs.append((np.array([wide[code] for code in chosen], dtype=object),
                          np.array([known[code] for code in chosen], dtype=object)))
    return pairs


def _together(rows: Sequence[OutlineRow], known: Mapping[str, BaseGeometry]) -> dict[str, Any]:
    """Everything below each district that is known, as one outline."""
    below: dict[str, list[BaseGeometry]] = defaultdict(list)
    for row in rows:
        path = path_of(row.code)
        if len(path) > 1 and path[1] in known:
            below[path[1]].append(row.geometry)
    return {code: shapely.union_all(shapes) for code, shapes in below.items()}


def _apart(files: Shapes, ours: Shapes, datum: Datum) -> float:
    """How far, in the middle, the borders of the file lie from ours when the file is taken to be in a datum, metres."""
    borders = _points(files)
    each = np.array([len(points) for points in borders])
    lon, lat = np.concatenate(borders).T
    lon, lat = to_wgs84_many(lon, lat, datum)
    along, up = degree_metres(float(np.median(lat)))
    plane = np.array([along, up])
    lines = shapely.transform(shapely.boundary(ours), lambda xy: xy * plane)
    points = shapely.points(np.column_stack([lon, lat]) * plane)
    return float(np.median(shapely.distance(points, np.repeat(lines, each))))


def _points(shapes: Shapes) -> list[NDArray[np.float64]]:
    """Points along each border, some thousands in all."""
    wanted = max(8, _POINTS // len(shapes))
    borders = []
    for line in shapely.boundary(shapes):
        along = np.linspace(0.0, 1.0, wanted, endpoint=False)
        borders.append(shapely.get_coordinates(shapely.line_interpolate_point(line, along, normalized=True)))
    return borders


def _offset(files: Shapes, datum: Datum) -> tuple[float, float]:
    """Metres east and north that a datum puts the middle of the file off."""
    west, south, east, north = shapely.total_bounds(files)
    lon, lat = (west + east) / 2, (south + north) / 2
    true_lon, true_lat = to_wgs84_many(lon, lat, datum)
    along, up = degree_metres(lat)
    return float((lon - true_lon) * along), float((lat - true_lat) * up)
