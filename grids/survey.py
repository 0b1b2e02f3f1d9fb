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
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from grids.codes import LEVELS, Level, level_of
from grids.exchange import AREA_CLASSES, OutlineRow
from grids.hierarchy import UnitName
from grids.metres import areas_m2
from grids.subdivide import Outline

DEFAULT_CLASS: Final = AREA_CLASSES[0]
#: In degrees, some 0.2 m: what the audit takes for rounding.
SLIT: Final = 2e-6
Shapes = NDArray[Any]


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
    levels = [_measured(found)]
    for level in reversed(LEVELS[:-1]):
        levels.append(_measured(_above(level, named, given, levels[-1])))
    return [outline for outlines in reversed(levels) for outline in outlines]


def _cell(row: OutlineRow) -> UnitName:
    return UnitName(row.code, row.code[:-3], "cell", row.name or "")


def _above(level: Level, named: Mapping[str, UnitName], given: Mapping[str, OutlineRow],
           below: Sequence[Outline]) -> list[Outline]:
    """The outlines of a level from those of the level below."""
    families: dict[str, list[int]] = defaultdict(list)
    for at, child in enumerate(below):
        families[str(child.parent)].append(at)
    fitting = _fitting(np.array([child.geometry for child in below], dtype=object))
    made = []
    for unit in sorted((unit for unit in named.values() if unit.level == level), key=lambda unit: unit.code):
        row, family = given.get(unit.code), families[unit.code]
        shape = row.geometry if row else _union(fitting[family])
        made.append(_outline(unit, shape, (row and row.area_class) or _largest_class([below[at] for at in family])))
    return made


def _fitting(shapes: Shapes) -> Shapes:
    """The shapes as they are when they fit together; else with the slits and overlaps closed that the audit lets pass.
    Only unions are made of these.
    """
    if shapely.coverage_is_valid(shapes, gap_width=SLIT):
        return shapes
    cleaned: Shapes = shapely.coverage_clean(shapes, gap_width=SLIT, snapping_distance=SLIT)  # type: ignore[attr-defined]
    return cleaned


def _union(shapes: Shapes) -> Any:
    union: Any = shapely.coverage_union_all(shapes)
    return union.geoms[0] if union.geom_type == "MultiPolygon" and len(union.geoms) == 1 else union


def _largest_class(children: Sequence[Outline]) -> str:
    areas: dict[str, float] = defaultdict(float)
    for child in children:
        areas[child.area_class] += child.area_m2
    return min(areas, key=lambda area_class: (-round(areas[area_class]), area_class))


def _outline(unit: UnitName, shape: BaseGeometry, area_class: str) -> Outline:
    return Outline(unit.code, unit.parent, unit.level, unit.name, area_class, shape, (0.0, 0.0), 0.0)


def _measured(outlines: Sequence[Outline]) -> list[Outline]:
    """The outlines with their areas and a point inside: the centroid, unless that lies outside."""
    shapes = np.array([outline.geometry for outline in outlines], dtype=object)
    centres = shapely.centroid(shapes)
    inner = np.where(shapely.contains_properly(shapes, centres), centres, shapely.point_on_surface(shapes))
    return [replace(outline, centroid=(x, y), area_m2=area) for outline, (x, y), area in
            zip(outlines, shapely.get_coordinates(inner).tolist(), areas_m2(shapes).tolist(), strict=True)]
