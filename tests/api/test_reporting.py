"""Reporting an incident: what is taken, and everything that is refused, field by field, with nothing written."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from governance.incident import Attachment, Incident, Transition
from tests import town
from tests.api.conftest import Town

PATH = "/api/v1/incidents"
LON, LAT = town.centre_of(town.CELL)
ONE_DATABASE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
#: field, value, code, the field that the answer names
WRONG: list[tuple[str, Any, str, str]] = [
    ("id", "not-a-uuid", "invalid_request", "id"),
    ("id", 7, "invalid_request", "id"),
    ("process", "no_such_process", "unknown_process", "process"),
    ("process", "", "invalid_request", "process"),
    ("subcategory", "99999", "unknown_subcategory", "subcategory"),
    ("subcategory", "01", "unknown_subcategory", "subcategory"),
    ("subcategory", 1001, "invalid_request", "subcategory"),
    ("description", "长" * 2001, "invalid_request", "description"),
    ("description", "nul\x00byte", "invalid_request", "description"),
    ("description", {"text": "x"}, "invalid_request", "description"),
    ("lon", 181, "invalid_request", "lon"),
    ("lon", "117.2", "invalid_request", "lon"),
    ("lon", True, "invalid_request", "lon"),
    ("lon", None, "missing_field", "lon"),
    ("lat", -90.1, "invalid_request", "lat"),
    ("lat", [39.1], "invalid_request", "lat"),
    ("datum", "mars", "invalid_request", "datum"),
    ("accuracy_m", -1, "invalid_request", "accuracy_m"),
    ("unit", "120199", "unknown_unit", "unit"),
    ("unit", town.VOIDED_CELL, "voided_unit", "unit"),
    ("unit", town.FAR_CELL, "unit_mismatch", "unit"),
    ("unit", "x" * 41, "invalid_request", "unit"),
    ("address", "路" * 201, "invalid_request", "address"),
    ("address", "a\x00b", "invalid_request", "address"),
    ("source", "leader", "unknown_source", "source"),
    ("source", "nowhere", "unknown_source", "source"),
    ("captured_at", "2026-03-03T09:00:00", "invalid_request", "captured_at"),
    ("captured_at", "yesterday", "invalid_request", "captured_at"),
    ("captured_at", 1772499600, "invalid_request", "captured_at"),
    ("captured_at", "1772499600", "invalid_request", "captured_at"),
    ("captured_at", "0001-01-01T00:00:00+14:00", "invalid_request", "captured_at"),
    ("captured_at", "2026-03-03T10:00:00+08:00", "in_future", "captured_at"),
    ("fix", {"lon": 117.2, "lat": 39.1}, "missing_field", "fix.accuracy_m"),
    ("fix", {"lon": 117.2, "lat": 99, "accuracy_m": 5}, "invalid_request", "fix.lat"),
    ("attachments", ["not-a-uuid"], "invalid_request", "attachments.0"),
    ("attachments", [str(uuid.uuid4())], "unknown_attachment", "attachments.0"),
    ("attachments", [str(uuid.UUID(int=n)) for n in range(21)], "invalid_request", "attachments"),
    ("colour", "red", "unknown_field", "colour"),
]


def is_problem(answer: httpx.Response, status: int, code: str, field: str | None = None) -> None:
    """A problem document with this status and code, that names this field."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert (problem["status"], problem["code"]) == (status, code), problem
    assert problem["title"]
    assert problem["detail"]
    if field is not None:
        assert field in [error["field"] for error in problem["errors"]], problem
        assert all(error["message"] for error in problem["errors"])


def test_every_field_wrong_in_turn(served: Town, rows: Callable[[type], list[Any]]) -> None:
    for field, value, code, named in WRONG:
        body = {**served.sound(), field: value}
        is_problem(served["worker"].post(PATH, json=body), 422, code, named)
    assert rows(Incident) == rows(Transition) == []


@ONE_DATABASE
@pytest.mark.parametrize("body", [
    b"{", b"", b"[]", b"null", b'"text"', b"\xff\xfe{}", b'{"lon": 1e}', b"[" * 100_000,
])
def test_what_is_no_json_object(served: Town, rows: Callable[[type], list[Any]], body: bytes) -> None:
    answer = served["worker"].post(PATH, content=body, headers={"Content-Type": "application/json"})
    is_problem(answer, 422, "invalid_request")
    assert rows(Incident) == []


@ONE_DATABASE
@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e400"])
def test_coordinates_that_are_no_numbers(served: Town, rows: Callable[[type], list[Any]], number: str) -> None:
    body = json.dumps(served.sound()).replace(str(LON), number)
    answer = served["worker"].post(PATH, content=body, headers={"Content-Type": "application/json"})
    is_problem(answer, 422, "invalid_request", "lon")
    assert rows(Incident) == []


def test_lone_surrogates_and_no_content_type(served: Town, rows: Callable[[type], list[Any]]) -> None:
    body = json.dumps({**served.sound(), "description": "\ud800"})
    answer = served["worker"].post(PATH, content=body, headers={"Content-Type": "application/json"})
    is_problem(answer, 422, "invalid_request", "description")
    is_problem(served["worker"].post(PATH, content=json.dumps(served.sound())), 422, "invalid_request")
    assert rows(Incident) == []


