"""The town that the other tests live in is what it says it is."""

from __future__ import annotations

from governance.city import City
from tests import town


def test_every_point_of_the_town_lies_in_one_cell(city: City) -> None:
    cells = [code for code in town.codes() if len(code) == 15 and code != town.VOIDED_CELL]
    assert len(cells) == 32
    for cell in cells:
        found = city.locator.locate(*town.centre_of(cell))
        assert (found.placement, found.cell) == ("inside", cell)


def test_the_town_is_read_whole(city: City) -> None:
    assert (city.revision, city.root, city.boundary_version) == (1, town.CITY, 1)
    assert len(city.places) == 1 + 2 + 4 + 8 + 32 + 1
    assert city.places[town.VOIDED_CELL].voided
    assert [leaf.code for leaf in city.tree("grid").leaves()] == [s[0] for s in town.SUBCATEGORIES]
    assert city.path_names(town.CELL) == "和平区 和平一街 和平一街第一社区 和平一街第一社区第1网格"
