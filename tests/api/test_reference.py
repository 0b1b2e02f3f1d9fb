"""The list and the grid over HTTP: lists, lookups, outlines, and what is sent only when it has changed."""

from __future__ import annotations

import pytest
import shapely
from sqlalchemy import update

from api.routes import grids
from data.engine import writing
from governance.city import raise_revision
from grids.datum import from_wgs84
from taxonomy.category import TaxonomyVersion
from tests import town
from tests.api.conftest import Town
from tests.api.test_reporting import is_problem

#: The city in memory answers most of this; where the database does, both are asked.
ONE_DATABASE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


# ---- what ----------------------------------------------------------------------------------------------------------

@ONE_DATABASE
def test_the_list_with_its_standards(served: Town) -> None:
    answer = served["worker"].get("/api/v1/taxonomy").json()
    assert (answer["list"], answer["version"]) == ("grid", 1)
    assert [c["name"] for c in answer["categories"]] == ["市容环卫", "街面秩序", "公共设施", "民生服务"]
    manhole = answer["categories"][2]["subcategories"][0]
    assert (manhole["name"], manhole["local_names"], manhole["assisting"]) == ("井盖缺失破损", ["马葫芦"], ["traffic"])
    assert manhole["pinyin"] == ["jgqsps", "jinggaiqueshiposun", "jgml", "mhl"]
    assert [(s["code"], s["area"], s["limit_value"], s["limit_unit"]) for s in manhole["standards"]] == [
        ("03001-1", "A", 2, "urgent_hour"), ("03001-1", "B", 4, "urgent_hour"),
        ("03001-2", "A", 1, "work_day"), ("03001-2", "B", 2, "work_day")]


@ONE_DATABASE
def test_the_list_is_sent_again_only_in_another_version(served: Town) -> None:
    first = served["worker"].get("/api/v1/taxonomy")
    tag = {"If-None-Match": first.headers["etag"]}
    again = served["worker"].get("/api/v1/taxonomy", headers=tag)
    assert (again.status_code, again.content) == (304, b"")
    with writing(served.engine) as session:
        session.execute(update(TaxonomyVersion).values(current=False))
        session.add(TaxonomyVersion(taxonomy="grid", version=2, loaded_at=town.NOW, source="made up", current=True))
        raise_revision(session)
        session.commit()
    changed = served["worker"].get("/api/v1/taxonomy", headers=tag)
    assert (changed.status_code, changed.json()["version"]) == (200, 2)


@ONE_DATABASE
def test_a_list_that_is_not_loaded(served: Town) -> None:
    is_problem(served["worker"].get("/api/v1/taxonomy?list=petitions"), 422, "unknown_list", "list")
    is_problem(served["worker"].get("/api/v1/taxonomy?lists=grid"), 422, "unknown_field", "lists")


# ---- where ---------------------------------------------------------------------------------------------------------

@ONE_DATABASE
def test_units_by_level_name_and_parent(served: Town) -> None:
    def codes(query: str) -> list[str]:
        return [unit["code"] for unit in served["worker"].get(f"/api/v1/grids?{query}").json()["items"]]

    assert codes("level=district") == [town.HEPING, town.HEDONG]
    assert codes(f"parent={town.HEPING}") == [town.STREET, town.STREET_2]
    assert codes("level=street&q=和平二") == [town.STREET_2]
    assert codes(f"level=cell&parent={town.COMMUNITY}") == [f"{town.COMMUNITY}00{n}" for n in (1, 2, 3, 4)]
    assert codes(f"q={town.CELL}") == [town.CELL]
    assert codes("q=没有") == []


@ONE_DATABASE
def test_page_by_page_gives_every_unit_once(served: Town) -> None:
    seen: list[str] = []
    cursor = ""
    while cursor is not None:
        page = served["worker"].get("/api/v1/grids?limit=7" + (f"&cursor={cursor}" if cursor else "")).json()
        seen += [unit["code"] for unit in page["items"]]
        cursor = page["next_cursor"]
    assert seen == sorted(set(town.codes()) - {town.VOIDED_CELL})
    for wrong, field in (("cursor=%00", "cursor"), ("limit=0", "limit"), ("limit=201", "limit"), ("level=x", "level")):
        is_problem(served["worker"].get(f"/api/v1/grids?{wrong}"), 422, "invalid_request", field)
    is_problem(served["worker"].get("/api/v1/grids?cursor=zzz"), 422, "bad_cursor", "cursor")


