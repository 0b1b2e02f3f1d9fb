"""Cut polygons into connected pieces of given relative areas, by straight lines: the geometry behind
`subdivide`.

Works in any plane with equal scales on both axes, for thousands of polygons at once: all that are to be
halved next are halved together. A few directions are weighed by arithmetic on the edges; GEOS then makes
the best cut of each. What a line cuts off as a separate scrap goes to the other side, so both halves are
always one polygon.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import numpy as np
import shapely
from numpy.random import Generator
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Indices = NDArray[np.intp]
Shapes = NDArray[Any]

_TURNS: Final = np.array([0.0, 0.25, -0.25, 0.55, -0.55, 0.85, -0.85, 1.25, -1.25, 0.5 * math.pi])  # radians
_JITTER: Final = 0.13  # radians, standard deviation of the chance in a direction
_HALVINGS: Final = 14  # of the way on which a line is sought
_SCRAP: Final = 1.5  # how much worse each further pair of crossings makes a cut


class _Edges(NamedTuple):
    """The edges of many polygons in a turned frame: u along the direction, v across; whose each is."""

    u1: Floats
    v1: Floats
    u2: Floats
    v2: Floats
    whose: Indices


def carve(polygons: Shapes, weights: Sequence[Sequence[float]], random: Generator) -> Shapes:
    """Connected pieces of each polygon, one for each of its weights, in order: areas about in proportion,
    no gap left.

    All pieces in one array: those of the first polygon, then of the second, …. ValueError when a polygon
    is degenerate.
    """
    sums = np.cumsum([0.0, *(weight for each in weights for weight in each)])
    counts = np.array([len(each) for each in weights])
    first, last, shapes = np.cumsum(counts) - counts, np.cumsum(counts), polygons
    pieces = np.empty(len(sums) - 1, dtype=object)
    while True:
        single = last - first == 1
        pieces[first[single]] = shapes[single]
        first, last, shapes = first[~single], last[~single], shapes[~single]
        if not len(first):
            return pieces
        middle = _middle(sums, first, last)
        low, high = halve(shapes, (sums[middle] - sums[first]) / (sums[last] - sums[first]), random)
        first, last, shapes = np.r_[first, middle], np.r_[middle, last], np.r_[low, high]


def _middle(sums: Floats, first: Indices, last: Indices) -> Indices:
    """Where to split each run of weights so that both sides weigh about the same."""
    wanted = (sums[first] + sums[last]) / 2
    after = np.searchsorted(sums, wanted)
    nearer = np.where(wanted - sums[after - 1] < sums[after] - wanted, after - 1, after)
    return np.clip(nearer, first + 1, last - 1)


def halve(polygons: Shapes, shares: Floats, random: Generator) -> tuple[Shapes, Shapes]:
    """Two connected halves of each polygon, the first with about its share (0 to 1) of the area."""
    turned = _long_axes(polygons) + math.pi * random.integers(0, 2, len(polygons))
    directions = turned + _TURNS[:, None] + random.normal(0.0, _JITTER, (len(_TURNS), len(polygons)))
    lines = [_line(polygons, shares, direction) for direction in directions]
    best = np.argmin([badness for _, badness in lines], axis=0)
    each = np.arange(len(polygons))
    at = np.array([at for at, _ in lines])[best, each]
    return _connect(polygons, _half_planes(polygons, directions[best, each], at))


def _long_axes(polygons: Shapes) -> Floats:
    """The directions, in radians, of the long sides of the smallest rectangles around the polygons."""
    corners = shapely.get_coordinates(shapely.oriented_envelope(polygons)).reshape(len(polygons), 5, 2)
    sides = np.diff(corners[:, :3], axis=1)
    longest = np.argmax(np.hypot(sides[..., 0], sides[..., 1]), axis=1)
    chosen = sides[np.arange(len(polygons)), longest]
    return np.asarray(np.arctan2(chosen[:, 1], chosen[:, 0]), dtype=np.float64)


def _line(polygons: Shapes, shares: Floats, directions: Floats) -> tuple[Floats, Floats]:
    """How far along its direction a line across each polygon has the share behind it, and how bad that cut
    is.
    """
    edges = _edges(polygons, directions)
    count = len(polygons)
    low, high = np.full(count, np.inf), np.full(count, -np.inf)
    np.minimum.at(low, edges.whose, edges.u1)
    np.maximum.at(high, edges.whose, edges.u1)
    areas = shapely.area(polygons)
    for _ in range(_HALVINGS):
        at = (low + high) / 2
        short = _area_behind(edges, at) < areas * shares
        low, high = np.where(short, at, low), np.where(short, high, at)
    at = (low + high) / 2
    return at, _badness(edges, at, areas, shares)


def _edges(polygons: Shapes, directions: Floats) -> _Edges:
    rings, whose = shapely.get_rings(shapely.orient_polygons(polygons), return_index=True)
    points, ring = shapely.get_coordinates(rings, return_index=True)
    owner = whose[ring]
    along, across = np.cos(directions)[owner], np.sin(directions)[owner]
    u = points[:, 0] * along + points[:, 1] * across
    v = points[:, 1] * along - points[:, 0] * across
    same = ring[1:] == ring[:-1]
    return _Edges(u[:-1][same], v[:-1][same], u[1:][same], v[1:][same], owner[1:][same])


def _area_behind(edges: _Edges, at: Floats) -> Floats:
    """The area of each polygon with u below `at`: the trapezoids over its clipped edges."""
    stop = at[edges.whose]
    a, b = np.minimum(edges.u1, stop), np.minimum(edges.u2, stop)
    middle = edges.v1 + ((a + b) / 2 - edges.u1) * _slope(edges)
    return np.abs(np.bincount(edges.whose, (b - a) * middle, minlength=len(at)))


def _slope(edges: _Edges) -> Floats:
    run = edges.u2 - edges.u1
    return np.divide(edges.v2 - edges.v1, run, out=np.zeros_like(run), where=run != 0)


def _badness(edges: _Edges, at: Floats, areas: Floats, shares: Floats) -> Floats:
    """The thinness of the worse half (1 for a square, 1.125 for 2:1, 1.33 for 3:1), more when the line
    makes scraps.
    """
    stop, count = at[edges.whose], len(at)
    length = np.hypot(edges.u2 - edges.u1, edges.v2 - edges.v1)
    low, high = np.minimum(edges.u1, edges.u2), np.maximum(edges.u1, edges.u2)
    crossing = (low < stop) & (high >= stop)
    behind = np.where(crossing, (stop - low) / np.where(crossing, high - low, 1.0), high < stop) * length
    crossed = (edges.v1 + (stop - edges.u1) * _slope(edges))[crossing]
    top, bottom = np.full(count, -np.inf), np.full(count, np.inf)
    np.maximum.at(top, edges.whose[crossing], crossed)
    np.minimum.at(bottom, edges.whose[crossing], crossed)
    chord, first = top - bottom, np.bincount(edges.whose, behind, minlength=count)
    second = np.bincount(edges.whose, length, minlength=count) - first
    thin = np.maximum((first + chord) ** 2 / shares, (second + chord) ** 2 / (1 - shares)) / (16 * areas)
    scraps = np.bincount(edges.whose[crossing], minlength=count) / 2 - 1
    return np.asarray(thin * _SCRAP**scraps, dtype=np.float64)


def _half_planes(polygons: Shapes, directions: Floats, at: Floats) -> Shapes:
    """For each polygon the half-plane behind the line, as a rectangle that reaches well beyond it."""
    boxes = shapely.bounds(polygons)
    reach = 2 * (boxes[:, 2] - boxes[:, 0] + boxes[:, 3] - boxes[:, 1])[:, None]
    along = np.stack([np.cos(directions), np.sin(directions)], axis=1)
    across = along[:, ::-1] * [-1.0, 1.0]
    centre = (boxes[:, :2] + boxes[:, 2:]) / 2
    foot = along * at[:, None] + across * (centre * across).sum(axis=1)[:, None]
    left, right = foot + across * reach, foot - across * reach
    corners = [left, right, right - along * reach, left - along * reach]
    return np.asarray(shapely.polygons(np.stack(corners, axis=1)), dtype=object)


def _connect(polygons: Shapes, halves: Shapes) -> tuple[Shapes, Shapes]:
    """Each half and its rest, both in one piece: the scraps that a line cuts off go to the other side."""
    low = _largest(shapely.intersection(polygons, halves))
    rest = shapely.difference(polygons, low)
    high = _largest(rest)
    torn = shapely.get_type_id(rest) != shapely.GeometryType.POLYGON
    low[torn] = _largest(shapely.difference(polygons[torn], high[torn]))
    lost = shapely.area(polygons) - shapely.area(low) - shapely.area(high)
    if (np.abs(lost) > 1e-9 * shapely.area(polygons)).any() or (shapely.area(high) == 0).any():
        raise ValueError("a polygon that no straight line cuts in two connected pieces")
    return low, high


def _largest(shapes: Shapes) -> Shapes:
    """Of each shape its largest part."""
    single = shapes.copy()
    for at in np.flatnonzero(shapely.get_type_id(shapes) != shapely.GeometryType.POLYGON):
        parts = shapely.get_parts(shapes[at])
        single[at] = parts[int(np.argmax(shapely.area(parts)))]
    return single
