"""Neighbours and the borders between them."""

import numpy as np
import pytest
import shapely

from grids.adjacency import adjacency
from grids.locate import Locator
from grids.metres import degree_metres
from tests.unit.tianjin_city import Tianjin, tianjin

__all__ = ["tianjin"]


def test_neighbours_share_a_border_of_so_many_metres() -> None:
    west, east = shapely.box(117, 39, 117.01, 39.01), shapely.box(117.01, 39.005, 117.02, 39.015)
    graph = adjacency(["west", "east"], np.array([west, east]))
    _, up = degree_metres(39.0075)
    assert graph.edges["west", "east"]["metres"] == pytest.approx(0.005 * up, rel=1e-6)


def test_touching_at_a_point_or_overlapping_is_no_neighbourhood() -> None:
    shapes = np.array([shapely.box(0, 0, 1, 1), shapely.box(1, 1, 2, 2), shapely.box(0.5, 0.5, 1.2, 0.9)])
    graph = adjacency(["a", "corner", "over"], shapes)
    assert set(graph.nodes) == {"a", "corner", "over"}
    assert not graph.edges


def test_the_districts_of_tianjin(tianjin: Tianjin) -> None:
    districts = tianjin.level("district")
    graph = adjacency([unit.name for unit in districts], tianjin.shapes("district"))
    assert set(graph["蓟州区"]) == {"宝坻区"}
    assert set(graph["和平区"]) == {"河东区", "河西区", "南开区", "河北区"}


def test_borders_and_the_outer_edge_make_up_the_perimeter(tianjin: Tianjin) -> None:
    from networkx import is_connected

    from grids.metres import lengths_m

    shapes, codes = tianjin.shapes("community"), [unit.code for unit in tianjin.level("community")]
    graph = adjacency(codes, shapes)
    assert is_connected(graph)
    inner = 2 * sum(metres for _, _, metres in graph.edges(data="metres"))
    outer = lengths_m(shapely.boundary(tianjin.shapes("city"))).sum()
    assert inner + outer == pytest.approx(lengths_m(shapely.boundary(shapes)).sum(), rel=1e-9)


def test_a_unit_knows_its_neighbours_from_the_cells_along_its_border(tianjin: Tianjin) -> None:
    cells = tianjin.level("cell")
    locator = Locator([cell.code for cell in cells], tianjin.shapes("cell"))
    for level in ("district", "street", "community", "cell"):
        units = tianjin.level(level)
        graph = adjacency([unit.code for unit in units], tianjin.shapes(level))
        for code in [unit.code for unit in units][:: max(1, len(units) // 20)]:
            found = locator.neighbours(code)
            shared = {other: graph.edges[code, other]["metres"] for other in graph[code]}
            assert found == pytest.approx(shared, rel=1e-3)
            assert list(found.values()) == sorted(found.values(), reverse=True)