@ONE_DATABASE
def test_one_unit_with_a_point_inside_it(served: Town) -> None:
    unit = served["worker"].get(f"/api/v1/grids/{town.CELL}").json()
    assert (unit["level"], unit["parent"], unit["path"]) == (
        "cell", town.COMMUNITY, [town.CITY, town.HEPING, town.STREET, town.COMMUNITY, town.CELL])
    assert unit["path_name"].startswith("和平区 和平一街")
    lon, lat = unit["centroid"]
    assert served["worker"].get(f"/api/v1/grids/locate?lon={lon}&lat={lat}").json()["cell"] == town.CELL
    assert served["worker"].get(f"/api/v1/grids/{town.VOIDED_CELL}").json()["voided"] is True
    is_problem(served["worker"].get("/api/v1/grids/120199"), 404, "not_found")
    is_problem(served["worker"].get("/api/v1/grids/%00"), 422, "invalid_request", "code")


@pytest.mark.parametrize("datum", ["wgs84", "gcj02", "bd09", "cgcs2000"])
@ONE_DATABASE
def test_a_point_in_every_datum(served: Town, datum: str) -> None:
    lon, lat = from_wgs84(*town.centre_of(town.CELL_2), datum)  # type: ignore[arg-type]
    found = served["resident"].get(f"/api/v1/grids/locate?lon={lon}&lat={lat}&datum={datum}").json()
    assert (found["placement"], found["distance_m"], found["cell"]) == ("inside", 0, town.CELL_2)
    assert (found["community"], found["street"], found["district"], found["city"]) == (
        town.COMMUNITY_2, town.STREET, town.HEPING, town.CITY)


@ONE_DATABASE
def test_a_point_near_by_and_one_in_the_sea(served: Town) -> None:
    near = served["worker"].get("/api/v1/grids/locate?lon=117.2411&lat=39.101").json()
    assert near["placement"] == "near"
    assert 90 < near["distance_m"] < 100
    far = served["worker"].get("/api/v1/grids/locate?lon=118.9&lat=38.6").json()
    assert (far["placement"], far["cell"]) == ("outside", None)
    for wrong, field in (("lon=200&lat=39", "lon"), ("lon=nan&lat=39", "lon"), ("lon=1&lat=inf", "lat")):
        is_problem(served["worker"].get(f"/api/v1/grids/locate?{wrong}"), 422, "invalid_request", field)
    is_problem(served["worker"].get("/api/v1/grids/locate?lon=117"), 422, "missing_field", "lat")


@ONE_DATABASE
def test_the_neighbours_of_a_unit_share_a_border_with_it(served: Town) -> None:
    found = served["worker"].get(f"/api/v1/grids/{town.HEPING}/neighbours").json()
    assert [(unit["code"], unit["name"]) for unit in found] == [(town.HEDONG, "河东区")]
    assert 2200 < found[0]["border_m"] < 2230  # 0.02 degree of latitude
    cells = served["worker"].get(f"/api/v1/grids/{town.CELL}/neighbours").json()
    assert {unit["code"] for unit in cells} == {"120101001001002", "120101001001003"}
    is_problem(served["worker"].get("/api/v1/grids/120199/neighbours"), 404, "not_found")
    assert served["worker"].get(f"/api/v1/grids/{town.VOIDED_CELL}/neighbours").json() == []


def test_outlines_below_a_unit_say_that_they_are_illustrative(served: Town) -> None:
    answer = served["leader"].get(f"/api/v1/grids/{town.CITY}/boundaries?level=community")
    assert answer.headers["content-type"] == "application/geo+json"
    drawn = answer.json()
    assert "示意" in drawn["note"]["zh"]
    assert [f["properties"]["code"] for f in drawn["features"]] == sorted(c for c in town.codes() if len(c) == 12)
    shapes = [shapely.from_geojson(str(f["geometry"]).replace("'", '"')) for f in drawn["features"]]
    assert shapely.coverage_is_valid(shapes)
    by_default = served["leader"].get(f"/api/v1/grids/{town.COMMUNITY}/boundaries").json()["features"]
    assert [f["properties"]["level"] for f in by_default] == ["cell"] * 4
    itself = served["leader"].get(f"/api/v1/grids/{town.CELL}/boundaries").json()["features"]
    assert [f["id"] for f in itself] == [town.CELL]


@ONE_DATABASE
def test_outlines_are_sent_once(served: Town) -> None:
    path = f"/api/v1/grids/{town.CITY}/boundaries?level=district"
    tag = served["leader"].get(path).headers["etag"]
    assert served["leader"].get(path, headers={"If-None-Match": f'"other", W/{tag}'}).status_code == 304
    assert served["leader"].get(path.replace("district", "street"), headers={"If-None-Match": tag}).status_code == 200


@ONE_DATABASE
def test_too_many_outlines_are_refused_not_cut_off(served: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(grids, "MOST_OUTLINES", 31)
    answer = served["leader"].get(f"/api/v1/grids/{town.CITY}/boundaries?level=cell")
    is_problem(answer, 422, "too_many_outlines", "level")
    assert answer.json()["outlines"] == 32
