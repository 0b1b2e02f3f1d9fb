"""What is wrong with a surveyed grid before it is loaded: names without outlines, overlaps, gaps, cells that leave
their parent. Every finding says where to look and what to do (`grids.findings`).

Surveyed outlines come from many hands. Neighbours that were rounded apart leave slivers: what is small, or so narrow
that it is only rounding, is accepted; what is thin is told as a sliver; the rest is an overlap or a gap. Outlines must
be valid areas in degrees (`grids.rows` sees to that).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from typing import Any, Final, NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from grids.codes import LEVELS, Level, level_of, parent_of, path_of
from grids.findings import Finding, Kind, finding, place_in
from grids.hierarchy import UnitName
from grids.metres import areas_m2, lengths_m
from grids.naming import number_cells
from grids.rows import OutlineRow

__all__ = ["Finding", "audit", "numbering"]

Shapes = NDArray[Any]
Indices = NDArray[np.intp]

TOLERANCE_M2: Final = 1.0
#: Coordinates of six decimals are up to 0.06 m off, on both sides of a border.
NARROW_M: Final = 0.2
#: The mean width up to which an overlap or a gap is thin: a border that two hands drew on one map, each half a metre
#: off. Ours; the standards give no number that we found.
SLIVER_M: Final = 1.0
#: Square metres of a cell: below, it is a leftover piece; above, larger than a whole town. Ours as well: GB/T 30428.1
#: wants cells of like size and leaves it to the city.
TINY_M2: Final = 50.0
HUGE_M2: Final = 100e6
#: Two outlines are one and the same when they share so much of both.
_SAME: Final = 0.999
_POLYGON: Final = 3


class _Piece(NamedTuple):
    """A part of an overlap or gap: of which shape, how much, how wide on average, whether thin."""

    whose: int
    shape: BaseGeometry
    area: float
    width: float

    @property
    def thin(self) -> bool:
        return self.width <= SLIVER_M


def audit(units: Sequence[UnitName], rows: Sequence[OutlineRow], tolerance_m2: float = TOLERANCE_M2,
          drawn: Collection[str] = ()) -> list[Finding]:
    """Everything that is wrong with a city's units and their surveyed outlines; empty when all is well.

    `units` are the city, its districts, streets and communities, perhaps its cells; `rows` the outlines of all cells
    and of any other units; `drawn` the codes whose outlines are there but were found unusable already. Codes come once
    in each.
    """
    found = [*_audit_units(units, rows, drawn), *_audit_rows(units, rows), *_sizes(rows)]
    shapes = np.array([row.geometry for row in rows], dtype=object)
    for level in LEVELS:
        found += _overlaps(*_of_level(rows, shapes, level), tolerance_m2)
    above = _given_above([row.code for row in rows])
    return [*found, *_outside(rows, shapes, above, tolerance_m2), *_gaps(rows, shapes, above, tolerance_m2)]


# ---- units and outlines that need each other -----------------------------------------------------------------------

def _audit_units(units: Sequence[UnitName], rows: Sequence[OutlineRow], drawn: Collection[str]) -> Iterator[Finding]:
    cities = [unit.code for unit in units if unit.level == LEVELS[0]]
    if len(cities) != 1:
        yield finding("cities", ", ".join(cities) or "0")
    drawn = {row.code for row in rows} | set(drawn)
    parents = {unit.parent for unit in units} | {parent_of(code) for code in drawn if _is_cell(code)}
    listed, outlines = {unit.code for unit in units}, {row.code: row for row in rows}
    for unit in units:
        about = _whole(outlines[unit.code]) if unit.code in outlines else {}
        if not unit.name:
            yield finding("unnamed", unit.code, **about)
        if _is_cell(unit.code):
            if unit.code not in drawn:
                yield finding("no_outline", unit.code)
        elif unit.parent is not None and unit.parent not in listed:
            yield finding("orphan", unit.code, unit.parent, **about)
        elif unit.code not in parents:
            yield finding("empty", unit.code)


def _audit_rows(units: Sequence[UnitName], rows: Sequence[OutlineRow]) -> Iterator[Finding]:
    listed = {unit.code for unit in units}
    for row in rows:
        parent = parent_of(row.code)
        if not _is_cell(row.code):
            if row.code not in listed:
                yield finding("unknown", row.code, **_whole(row))
        elif parent not in listed:
            yield finding("orphan", row.code, parent or "", **_whole(row))
        elif row.code not in listed and not row.name:
            yield finding("unnamed", row.code, **_whole(row))


def _is_cell(code: str) -> bool:
    return level_of(code) == LEVELS[-1]


def _whole(row: OutlineRow) -> dict[str, Any]:
    """An outline with its area, for a finding."""
    shapes = np.array([row.geometry], dtype=object)
    return {"area": float(areas_m2(shapes)[0]), "shape": row.geometry, "feature": row.number}


def _sizes(rows: Sequence[OutlineRow]) -> Iterator[Finding]:
    cells = [row for row in rows if _is_cell(row.code)]
    areas = areas_m2(np.array([row.geometry for row in cells], dtype=object))
    for kind, odd in (("tiny", areas < TINY_M2), ("huge", areas > HUGE_M2)):
        for at in np.flatnonzero(odd):
            yield finding(kind, cells[at].code, **_whole(cells[at]))  # type: ignore[arg-type]


def numbering(rows: Sequence[OutlineRow]) -> list[Finding]:
    """A note of the communities whose cells are not numbered west to east, then north to south (GB/T 30428.1)."""
    families: dict[str, list[OutlineRow]] = defaultdict(list)
    for row in sorted(rows, key=lambda row: row.code):
        if _is_cell(row.code):
            families[row.code[:-3]].append(row)
    odd = []
    for community, family in families.items():
        order = number_cells(np.array([row.geometry for row in family], dtype=object))
        if order != sorted(order):
            odd.append(community)
    return [finding("numbering", *odd)] if odd else []


# ---- outlines against each other -----------------------------------------------------------------------------------

def _of_level(rows: Sequence[OutlineRow], shapes: Shapes, level: Level) -> tuple[list[OutlineRow], Shapes]:
    at = [index for index, row in enumerate(rows) if level_of(row.code) == level]
    return [rows[index] for index in at], shapes[at]


def _overlaps(rows: Sequence[OutlineRow], shapes: Shapes, tolerance_m2: float) -> Iterator[Finding]:
    """Pairs of one level that share an area."""
    one, other = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    one, other = one[one < other], other[one < other]
    shared = ~shapely.touches(shapes[one], shapes[other])
    one, other = one[shared], other[shared]
    areas = areas_m2(shapes) if len(one) else np.empty(0)
    for at, pieces in _together(shapely.intersection(shapes[one], shapes[other]), tolerance_m2):
        a, b = int(one[at]), int(other[at])
        whole = sum(piece.area for piece in pieces) > _SAME * max(areas[a], areas[b])
        yield from _told("same" if whole else "overlap", (rows[a].code, rows[b].code), pieces, rows[a].number)


def _given_above(codes: Sequence[str]) -> Indices:
    """For each outline the nearest unit above that has one too, -1 for none."""
    at = {code: index for index, code in enumerate(codes)}
    return np.array([next((at[up] for up in reversed(path_of(code)[:-1]) if up in at), -1) for code in codes],
                    dtype=np.intp)


def _outside(rows: Sequence[OutlineRow], shapes: Shapes, above: Indices, tolerance_m2: float) -> Iterator[Finding]:
    """What lies, in part or as a whole, outside the outline above it."""
    shapely.prepare(shapes[np.unique(above[above >= 0])])
    below = np.flatnonzero(above >= 0)
    below = below[~shapely.covers(shapes[above[below]], shapes[below])]
    for at, pieces in _together(shapely.difference(shapes[below], shapes[above[below]]), tolerance_m2):
        child = rows[below[at]]
        yield from _told("outside", (child.code, rows[above[below[at]]].code), pieces, child.number)


def _gaps(rows: Sequence[OutlineRow], shapes: Shapes, above: Indices, tolerance_m2: float) -> Iterator[Finding]:
    """What no outline below covers: in a given outline, or in the middle of those that none is given above."""
    if not len(rows):
        return
    order = np.argsort(above, kind="stable")
    parents, starts = np.unique(above[order], return_index=True)
    families = np.split(order, starts[1:])
    covered = np.array([shapely.union_all(shapes[family]) for family in families], dtype=object)
    whole = np.array([shapes[parent] if parent >= 0 else _filled(union)
                      for parent, union in zip(parents, covered, strict=True)], dtype=object)
    for at, pieces in _together(shapely.difference(whole, covered), tolerance_m2):
        family, parent = families[at], int(parents[at])
        near = _beside(shapes[family], np.array([piece.shape for piece in pieces], dtype=object))
        for piece, beside in zip(pieces, near, strict=True):
            child = rows[family[beside]]
            names = (rows[parent].code, child.code) if parent >= 0 else (child.code,)
            yield from _told("gap" if parent >= 0 else "hole", names, [piece], child.number)


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

def _told(kind: Kind, codes: Sequence[str], pieces: Sequence[_Piece], feature: int) -> Iterator[Finding]:
    """One finding of what is wide, and one of what is thin; a point in the largest piece."""
    for thin in (False, True):
        if mine := [piece for piece in pieces if piece.thin is thin]:
            area = sum(piece.area for piece in mine)
            width = f"{sum(piece.width * piece.area for piece in mine) / area:.2f}"
            largest = max(mine, key=lambda piece: piece.area)
            whole: Any = shapely.multipolygons([piece.shape for piece in mine]) if len(mine) > 1 else largest.shape
            yield finding("sliver" if thin else kind, *codes, area=area, feature=feature, why=width, why_en=width,
                          place=place_in(largest.shape), shape=whole)


def _together(shapes: Shapes, tolerance_m2: float) -> Iterator[tuple[int, list[_Piece]]]:
    """For each shape that has pieces to speak of: its index and these."""
    families: dict[int, list[_Piece]] = defaultdict(list)
    for piece in _pieces(shapes, tolerance_m2):
        families[piece.whose].append(piece)
    yield from families.items()


def _pieces(shapes: Shapes, tolerance_m2: float) -> Iterator[_Piece]:
    """The polygons in the shapes that are more than rounding."""
    parts, whose = shapely.get_parts(shapes, return_index=True)
    polygons = (shapely.get_type_id(parts) == _POLYGON) & ~shapely.is_empty(parts)
    parts, whose = parts[polygons], whose[polygons]
    areas = areas_m2(parts)
    widths = 2 * areas / np.maximum(lengths_m(shapely.boundary(parts)), 1e-9)
    for at in np.flatnonzero((areas > tolerance_m2) & (widths > NARROW_M)):
        yield _Piece(int(whose[at]), parts[at], float(areas[at]), float(widths[at]))

