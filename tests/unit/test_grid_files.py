"""The files that a city's surveyors send are read as they are, or refused with the reason: nothing in between."""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
import shapely

from data.sheet import BadFile, RowProblem
from grids import archive
from grids.boundaries import NOTHING, Boundaries, compare
from grids.formats import ENDINGS, FORMATS, Format, format_of, template, write_grids
from grids.preparing import prepare
from tests.unit import survey_files as survey
from tests.unit.survey_files import (
    CELLS,
    box,
    columns,
    draft,
    geojson,
    is_the_town,
    kinds,
    only,
    projected,
    sheet,
    town,
)

GBK = {"网格编码": CELLS, "网格名称": ["天津站前广场网格", "海河东路网格", "解放北路网格", "五大道网格"]}


def refused(*files: Path) -> RowProblem:
    with pytest.raises(BadFile) as bad:
        draft(*files)
    (problem,) = bad.value.problems
    return problem


# ---- every format, every coordinate system -------------------------------------------------------------------------

def test_geojson_is_read_where_it_is(tmp_path: Path) -> None:
    assert is_the_town(draft(sheet(tmp_path), geojson(tmp_path)))
    assert kinds(sheet(tmp_path), geojson(tmp_path)) == []


def test_a_shapefile_in_gbk_without_a_word_about_it_is_read(tmp_path: Path) -> None:
    survey.layer(tmp_path / "grid.shp", town(), "EPSG:4490", GBK, encoding="GB18030")
    (tmp_path / "grid.cpg").unlink()
    made = draft(sheet(tmp_path), survey.zipped(tmp_path))
    assert is_the_town(made)
    assert [unit.name for unit in made.units if unit.level == "cell"] == GBK["网格名称"]


def test_a_shapefile_that_claims_the_wrong_encoding_is_read_all_the_same(tmp_path: Path) -> None:
    survey.layer(tmp_path / "grid.shp", town(), "EPSG:4490", GBK, encoding="GB18030")
    (tmp_path / "grid.cpg").write_text("UTF-8")
    assert [unit.name for unit in draft(sheet(tmp_path), tmp_path / "grid.shp").units][-1] == "五大道网格"


@pytest.mark.filterwarnings("ignore:.*laundered")
@pytest.mark.filterwarnings("ignore:Could not decode")
@pytest.mark.parametrize("encoding", ["UTF-8", "GB18030"])
def test_field_names_that_were_cut_to_ten_bytes_are_known(tmp_path: Path, encoding: str) -> None:
    cut = {"单元网格编码": CELLS, "名称": GBK["网格名称"], "area_class": ["A", "B", "C", "A"],
           "parent_code": [code[:12] for code in CELLS]}
    survey.layer(tmp_path / "grid.shp", town(), "EPSG:4490", cut, encoding=encoding)
    made = draft(sheet(tmp_path), survey.zipped(tmp_path))
    assert is_the_town(made)
    assert [(u.name, u.area_class) for u in made.units][-1] == ("五大道网格", "A")


@pytest.mark.parametrize("crs", ["EPSG:4490", "EPSG:4326", "EPSG:4547", "EPSG:4527", "EPSG:4548", "EPSG:3857"])
@pytest.mark.parametrize("ending", [".shp", ".gpkg"])
def test_the_coordinate_system_of_a_file_is_honoured(tmp_path: Path, crs: str, ending: str) -> None:
    shapes = town() if crs in ("EPSG:4490", "EPSG:4326") else projected(town(), crs)
    path = survey.layer(tmp_path / f"grid{ending}", shapes, crs, columns())
    made = draft(sheet(tmp_path), path)
    assert is_the_town(made)
    assert [found.kind for found in made.findings] == []


