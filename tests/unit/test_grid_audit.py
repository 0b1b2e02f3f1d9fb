"""A surveyed grid is examined before it is loaded: what is wrong is told with codes, square metres and a place."""

from __future__ import annotations

import json

import numpy as np
import pytest
import shapely

from grids.audit import Finding, audit, numbering
from grids.datum import from_wgs84
from grids.exchange import OutlineRow
from grids.findings import geojson_of
from grids.hierarchy import UnitName
from grids.shift import wrong_datum
from grids.survey import survey
from tests.unit.tianjin_city import DISTRICTS, Tianjin, tianjin
from tests.unit.tianjin_city import UNITS as TIANJIN

__all__ = ["tianjin"]

CITY, DISTRICT, STREET, ONE, TWO = "12", "120101", "120101001", "120101001001", "120101001002"
#: West, middle, and east: two cells of the first community, one of the second.
WEST, MIDDLE, EAST = f"{ONE}001", f"{ONE}002", f"{TWO}001"
UNITS = [
    UnitName(CITY, None, "city", "示例市"), UnitName(DISTRICT, CITY, "district", "和平区"),
    UnitName(STREET, DISTRICT, "street", "一街"), UnitName(ONE, STREET, "community", "第一社区"),
    UnitName(TWO, STREET, "community", "第二社区"),
]
#: Metres in a degree at latitude 39.1 N, to a thousandth.
EASTWARDS, NORTHWARDS = 86_496, 111_020


def row(code: str, west: float, east: float, south: float = 0, north: float = 100, **known: str) -> OutlineRow:
    """An outline from metres east and north of a corner of the town."""
    box = shapely.box(117.2 + west / EASTWARDS, 39.1 + south / NORTHWARDS,
                      117.2 + east / EASTWARDS, 39.1 + north / NORTHWARDS)
    return OutlineRow(code, known.get("name", f"网格 {code[-4:]}"), box, known.get("area_class"))


def cells(*more: OutlineRow, **other: OutlineRow) -> list[OutlineRow]:
    """Three cells of 100 m by 100 m side by side, some of them otherwise, and more outlines."""
    plain = {"west": row(WEST, 0, 100), "middle": row(MIDDLE, 100, 200), "east": row(EAST, 200, 300)}
    return [*(plain | other).values(), *more]


def told(rows: list[OutlineRow], units: list[UnitName] | None = None) -> list[tuple[str, tuple[str, ...], int]]:
    """What was found: its kind, the codes, the area to ten square metres."""
    return [(f.kind, f.codes, int(round(f.area_m2, -1))) for f in audit(units or UNITS, rows)]


def only(rows: list[OutlineRow]) -> Finding:
    (finding,) = audit(UNITS, rows)
    return finding


def metres(finding: Finding) -> tuple[int, int]:
    """Where a finding is, in metres from the corner."""
    assert finding.place is not None
    return round((finding.place[0] - 117.2) * EASTWARDS), round((finding.place[1] - 39.1) * NORTHWARDS)


# ---- outlines ------------------------------------------------------------------------------------------------------

def test_a_grid_that_fits_together_is_good() -> None:
    assert audit(UNITS, cells()) == []
    assert audit(UNITS, cells(row(ONE, 0, 200), row(STREET, 0, 300), row(CITY, 0, 300))) == []


def test_two_cells_that_overlap_are_told_with_the_area_and_the_place() -> None:
    finding = only(cells(middle=row(MIDDLE, 80, 200)))
    assert (finding.kind, finding.codes, finding.is_error) == ("overlap", (WEST, MIDDLE), True)
    assert round(finding.area_m2, -1) == 2000
    east, north = metres(finding)
    assert 80 < east < 100
    assert 0 < north < 100
    for reason in (finding.reason, finding.reason_en):
        assert WEST in reason
        assert f"{finding.area_m2:,.1f}" in reason
        assert "39.100" in reason


def test_a_cell_within_another_overlaps_it() -> None:
    assert told(cells(row(f"{ONE}003", 10, 20, 10, 20))) == [("overlap", (WEST, f"{ONE}003"), 100)]


def test_an_outline_that_was_given_to_two_cells_is_told_as_such() -> None:
    assert told(cells(row(f"{ONE}003", 0, 100))) == [("same", (WEST, f"{ONE}003"), 10_000)]


def test_outlines_above_must_not_overlap_either() -> None:
    found = told(cells(row(ONE, 0, 200), row(TWO, 190, 300)))
    assert ("overlap", (ONE, TWO), 1000) in found


def test_slivers_are_accepted_small_ones_and_narrow_ones() -> None:
    small = row(MIDDLE, 99.1, 200, 0, 1)
    assert told([row(WEST, 0, 100), small, row(EAST, 200, 300)]) == []
    narrow = cells(middle=row(MIDDLE, 99.9, 200))
    assert told(narrow) == []


