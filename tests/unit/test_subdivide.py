"""Illustrative outlines of all Tianjin: they nest exactly, look plausible and never change."""

import itertools
from collections import Counter

import numpy as np
import pytest
import shapely

from grids.codes import LEVELS, parent_of
from grids.hierarchy import Hierarchy
from grids.naming import area_class_of, is_town, number_cells, short_name
from grids.plan import count_cells
from grids.subdivide import GRID, Outline, UnitName, subdivide
from tests.unit.tianjin_city import DISTRICTS, UNITS, Tianjin, tianjin

__all__ = ["tianjin"]


def test_every_unit_has_an_outline_and_there_are_21_000_cells(tianjin: Tianjin) -> None:
    counts = Counter(outline.level for outline in tianjin.outlines)
    assert counts == {"city": 1, "district": 16, "street": 299, "community": 5617, "cell": 21_000}


def test_codes_are_unique_and_start_with_their_parents(tianjin: Tianjin) -> None:
    units = [UnitName(o.code, o.parent, o.level, o.name) for o in tianjin.outlines]
    assert Hierarchy(units).problems() == []
    assert all(parent_of(outline.code) == outline.parent for outline in tianjin.outlines)


@pytest.mark.parametrize("level", LEVELS)
def test_no_level_has_a_gap_or_an_overlap(tianjin: Tianjin, level: str) -> None:
    shapes = tianjin.shapes(level)
    assert shapely.is_valid(shapes).all()
    assert shapely.coverage_is_valid(shapes)
    assert (shapely.get_type_id(shapes) == shapely.GeometryType.POLYGON).all()
    assert shapely.area(shapes).sum() == pytest.approx(tianjin.shapes("city")[0].area, rel=1e-12)


@pytest.mark.parametrize(("parent", "child"), list(itertools.pairwise(LEVELS)))
def test_a_unit_is_exactly_the_union_of_its_children(tianjin: Tianjin, parent: str, child: str) -> None:
    children: dict[str | None, list[Outline]] = {}
    for outline in tianjin.level(child):
        children.setdefault(outline.parent, []).append(outline)
    for unit in tianjin.level(parent):
        union = shapely.union_all([outline.geometry for outline in children[unit.code]])
        assert shapely.symmetric_difference(union, unit.geometry).area < 1e-12
        assert unit.area_m2 == pytest.approx(sum(outline.area_m2 for outline in children[unit.code]))


def test_districts_keep_their_real_outlines(tianjin: Tianjin) -> None:
    for district in tianjin.level("district"):
        assert shapely.hausdorff_distance(district.geometry, DISTRICTS[district.code]) < 2 * GRID


def test_every_vertex_lies_on_the_grid(tianjin: Tianjin) -> None:
    vertices = shapely.get_coordinates(tianjin.shapes("cell"))
    assert np.abs(vertices - np.round(vertices, 6)).max() < 1e-12


def test_units_are_of_plausible_size_and_shape(tianjin: Tianjin) -> None:
    assert sum(tianjin.areas("cell")) == pytest.approx(11_940e6, rel=0.01)
    assert min(tianjin.areas("cell")) > 5_000
    thin = [4 * np.sqrt(o.geometry.area) / o.geometry.length for o in tianjin.level("cell")]
    assert np.quantile(thin, 0.01) > 0.5  # a rectangle of 13 : 1
    town = np.median([o.area_m2 for o in tianjin.level("cell") if o.area_class == "A"])
    country = np.median([o.area_m2 for o in tianjin.level("cell") if o.area_class == "C"])
    assert town < 0.2e6 < country < 2e6


def test_a_community_has_one_to_nine_cells_and_more_in_towns(tianjin: Tianjin) -> None:
    cells = Counter(outline.parent for outline in tianjin.level("cell"))
    assert set(cells.values()) == set(range(1, 10))
    town = np.mean([cells[o.code] for o in tianjin.level("community") if is_town(o.name)])
    village = np.mean([cells[o.code] for o in tianjin.level("community") if not is_town(o.name)])
    assert town > 1.5 * village


def test_cells_are_numbered_without_holes_and_named_after_their_community(tianjin: Tianjin) -> None:
    numbers: dict[str | None, list[int]] = {}
    for cell in tianjin.level("cell"):
        numbers.setdefault(cell.parent, []).append(int(cell.code[-3:]))
    assert all(found == list(range(1, len(found) + 1)) for found in numbers.values())
    assert all(cell.name.endswith(f"第{int(cell.code[-3:])}网格") for cell in tianjin.level("cell"))
    assert not any("委会第" in cell.name or "委员会第" in cell.name for cell in tianjin.level("cell"))


