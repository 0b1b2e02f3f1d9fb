"""A point to its cell: the locator against bare shapely, on the 21,000 cells of the seed."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import shapely

from bench.measure import Measure, per_second, side_by_side
from data.shipped import SEED
from grids.exchange import read_outlines, read_units
from grids.locate import Locator
from grids.subdivide import subdivide

TIANJIN = SEED / "tianjin"
ONE_BY_ONE, AT_ONCE = 20_000, 1_000_000


def measures() -> Iterator[Measure]:
    districts = {row.code: row.geometry for row in read_outlines(TIANJIN / "districts.geojson")}
    cells = [o for o in subdivide(districts, read_units(TIANJIN / "units.csv")) if o.level == "cell"]
    shapes = np.array([cell.geometry for cell in cells], dtype=object)
    locator, tree = Locator([cell.code for cell in cells], shapes), shapely.STRtree(shapes)
    random = np.random.default_rng(12)
    west, south, east, north = shapely.total_bounds(shapes)
    lons, lats = random.uniform(west, east, AT_ONCE), random.uniform(south, north, AT_ONCE)

    inside = np.flatnonzero(locator.locate_many(lons, lats) >= 0)[:ONE_BY_ONE]
    points = list(zip(lons[inside].tolist(), lats[inside].tolist(), strict=True))

    def one_by_one() -> None:
        for lon, lat in points:
            locator.locate(lon, lat)

    def bare_one_by_one() -> None:
        for lon, lat in points:
            tree.query(shapely.Point(lon, lat), predicate="intersects")

    yield side_by_side("locate, a point at a time", "points/s", lambda: per_second(ONE_BY_ONE, one_by_one),
                       lambda: per_second(ONE_BY_ONE, bare_one_by_one),
                       note="points inside; bare: shapely STRtree, a point at a time")
    yield side_by_side("locate, a million points", "points/s",
                       lambda: per_second(AT_ONCE, lambda: locator.locate_many(lons, lats)),
                       lambda: per_second(AT_ONCE, lambda: tree.query(shapely.points(lons, lats), "intersects")),
                       rounds=3, note="bare: shapely STRtree, all points in one call")