def test_a_thin_overlap_is_a_sliver_and_a_wide_one_is_not() -> None:
    finding = only(cells(middle=row(MIDDLE, 99.5, 200)))
    assert (finding.kind, finding.codes, finding.severity) == ("sliver", (WEST, MIDDLE), "warning")
    assert finding.area_m2 == pytest.approx(50, rel=0.01)
    assert "0.50 米" in finding.reason
    assert told(cells(middle=row(MIDDLE, 98.5, 200))) == [("overlap", (WEST, MIDDLE), 150)]


def test_a_thin_gap_and_a_thin_strip_outside_are_slivers() -> None:
    assert told(cells(row(ONE, 0, 200), middle=row(MIDDLE, 100.5, 200))) == [("sliver", (ONE, WEST), 50)]
    assert told(cells(row(ONE, 0, 199.5))) == [("sliver", (MIDDLE, ONE), 50)]


def test_what_is_thin_and_what_is_wide_of_one_overlap_is_told_apart() -> None:
    middle = shapely.union_all([row(MIDDLE, 99.5, 200, 0, 40).geometry, row(MIDDLE, 100, 200, 40, 60).geometry,
                                row(MIDDLE, 80, 200, 60, 100).geometry])
    assert told(cells(middle=OutlineRow(MIDDLE, "中", middle))) == [
        ("overlap", (WEST, MIDDLE), 800), ("sliver", (WEST, MIDDLE), 20)]


def test_a_whole_city_of_21_000_cells_that_fit_has_nothing_wrong(tianjin: Tianjin) -> None:
    rows = [OutlineRow(unit.code, unit.name, unit.geometry) for unit in tianjin.outlines]
    assert audit(TIANJIN, rows) == []
    cells = [row for row in rows if len(row.code) == 15]
    assert numbering(cells) == []
    assert wrong_datum(cells, DISTRICTS) == []


def test_two_districts_in_another_datum_are_known_by_the_districts_outlines(tianjin: Tianjin) -> None:
    """Only some of the cells, and none of the units above."""
    for datum in ("gcj02", "bd09"):
        shifted = [OutlineRow(unit.code, unit.name, shapely.transform(unit.geometry, lambda xy, to=datum: np.array(
            [from_wgs84(lon, lat, to) for lon, lat in xy]))) for unit in tianjin.level("cell")
            if unit.code.startswith(("120101", "120103"))]
        (found,) = wrong_datum(shifted, DISTRICTS)
        assert (found.kind, found.is_error) == ("datum", True)
        assert f"--datum {datum}" in found.reason


def test_leftover_pieces_and_cells_larger_than_a_town_are_told() -> None:
    tiny, huge = row(f"{TWO}002", 300, 305, 0, 5), row(f"{TWO}003", 400, 20_400, 0, 20_000)
    found = audit(UNITS, cells(tiny, huge))
    assert [(finding.kind, finding.severity) for finding in found] == [("tiny", "warning"), ("huge", "warning")]
    assert found[0].area_m2 == pytest.approx(25, rel=0.01)
    assert found[1].area_m2 == pytest.approx(4e8, rel=0.01)


def test_cells_that_are_not_numbered_west_to_east_are_noted() -> None:
    assert numbering(cells()) == []
    (note,) = numbering(cells(west=row(WEST, 100, 200), middle=row(MIDDLE, 0, 100)))
    assert (note.kind, note.codes, note.severity, note.is_error) == ("numbering", (ONE,), "note", False)


def test_findings_go_out_as_geojson_with_the_piece_that_is_wrong() -> None:
    found = audit(UNITS, [*cells(middle=row(MIDDLE, 80, 200)), row("120101001009001", 300, 400)])
    document = json.loads(json.dumps(geojson_of(found)))
    overlap = next(f for f in document["features"] if f["properties"]["kind"] == "overlap")
    piece = shapely.from_geojson(json.dumps(overlap["geometry"]))
    assert shapely.normalize(piece).equals_exact(shapely.normalize(row(WEST, 80, 100).geometry), 1e-6)
    assert overlap["properties"]["codes"] == [WEST, MIDDLE]
    assert overlap["properties"]["severity"] == "error"
    assert set(overlap["properties"]) == {"kind", "severity", "codes", "feature", "field", "area_m2", "place", "zh",
                                          "en"}
    assert [f["geometry"]["type"] for f in document["features"]] == ["Polygon", "Polygon"]


def test_a_cell_that_leaves_its_community_is_told() -> None:
    assert told(cells(row(ONE, 0, 170))) == [("outside", (MIDDLE, ONE), 3000)]
    assert ("outside", (MIDDLE, ONE), 10_000) in told(cells(row(ONE, 0, 100)))


def test_what_has_no_outline_above_is_held_against_the_next_that_has_one() -> None:
    assert told(cells(row(DISTRICT, 0, 280))) == [("outside", (EAST, DISTRICT), 2000)]
    assert told(cells(row(TWO, 200, 300), row(DISTRICT, 0, 280))) == [("outside", (TWO, DISTRICT), 2000)]