def test_the_system_of_a_shapefile_may_have_a_chinese_name_in_gbk(tmp_path: Path) -> None:
    survey.layer(tmp_path / "grid.shp", projected(town(), "EPSG:4548"), "EPSG:4548", columns())
    named = (tmp_path / "grid.prj").read_text().replace("CGCS2000_3_Degree_GK_CM_117E", "天津2000坐标系")
    assert "天津" in named
    (tmp_path / "grid.prj").write_bytes(named.encode("gbk"))
    assert is_the_town(draft(sheet(tmp_path), tmp_path / "grid.shp"))
    assert is_the_town(draft(sheet(tmp_path), survey.zipped(tmp_path)))


def test_a_system_of_the_citys_own_cannot_be_placed(tmp_path: Path) -> None:
    survey.layer(tmp_path / "grid.shp", projected(town(), "EPSG:4548"), "EPSG:4548", columns())
    (tmp_path / "grid.prj").write_text('LOCAL_CS["天津90",UNIT["m",1]]', encoding="utf-8")
    made = draft(sheet(tmp_path), tmp_path / "grid.shp")
    assert [found.kind for found in made.findings] == ["no_crs", "projected"]
    assert is_the_town(draft(sheet(tmp_path), tmp_path / "grid.shp", crs="EPSG:4548"))


def test_endings_may_be_in_capitals_and_what_lies_beside_must_be_there(tmp_path: Path) -> None:
    survey.layer(tmp_path / "grid.shp", town(), "EPSG:4490", columns())
    for part in list(tmp_path.glob("grid.*")):
        part.rename(tmp_path / part.name.upper())
    assert is_the_town(draft(sheet(tmp_path), tmp_path / "GRID.SHP"))
    (tmp_path / "GRID.PRJ").write_text("GEOGCS[")
    assert refused(sheet(tmp_path), tmp_path / "GRID.SHP").field == "crs"
    (tmp_path / "GRID.SHX").unlink()
    assert "缺少 .shx" in refused(sheet(tmp_path), tmp_path / "GRID.SHP").reason


