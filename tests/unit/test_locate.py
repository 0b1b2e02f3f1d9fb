"""A point to its cell, and up."""

import math
import time

import numpy as np
import pytest
import shapely

from grids.codes import LEVELS
from grids.locate import Locator, Placement
from grids.metres import degree_metres
from grids.raster import Raster
from tests.unit.tianjin_city import Tianjin, tianjin

__all__ = ["tianjin"]

WEST, EAST = "120101001001001", "120101001001002"
SEA = (118.4, 38.7)


@pytest.fixture
def two_cells() -> Locator:
    """Two cells side by side, given in the wrong order, with an edge in common at 117.01 E."""
    shapes = np.array(
        [shapely.box(117.01, 39, 117.02, 39.01), shapely.box(117, 39, 117.01, 39.01)], dtype=object
    )
    return Locator([EAST, WEST], shapes)


def test_inside_names_the_cell_and_everything_above(two_cells: Locator) -> None:
    assert two_cells.locate(117.005, 39.005) == Placement(
        "inside", 0.0, WEST, "120101001001", "120101001", "120101", "12"
    )


def test_a_point_on_a_shared_edge_belongs_to_the_smallest_code(two_cells: Locator) -> None:
    assert two_cells.locate(117.01, 39.005).cell == WEST
    assert two_cells.locate_many([117.01, 117.01, 117.015], [39.005, 39.0, 39.0]).tolist() == [1, 1, 0]


def test_near_takes_the_nearest_cell_and_tells_the_metres(two_cells: Locator) -> None:
    along, up = degree_metres(39.005)
    east = two_cells.locate(117.021, 39.005)
    assert (east.placement, east.cell) == ("near", EAST)
    assert east.distance_m == pytest.approx(0.001 * along, rel=1e-6)
    south = two_cells.locate(117.005, 38.999)
    assert (south.placement, south.cell) == ("near", WEST)
    assert south.distance_m == pytest.approx(0.001 * up, rel=1e-4)
    assert two_cells.locate(117.01, 38.999).cell == WEST  # as near to both


def test_outside_the_tolerance_there_are_no_codes(two_cells: Locator) -> None:
    placement = two_cells.locate(117.021, 39.005, tolerance_m=80)
    assert placement == Placement("outside", pytest.approx(86.5, abs=0.5))


def test_nearest_is_meant_in_metres_not_in_degrees() -> None:
    north, east = shapely.box(117, 39.0010, 117.01, 39.01), shapely.box(117.0112, 38.99, 117.02, 38.9999)
    locator = Locator([WEST, EAST], np.array([north, east], dtype=object))
    assert (
        locator.locate(117.01, 38.9999).cell == EAST
    )  # 0.0012° of longitude, 104 m; the other 0.0011°, 122 m


@pytest.mark.parametrize("point", [(math.nan, 39), (117, math.inf), (181, 39), (39, 117)])
def test_what_is_no_place_on_earth_is_refused(two_cells: Locator, point: tuple[float, float]) -> None:
    with pytest.raises(ValueError, match="not a longitude and latitude"):
        two_cells.locate(*point)


def test_a_locator_wants_each_code_once_and_may_be_empty() -> None:
    with pytest.raises(ValueError, match="every code once"):
        Locator([WEST, WEST], np.array([shapely.box(0, 0, 1, 1)] * 2, dtype=object))
    empty = Locator([], np.empty(0, dtype=object))
    assert empty.locate(117, 39) == Placement("outside", math.inf)
    assert empty.locate_many([117.0] * 30_000, [39.0] * 30_000).max() == -1


def test_the_sea_is_outside(tianjin: Tianjin) -> None:
    placement = tianjin.locator.locate(*SEA)
    assert placement.placement == "outside"
    assert placement.cell is None
    assert placement.distance_m > 10_000


@pytest.mark.parametrize("level", LEVELS)
def test_every_centroid_is_located_in_its_own_unit(tianjin: Tianjin, level: str) -> None:
    for unit in tianjin.level(level):
        placement = tianjin.locator.locate(*unit.centroid)
        assert placement.placement == "inside"
        assert getattr(placement, level) == unit.code


def test_many_points_at_once_are_located_as_one_by_one(tianjin: Tianjin) -> None:
    west, south, east, north = shapely.total_bounds(tianjin.shapes("city"))
    chance = np.random.default_rng(3)
    lons, lats = (
        chance.uniform(west - 0.1, east + 0.1, 20_001),
        chance.uniform(south - 0.1, north + 0.1, 20_001),
    )
    codes = [cell.code for cell in tianjin.level("cell")]
    many = [codes[at] if at >= 0 else None for at in tianjin.locator.locate_many(lons, lats)]
    one_by_one = [tianjin.locator.locate(lon, lat, 0.0) for lon, lat in zip(lons, lats, strict=True)]
    assert many == [placement.cell for placement in one_by_one]
    assert 0.3 < sum(code is not None for code in many) / len(many) < 0.9


def test_on_every_vertex_and_edge_the_raster_agrees_with_the_exact_test(tianjin: Tianjin) -> None:
    cells = tianjin.shapes("cell")
    vertices = shapely.get_coordinates(cells)
    points = np.concatenate([vertices, (vertices[1:] + vertices[:-1]) / 2])
    tree = shapely.STRtree(cells)
    hits = tree.query(shapely.points(points), predicate="intersects")
    expected = np.full(len(points), len(cells))
    np.minimum.at(expected, hits[0], hits[1])
    expected[expected == len(cells)] = -1
    assert (tianjin.locator.locate_many(points[:, 0], points[:, 1]) == expected).all()


def test_raster_lines_that_run_along_boundaries_do_no_harm() -> None:
    boxes = np.array(
        [shapely.box(x, y, x + 1, y + 1) for x in range(8) for y in range(8) if (x, y) != (3, 3)]
    )
    tree = shapely.STRtree(boxes)

    def exact(lons: np.ndarray, lats: np.ndarray) -> np.ndarray:
        found = np.full(len(lons), len(boxes))
        point, box = tree.query(shapely.points(lons, lats), predicate="intersects")
        np.minimum.at(found, point, box)
        return np.where(found == len(boxes), -1, found)

    xs, ys = (axis.ravel() for axis in np.meshgrid(np.arange(-1, 9.01, 1 / 24), np.arange(-1, 9.01, 1 / 24)))
    assert (Raster(boxes, exact).find(xs, ys) == exact(xs, ys)).all()


def test_a_million_points_take_seconds(tianjin: Tianjin) -> None:
    chance = np.random.default_rng(4)
    lons, lats = chance.uniform(116.7, 118.1, 1_000_000), chance.uniform(38.5, 40.3, 1_000_000)
    tianjin.locator.locate_many(lons, lats)
    start = time.perf_counter()
    tianjin.locator.locate_many(lons, lats)
    assert time.perf_counter() - start < 3