def test_a_gap_in_a_community_is_a_warning() -> None:
    finding = only(cells(row(ONE, 0, 200), middle=row(MIDDLE, 130, 200)))
    assert (finding.kind, finding.codes, finding.is_error) == ("gap", (ONE, WEST), False)
    assert round(finding.area_m2, -1) == 3000
    assert 100 < metres(finding)[0] < 130


def test_every_gap_is_told_by_itself() -> None:
    found = told(cells(row(ONE, -10, 210), row(STREET, -10, 310), middle=row(MIDDLE, 130, 200)))
    assert [(kind, area) for kind, codes, area in found if codes[0] == ONE] == [("gap", 1000), ("gap", 3000),
                                                                                ("gap", 1000)]


def test_a_hole_with_cells_all_around_is_a_warning_also_when_nothing_is_given_above() -> None:
    ring = shapely.box(117.2, 39.1, 117.21, 39.11) - shapely.box(117.203, 39.103, 117.204, 39.104)
    rows = [OutlineRow(WEST, "环", ring), *cells()[1:]]
    rows[1:] = [row(MIDDLE, 2000, 2100), row(EAST, 2100, 2200)]
    (finding,) = audit(UNITS, rows)
    assert (finding.kind, finding.codes, finding.is_error) == ("hole", (WEST,), False)
    assert finding.place == (117.2035, 39.1035)


# ---- names ---------------------------------------------------------------------------------------------------------

def test_a_cell_needs_its_community_in_the_list() -> None:
    assert told(cells(row("120101001009001", 300, 400))) == [
        ("orphan", ("120101001009001", "120101001009"), 10_000)]


def test_an_outline_above_needs_its_unit_in_the_list() -> None:
    found = told(cells(row("120101009", 0, 300)))
    assert ("unknown", ("120101009",), 30_000) in found


def test_a_cell_needs_a_name_from_the_list_or_from_its_feature() -> None:
    nameless = OutlineRow(WEST, None, row(WEST, 0, 100).geometry)
    assert told(cells(west=nameless)) == [("unnamed", (WEST,), 10_000)]
    assert told(cells(west=nameless), [*UNITS, UnitName(WEST, ONE, "cell", "西网格")]) == []


def test_every_unit_needs_something_below_it_and_every_listed_cell_an_outline() -> None:
    assert told(cells()[:2]) == [("empty", (TWO,), 0)]
    assert told(cells()[:2], [*UNITS, UnitName(EAST, TWO, "cell", "东网格")]) == [("no_outline", (EAST,), 0)]


def test_a_city_is_one_city() -> None:
    assert [kind for kind, _, _ in told(cells(), [*UNITS, UnitName("13", None, "city", "别市")])] == ["cities", "empty"]


# ---- what is then loaded -------------------------------------------------------------------------------------------

def test_a_cell_is_taken_as_it_is_and_what_is_above_is_the_union_or_what_was_given() -> None:
    rows = cells(row(TWO, 200, 310))
    made = {outline.code: outline for outline in survey(UNITS, rows)}
    assert list(made) == [CITY, DISTRICT, STREET, ONE, TWO, WEST, MIDDLE, EAST]
    assert made[WEST].geometry is rows[0].geometry
    assert made[TWO].geometry is rows[3].geometry
    assert made[ONE].geometry.equals(shapely.union(rows[0].geometry, rows[1].geometry))
    assert round(made[ONE].area_m2, -1) == 20_000
    assert made[CITY].geometry.contains(shapely.Point(made[CITY].centroid))


def test_names_come_from_the_list_first() -> None:
    listed = [*UNITS, UnitName(WEST, ONE, "cell", "名录中的名称")]
    made = {outline.code: outline.name for outline in survey(listed, cells())}
    assert (made[WEST], made[MIDDLE], made[ONE]) == ("名录中的名称", f"网格 {MIDDLE[-4:]}", "第一社区")


def test_area_class_is_the_features_else_a_and_above_that_of_most_of_the_area() -> None:
    rows = cells(row(TWO, 200, 300, area_class="B"), middle=row(MIDDLE, 100, 400, 200, 300, area_class="C"))
    made = {outline.code: outline.area_class for outline in survey(UNITS, rows)}
    assert [made[code] for code in (WEST, MIDDLE, EAST, ONE, TWO, STREET)] == ["A", "C", "A", "C", "B", "C"]


def test_slits_between_cells_are_closed_in_the_unit_above() -> None:
    rows = cells(middle=row(MIDDLE, 100.02, 200))
    assert audit(UNITS, rows) == []
    made = {outline.code: outline.geometry for outline in survey(UNITS, rows)}
    assert made[ONE].geom_type == "Polygon"
    assert made[MIDDLE] is rows[1].geometry


def test_units_without_any_outline_are_told_of_and_break_nothing() -> None:
    assert "empty" in {kind for kind, *_ in told([], [UnitName("13", None, "city", "别市")])}