def test_a_body_that_is_too_large(served: Town, rows: Callable[[type], list[Any]]) -> None:
    big = json.dumps({**served.sound(), "description": "x" * 1_100_000})
    headers = {"Content-Type": "application/json"}
    is_problem(served["worker"].post(PATH, content=big, headers=headers), 413, "too_large")
    chunks = (big[at:at + 65536].encode() for at in range(0, len(big), 65536))  # no length is declared
    is_problem(served["worker"].post(PATH, content=chunks, headers=headers), 413, "too_large")
    assert rows(Incident) == []


def test_neither_what_nor_where(served: Town) -> None:
    is_problem(served["worker"].post(PATH, json={"lon": LON, "lat": LAT}), 422, "missing_field", "subcategory")
    is_problem(served["worker"].post(PATH, json={"description": "垃圾"}), 422, "missing_field", "lon")
    is_problem(served["worker"].post(PATH, json={"description": "垃圾", "lon": LON}), 422, "missing_field", "lat")


def test_a_point_in_the_sea(served: Town) -> None:
    answer = served["worker"].post(PATH, json=served.sound(lon=118.9, lat=38.6))
    is_problem(answer, 422, "outside_grid", "lon")
    assert answer.json()["distance_m"] > 100_000
    picked = served.report(lon=118.9, lat=38.6, unit=town.COMMUNITY)
    assert (picked["unit"], picked["placement"], picked["cell"]) == (town.COMMUNITY, "picked", None)


def test_a_grid_worker_must_show_what_the_list_says(served: Town) -> None:
    answer = served["worker"].post(PATH, json=served.sound(subcategory=town.RUBBISH))
    is_problem(answer, 422, "missing_field", "attachments")
    somebody_elses = served.photo("worker_2")
    answer = served["worker"].post(PATH, json=served.sound(subcategory=town.RUBBISH, attachments=[somebody_elses]))
    is_problem(answer, 422, "unknown_attachment", "attachments.0")


def test_the_same_report_sent_twice_is_one_incident(served: Town, rows: Callable[[type], list[Any]]) -> None:
    body = served.sound(id=str(uuid.uuid4()), captured_at="2026-03-03T08:58:00+08:00")
    first, again = served["worker"].post(PATH, json=body), served["worker"].post(PATH, json=body)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    assert first.headers["location"] == f"{PATH}/{body['id']}"
    other = served["worker"].post(PATH, json={**body, "description": "别的事"})
    is_problem(other, 409, "id_taken", "id")
    is_problem(served["worker_2"].post(PATH, json=body), 409, "id_taken", "id")
    assert [incident.description for incident in rows(Incident)] == ["半夜吵闹"]


def test_a_report_with_its_photo_sent_twice(served: Town, rows: Callable[[type], list[Any]]) -> None:
    """The phone did not hear the answer and sends again: the photo is the incident's by now, and that is no error."""
    body = served.sound(id=str(uuid.uuid4()), subcategory=town.RUBBISH, attachments=[served.photo("worker")])
    first, again = served["worker"].post(PATH, json=body), served["worker"].post(PATH, json=body)
    assert (first.status_code, again.status_code) == (201, 200), again.text
    assert first.json() == again.json()
    assert len(rows(Incident)) == len(rows(Attachment)) == 1


def test_the_pin_was_moved_and_where_the_phone_had_put_it_is_kept(served: Town) -> None:
    fix = {"lon": LON + 0.0005, "lat": LAT, "accuracy_m": 62.0}
    body = {**served.sound(id=str(uuid.uuid4())), "fix": fix}
    told = served["worker"].post(PATH, json=body)
    assert told.status_code == 201, told.text
    steps = served["worker"].get(f"{PATH}/{told.json()['id']}/transitions").json()
    assert [step["fields"].get("fix") for step in steps] == [fix, *[None] * (len(steps) - 1)]
    assert told.json()["lon"] == pytest.approx(body["lon"])
    assert served["worker"].post(PATH, json=body).status_code == 200


def test_a_report_without_id_in_another_datum(served: Town) -> None:
    incident = served.report(lon=117.20819, lat=39.10344, datum="gcj02", accuracy_m=12.5, address="长江道 1 号")
    assert incident["cell"] == town.CELL
    assert abs(incident["lon"] - LON) < 0.002
    assert incident["number"].startswith("20260303")


def test_messages_in_the_language_of_the_caller(served: Town) -> None:
    body = {**served.sound(), "lon": 999}
    chinese = served["worker"].post(PATH, json=body).json()
    english = served["worker"].post(PATH, json=body, headers={"Accept-Language": "en-GB,zh;q=0.5"}).json()
    assert (chinese["title"], chinese["errors"]) == (
        "请求内容有误", [{"field": "lon", "message": "不能大于 180"}])
    assert (english["title"], english["errors"]) == (
        "Unprocessable Content", [{"field": "lon", "message": "must not be greater than 180"}])
    assert served["worker"].post(PATH, json=body, headers={"Accept-Language": "fr, en;q=0"}).json() == chinese
