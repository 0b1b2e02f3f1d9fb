"""Over HTTP: is it the same incident, and what is rising."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from governance.audit import AuditEntry
from tests import town
from tests.api.conftest import Town
from tests.api.test_reporting import is_problem

LON, LAT = town.centre_of(town.CELL)
HERE = {"subcategory": town.NOISE, "lon": LON, "lat": LAT}
ONE_DATABASE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


# ---- before it is sent ---------------------------------------------------------------------------------------------

def test_a_resident_sees_that_the_same_was_reported_and_not_by_whom(served: Town) -> None:
    incident = served.report("worker", lon=LON + 0.0002)
    served.clock.forward(minutes=90)
    answer = served["resident"].get("/api/v1/incidents/nearby", params=HERE)
    assert answer.status_code == 200, answer.text
    page = answer.json()
    assert (page["metres"], page["hours"]) == (50, 24)
    assert page["items"] == [{
        "number": incident["number"], "subcategory": town.NOISE, "subcategory_name": "噪音扰民", "status": "reported",
        "status_name": incident["status_name"], "distance_m": 17, "reported_at": incident["reported_at"],
        "age_minutes": 90}]
    assert "王网格" not in answer.text


def test_somebody_elses_incident_is_offered_and_still_not_shown(served: Town) -> None:
    """The offer is all that a resident learns of it."""
    incident = served.report("resident_2")
    found = served["resident"].get("/api/v1/incidents/nearby", params=HERE).json()["items"]
    assert [one["number"] for one in found] == [incident["number"]]
    is_problem(served["resident"].get(f"/api/v1/incidents/{incident['number']}"), 404, "not_found")


@ONE_DATABASE
def test_what_is_wrong_in_the_question_is_named(served: Town) -> None:
    ask = served["worker"].get
    for change, code, field in (
            ({"lon": None}, "missing_field", "lon"), ({"lat": "91"}, "invalid_request", "lat"),
            ({"datum": "mars"}, "invalid_request", "datum"), ({"subcategory": "99999"}, "unknown_subcategory",
                                                              "subcategory"),
            ({"process": "none"}, "unknown_process", "process"), ({"radius": "5000"}, "unknown_field", "radius")):
        params = {name: value for name, value in {**HERE, **change}.items() if value is not None}
        is_problem(ask("/api/v1/incidents/nearby", params=params), 422, code, field)
    is_problem(served["leader"].get("/api/v1/incidents/nearby", params=HERE), 403, "not_allowed")
    is_problem(served.stranger().get("/api/v1/incidents/nearby", params=HERE), 401, "not_authenticated")


# ---- for the desk --------------------------------------------------------------------------------------------------

def test_the_desk_is_offered_what_it_may_merge_and_merges_it(served: Town) -> None:
    main = served.report("worker", description="楼下酒吧半夜唱歌, 吵得睡不着")
    again = served.report("resident", description="酒吧半夜唱歌太吵", lon=LON + 0.0002)
    served.report("worker", subcategory=town.CORRIDOR, description="楼道里有旧沙发", lon=LON + 0.001)
    answer = served["dispatcher"].get(f"/api/v1/incidents/{again['number']}/duplicates")
    assert answer.status_code == 200, answer.text
    found = answer.json()["items"]
    assert [one["id"] for one in found] == [main["id"]]
    assert (found[0]["by_rule"], found[0]["distance_m"], found[0]["version"]) == (True, 17, main["version"])
    assert [part["part"] for part in found[0]["reasons"]] == ["place", "words", "subcategory", "time"]
    assert "酒吧" in found[0]["reasons"][1]["zh"]
    assert found[0]["reasons"][0]["en"] == "17 m apart"
    assert "reporter" not in found[0]
    served.take("dispatcher", again, "merge", main=found[0]["id"], reason="同一件事")
    left = served["dispatcher"].get(f"/api/v1/incidents/{main['id']}/duplicates").json()["items"]
    assert left == []


def test_nobody_is_shown_duplicates_of_what_one_may_not_see(served: Town) -> None:
    incident = served.report("worker")
    for person in ("dispatcher_2", "resident", "cleaner"):
        is_problem(served[person].get(f"/api/v1/incidents/{incident['id']}/duplicates"), 404, "not_found")
    is_problem(served["auditor"].get(f"/api/v1/incidents/{incident['id']}/duplicates"), 403, "not_allowed")
    is_problem(served["dispatcher"].get("/api/v1/incidents/no-such/duplicates"), 404, "not_found")


def test_restricted_incidents_that_are_compared_are_accounted_for(
        served: Town, rows: Callable[[type], list[Any]]) -> None:
    first = served.report("worker", subcategory=town.CARE, description="独居老人多日未出门")
    second = served.report("worker", subcategory=town.CARE, description="独居老人未出门")
    found = served["dispatcher"].get(f"/api/v1/incidents/{second['id']}/duplicates").json()["items"]
    assert [one["number"] for one in found] == [first["number"]]
    read = [entry.subject for entry in rows(AuditEntry) if entry.event == "read_restricted"]
    assert sorted(read) == sorted([first["number"], second["number"]])


# ---- what is rising ------------------------------------------------------------------------------------------------

def test_hot_spots_lead_to_their_incidents(served: Town) -> None:
    for n in range(6):
        served.report("worker", lon=LON + n * 0.0001)
    served.clock.forward(minutes=1)
    answer = served["dispatcher"].get("/api/v1/figures/hotspots")
    assert answer.status_code == 200, answer.text
    found = answer.json()
    assert (found["level"], found["step_days"], found["minimum"], len(found["before"])) == ("community", 7, 5, 4)
    kinds = ("rising_subcategories", "rising_places", "rising_pairs", "top_places", "clusters")
    for kind in kinds:
        spot, = found[kind]
        assert (spot["count"], spot["before"], spot["expected"], spot["factor"]) == (6, [0, 0, 0, 0], 0, None)
        assert spot["rising"]
        assert spot["zh"].startswith(spot["name"])
        listed = served["dispatcher"].get("/api/v1/incidents", params=spot["query"])
        assert listed.status_code == 200, listed.text
        assert len(listed.json()["items"]) == 6
    assert found["rising_subcategories"][0]["chance"] == pytest.approx(0.2 ** 6)
    assert served["worker_2"].get("/api/v1/figures/hotspots").json()["top_places"] == []


@ONE_DATABASE
def test_what_is_wrong_in_the_question_for_hot_spots_is_named(served: Town) -> None:
    ask = served["leader"].get
    for params, field in (({"periods": "0"}, "periods"), ({"minimum": "1"}, "minimum"), ({"level": "moon"}, "level"),
                          ({"unit": "99"}, "unit"), ({"from": "yesterday"}, "from"),
                          ({"from": "2027-01-01T00:00:00+08:00"}, "from"), ({"by": "cell"}, "by")):
        answer = ask("/api/v1/figures/hotspots", params=params)
        assert answer.status_code == 422, answer.text
        assert field in [error["field"] for error in answer.json()["errors"]]
    is_problem(served["resident"].get("/api/v1/figures/hotspots"), 403, "not_allowed")
    is_problem(served["centre"].get("/api/v1/figures/hotspots", params={"unit": town.HEDONG}), 403, "not_allowed")
