"""Units and outlines in from files, outlines out as GeoJSON."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely

from data.sheet import BadFile
from grids.exchange import feature_collection, read_outlines, read_unit_rows, read_units
from grids.hierarchy import UnitName
from tests.unit.tianjin_city import DISTRICTS, UNITS, Tianjin, tianjin

__all__ = ["tianjin"]

HEADER = "code,parent_code,level,name\n"
SQUARE = [[117.0, 39.0], [117.1, 39.0], [117.1, 39.1], [117.0, 39.1], [117.0, 39.0]]


def _geojson(*features: tuple[dict[str, Any], list[Any]]) -> str:
    made = [
        {"type": "Feature", "properties": properties, "geometry": {"type": "Polygon", "coordinates": rings}}
        for properties, rings in features
    ]
    return json.dumps({"type": "FeatureCollection", "features": made})


def _problems(text: str) -> list[tuple[int, str, str]]:
    with pytest.raises(BadFile) as bad:
        read_units(text) if text.startswith("code") else read_outlines(text)
    return [(problem.line, problem.field, problem.reason_en) for problem in bad.value.problems]


def test_the_shipped_units_and_districts_are_good() -> None:
    assert len(UNITS) == 1 + 16 + 299 + 5617
    assert UNITS[0] == UnitName("12", None, "city", "天津市")
    assert set(DISTRICTS) == {unit.code for unit in UNITS if unit.level == "district"}


def test_units_from_text_and_from_a_file_with_a_mark(tmp_path: Path) -> None:
    text = HEADER + "12,,city,天津市\n120101,12,district,和平区\n"
    file = tmp_path / "units.csv"
    file.write_text(text, encoding="utf-8-sig")
    assert read_units(text) == read_units(file) == read_units(str(file))
    assert [unit.name for unit in read_units(text)] == ["天津市", "和平区"]


def test_a_unit_may_hang_below_one_that_is_known_already() -> None:
    text = HEADER + "120101001001,120101001,community,花园路社区居委会\n"
    assert _problems(text) == [(2, "parent_code", "the unit above, 120101001, does not exist")]
    assert read_units(text, known={"120101001"})[0].level == "community"


def test_every_bad_row_is_told_with_its_line_and_nothing_is_returned() -> None:
    rows = [
        "12,,city,天津市",
        "1201,12,district,四位",
        "120101,12,street,和平区",
        "120102,11,district,河东区",
        "120103,12,district,",
        "12,,city,天津市",
    ]
    found = _problems(HEADER + "\n".join(rows) + "\n")
    assert [(line, field) for line, field, _ in found] == [
        (3, "code"),
        (4, "level"),
        (5, "parent_code"),
        (6, "name"),
        (7, "code"),
    ]
    assert "4 digits" in found[0][2]
    assert found[-1][2] == "the same code as in line 2"


def test_a_missing_column_is_told() -> None:
    assert _problems("code,parent_code,level\n12,,city\n") == [(1, "name", "this column is missing")]
    assert _problems("code,name\n") == [(1, "", "the file has no rows")]


def test_a_code_says_its_parent_and_level_itself_and_columns_may_have_their_chinese_names() -> None:
    plain = read_units("code,name\n12,天津市\n120101,和平区\n")
    assert plain == read_units("网格编码,上级编码,层级,名称,备注\n12,,市,天津市,\n120101,12,区,和平区,x\n")
    assert [(unit.parent, unit.level) for unit in plain] == [(None, "city"), ("12", "district")]


def test_the_area_class_of_a_unit_may_stand_in_the_sheet() -> None:
    rows = read_unit_rows("code,name,area_class\n12,天津市,\n120101,和平区,B\n")
    assert [row.area_class for row in rows] == [None, "B"]
    assert _problems("code,name,area_class\n12,天津市,D\n") == [
        (2, "area_class", "'D' is no area class A, B or C")]


def test_outlines_come_with_code_and_name() -> None:
    (row,) = read_outlines(_geojson(({"code": "120101", "name": "和平区"}, [SQUARE])))
    assert (row.code, row.name) == ("120101", "和平区")
    assert row.geometry.equals(shapely.box(117, 39, 117.1, 39.1))


@pytest.mark.parametrize(
    ("properties", "ring", "field", "why"),
    [
        ({}, SQUARE, "code", "missing"),
        ({"code": "1201"}, SQUARE, "code", "4 digits"),
        ({"code": "120101"}, [[y, x] for x, y in SQUARE], "geometry", "axes swapped"),
        ({"code": "120101"}, [[x * 4e3, y * 1e5] for x, y in SQUARE], "geometry", "outside the range"),
        (
            {"code": "120101"},
            [SQUARE[0], SQUARE[2], SQUARE[1], SQUARE[3], SQUARE[0]],
            "geometry",
            "invalid ring",
        ),
        ({"code": "120101"}, SQUARE[:2], "geometry", "unreadable"),
        ({"code": "120101"}, [], "geometry", "at least 4 points"),
        ({"code": "120101"}, [["a", "b"]] * 4, "geometry", "not an area"),
        ({"code": "120101"}, SQUARE[:-1], "geometry", "not closed"),
        ({"code": "120101", "area_class": "D"}, SQUARE, "area_class", "no area class"),
        ({"code": "120101", "level": "street"}, SQUARE, "level", "is a district, not a street"),
        ({"code": "120101", "parent_code": "13"}, SQUARE, "parent_code", "does not start with"),
        ({"code": "120101"}, [[x - 100, y + 10] for x, y in SQUARE], "geometry", "outside China"),
        ({"code": "120101"}, [SQUARE[0], [float("nan"), 39], *SQUARE[2:]], "geometry", "outside the range"),
    ],
)
def test_a_bad_outline_is_told_by_the_number_of_its_feature(
    properties: dict[str, str], ring: list[Any], field: str, why: str
) -> None:
    ((number, found, reason),) = _problems(_geojson(({"code": "120102"}, [SQUARE]), (properties, [ring])))
    assert (number, found) == (2, field)
    assert why in reason


@pytest.mark.parametrize(
    "text", ["{", "{}", '{"type": "Feature"}', '{"type": "FeatureCollection", "features": []}']
)
def test_what_is_no_feature_collection_is_told(text: str) -> None:
    ((line, _, reason),) = _problems(text)
    assert line == 1
    assert "FeatureCollection" in reason


def test_features_that_are_none_and_a_code_that_comes_twice_are_told() -> None:
    text = _geojson(({"code": "120101"}, [SQUARE]), ({"code": "120101"}, [SQUARE]))
    ((line, field, reason),) = _problems(text)
    assert (line, field) == (2, "code")
    assert "the same code as in line 1" in reason
    odd = [
        7,
        {"properties": 3},
        {"properties": {"code": "12"}},
        {"properties": {"code": "33"}, "geometry": []},
    ]
    found = _problems(json.dumps({"type": "FeatureCollection", "features": odd}))
    assert [problem[:2] for problem in found] == [(1, "code"), (2, "code"), (3, "geometry"), (4, "geometry")]


def test_illustrative_outlines_say_so_in_both_languages(tianjin: Tianjin) -> None:
    drawn = feature_collection(tianjin.level("street")[:2], illustrative=True)
    assert "示意" in drawn["note"]["zh"]
    assert "illustrative" in drawn["note"]["en"]
    assert "MIT" in drawn["licence"]
    real = feature_collection(tianjin.level("district"), illustrative=False)
    assert set(real) == {"type", "features"}
    assert feature_collection([], illustrative=False)["features"] == []


def test_what_goes_out_comes_in_again_and_still_fits_together(tianjin: Tianjin) -> None:
    communities = tianjin.level("community")
    text = json.dumps(feature_collection(communities, illustrative=True), ensure_ascii=False)
    rows = read_outlines(text)
    assert [(row.code, row.name) for row in rows] == [(unit.code, unit.name) for unit in communities]
    assert shapely.coverage_is_valid(np.array([row.geometry for row in rows]))
    coordinates = json.loads(text)["features"][0]["geometry"]["coordinates"][0][0]
    assert all(len(str(number)) <= 10 for number in coordinates)