def test_centroids_lie_inside(tianjin: Tianjin) -> None:
    for level in LEVELS:
        points = shapely.points([outline.centroid for outline in tianjin.level(level)])
        assert shapely.contains_properly(tianjin.shapes(level), points).all()


def test_the_same_seed_gives_the_same_bytes_and_another_does_not() -> None:
    districts = {code: DISTRICTS[code] for code in ("120101", "120106")}
    units = [unit for unit in UNITS if unit.level == "city" or unit.code.startswith(("120101", "120106"))]
    first, again, other = (subdivide(districts, units, cells=900, seed=seed) for seed in (7, 7, 8))
    assert [shapely.to_wkb(o.geometry) for o in first] == [shapely.to_wkb(o.geometry) for o in again]
    assert [shapely.to_wkb(o.geometry) for o in first] != [shapely.to_wkb(o.geometry) for o in other]


SMALL = [
    UnitName("33", None, "city", "岛城"),
    UnitName("330101", "33", "district", "海岛区"),
    UnitName("330101001", "330101", "street", "港口街道"),
    UnitName("330101001001", "330101001", "community", "灯塔社区居委会"),
    UnitName("330101001002", "330101001", "community", "渔村村委会"),
]


def test_an_island_goes_to_one_cell_and_a_lake_to_none() -> None:
    lake = shapely.box(120.04, 30.04, 120.05, 30.05)
    land, island = shapely.box(120, 30, 120.1, 30.1) - lake, shapely.box(120.12, 30.01, 120.13, 30.02)
    outlines = subdivide({"330101": shapely.union(land, island)}, SMALL, cells=6)
    cells = [outline.geometry for outline in outlines if outline.level == "cell"]
    assert len(cells) == 6
    assert shapely.coverage_is_valid(cells)
    assert [cell.intersects(island) for cell in cells].count(True) == 1
    assert shapely.union_all(cells).symmetric_difference(land | island).area < 1e-9


def test_districts_that_overlap_a_little_are_cleaned_first() -> None:
    twins = [(unit.code.replace("330101", "330102"), unit) for unit in SMALL[1:]]
    units = [*SMALL, *(UnitName(code, parent_of(code), unit.level, unit.name) for code, unit in twins)]
    districts = {
        "330101": shapely.box(120, 30, 120.1001, 30.1),
        "330102": shapely.box(120.1, 30, 120.2, 30.1),
    }
    cells = [outline.geometry for outline in subdivide(districts, units, cells=12) if outline.level == "cell"]
    assert shapely.coverage_is_valid(cells)
    assert sum(cell.area for cell in cells) == pytest.approx(0.02, rel=1e-6)


def test_what_cannot_be_subdivided_is_refused() -> None:
    outline = {"330101": shapely.box(120, 30, 120.1, 30.1)}
    with pytest.raises(ValueError, match="no outline"):
        subdivide({}, SMALL, cells=6)
    with pytest.raises(ValueError, match="nothing below"):
        subdivide(outline, SMALL[:3], cells=6)
    with pytest.raises(ValueError, match="2 communities cannot have 19 cells"):
        subdivide(outline, SMALL, cells=19)


@pytest.mark.parametrize("total", [3, 4, 20, 27])
def test_cells_are_counted_out_exactly(total: int) -> None:
    counts = count_cells(["甲社区居委会", "乙村委会", "丙村委会"], total, np.random.default_rng(1))
    assert sum(counts) == total
    assert all(1 <= count <= 9 for count in counts)


def test_numbers_run_west_to_east_then_north_to_south() -> None:
    south_west, south_east = shapely.box(0, 0, 1, 1), shapely.box(1, 0, 2, 0.9)
    north_west, north_east = shapely.box(0, 1, 1, 2.1), shapely.box(1, 0.9, 2, 2)
    assert number_cells(np.array([south_east, north_east, south_west, north_west])) == [4, 2, 3, 1]


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("大悲院社区居委会", "大悲院社区"),
        ("第六埠村民委员会", "第六埠村"),
        ("小王庄村委会", "小王庄村"),
        ("李家村村委会", "李家村"),
        ("新兴居委会", "新兴社区"),
        ("中学社区", "中学社区"),
        ("开发区虚拟社区", "开发区虚拟社区"),
    ],
)
def test_a_committee_is_no_part_of_a_cells_name(name: str, short: str) -> None:
    assert short_name(name) == short


def test_area_classes() -> None:
    assert [area_class_of(code) for code in ("12", "120101", "120116001", "120119001001")] == [
        "",
        "A",
        "B",
        "C",
    ]
