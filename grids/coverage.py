"""How much of a unit somebody has come near: the share of its area within so many metres of a track."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

import shapely
from shapely.geometry.base import BaseGeometry

from grids.metres import degree_metres

REACH_M: Final = 30.0
#: A round corner in so many steps: 0.5 % of its area is enough here.
_CORNER: Final = 8

Position = tuple[float, float]


def lines_of(pieces: Iterable[Sequence[Position]]) -> BaseGeometry:
    """The pieces of a track in degrees, as one geometry: lines, and single points where a piece has only one."""
    parts = [shapely.LineString(piece) if len(piece) > 1 else shapely.Point(piece[0]) for piece in pieces if piece]
    return shapely.GeometryCollection(parts)


def covered_share(unit: BaseGeometry, track: BaseGeometry, reach_m: float = REACH_M) -> float:
    """From 0 to 1. Both are lon/lat in degrees; they are measured in metres at the middle of the unit."""
    if unit.is_empty or track.is_empty:
        return 0.0
    centre = shapely.centroid(unit)
    along, up = (float(value) for value in degree_metres(centre.y))
    flat_unit, flat_track = (
        shapely.transform(shape, lambda xy: (xy - [centre.x, centre.y]) * [along, up]) for shape in (unit, track)
    )
    near = shapely.union_all(shapely.buffer(shapely.get_parts(flat_track), reach_m, quad_segs=_CORNER))
    share = shapely.area(shapely.intersection(flat_unit, near)) / shapely.area(flat_unit)
    return min(max(float(share), 0.0), 1.0)
