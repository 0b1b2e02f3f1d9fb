"""Make pieces that were cut one by one share every vertex with their neighbours: one exact coverage on a
fixed grid.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

Shapes = NDArray[Any]
Indices = NDArray[np.intp]


def stitch(pieces: Shapes, owners: Indices, grid: float) -> Shapes:
    """One shape for each owner 0, 1, …: its pieces, with all lines noded together on the grid (in
    coordinate units).

    A vertex moves by at most some grid steps. A piece whose owner has others (an island) stays apart in
    a multipolygon. ValueError when a piece is so small that it vanishes on the grid.
    """
    lines = shapely.union_all(shapely.boundary(pieces), grid_size=grid)
    faces = shapely.get_parts(shapely.polygonize([lines]))
    face, piece = shapely.STRtree(pieces).query(shapely.point_on_surface(faces), predicate="within")
    face, first = np.unique(face, return_index=True)
    return _together(faces[face], owners[piece[first]], int(owners.max()) + 1)


def _together(faces: Shapes, owners: Indices, count: int) -> Shapes:
    many = np.bincount(owners, minlength=count)
    if not many.all():
        raise ValueError(f"{int((many == 0).sum())} pieces vanish on the grid: they are too small")
    shapes = np.empty(count, dtype=object)
    shapes[owners] = faces
    for owner in np.flatnonzero(many > 1):
        shapes[owner] = shapely.coverage_union_all(faces[owners == owner])
    return shapes


def unite(children: Shapes, parents: Indices, count: int) -> Shapes:
    """The unions of the children of parents 0 … count - 1: shapes that share every vertex with what they
    are made of.
    """
    order = np.argsort(parents, kind="stable")
    families = np.split(children[order], np.searchsorted(parents[order], np.arange(1, count)))
    united = np.empty(count, dtype=object)
    united[:] = [_plain(shapely.coverage_union_all(family)) for family in families]
    return united


def _plain(shape: Any) -> Any:
    """A multipolygon of one is that one."""
    return shape.geoms[0] if shape.geom_type == "MultiPolygon" and len(shape.geoms) == 1 else shape


def as_coverage(shapes: Shapes) -> Shapes:
    """The shapes as they are when they fit together, else with overlaps and slivers between them closed.

    Neighbouring outlines from different hands overlap by a little; the cleaner gives an overlap to one
    of them.
    """
    if shapely.coverage_is_valid(shapes):
        return shapes
    cleaned: Shapes = shapely.coverage_clean(shapes)  # type: ignore[attr-defined]  # stubs lag behind 2.2
    return cleaned


def mainlands(outlines: Shapes) -> tuple[Shapes, Shapes]:
    """The largest part of each outline, and all other parts (islands) together."""
    parts, whose = shapely.get_parts(outlines, return_index=True)
    order = np.lexsort((-shapely.area(parts), whose))
    first = np.r_[True, np.diff(whose[order]) > 0]
    return parts[order][first], parts[order][~first]
