"""A point to its cell, and up: inside, near by, or outside all cells."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray

from grids.adjacency import neighbours
from grids.codes import path_of
from grids.metres import degree_metres, distances_m
from grids.raster import OUTSIDE, Raster

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]

_FEW: Final = 20_000  # up to so many points the tree is faster than building a raster
_FAR_M: Final = (
    20_000.0  # beyond, the distance is that to the cell nearest in degrees, which may not be the nearest
)


@dataclass(frozen=True)
class Placement:
    """Where a point lies: the codes from its cell up to the city, None when it is outside; metres to the
    cell.
    """

    placement: Literal["inside", "near", "outside"]
    distance_m: float
    cell: str | None = None
    community: str | None = None
    street: str | None = None
    district: str | None = None
    city: str | None = None


class Locator:
    """Finds the cell of a point. Cells are lon/lat outlines in degrees (WGS-84), one for each 15-digit code.

    A point on a shared edge belongs to the smallest code. Distances are taken in the plane that touches
    the earth at the point (see `grids.metres`). ValueError when codes and shapes differ in number, or a
    code comes twice.
    """

    def __init__(self, codes: Sequence[str], shapes: NDArray[Any]) -> None:
        if len(codes) != len(shapes) or len(set(codes)) != len(codes):
            raise ValueError("a locator needs one shape for each code, and every code once")
        self._order = np.argsort(np.asarray(codes, dtype=str), kind="stable").astype(np.int64)
        self._codes = [codes[at] for at in self._order]
        self._shapes = np.asarray(shapes, dtype=object)[self._order]
        self._tree = shapely.STRtree(self._shapes)
        self._raster: Raster | None = None

    def locate(self, lon: float, lat: float, tolerance_m: float = 200.0) -> Placement:
        """The cell that a point (degrees, WGS-84) lies in, else the nearest within the tolerance, else
        outside.

        ValueError when the point is not on the earth.
        """
        if not (math.isfinite(lon) and math.isfinite(lat) and abs(lon) <= 180 and abs(lat) <= 90):
            raise ValueError(f"({lon}, {lat}) is not a longitude and latitude in degrees (经纬度有误)")
        hits = self._tree.query(shapely.Point(lon, lat), predicate="intersects")
        if len(hits):
            return self._placed("inside", 0.0, min(hits.tolist()))
        if not len(self._codes):
            return Placement("outside", math.inf)
        nearest, metres = self._nearest(lon, lat)
        return (
            self._placed("near", metres, nearest) if metres <= tolerance_m else Placement("outside", metres)
        )

    def locate_many(self, lons: ArrayLike, lats: ArrayLike) -> Indices:
        """The index (into the codes as they were given) of the cell that each point lies in, -1 for outside.

        The same answer as `locate` gives for inside. The first large call builds a raster, which takes
        about a second.
        """
        x, y = np.asarray(lons, dtype=np.float64), np.asarray(lats, dtype=np.float64)
        if self._raster is None and self._codes and len(x) > _FEW:
            self._raster = Raster(self._shapes, self._exact)
        found = self._exact(x, y) if self._raster is None else self._raster.find(x, y)
        inside = found != OUTSIDE
        found[inside] = self._order[found[inside]]
        return found

    def neighbours(self, unit: str) -> dict[str, float]:
        """The units of the same level that a unit borders on: metres of border by code, the longest first."""
        return neighbours(unit, self._codes, self._shapes, self._tree)

    def _placed(self, placement: Literal["inside", "near"], metres: float, at: int) -> Placement:
        city, district, street, community, cell = path_of(self._codes[at])
        return Placement(placement, metres, cell, community, street, district, city)

    def _exact(self, lons: Floats, lats: Floats) -> Indices:
        """The tree's answer for many points: sorted by point and cell, the first of each point wins."""
        point, cell = self._tree.query(shapely.points(lons, lats), predicate="intersects")
        found = np.full(len(lons), OUTSIDE, dtype=np.int64)
        order = np.argsort(-cell, kind="stable")
        found[point[order]] = cell[order]
        return found

    def _nearest(self, lon: float, lat: float) -> tuple[int, float]:
        """The nearest cell in metres: nearest in degrees first, then whatever could be nearer than that."""
        first = int(self._tree.nearest(shapely.Point(lon, lat)))
        metres = float(distances_m(lon, lat, self._shapes[[first]])[0])
        if metres > _FAR_M:
            return first, metres
        reach = 1.01 * metres / np.array(degree_metres(lat))
        close = np.sort(
            self._tree.query(shapely.box(lon - reach[0], lat - reach[1], lon + reach[0], lat + reach[1]))
        )
        distances = distances_m(lon, lat, self._shapes[close])
        best = int(np.argmin(distances))
        return int(close[best]), float(distances[best])
