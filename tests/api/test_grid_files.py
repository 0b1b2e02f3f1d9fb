"""Grids over HTTP: an administrator takes them out in every format, and has a file examined before it is loaded."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import httpx
import pytest
import shapely

from data.engine import reading
from grids.boundaries import Boundaries, compare, read_boundaries
from grids.formats import ENDINGS, FORMATS, Format
from grids.preparing import prepare
from tests import town
from tests.api.conftest import Town
from tests.api.test_reporting import is_problem

EXPORT, AUDIT, TEMPLATE = "/api/v1/grids/export", "/api/v1/grids/audit", "/api/v1/grids/template"


def in_force(served: Town) -> Boundaries:
    with reading(served.engine) as session:
        return read_boundaries(session)


def export(served: Town, query: str = "") -> httpx.Response:
    return served["admin"].get(f"{EXPORT}?{query}")


def audit(served: Town, name: str, content: bytes, part: str = "outlines", **said: Any) -> httpx.Response:
    return served["admin"].post(AUDIT, files={part: (name, content)}, data=said)


@pytest.mark.parametrize("form", FORMATS)
def test_what_goes_out_makes_the_same_grid_again(served: Town, tmp_path: Path, form: Format) -> None:
    answer = export(served, f"format={form}")
    assert answer.status_code == 200, answer.text
    assert f'filename="grids-1{ENDINGS[form]}"' in answer.headers["content-disposition"]
    path = tmp_path / f"grids{ENDINGS[form]}"
    path.write_bytes(answer.content)
    assert not compare(in_force(served), prepare([path], in_force(served)))


def test_a_shapefile_goes_out_with_all_its_parts(served: Town) -> None:
    with zipfile.ZipFile(io.BytesIO(export(served, "format=shp").content)) as archive:
        assert {name.partition(".")[2] for name in archive.namelist()} >= {"shp", "shx", "dbf", "prj", "cpg"}
        assert archive.read("grids.cpg") == b"UTF-8"


def test_a_level_of_a_unit_goes_out_alone(served: Town) -> None:
    features = export(served, f"level=cell&unit={town.COMMUNITY}").json()["features"]
    assert [feature["properties"]["code"] for feature in features] == [f"{town.COMMUNITY}00{n}" for n in range(1, 5)]
    assert features[0]["properties"] == {
        "code": town.CELL, "parent_code": town.COMMUNITY, "level": "cell", "name": town.name_of(town.CELL),
        "area_class": "A", "illustrative": True}


def test_an_export_of_what_is_not_there_is_refused(served: Town) -> None:
    is_problem(export(served, "version=9"), 404, "not_found")
    is_problem(export(served, "unit=999999"), 422, "unknown_unit", "unit")
    is_problem(export(served, "format=dwg"), 422, "invalid_request", "format")
    is_problem(export(served, "colour=red"), 422, "unknown_field", "colour")
    is_problem(served["worker"].get(EXPORT), 403, "not_allowed")


def test_templates_can_be_had(served: Town) -> None:
    sheet = served["admin"].get(TEMPLATE)
    assert sheet.text.lstrip("\ufeff").splitlines()[0] == "code,parent_code,level,name,area_class"
    drawn = served["admin"].get(f"{TEMPLATE}?format=geojson")
    assert drawn.headers["content-type"] == "application/geo+json"
    told = served["admin"].post(AUDIT, files={"units": ("u.csv", sheet.content), "outlines": ("g.json", drawn.content)})
    assert [f["properties"]["kind"] for f in told.json()["features"]] == ["vanishing"]  # it is not this town


def test_an_audit_says_what_is_wrong_and_where_and_loads_nothing(served: Town) -> None:
    document = export(served).json()
    wide = next(f for f in document["features"] if f["properties"]["code"] == town.CELL)
    shape = shapely.transform(shapely.geometry.shape(wide["geometry"]),
                              lambda xy: xy + (xy[:, [0]] > 117.204) * [0.001, 0.0])
    wide["geometry"] = shapely.geometry.mapping(shapely.orient_polygons(shape))
    answer = audit(served, "grid.geojson", json.dumps(document).encode())
    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert (told["type"], told["source"], told["outlines"], told["units"]) == (
        "FeatureCollection", "grid.geojson", 47, {})
    assert told["counts"]["error"] == 1
    overlap = next(f for f in told["features"] if f["properties"]["severity"] == "error")
    assert (overlap["properties"]["kind"], overlap["properties"]["codes"]) == (
        "overlap", [town.CELL, f"{town.COMMUNITY}002"])
    assert overlap["properties"]["area_m2"] == pytest.approx(0.001 * 86_500 * 0.005 * 111_000, rel=0.01)
    assert shapely.geometry.shape(overlap["geometry"]).bounds == pytest.approx((117.205, 39.1, 117.206, 39.105))
    assert in_force(served).version == 1


def test_an_audit_of_a_good_file_says_what_it_would_make(served: Town) -> None:
    told = audit(served, "grid.gpkg", export(served, "format=gpkg").content, datum="cgcs2000").json()
    assert told["units"] == {"city": 1, "district": 2, "street": 4, "community": 8, "cell": 32}
    assert told["counts"].get("error", 0) == told["counts"].get("warning", 0) == 0


@pytest.mark.parametrize(("name", "content"), [
    ("grid.zip", b"no archive"), ("grid.gpkg", b"no database"), ("grid.geojson", b"{"), ("grid.dwg", b"AC1032")])
def test_a_file_that_cannot_be_read_is_refused_with_the_reason(served: Town, name: str, content: bytes) -> None:
    is_problem(audit(served, name, content), 422, "bad_file")


def test_an_audit_needs_a_file_and_nothing_unknown(served: Town) -> None:
    is_problem(served["admin"].post(AUDIT), 422, "missing_field", "outlines")
    content = export(served).content
    is_problem(audit(served, "g.geojson", content, crs="EPSG:99"), 422, "bad_file", "crs")
    is_problem(audit(served, "g.geojson", content, within="120199"), 422, "bad_file", "within")
    is_problem(audit(served, "g.geojson", content, datum="mars"), 422, "invalid_request", "datum")
    is_problem(audit(served, "g.geojson", content, part="maps"), 422, "unknown_field", "maps")