def test_geojson_may_name_its_system_as_it_used_to(tmp_path: Path) -> None:
    def to_metres(features: list[survey.Feature]) -> None:
        for feature, shape in zip(features, projected(town(), "EPSG:4547"), strict=True):
            feature["geometry"]["coordinates"] = [np.array(shape.exterior.coords).tolist()]

    named = {"crs": {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::4547"}}}
    assert is_the_town(draft(sheet(tmp_path), geojson(tmp_path, to_metres, **named)))


def test_an_archive_may_hold_a_folder_and_a_shapefile_for_each_level(tmp_path: Path) -> None:
    survey.layer(tmp_path / "grid.shp", town(), "EPSG:4490", columns())
    survey.zipped(tmp_path, inside="网格数据/")
    survey.layer(tmp_path / "upper.shp", [box(0, 200), box(200, 400)], "EPSG:4490",
                 {"code": [survey.ONE, survey.TWO], "name": ["第一社区", "第二社区"]})
    with zipfile.ZipFile(tmp_path / "grid.zip", "a") as packed:
        for part in tmp_path.glob("upper.*"):
            packed.write(part, f"网格数据/{part.name}")
        packed.writestr("网格数据/readme.txt", "x")
    made = draft(sheet(tmp_path), tmp_path / "grid.zip")
    assert is_the_town(made)
    assert made.features == 6


def test_a_geopackage_may_have_a_layer_for_each_level_and_others(tmp_path: Path) -> None:
    path = survey.layer(tmp_path / "grid.gpkg", town(), "EPSG:4490", columns(), layer="cells")
    survey.layer(path, [box(0, 200)], "EPSG:4490", {"code": [survey.ONE], "name": ["第一社区"]}, layer="communities",
                 append=True)
    survey.layer(path, [shapely.Point(117.2, 39.1)], "EPSG:4490", {"lamp": ["1"]}, layer="lamps",
                 geometry_type="Point", append=True)
    assert is_the_town(draft(sheet(tmp_path), path))


def test_codes_that_were_kept_as_numbers_and_heights_do_no_harm(tmp_path: Path) -> None:
    high = [shapely.force_3d(shape, 12.5) for shape in town()]
    for number, codes in enumerate((np.array(CELLS, dtype=float), np.array(CELLS, dtype=np.int64),
                                    [f"{code}.0" for code in CELLS])):
        path = survey.layer(tmp_path / f"grid{number}.gpkg", high, "EPSG:4490",
                            {"code": codes, "name": GBK["网格名称"]}, geometry_type="Polygon Z")
        assert is_the_town(draft(sheet(tmp_path), path))


# ---- what does not say where it is ---------------------------------------------------------------------------------

def test_a_file_without_a_system_is_taken_for_degrees_and_that_is_told(tmp_path: Path) -> None:
    survey.layer(tmp_path / "grid.shp", town(), "EPSG:4490", columns())
    made = draft(sheet(tmp_path), survey.zipped(tmp_path, leave_out=[".prj"]))
    assert [(found.kind, found.severity) for found in made.findings] == [("no_crs", "warning")]
    assert is_the_town(made)


@pytest.mark.parametrize(("crs", "looks"), [("EPSG:3857", "EPSG:3857"), ("EPSG:4527", "EPSG:4527")])
def test_metres_without_a_system_are_told_with_a_guess_and_not_used(tmp_path: Path, crs: str, looks: str) -> None:
    survey.layer(tmp_path / "grid.shp", projected(town(), crs), crs, columns())
    made = draft(sheet(tmp_path), survey.zipped(tmp_path, leave_out=[".prj"]))
    guessed = made.errors[0]
    assert (guessed.kind, guessed.codes) == ("projected", tuple(CELLS))
    assert looks in guessed.reason
    assert made.units == ()
    assert is_the_town(draft(sheet(tmp_path), tmp_path / "grid.zip", crs=crs))


def test_metres_without_a_zone_are_guessed_by_where_the_city_is(tmp_path: Path) -> None:
    survey.layer(tmp_path / "grid.shp", projected(town(), "EPSG:4548"), "EPSG:4548", columns())
    path = survey.zipped(tmp_path, leave_out=[".prj"])
    assert "坐标系不明" in draft(sheet(tmp_path), path).errors[0].reason
    known = draft(sheet(tmp_path), geojson(tmp_path))
    current = Boundaries(1, False, {unit.code: unit for unit in known.units})
    assert "EPSG:4548" in prepare([sheet(tmp_path), path], current).errors[0].reason


def test_a_system_that_the_coordinates_belie_is_told(tmp_path: Path) -> None:
    path = survey.layer(tmp_path / "grid.gpkg", town(), "EPSG:4547", columns())
    assert only(sheet(tmp_path), path).kind == "crs"
    assert "却是度" in only(sheet(tmp_path), path).reason


def test_northing_before_easting_is_told_as_swapped_axes(tmp_path: Path) -> None:
    turned = [shapely.transform(shape, lambda xy: xy[:, ::-1]) for shape in projected(town(), "EPSG:4548")]
    path = survey.layer(tmp_path / "grid.gpkg", turned, "EPSG:4548", columns())
    assert (only(sheet(tmp_path), path).kind, only(sheet(tmp_path), path).codes) == ("axes", tuple(CELLS))


@pytest.mark.parametrize("crs", ["EPSG:4214", "EPSG:4610"])
def test_a_datum_that_cannot_be_converted_exactly_is_refused(tmp_path: Path, crs: str) -> None:
    path = survey.layer(tmp_path / "grid.gpkg", town(), crs, columns())
    found = only(sheet(tmp_path), path)
    assert (found.kind, found.is_error) == ("crs", True)
    assert "CGCS2000" in found.reason


def test_a_system_that_is_none_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadFile, match="no coordinate system EPSG:99"):
        draft(sheet(tmp_path), geojson(tmp_path), crs="EPSG:99")


# ---- what is no file of grids --------------------------------------------------------------------------------------

def test_a_zip_that_would_burst_is_not_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "MOST_BYTES", 100_000)
    path = tmp_path / "bomb.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        for ending in (".shp", ".dbf", ".shx"):
            packed.writestr(f"grid{ending}", b"\0" * 50_000)
    assert "解压后超过" in refused(sheet(tmp_path), path).reason


