"""What is wrong with a surveyed grid before it is loaded: names without outlines, overlaps, gaps, cells that leave
their parent. Every finding says where to look.

Surveyed outlines come from many hands. Neighbours that were rounded apart leave slivers; a sliver is accepted when it
is small, or so narrow that it is only rounding. Outlines must be valid areas in degrees (`exchange.read_outlines`
sees to that).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

import numpy as np
import shapely
from numpy.typing import NDArray

from grids.codes import LEVELS, Level, level_of, parent_of, path_of
from grids.exchange import OutlineRow
from grids.hierarchy import UnitName
from grids.metres import areas_m2, lengths_m

Kind = Literal[
    "orphan", "unknown", "unnamed", "no_outline", "empty", "cities", "same", "overlap", "outside", "gap", "hole"]
Shapes = NDArray[Any]
Indices = NDArray[np.intp]

TOLERANCE_M2: Final = 1.0
#: Coordinates of six decimals are up to 0.06 m off, on both sides of a border.
NARROW_M: Final = 0.2
#: Two outlines are one and the same when they share so much of both.
_SAME: Final = 0.999
_POLYGON: Final = 3

_WARNINGS: Final = frozenset({"gap", "hole"})
_REASONS: Final[dict[Kind, tuple[str, str]]] = {
    "orphan": ("单元网格 {0} 所属的社区 {1} 不在单元名录中", "the community {1} of the cell {0} is not in the list"),
    "unknown": ("单元 {0} 不在单元名录中", "the unit {0} is not in the list of units"),
    "unnamed": ("单元网格 {0} 没有名称: 单元名录和 properties.name 中都没有",
                "the cell {0} has no name, neither in the list of units nor in properties.name"),
    "no_outline": ("单元网格 {0} 没有边界", "the cell {0} has no outline"),
    "empty": ("单元 {0} 没有任何下级单元", "the unit {0} has nothing below it"),
    "cities": ("单元名录中应有一个城市, 实有: {0}", "the list of units needs one city, it has: {0}"),
    "same": ("{0} 与 {1} 的边界相同", "{0} and {1} have the same outline"),
    "overlap": ("{0} 与 {1} 重叠", "{0} and {1} overlap"),
    "outside": ("{0} 超出其上级 {1} 的边界", "{0} lies outside the outline of {1} above it"),
    "gap": ("{0} 内有一处不属于任何下级单元, 靠近 {1}", "a gap in {0} near {1} that no unit below covers"),
    "hole": ("{0} 旁有一处四周都是网格的空白", "a hole beside {0} with units all around it"),
}


@dataclass(frozen=True)
class Finding:
    """Something wrong: whose codes, how much in square metres, and a point inside it (lon, lat) where there is one."""

    kind: Kind
    codes: tuple[str, ...]
    reason: str
    reason_en: str
    area_m2: float = 0.0
    place: tuple[float, float] | None = None

    @property
    def is_error(self) -> bool:
        """A gap may be a lake; whatever else is wrong would put incidents into the wrong unit, or into none."""
        return self.kind not in _WARNINGS

    def __str__(self) -> str:
        return f"{self.reason} ({self.reason_en})"


def _finding(kind: Kind, *codes: str, area: float = 0.0, place: tuple[float, float] | None = None) -> Finding:
    zh, en = (reason.format(*codes) for reason in _REASONS[kind])
    if place:
        lon, lat = place
        zh += f", {area:,.1f} 平方米, 位于 {lon:.6f},{lat:.6f}"
        en += f", {area:,.1f} m², at {lon:.6f},{lat:.6f}"
    return Finding(kind, codes, zh, en, area, place)


def audit(units: Sequence[UnitName], rows: Sequence[OutlineRow], tolerance_m2: float = TOLERANCE_M2) -> list[Finding]:
    """Everything that is wrong with a city's units and their surveyed outlines; empty when all is well.

    `units` are the city, its districts, streets and communities, perhaps its cells; `rows` the outlines of all cells
    and of any other units. Codes come once in each.
    """
    found = [*_audit_units(units, rows), *_audit_rows(units, rows)]
    shapes = np.array([row.geometry for row in rows], dtype=object)
    codes = [row.code for row in rows]
    for level in LEVELS:
        found += _overlaps(*_of_level(codes, shapes, level), tolerance_m2)
    above = _given_above(codes)
    return [*found, *_outside(codes, shapes, above, tolerance_m2), *_gaps(codes, shapes, above, tolerance_m2)]


# ---- units and outlines that need each other -----------------------------------------------------------------------

def _audit_units(units: Sequence[UnitName], rows: Sequence[OutlineRow]) -> Iterator[Finding]:
    cities = [unit.code for unit in units if unit.level == LEVELS[0]]
    if len(cities) != 1:
        yield _finding("cities", ", ".join(cities) or "0")
    drawn = {row.code for row in rows}
    parents = {unit.parent for unit in units} | {parent_of(row.code) for row in rows if _is_cell(row.code)}
    for unit in units:
        if _is_cell(unit.code):
            if unit.code not in drawn:
                yield _finding("no_outline", unit.code)
        elif unit.code not in parents:
            yield _finding("empty", unit.code)


def _audit_rows(units: Sequence[UnitName], rows: Sequence[OutlineRow]) -> Iterator[Finding]:
    listed = {unit.code for unit in units}
    for row in rows:
        parent = parent_of(row.code)
        if not _is_cell(row.code):
            if row.code not in listed:
                yield _finding("unknown", row.code, **_whole(row))
        elif parent not in listed:
            yield _finding("orphan", row.code, str(parent), **_whole(row))
        elif row.code not in listed and not row.name:
            yield _finding("unnamed", row.code, **_whole(row))


def _is_cell(code: str) -> bool:
    return level_of(code) == LEVELS[-1]


def _whole(row: OutlineRow) -> dict[str, Any]:
    """The area of an outline and a point inside it."""
    shapes = np.array([row.geometry], dtype=object)
    return {"area": float(areas_m2(shapes)[0]), "place": _place(row.geometry)}


# ---- outlines against each other -----------------------------------------------------------------------------------

def _of_level(codes: Sequence[str], shapes: Shapes, level: Level) -> tuple[list[str], Shapes]:
    at = [index for index, code in enumerate(codes) if level_of(code) == level]
    return [codes[index] for index in at], shapes[at]


def _overlaps(codes: Sequence[str], shapes: Shapes, tolerance_m2: float) -> Iterator[Finding]:
    """Pairs of one level that share an area."""
    one, other = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    one, other = one[one < other], other[one < other]
    shared = ~shapely.touches(shapes[one], shapes[other])
    one, other = one[shared], other[shared]
    areas = areas_m2(shapes) if len(one) else np.empty(0)
    for at, area, place in _together(shapely.intersection(shapes[one], shapes[other]), tolerance_m2):
        a, b = one[at], other[at]
        kind: Kind = "same" if area > _SAME * max(areas[a], areas[b]) else "overlap"
        yield _finding(kind, codes[a], codes[b], area=area, place=place)


def _given_above(codes: Sequence[str]) -> Indices:
    """For each outline the nearest unit above that has one too, -1 for none."""
    at = {code: index for index, code in enumerate(codes)}
    return np.array([next((at[up] for up in reversed(path_of(code)[:-1]) if up in at), -1) for code in codes],
                    dtype=np.intp)


def _outside(codes: Sequence[str], shapes: Shapes, above: Indices, tolerance_m2: float) -> Iterator[Finding]:
    """What lies, in part or as a whole, outside the outline above it."""
    shapely.prepare(shapes[np.unique(above[above >= 0])])
    below = np.flatnonzero(above >= 0)
    below = below[~shapely.covers(shapes[above[below]], shapes[below])]
    for at, area, place in _together(shapely.difference(shapes[below], shapes[above[below]]), tolerance_m2):
        child = int(below[at])
        yield _finding("outside", codes[child], codes[above[child]], area=area, place=place)


def _gaps(codes: Sequence[str], shapes: Shapes, above: Indices, tolerance_m2: float) -> Iterator[Finding]:
    """What no outline below covers: in a given outline, or in the middle of those that none is given above."""
    order = np.argsort(above, kind="stable")
    parents, starts = np.unique(above[order], return_index=True)
    families = np.split(order, starts[1:])
    covered = np.array([shapely.union_all(shapes[family]) for family in families], dtype=object)
    whole = np.array([shapes[parent] if parent >= 0 else _filled(union)
                      for parent, union in zip(parents, covered, strict=True)], dtype=object)
    pieces, whose, areas = _pieces(shapely.difference(whole, covered), tolerance_m2)
    for at in np.unique(whose):
        mine, family, parent = np.flatnonzero(whose == at), families[at], int(parents[at])
        for piece, near in zip(mine, _beside(shapes[family], pieces[mine]), strict=True):
            names = (codes[parent], codes[family[near]]) if parent >= 0 else (codes[family[near]],)
            yield _finding("gap" if parent >= 0 else "hole", *names, area=float(areas[piece]),
                           place=_place(pieces[piece]))


def _filled(shape: Any) -> Any:
    """A shape without its holes."""
    parts = shapely.get_parts(shape)
    return shapely.union_all(shapely.polygons(shapely.get_exterior_ring(parts)))


def _beside(shapes: Shapes, pieces: Shapes) -> Indices:
    """The nearest shape to each piece, the first of several that touch it."""
    piece, near = shapely.STRtree(shapes).query_nearest(pieces)
    first = np.full(len(pieces), len(shapes), dtype=np.intp)
    np.minimum.at(first, piece, near)
    return first


# ---- how much, and where -------------------------------------------------------------------------------------------

def _together(shapes: Shapes, tolerance_m2: float) -> Iterator[tuple[int, float, tuple[float, float]]]:
    """For each shape that has pieces to speak of: its index, their area, and a point in the largest."""
    pieces, whose, areas = _pieces(shapes, tolerance_m2)
    for at in np.unique(whose):
        mine = np.flatnonzero(whose == at)
        yield int(at), float(areas[mine].sum()), _place(pieces[mine[np.argmax(areas[mine])]])


def _pieces(shapes: Shapes, tolerance_m2: float) -> tuple[Shapes, Indices, NDArray[np.float64]]:
    """The polygons in the shapes that are no slivers, whose they are, and their areas in square metres."""
    parts, whose = shapely.get_parts(shapes, return_index=True)
    polygons = (shapely.get_type_id(parts) == _POLYGON) & ~shapely.is_empty(parts)
    parts, whose = parts[polygons], whose[polygons]
    areas = areas_m2(parts)
    widths = 2 * areas / np.maximum(lengths_m(shapely.boundary(parts)), 1e-9)
    large = (areas > tolerance_m2) & (widths > NARROW_M)
    return parts[large], whose[large], areas[large]


def _place(shape: Any) -> tuple[float, float]:
    point = shapely.point_on_surface(shape)
    return round(point.x, 6), round(point.y, 6)
