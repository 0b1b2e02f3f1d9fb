"""Every defect that a survey can have, made on purpose: told by its kind, with the right units, place and area."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely

from grids.boundaries import Boundaries, GridsDraft, compare, draft_of
from grids.datum import Datum, from_wgs84
from grids.findings import Finding, geojson_of
from grids.metres import metres_between
from grids.preparing import Source, prepare
from tests.unit import survey_files as survey
from tests.unit.survey_files import CELLS, ONE, TWO, Feature, box, draft, geojson, only, sheet

WEST, MIDDLE, EAST, LAST = CELLS
Edit = Callable[[list[Feature]], object]


def ring(features: list[Feature], number: int) -> list[list[float]]:
    found: list[list[float]] = features[number]["geometry"]["coordinates"][0]
    return found


def told(tmp_path: Path, edit: Edit, **source: Any) -> list[Finding]:
    return list(draft(sheet(tmp_path), geojson(tmp_path, edit), **source).findings)


def metres(finding: Finding) -> tuple[int, int]:
    assert finding.place is not None
    lon, lat = finding.place
    return round((lon - survey.LON) * survey.EASTWARDS), round((lat - survey.LAT) * survey.NORTHWARDS)


def in_force(made: GridsDraft, **other: Any) -> Boundaries:
    """A draft, as if it were loaded."""
    made.refuse_errors()
    return Boundaries(**{"version": 1, "illustrative": made.illustrative,
                         "units": {unit.code: unit for unit in made.units}, **other})


# ---- rings ---------------------------------------------------------------------------------------------------------

def test_a_ring_that_crosses_itself_is_told_where_it_does(tmp_path: Path) -> None:
    def cross(features: list[Feature]) -> None:
        places = ring(features, 0)
        places[1], places[2] = places[2], places[1]

    found = told(tmp_path, cross)[0]
    assert (found.kind, found.codes, found.feature, found.is_error) == ("crossing", (WEST,), 1, True)
    assert "自相交" in found.reason
    assert metres(found) == (50, 50)
    assert found.area_m2 == pytest.approx(5000, rel=0.01)
    assert found.geometry == {"type": "Point", "coordinates": list(found.place or ())}


def test_a_ring_that_is_not_closed_and_one_that_is_too_short_are_told(tmp_path: Path) -> None:
    def open_and_shorten(features: list[Feature]) -> None:
        ring(features, 0).pop()
        features[1]["geometry"]["coordinates"] = [ring(features, 1)[:2]]

    found = [f for f in told(tmp_path, open_and_shorten) if f.is_error]
    assert [(f.kind, f.codes, f.feature) for f in found] == [("unclosed", (WEST,), 1), ("few_points", (MIDDLE,), 2)]
    assert [metres(f) for f in found] == [(100, 0), (200, 0)]
    assert found[0].area_m2 == pytest.approx(10_000, rel=0.01)


def test_a_ring_of_a_hole_counts_too(tmp_path: Path) -> None:
    def add_hole(features: list[Feature]) -> None:
        hole = shapely.get_coordinates(box(10, 20, 10, 20)).tolist()
        features[0]["geometry"]["coordinates"].append(hole[:-1])

    assert [f.kind for f in told(tmp_path, add_hole) if f.is_error] == ["unclosed"]


def test_a_clockwise_ring_is_only_noted(tmp_path: Path) -> None:
    made = draft(sheet(tmp_path), geojson(tmp_path, lambda features: ring(features, 3).reverse()))
    assert [(f.kind, f.codes, f.severity) for f in made.findings] == [("orientation", (LAST,), "note")]
    assert survey.is_the_town(made)


def test_a_cell_of_two_parts_is_told_with_the_smaller_one(tmp_path: Path) -> None:
    def split(features: list[Feature]) -> None:
        features[3]["geometry"] = shapely.geometry.mapping(shapely.MultiPolygon([box(300, 340), box(360, 420)]))

    made = draft(sheet(tmp_path), geojson(tmp_path, split))
    (found,) = made.warnings
    assert (found.kind, found.codes) == ("multipart", (LAST,))
    assert found.area_m2 == pytest.approx(4000, rel=0.01)
    assert 300 < metres(found)[0] < 340
    assert made.rows["cell"] == 4


@pytest.mark.parametrize("geometry", [
    None, {"type": "Point", "coordinates": [117.2, 39.1]}, {"type": "Polygon", "coordinates": []},
    {"type": "Curve", "coordinates": []}, {"type": "Polygon"}, {"type": "Polygon", "coordinates": [[["x", "y"]]]},
    {"type": "GeometryCollection", "geometries": []}])
def test_what_is_no_area_is_told(tmp_path: Path, geometry: Any) -> None:
    found = told(tmp_path, lambda features: features[2].update(geometry=geometry))[0]
    assert found.kind in ("no_area", "few_points")
    assert (found.codes, found.feature, found.field) == ((EAST,), 3, "geometry")


# ---- place ---------------------------------------------------------------------------------------------------------

def test_axes_that_are_swapped_are_told_once_for_all(tmp_path: Path) -> None:
    def turn(features: list[Feature]) -> None:
        for number in range(4):
            for place in ring(features, number):
                place.reverse()

    found = only(sheet(tmp_path), geojson(tmp_path, turn))
    assert (found.kind, found.codes, found.feature) == ("axes", tuple(CELLS), 1)
    assert found.area_m2 == pytest.approx(40_000, rel=0.01)
    assert metres(found) == (50, 50)


def test_metres_that_are_taken_for_degrees_are_told_by_what_they_look_like(tmp_path: Path) -> None:
    def to_metres(features: list[Feature]) -> None:
        for number, crs in enumerate(("EPSG:3857", "EPSG:3857", "EPSG:4527", "EPSG:4527")):
            (shape,) = survey.projected([survey.town()[number]], crs)
            features[number]["geometry"]["coordinates"] = [np.array(shape.exterior.coords).tolist()]

    found = sorted(told(tmp_path, to_metres), key=lambda f: f.feature)
    assert [(f.kind, f.codes) for f in found] == [("projected", (WEST, MIDDLE)), ("projected", (EAST, LAST))]
    assert "EPSG:3857" in found[0].reason
    assert "EPSG:4527" in found[1].reason_en
    assert [metres(f) for f in found] == [(50, 50), (250, 50)]
    assert [f.area_m2 for f in found] == pytest.approx([20_000, 20_000], rel=0.01)


def test_a_city_that_lies_in_another_country_is_told(tmp_path: Path) -> None:
    def move(features: list[Feature]) -> None:
        for place in ring(features, 0):
            place[0] -= 115
            place[1] += 9

    found = next(f for f in told(tmp_path, move) if f.is_error)
    assert (found.kind, found.codes) == ("elsewhere", (WEST,))
    assert found.place is not None
    assert found.place[0] == pytest.approx(2.2, abs=0.01)


def shifted(datum: Datum) -> Edit:
    """The whole file as a map in another datum has it."""
    def shift(features: list[Feature]) -> None:
        for number in range(len(features)):
            for place in ring(features, number):
                place[:] = from_wgs84(place[0], place[1], datum)

    return shift


@pytest.mark.parametrize(("datum", "name"), [("gcj02", "GCJ-02"), ("bd09", "BD-09")])
def test_a_file_in_another_datum_is_told_which_and_can_be_loaded_as_such(
        tmp_path: Path, datum: Datum, name: str) -> None:
    good = draft(sheet(tmp_path), geojson(tmp_path))
    current = in_force(good)
    files = [sheet(tmp_path), geojson(tmp_path, shifted(datum))]
    made = prepare(files, current)
    (found,) = made.errors
    assert (found.kind, found.geometry is not None) == ("datum", True)
    assert name in found.reason
    off = metres_between(survey.LON, survey.LAT, *from_wgs84(survey.LON, survey.LAT, datum))
    assert float(re.findall(r"约 (\d+) 米", found.reason)[0]) == pytest.approx(off, rel=0.01)
    assert f"--datum {datum}" in found.reason
    assert survey.is_the_town(prepare(files, current, Source(datum=datum)), metres=0.01)


def test_the_outline_of_a_district_is_enough_to_know_the_datum_of_its_cells(tmp_path: Path) -> None:
    known = {survey.DISTRICT: box(-3, 402, -2, 103)}
    assert "datum" in survey.kinds(sheet(tmp_path), geojson(tmp_path, shifted("gcj02")), known=known)
    assert survey.kinds(sheet(tmp_path), geojson(tmp_path), known=known) == []


def test_other_borders_than_before_are_no_other_datum(tmp_path: Path) -> None:
    """Cells that were all drawn anew, 300 m further east."""
    good = draft(sheet(tmp_path), geojson(tmp_path))

    def move(features: list[Feature]) -> None:
        for number in range(4):
            for place in ring(features, number):
                place[0] += 300 / survey.EASTWARDS

    assert prepare([sheet(tmp_path), geojson(tmp_path, move)], in_force(good)).errors == ()


# ---- codes and names -----------------------------------------------------------------------------------------------

@pytest.mark.parametrize(("properties", "kind", "codes"), [
    ({"code": "12010100100100"}, "code", ("12010100100100",)), ({"code": ""}, "code", ()), ({}, "code", ()),
    ({"code": f"{ONE}000"}, "code", (f"{ONE}000",)), ({"code": WEST}, "duplicate", (WEST,)),
    ({"code": "120101001009001", "name": "x"}, "orphan", ("120101001009001", "120101001009")),
    ({"code": LAST, "name": " "}, "unnamed", (LAST,)), ({"code": LAST}, "unnamed", (LAST,)),
    ({"code": LAST, "name": "x", "parent_code": ONE}, "prefix", (LAST, ONE)),
    ({"code": LAST, "name": "x", "level": "社区"}, "level", (LAST,)),
    ({"code": LAST, "name": "x", "area_class": "a"}, "area_class", (LAST,)),
    ({"code": "120101009", "name": "x"}, "unknown", ("120101009",))])
def test_a_code_or_name_that_is_wrong_is_told_with_the_feature(
        tmp_path: Path, properties: dict[str, str], kind: str, codes: tuple[str, ...]) -> None:
    found = told(tmp_path, lambda features: features[3].update(properties=properties))
    wrong = next(f for f in found if f.is_error)
    assert (wrong.kind, wrong.codes, wrong.feature) == (kind, codes, 4)
    assert wrong.area_m2 == pytest.approx(10_000, rel=0.01)
    assert 300 <= metres(wrong)[0] <= 400


def test_the_same_code_in_two_files_is_told(tmp_path: Path) -> None:
    one = survey.layer(tmp_path / "one.gpkg", survey.town()[:2], "EPSG:4490", {"code": CELLS[:2], "name": ["甲", "乙"]})
    two = survey.layer(tmp_path / "two.gpkg", survey.town()[1:], "EPSG:4490",
                       {"code": CELLS[1:], "name": ["乙", "丙", "丁"]})
    found = only(sheet(tmp_path), one, two)
    assert (found.kind, found.codes, found.feature) == ("duplicate", (MIDDLE,), 3)


def test_a_code_that_was_voided_is_not_used_again(tmp_path: Path) -> None:
    good = draft(sheet(tmp_path), geojson(tmp_path))
    current = in_force(good, voided=frozenset({LAST, TWO}))
    made = prepare([sheet(tmp_path), geojson(tmp_path)], current)
    assert [(f.kind, f.codes, f.feature) for f in made.errors] == [("reused", (TWO,), 0), ("reused", (LAST,), 4)]


def test_units_that_vanish_are_told_before_their_codes_are_lost(tmp_path: Path) -> None:
    current = in_force(draft(sheet(tmp_path), geojson(tmp_path)))
    fewer = prepare([sheet(tmp_path, survey.NAMES[:-1]), geojson(tmp_path, lambda features: features.__delitem__(
        slice(1, None)))], current)
    (found,) = fewer.warnings
    assert (found.kind, found.codes) == ("vanishing", (MIDDLE, TWO))
    assert compare(current, fewer).removed == (MIDDLE, TWO, EAST, LAST)


# ---- parts of a city -----------------------------------------------------------------------------------------------

def test_outlines_alone_keep_the_names_of_what_lies_above(tmp_path: Path) -> None:
    current = in_force(draft(sheet(tmp_path), geojson(tmp_path)))
    made = prepare([geojson(tmp_path, lambda features: features[0]["properties"].pop("name"))], current)
    assert made.findings == ()
    assert not compare(current, made)


def test_a_sheet_alone_keeps_the_outlines(tmp_path: Path) -> None:
    current = in_force(draft(sheet(tmp_path), geojson(tmp_path)))
    renamed = prepare([sheet(tmp_path, [*survey.NAMES[:-1], (TWO, "新名社区")])], current)
    assert renamed.errors == ()
    changes = compare(current, renamed)
    assert (changes.renamed, changes.added, changes.removed, changes.moved) == ((TWO,), (), (), ())


def test_one_community_can_be_drawn_anew_while_all_others_stay(tmp_path: Path) -> None:
    current = in_force(draft(sheet(tmp_path), geojson(tmp_path)))

    def divide(features: list[Feature]) -> None:
        del features[:2]
        features[1]["geometry"] = shapely.geometry.mapping(shapely.orient_polygons(box(300, 350)))
        more = {"code": f"{TWO}003", "name": "网格003"}
        features.append({"type": "Feature", "properties": more, "geometry": json.loads(
            shapely.to_geojson(shapely.orient_polygons(box(350, 400))))})

    made = prepare([geojson(tmp_path, divide)], current, Source(within=TWO))
    assert [f.kind for f in made.findings] == []
    changes = compare(current, made)
    assert (changes.added, changes.moved, changes.removed) == ((f"{TWO}003",), (LAST,), ())
    assert changes.affected == {LAST}
    spilled = prepare([geojson(tmp_path)], current, Source(within=TWO))
    assert [(f.kind, f.codes[0]) for f in spilled.errors if f.kind == "outside"] == [
        ("outside", WEST), ("outside", MIDDLE)]


def test_what_is_illustrative_stays_so_when_it_comes_back_in_part(tmp_path: Path) -> None:
    current = in_force(draft(sheet(tmp_path), geojson(tmp_path)), illustrative=True)
    assert prepare([sheet(tmp_path)], current).illustrative
    marked = geojson(tmp_path, lambda features: features[0]["properties"].update(illustrative=True))
    assert prepare([marked], current).illustrative
    assert not prepare([geojson(tmp_path)], current).illustrative


# ---- what a draft is -----------------------------------------------------------------------------------------------

def test_a_draft_can_be_kept_and_is_the_same_afterwards(tmp_path: Path) -> None:
    made = draft(sheet(tmp_path), geojson(tmp_path))
    kept = draft_of(json.loads(json.dumps(made.document())))
    assert kept.units == made.units
    assert (kept.source, kept.illustrative, kept.rows) == (made.source, False, made.rows)


def test_a_draft_with_an_error_tells_all_of_them_and_makes_nothing(tmp_path: Path) -> None:
    def spoil(features: list[Feature]) -> None:
        ring(features, 0).pop()
        features[1]["properties"]["code"] = "1"
        for place in ring(features, 2):
            place.reverse()

    made = draft(sheet(tmp_path), geojson(tmp_path, spoil))
    assert made.units == ()
    assert {f.kind for f in made.errors} >= {"unclosed", "code", "axes"}
    with pytest.raises(Exception, match="problem") as bad:
        made.document()
    assert [(p.line, p.field) for p in bad.value.problems] == [(2, "code"), (1, "geometry"), (3, "geometry")]
    assert len(geojson_of(made.findings)["features"]) == len(made.findings)