def test_a_zip_that_lies_about_its_sizes_is_stopped_while_it_unpacks(
        tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "MOST_BYTES", 100_000)
    path = tmp_path / "liar.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        for ending in (".shp", ".dbf", ".shx"):
            packed.writestr(f"grid{ending}", b"\0" * 60_000)
    raw = path.read_bytes().replace((60_000).to_bytes(4, "little"), (10_000).to_bytes(4, "little"))
    path.write_bytes(raw)
    assert refused(sheet(tmp_path), path).reason_en.startswith(("unpacks to more", "no readable ZIP"))


def test_an_archive_with_too_many_files_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "many.zip", "w") as packed:
        for number in range(archive.MOST_FILES + 1):
            packed.writestr(f"{number}.txt", b"")
    assert "解压后超过" in refused(sheet(tmp_path), tmp_path / "many.zip").reason


def test_what_is_broken_or_incomplete_is_refused(tmp_path: Path) -> None:
    survey.layer(tmp_path / "grid.shp", town(), "EPSG:4490", columns())
    whole = survey.zipped(tmp_path).read_bytes()
    for size in (0, 10, len(whole) // 2, len(whole) - 30):
        (tmp_path / "cut.zip").write_bytes(whole[:size])
        assert "ZIP" in refused(sheet(tmp_path), tmp_path / "cut.zip").reason
    assert "缺少 .dbf" in refused(sheet(tmp_path), survey.zipped(tmp_path, leave_out=[".dbf"])).reason
    assert "缺少 .shx" in refused(sheet(tmp_path), survey.zipped(tmp_path, leave_out=[".shx"])).reason
    assert "没有 .shp" in refused(sheet(tmp_path), survey.zipped(tmp_path, leave_out=[".shp"])).reason


@pytest.mark.parametrize("ending", [".shp", ".gpkg"])
def test_a_file_that_only_has_the_ending_is_refused_and_not_followed(tmp_path: Path, ending: str) -> None:
    """GDAL goes by content and would follow this to another file."""
    survey.layer(tmp_path / "other.gpkg", town(), "EPSG:4490", columns(), layer="cells")
    for part in (".dbf", ".shx"):
        (tmp_path / f"grid{part}").touch()
    trap = tmp_path / f"grid{ending}"
    trap.write_text('<OGRVRTDataSource><OGRVRTLayer name="cells"><SrcDataSource>other.gpkg</SrcDataSource>'
                    "</OGRVRTLayer></OGRVRTDataSource>")
    assert refused(sheet(tmp_path), trap).reason_en == f"this is no {ending} file"


@pytest.mark.parametrize("ending", [".shp", ".gpkg"])
def test_a_file_that_was_cut_off_is_refused(tmp_path: Path, ending: str) -> None:
    path = survey.layer(tmp_path / f"grid{ending}", town(), "EPSG:4490", columns())
    path.write_bytes(path.read_bytes()[:60])
    assert "损坏" in refused(sheet(tmp_path), path).reason


def test_a_layer_of_points_or_without_codes_is_refused(tmp_path: Path) -> None:
    points = survey.layer(tmp_path / "points.gpkg", [shapely.Point(117.2, 39.1)], "EPSG:4490", {"code": ["12"]},
                          geometry_type="Point")
    assert "没有面图层" in refused(sheet(tmp_path), points).reason
    other = survey.layer(tmp_path / "other.gpkg", town(), "EPSG:4490", {"编号": CELLS, "面积": [1.0] * 4})
    problem = refused(sheet(tmp_path), other)
    assert problem.field == "code"
    assert "编号、面积" in problem.reason


@pytest.mark.parametrize("text", ["", "{", "[]", '{"type":"Topology"}', "\x00\xff", "[" * 100_000])
def test_what_is_no_geojson_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "grid.geojson"
    path.write_text(text, encoding="latin-1")
    assert "GeoJSON" in refused(sheet(tmp_path), path).reason


def test_outlines_without_cells_need_a_sheet_and_a_sheet_needs_outlines(tmp_path: Path) -> None:
    path = survey.layer(tmp_path / "grid.gpkg", [box(0, 400)], "EPSG:4490", {"code": ["120101"], "name": ["和平区"]})
    assert "没有单元网格" in refused(path).reason
    assert "没有边界" in refused(sheet(tmp_path)).reason
    with pytest.raises(BadFile, match="one sheet of units only"):
        draft(sheet(tmp_path), sheet(tmp_path))
    with pytest.raises(BadFile, match="no such file"):
        draft(tmp_path / "nothing.gpkg")


# ---- out and in again ----------------------------------------------------------------------------------------------

@pytest.fixture
def known(tmp_path: Path) -> Boundaries:
    """The town as it is stored: one cell of two parts, one community with an outline of its own, classes A to C."""
    def edit(features: list[survey.Feature]) -> None:
        pieces = shapely.MultiPolygon([box(100, 140), box(160, 200)])
        features[1]["geometry"] = shapely.geometry.mapping(pieces)
        features[2]["properties"]["area_class"] = "C"
        features.append({"type": "Feature", "properties": {"code": survey.ONE, "area_class": "B"},
                         "geometry": shapely.geometry.mapping(box(0, 200.0000001))})

    made = draft(sheet(tmp_path), geojson(tmp_path, edit))
    return Boundaries(1, False, {unit.code: unit for unit in made.units})


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("illustrative", [False, True])
def test_what_goes_out_comes_in_again_to_the_bit(
        tmp_path: Path, known: Boundaries, form: Format, illustrative: bool) -> None:
    current = Boundaries(1, illustrative, known.units)
    path = tmp_path / f"out{ENDINGS[form]}"
    assert format_of(path) == form
    write_grids(path, list(known.units.values()), illustrative, form)
    again = prepare([path], current)
    assert again.errors == ()
    assert not compare(current, again)
    assert again.illustrative is illustrative
    assert again.rows == {"city": 1, "district": 1, "street": 1, "community": 2, "cell": 4}
    for unit in again.units:
        assert shapely.normalize(unit.geometry).equals_exact(shapely.normalize(known.units[unit.code].geometry), 0)
    if form != "csv":  # outlines make the same city where there was none; a sheet alone cannot
        assert not compare(current, prepare([path], NOTHING))


def test_a_city_that_has_nothing_can_begin_with_the_templates(tmp_path: Path) -> None:
    (tmp_path / "units.csv").write_bytes(template("csv"))
    (tmp_path / "grid.geojson").write_bytes(template("geojson"))
    made = draft(tmp_path / "units.csv", tmp_path / "grid.geojson")
    assert made.findings == ()
    assert [unit.code for unit in made.units] == ["12", "120101", "120101001", "120101001001", "120101001001001"]


def test_an_export_of_nothing_is_a_file_all_the_same(tmp_path: Path) -> None:
    for form in FORMATS:
        write_grids(tmp_path / f"none{ENDINGS[form]}", [], False, form)
        assert (tmp_path / f"none{ENDINGS[form]}").stat().st_size > 0


def test_endings_say_the_format() -> None:
    names: Sequence[tuple[str, Format | None]] = [
        ("a.JSON", "geojson"), ("a.zip", "shp"), ("a.GPKG", "gpkg"), ("a.csv", "csv"), ("a.dwg", None)]
    assert [format_of(Path(name)) for name, _ in names] == [form for _, form in names]
