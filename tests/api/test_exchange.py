"""The city's data as files over HTTP: what goes out comes in again, and nobody takes out what they may not see."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import httpx
import pytest

from tests import town
from tests.api.conftest import Town
from tests.api.test_reporting import is_problem

PATH = "/api/v1/exchange"
ONE_DATABASE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def table(answer: httpx.Response) -> list[dict[str, str]]:
    assert answer.status_code == 200, answer.text
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))


def draft_of(served: Town, kind: str, **files: tuple[str, bytes]) -> dict[str, Any]:
    answer = served["admin"].post("/api/v1/drafts", data={"kind": kind}, files=files)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


@pytest.mark.parametrize("form", ["csv", "xlsx", "jsonl"])
def test_people_that_go_out_come_in_and_change_nothing(served: Town, form: str) -> None:
    departments, accounts = (served["admin"].get(f"{PATH}/people?part={part}&format={form}").content
                             for part in ("departments", "accounts"))
    draft = draft_of(served, "people", departments=(f"d.{form}", departments), accounts=(f"a.{form}", accounts))
    assert (draft["problems"]["count"], draft["preview"]["changed"]) == (0, False)
    assert draft["preview"]["rows"]["accounts"] == len(town.PEOPLE)
    assert b"argon2" not in accounts


@ONE_DATABASE
def test_a_file_says_what_it_is(served: Town) -> None:
    answer = served["worker"].get(f"{PATH}/taxonomy")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"] == "attachment; filename*=UTF-8''grid-categories.csv"
    assert answer.content.startswith(b"\xef\xbb\xbfcode,parent,name")
    names = {row["code"]: row["name"] for row in table(answer)}
    assert names[town.RUBBISH] == "暴露垃圾"
    assert {row["code"] for row in table(served["worker"].get(f"{PATH}/taxonomy?part=functions"))} == {*town.FUNCTIONS}
    assert len(table(served["worker"].get(f"{PATH}/standards"))) == len(town.STANDARDS)


@ONE_DATABASE
def test_what_there_is_not_is_told(served: Town) -> None:
    admin = served["admin"]
    is_problem(admin.get(f"{PATH}/taxonomy?list=none"), 422, "unknown_list", "list")
    is_problem(admin.get(f"{PATH}/taxonomy?version=9"), 422, "unknown_list", "list")
    is_problem(admin.get(f"{PATH}/people?part=pets"), 422, "unknown_part", "part")
    is_problem(admin.get(f"{PATH}/people?format=pdf"), 422, "invalid_request", "format")
    is_problem(admin.get(f"{PATH}/incidents?unit=99"), 422, "unknown_unit", "unit")
    is_problem(admin.get(f"{PATH}/wonders/template"), 422, "unknown_kind", "kind")
    is_problem(served["dispatcher"].get(f"{PATH}/people"), 403, "not_allowed")
    is_problem(served["auditor"].get(f"{PATH}/incidents"), 403, "not_allowed")


def test_incidents_go_out_within_the_scope_and_without_their_reporters(served: Town) -> None:
    served.report("resident", description="=楼下垃圾", subcategory=town.NOISE)
    served.report("worker_hedong", cell=town.FAR_CELL)
    assert len(table(served["leader"].get(f"{PATH}/incidents"))) == 2
    mine = table(served["dispatcher"].get(f"{PATH}/incidents"))
    assert [(row["reporter_name"], row["description"], row["status_name"]) for row in mine] == [
        ("郑居民", "'=楼下垃圾", "已上报")]
    for person in ("worker", "admin", "leader"):
        told = served[person].get(f"{PATH}/incidents?format=jsonl").text
        assert ("郑居民" in told, town.phone_of("resident") in told) == (False, False), person
    points = served["dispatcher"].get(f"{PATH}/incidents?format=geojson").json()
    feature = points["features"][0]
    assert feature["geometry"]["coordinates"] == list(town.centre_of(town.CELL))
    assert feature["properties"]["description"] == "=楼下垃圾"
    assert table(served["dispatcher"].get(f"{PATH}/incidents?open=false")) == []
    assert served["dispatcher"].get(f"{PATH}/incidents?open=false&format=geojson").json()["features"] == []


def test_the_incidents_behind_a_figure_go_out(served: Town) -> None:
    """The same as the list that a dashboard opens: a count and its file never differ."""
    filed, doubted = served.report("resident", subcategory=town.RUBBISH), served.report("resident")
    served.take("dispatcher", filed, "file")
    asked = f"figure=filed&by=street&key={town.CELL[:9]}&from=2026-01-01T00:00:00%2B08:00"
    assert [row["number"] for row in table(served["dispatcher"].get(f"{PATH}/incidents?{asked}"))] == [
        one["number"] for one in served["dispatcher"].get(f"/api/v1/incidents?{asked}").json()["items"]] == [
        filed["number"]]
    assert {row["number"] for row in table(served["dispatcher"].get(f"{PATH}/incidents"))} == {
        filed["number"], doubted["number"]}
    is_problem(served["dispatcher"].get(f"{PATH}/incidents?figure=happiness"), 422, "unknown_figure", "figure")


def test_taking_restricted_incidents_out_is_in_the_audit_log(served: Town) -> None:
    care = served.report("worker", subcategory=town.CARE, description="独居老人需要探访")
    served.report("worker")
    assert len(table(served["dispatcher"].get(f"{PATH}/incidents"))) == 2
    entries = served["auditor"].get("/api/v1/audit").json()["items"]
    assert [(entry["event"], entry["subject"]) for entry in entries] == [
        ("export", "incidents"), ("read_restricted", care["number"])]
    assert {entry["actor"] for entry in entries} == {str(town.account_id("dispatcher"))}
    served["dispatcher"].get(f"{PATH}/incidents?subcategory={town.NOISE}")
    assert len(served["auditor"].get("/api/v1/audit?event=read_restricted").json()["items"]) == 1


@ONE_DATABASE
def test_incidents_that_went_out_come_in_and_change_nothing(served: Town) -> None:
    for _ in range(3):
        served.report("worker")
    for form in ("csv", "xlsx", "jsonl", "geojson"):
        content = served["dispatcher"].get(f"{PATH}/incidents?format={form}").content
        draft = draft_of(served, "incidents", incidents=(f"all.{form}", content))
        assert (draft["problems"]["count"], draft["preview"]["changed"]) == (0, False), form
        assert draft["preview"]["rows"] == {"incidents": 3, "known": 3}


@ONE_DATABASE
def test_templates_are_filled_in_and_come_back(served: Town) -> None:
    for kind in ("taxonomy", "standards", "functions", "people", "departments", "accounts", "calendar", "incidents"):
        for form in ("csv", "xlsx"):
            answer = served["admin"].get(f"{PATH}/{kind}/template?format={form}")
            assert answer.status_code == 200
            assert answer.content
    content = served["admin"].get(f"{PATH}/calendar/template").content
    draft = draft_of(served, "calendar", days=("calendar.xlsx", content))
    assert draft["preview"]["counts"] == {"day": {"added": 1}}
    assert json.loads(served["admin"].get("/openapi.json").text)["paths"][f"{PATH}/{{kind}}/template"]
