"""The outlines of all levels of a city that has surveyed its cells.

A cell is taken as it is. A unit above has the outline that was given for it, else the union of its children.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from grids.codes import LEVELS, Level, level_of
from grids.exchange import AREA_CLASSES, OutlineRow
from grids.hierarchy import UnitName
from grids.metres import areas_m2
from grids.subdivide import GRID, Outline

DEFAULT_CLASS: Final = AREA_CLASSES[0]


def survey(units: Sequence[UnitName], rows: Sequence[OutlineRow]) -> list[Outline]:
    """All units with their outlines, ordered by level and code.

    `units` and `rows` are those that `grids.audit` found no error in: every unit above has children, every cell an
    outline and a name. Names come from `units` first. A cell's area class is its row's, else A; that of a unit above
    its row's, else the one that most of its area has.
    """
    given = {row.code: row for row in rows}
    named = {unit.code: unit for unit in units}
    cells = [named.get(code) or _cell(row) for code, row in given.items() if level_of(code) == LEVELS[-1]]
    found = [_outline(unit, given[unit.code].geometry, given[unit.code].area_class or DEFAULT_CLASS)
             for unit in sorted(cells, key=lambda unit: unit.code)]
    fits = bool(shapely.coverage_is_valid(np.array([cell.geometry for cell in found], dtype=object)))
    levels = [_measured(found)]
    for level in reversed(LEVELS[:-1]):
        levels.append(_measured(_above(level, named, given, levels[-1], fits)))
    return [outline for outlines in reversed(levels) for outline in outlines]


def _cell(row: OutlineRow) -> UnitName:
    return UnitName(row.code, row.code[:-3], "cell", row.name or "")


def _above(level: Level, named: Mapping[str, UnitName], given: Mapping[str, OutlineRow], below: Sequence[Outline],
           fits: bool) -> list[Outline]:
    """The outlines of a level from those of the level below."""
    families: dict[str, list[Outline]] = defaultdict(list)
    for child in below:
        families[str(child.parent)].append(child)
    made = []
    for unit in sorted((unit for unit in named.values() if unit.level == level), key=lambda unit: unit.code):
        row, family = given.get(unit.code), families[unit.code]
        shape = row.geometry if row else _union([child.geometry for child in family], fits)
        made.append(_outline(unit, shape, row and row.area_class or _largest_class(family)))
    return made


def _union(shapes: Sequence[BaseGeometry], fits: bool) -> Any:
    """Children that fit together are united as they are; else the grid closes the slits between them."""
    try:
        union = shapely.coverage_union_all(shapes) if fits else shapely.union_all(shapes, grid_size=GRID)
    except shapely.errors.GEOSException:  # given outlines among the children need not fit
        union = shapely.union_all(shapes, grid_size=GRID)
    return union.geoms[0] if union.geom_type == "MultiPolygon" and len(union.geoms) == 1 else union


def _largest_class(children: Sequence[Outline]) -> str:
    areas: dict[str, float] = defaultdict(float)
    for child in children:
        areas[child.area_class] += child.area_m2
    return min(areas, key=lambda area_class: (-areas[area_class], area_class))


def _outline(unit: UnitName, shape: BaseGeometry, area_class: str) -> Outline:
    return Outline(unit.code, unit.parent, unit.level, unit.name, area_class, shape, (0.0, 0.0), 0.0)


def _measured(outlines: Sequence[Outline]) -> list[Outline]:
    """The outlines with their areas and a point inside: the centroid, unless that lies outside."""
    shapes = np.array([outline.geometry for outline in outlines], dtype=object)
    centres = shapely.centroid(shapes)
    inner = np.where(shapely.contains_properly(shapes, centres), centres, shapely.point_on_surface(shapes))
    return [replace(outline, centroid=(x, y), area_m2=area) for outline, (x, y), area in
            zip(outlines, shapely.get_coordinates(inner).tolist(), areas_m2(shapes).tolist(), strict=True)]
