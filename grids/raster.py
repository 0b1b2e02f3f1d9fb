"""A raster over many outlines that answers "in which one?" for millions of points, exactly.

A pixel that no boundary crosses lies in one outline (or in none) and carries its index. A pixel that
boundaries cross carries the outlines whose boundaries these are, and the exact test decides between them.
Points within a millionth of a pixel of a pixel's edge, where rounding could matter, go straight to the
exact test.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import numpy as np
import shapely
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]
Shapes = NDArray[Any]
Exact = Callable[[Floats, Floats], Indices]

OUTSIDE: Final = -1
_MIXED: Final = -2  # and below: the n-th marked pixel is -2 - n
_PIXELS: Final = 8_000_000  # at most, some 32 MB
_ACROSS: Final = 12.0  # pixels across an outline of median size
_RIM: Final = 1e-6  # of a pixel


class Raster:
    """The raster over `shapes` (lon/lat). `exact` finds the outlines of a few points; lowest index first,
    -1 for none.
    """

    def __init__(self, shapes: Shapes, exact: Exact) -> None:
        self._shapes, self._exact = shapes, exact
        west, south, east, north = shapely.total_bounds(shapes)
        across = np.sqrt(np.median(shapely.area(shapes))) / _ACROSS
        self._pixel = float(max(across, np.sqrt((east - west) * (north - south) / _PIXELS)))
        self._west, self._south = west - 1.5 * self._pixel, south - 1.5 * self._pixel
        self._width = int((east - self._west) / self._pixel) + 3
        self._height = int((north - self._south) / self._pixel) + 3
        self._owner = np.full(self._width * self._height, OUTSIDE, dtype=np.int32)
        shapely.prepare(shapes)
        self._mark()
        self._fill()

    def find(self, lons: Floats, lats: Floats) -> Indices:
        """The index of the outline that each point lies in, the lowest of several, -1 for none."""
        x, y = (lons - self._west) / self._pixel, (lats - self._south) / self._pixel
        on_map = (x >= 0) & (x < self._width) & (y >= 0) & (y < self._height)
        column, row = np.where(on_map, x, 0).astype(np.int64), np.where(on_map, y, 0).astype(np.int64)
        pixels = row * self._width + column
        found = self._owner[pixels].astype(np.int64)
        rim = on_map & (_near_rim(x - column) | _near_rim(y - row))
        mixed = np.flatnonzero((found <= _MIXED) & ~rim)
        found[mixed] = self._decide(lons[mixed], lats[mixed], pixels[mixed])
        found[rim] = self._exact(lons[rim], lats[rim])
        return np.asarray(found, dtype=np.int64)

    def _mark(self) -> None:
        """Mark the pixels that boundaries cross, and keep for each whose boundaries they are."""
        pixels, outlines = self._crossed()
        pairs = np.sort(pixels * len(self._shapes) + outlines)
        pixels, self._candidates = np.divmod(pairs[_first_of_each(pairs)], len(self._shapes))
        starts = np.flatnonzero(_first_of_each(pixels))
        self._starts = np.append(starts, len(pixels))
        self._owner[pixels[starts]] = _MIXED - np.arange(len(starts))

    def _crossed(self) -> tuple[Indices, Indices]:
        """Pixel and outline wherever an edge starts, or passes from one pixel to another (both pixels)."""
        rings, whose = shapely.get_rings(shapely.get_parts(self._shapes)), self._ring_owners()
        points, ring = shapely.get_coordinates(rings, return_index=True)
        points = (points - [self._west, self._south]) / self._pixel
        same = ring[1:] == ring[:-1]
        a, b, owner = points[:-1][same], points[1:][same], whose[ring[1:][same]]
        start = np.floor(a).astype(np.int64)
        found = [(start[:, 1] * self._width + start[:, 0], owner)]
        for axis, step, other in ((0, 1, self._width), (1, self._width, 1)):
            edge, line = _crossings(a[:, axis], b[:, axis])
            share = (line - a[edge, axis]) / (b[edge, axis] - a[edge, axis])
            aside = np.floor(a[edge, 1 - axis] + share * (b[edge, 1 - axis] - a[edge, 1 - axis])).astype(
                np.int64
            )
            pixel = line * step + aside * other
            found += [(pixel, owner[edge]), (pixel - step, owner[edge])]
        return np.concatenate([pixel for pixel, _ in found]), np.concatenate([owner for _, owner in found])

    def _ring_owners(self) -> Indices:
        parts, whose = shapely.get_parts(self._shapes, return_index=True)
        _, part = shapely.get_rings(parts, return_index=True)
        return np.asarray(whose[part], dtype=np.int64)

    def _fill(self) -> None:
        """Give each run of unmarked pixels in a row to the outline that its first pixel's middle lies in."""
        free = self._owner > _MIXED
        first = np.flatnonzero(free[1:] & ~free[:-1]) + 1
        last = np.flatnonzero(~free[1:] & free[:-1])
        first, last = (
            first[:-1],
            last[1:],
        )  # the margins before the first mark and after the last stay outside
        lons, lats = self._middles(first)
        owners = self._decide(lons, lats, first - 1)
        runs = last - first + 1
        at = np.repeat(first - np.cumsum(runs) + runs, runs) + np.arange(runs.sum())
        self._owner[at] = np.repeat(owners, runs)

    def _middles(self, pixels: Indices) -> tuple[Floats, Floats]:
        row, column = np.divmod(pixels, self._width)
        return self._west + (column + 0.5) * self._pixel, self._south + (row + 0.5) * self._pixel

    def _decide(self, lons: Floats, lats: Floats, pixels: Indices) -> Indices:
        """The exact test against the outlines of marked pixels; what none of them holds is asked of all."""
        slot = _MIXED - self._owner[pixels].astype(np.int64)
        counts = self._starts[slot + 1] - self._starts[slot]
        point = np.repeat(np.arange(len(pixels)), counts)
        nth = np.arange(len(point)) - np.repeat(np.cumsum(counts) - counts, counts)
        outline = self._candidates[np.repeat(self._starts[slot], counts) + nth]
        order = np.argsort(outline, kind="stable")  # one outline after another: several times as fast
        point, outline = point[order], outline[order]
        inside = shapely.intersects_xy(self._shapes[outline], lons[point], lats[point])
        found = np.full(len(pixels), OUTSIDE, dtype=np.int64)
        found[point[inside][::-1]] = outline[inside][::-1]  # the lowest is written last
        lost = found == OUTSIDE
        found[lost] = self._exact(lons[lost], lats[lost])
        return found


def _first_of_each(values: Indices) -> NDArray[np.bool_]:
    """Where a sorted array changes. (numpy 2.4's `unique` hashes, which takes ten times as long here.)"""
    return np.concatenate([[True], values[1:] != values[:-1]])


def _near_rim(part: Floats) -> NDArray[np.bool_]:
    return (part < _RIM) | (part > 1 - _RIM)


def _crossings(a: Floats, b: Floats) -> tuple[Indices, Indices]:
    """Every whole number that each interval from a to b passes: the interval's index and the number."""
    low, high = np.floor(np.minimum(a, b)).astype(np.int64), np.floor(np.maximum(a, b)).astype(np.int64)
    counts = high - low
    edge = np.repeat(np.arange(len(a)), counts)
    return edge, low[edge] + 1 + np.arange(len(edge)) - np.repeat(np.cumsum(counts) - counts, counts)
