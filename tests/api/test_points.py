"""Incidents as points of a map: many, light, and only what the caller may see."""

from __future__ import annotations

from typing import Any

from tests import town
from tests.api.conftest import Town
from tests.api.test_reporting import is_problem

PATH = "/api/v1/incidents/points"


def points(served: Town, person: str, query: str = "") -> list[dict[str, Any]]:
    answer = served[person].get(f"{PATH}?{query}")
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


def test_a_point_says_what_a_map_shows(served: Town) -> None:
    incident = served.report("worker", subcategory=town.RUBBISH, attachments=[served.photo("worker")])
    assert points(served, "dispatcher") == [{name: incident[name] for name in (
        "id", "number", "lon", "lat", "status", "subcategory", "category", "department", "due_at", "overdue",
        "sensitivity")}]
    served.clock.forward(hours=6)
    assert points(served, "dispatcher")[0]["overdue"]
    assert points(served, "dispatcher", "overdue=false") == []


def test_the_filters_of_the_list_hold_here(served: Town) -> None:
    here = served.report("worker")
    there = served.report("worker_hedong", cell=town.FAR_CELL)
    served.report("worker", lon=None, lat=None, unit=town.CELL)  # no point, so not on a map
    lon, lat = town.centre_of(town.CELL)
    around = f"{lon - 0.001},{lat - 0.001},{lon + 0.001},{lat + 0.001}"
    for query, found in (("", {here["id"], there["id"]}), (f"bbox={around}", {here["id"]}),
                         (f"near={lon},{lat},100", {here["id"]}), (f"unit={town.HEDONG}", {there["id"]}),
                         (f"category={town.RUBBISH[:2]}", set()), ("open=false", set())):
        assert {point["id"] for point in points(served, "leader", query)} == found, query
    is_problem(served["leader"].get(f"{PATH}?bbox=1,2,3"), 422, "invalid_request", "bbox")
    is_problem(served["leader"].get(f"{PATH}?unit=99"), 422, "unknown_unit", "unit")


def test_everybody_sees_their_own_part(served: Town) -> None:
    served.report("worker")
    sees = {person: bool(points(served, person)) for person in ("worker", "dispatcher", "centre", "leader",
                                                                "dispatcher_hedong", "cleaner", "resident")}
    assert [person for person, some in sees.items() if some] == ["worker", "dispatcher", "centre", "leader"]
    is_problem(served["auditor"].get(PATH), 403, "not_allowed")


def test_when_there_are_more_than_asked_the_newest_are_shown(served: Town) -> None:
    for _ in range(3):
        served.clock.forward(seconds=10)
        newest = served.report("worker")
    answer = served["leader"].get(f"{PATH}?limit=1").json()
    assert ([point["id"] for point in answer["items"]], answer["more"]) == ([newest["id"]], True)
    assert not served["leader"].get(f"{PATH}?limit=3").json()["more"]
    is_problem(served["leader"].get(f"{PATH}?limit=5001"), 422, "invalid_request", "limit")


def test_restricted_ones_on_a_map_are_accounted_for(served: Town) -> None:
    care = served.report("worker", subcategory=town.CARE, description="独居老人需要探访")
    served.report("worker")
    assert {point["sensitivity"] for point in points(served, "dispatcher")} == {"normal", "restricted"}
    read = served["auditor"].get("/api/v1/audit?event=read_restricted").json()["items"]
    assert [entry["subject"] for entry in read] == [care["number"]]


def test_a_map_is_one_question_beside_knowing_the_caller(served: Town, questions: list[str]) -> None:
    for _ in range(3):
        served.report("worker")
    points(served, "leader")
    questions.clear()
    assert len(points(served, "leader")) == 3
    assert len(questions) == 2, questions
