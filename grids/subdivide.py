"""Illustrative outlines of streets, communities and cells, for a city whose real ones are not public.

The district outlines are real; everything below is made by cutting them with straight lines, weighted so
that towns get smaller units than villages. All lines are noded together once on a grid of one millionth of
a degree (about 0.1 m), so neighbours share every vertex, and each unit is the union of its children: no
level has a gap or an overlap.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.random import Generator
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from grids import plan
from grids.codes import LEVELS, Level, level_of
from grids.cutting import carve
from grids.hierarchy import UnitName
from grids.metres import areas_m2
from grids.naming import area_class_of, cell_name, number_cells
from grids.stitching import as_coverage, mainlands, stitch, unite

__all__ = ["GRID", "Outline", "UnitName", "subdivide"]

GRID = 1e-6  # degrees: every vertex of every outline lies on this grid
Shapes = NDArray[Any]


@dataclass(frozen=True)
class Outline:
    """A unit with its outline: lon/lat in degrees (WGS-84), a centroid that lies inside, the area in square
    metres.
    """

    code: str
    parent: str | None
    level: Level
    name: str
    area_class: str
    geometry: BaseGeometry
    centroid: tuple[float, float]
    area_m2: float


def subdivide(
    districts: Mapping[str, BaseGeometry], units: Sequence[UnitName], *, cells: int = 21_000, seed: int = 12
) -> list[Outline]:
    """Outlines of all units from the city down to `cells` cells, ordered by level and code; the same seed,
    the same bytes.

    `districts` are real outlines by code, lon/lat in degrees; `units` the city, its districts, streets
    and communities. ValueError when a district has no outline, a unit no children, or the communities
    cannot hold that many cells.
    """
    tree = _tree(units)
    _check(districts, units, tree)
    towns = [unit for unit in units if unit.level == "community"]
    shares = plan.count_cells([unit.name for unit in towns], cells, np.random.default_rng(seed))
    counts = {unit.code: share for unit, share in zip(towns, shares, strict=True)}
    communities, shapes = _cells(districts, tree, counts, seed)
    return _outlines(units, *_numbered(communities, shapes, {unit.code: unit.name for unit in towns}))


def _tree(units: Sequence[UnitName]) -> dict[str, list[UnitName]]:
    """The children of each unit, by code."""
    tree: dict[str, list[UnitName]] = defaultdict(list)
    for unit in sorted(units, key=lambda unit: unit.code):
        if unit.parent:
            tree[unit.parent].append(unit)
    return tree


def _check(districts: Mapping[str, BaseGeometry], units: Sequence[UnitName], tree: Mapping[str, Any]) -> None:
    for unit in units:
        if level_of(unit.code) != unit.level or unit.level == "cell":
            raise ValueError(f"{unit.code} {unit.name} is not at level {unit.level}")
        if unit.level == "district" and unit.code not in districts:
            raise ValueError(f"{unit.code} {unit.name} has no outline")
        if unit.level != "community" and not tree.get(unit.code):
            raise ValueError(f"{unit.code} {unit.name} has nothing below it")


def _cells(
    districts: Mapping[str, BaseGeometry],
    tree: Mapping[str, list[UnitName]],
    counts: Mapping[str, int],
    seed: int,
) -> tuple[list[str], Shapes]:
    """The community and the outline of every cell: cut in a plane of equal scales, then stitched on the
    grid.
    """
    codes = sorted(code for code in districts if code in tree)
    outlines = as_coverage(np.array([districts[code] for code in codes], dtype=object))
    squeeze = float(np.cos(np.radians((shapely.bounds(outlines)[:, [1, 3]]).mean())))
    mains, islands = mainlands(_stretch(outlines, squeeze))
    communities, pieces = _cut(mains, codes, tree, counts, np.random.default_rng(seed))
    nearest = shapely.STRtree(pieces).nearest(islands) if len(islands) else np.empty(0, dtype=np.intp)
    flat = _stretch(np.concatenate([pieces, islands]), 1 / squeeze)
    return communities, stitch(flat, np.concatenate([np.arange(len(pieces)), nearest]), GRID)


def _stretch(shapes: Shapes, factor: float) -> Shapes:
    return np.asarray(shapely.transform(shapes, lambda xy: xy * np.array([factor, 1.0])), dtype=object)


def _cut(
    districts: Shapes,
    codes: Sequence[str],
    tree: Mapping[str, list[UnitName]],
    counts: Mapping[str, int],
    random: Generator,
) -> tuple[list[str], Shapes]:
    """Districts into streets, these into communities, these into cells; and the community of each cell."""
    streets = [[unit.code for unit in tree[code]] for code in codes]
    names = [[[unit.name for unit in tree[street]] for street in each] for each in streets]
    weights = [plan.community_weights(each, random) for each in names]
    plots = carve(districts, [plan.street_weights(each, random) for each in weights], random)
    plots = carve(plots, [street for each in weights for street in each], random)
    communities = [unit.code for each in streets for street in each for unit in tree[street]]
    pieces = carve(plots, [plan.cell_weights(counts[code], random) for code in communities], random)
    return [code for code in communities for _ in range(counts[code])], pieces


def _numbered(
    communities: Sequence[str], shapes: Shapes, names: Mapping[str, str]
) -> tuple[list[UnitName], Shapes]:
    """The cells as units, in code order, and their outlines."""
    members: dict[str, list[int]] = defaultdict(list)
    for at, community in enumerate(communities):
        members[community].append(at)
    units: list[UnitName] = []
    order: list[int] = []
    for community, ats in sorted(members.items()):
        for number, at in sorted(zip(number_cells(shapes[ats]), ats, strict=True)):
            units.append(
                UnitName(f"{community}{number:03d}", community, "cell", cell_name(names[community], number))
            )
            order.append(at)
    return units, shapes[order]


def _outlines(units: Sequence[UnitName], cells: list[UnitName], shapes: Shapes) -> list[Outline]:
    """All levels: each unit is the union of its children, its area the sum of theirs."""
    level_units: Sequence[UnitName] = cells
    areas = areas_m2(shapes)
    found = [_level(level_units, shapes, areas)]
    for level in reversed(LEVELS[:-1]):
        above = sorted((unit for unit in units if unit.level == level), key=lambda unit: unit.code)
        index = {unit.code: at for at, unit in enumerate(above)}
        parents = np.array([index[str(unit.parent)] for unit in level_units], dtype=np.intp)
        shapes = unite(shapes, parents, len(above))
        areas = np.bincount(parents, areas, minlength=len(above)).astype(np.float64)
        level_units = above
        found.append(_level(level_units, shapes, areas))
    return [outline for outlines in reversed(found) for outline in outlines]


def _level(units: Sequence[UnitName], shapes: Shapes, areas: NDArray[np.float64]) -> list[Outline]:
    centres = shapely.centroid(shapes)
    inner = np.where(shapely.contains_properly(shapes, centres), centres, shapely.point_on_surface(shapes))
    places = shapely.get_coordinates(inner)
    return [
        Outline(u.code, u.parent, u.level, u.name, area_class_of(u.code), shape, (x, y), area)
        for u, shape, (x, y), area in zip(units, shapes, places.tolist(), areas.tolist(), strict=True)
    ]
