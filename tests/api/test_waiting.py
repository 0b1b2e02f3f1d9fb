"""What waits for me, and what is nearest: the lists that a day's work begins with."""

from __future__ import annotations

from typing import Any

import pytest

from governance.city import City
from governance.turns import turns_of
from grids.metres import metres_between
from tests import town
from tests.api.conftest import Town
from tests.api.test_reporting import is_problem

PATH = "/api/v1/incidents"
PEOPLE = ("worker", "worker_2", "lead", "dispatcher", "dispatcher_2", "cleaner", "cleaner_head", "officer", "centre",
          "supervisor", "resident", "leader")


def waits_for(served: Town, incident: dict[str, Any]) -> set[str]:
    """Of the town's people those for whom it waits."""
    return {person for person in PEOPLE
            if any(one["id"] == incident["id"]
                   for one in served[person].get(f"{PATH}?waiting_for=me").json()["items"])}


def dispatched(served: Town) -> dict[str, Any]:
    incident = served.report("worker", subcategory=town.RUBBISH, attachments=[served.photo("worker")])
    assert incident["status"] == "dispatched"
    return incident


def on_the_spot(served: Town, person: str) -> dict[str, Any]:
    lon, lat = town.centre_of(town.CELL)
    return {"lon": lon, "lat": lat, "attachments": [served.photo(person)]}


# ---- whose turn it is ----------------------------------------------------------------------------------------------

def test_an_incident_waits_for_one_after_the_other_on_its_way(served: Town) -> None:
    incident = served.report("resident", subcategory=town.RUBBISH, description="楼下垃圾")
    assert waits_for(served, incident) == {"dispatcher"}
    incident = served.take("dispatcher", incident, "ask_verify")
    assert waits_for(served, incident) == {"worker", "lead"}
    incident = served.take("worker", incident, "verify", passed=True, **on_the_spot(served, "worker"))
    assert waits_for(served, incident) == {"dispatcher"}
    incident = served.take("dispatcher", incident, "file")
    assert waits_for(served, incident) == {"cleaner", "cleaner_head"}
    incident = served.take("cleaner", incident, "sign")
    incident = served.take("cleaner", incident, "feed_back", reason="已清", attachments=[served.photo("cleaner")])
    assert waits_for(served, incident) == {"worker", "lead"}
    incident = served.take("worker", incident, "check", passed=True, **on_the_spot(served, "worker"))
    assert (incident["status"], waits_for(served, incident)) == ("closed", set())


def test_what_was_returned_waits_for_the_desk_again(served: Town) -> None:
    incident = served.take("cleaner", dispatched(served), "return", reason="不在本辖区")
    assert waits_for(served, incident) == {"dispatcher"}


def test_a_request_waits_for_who_decides_it_beside_the_work_itself(served: Town) -> None:
    incident = served.take("cleaner", dispatched(served), "sign")
    incident = served.take("cleaner", incident, "suspend", reason="待拆迁", until="2026-06-01T09:00:00+08:00")
    assert waits_for(served, incident) == {"cleaner", "cleaner_head", "dispatcher", "centre"}
    incident = served.take("dispatcher", incident, "grant", request=incident["requests"][-1]["request"])
    assert waits_for(served, incident) == set()  # the clock stands still until the review


def test_a_whistle_waits_for_who_is_called_and_then_for_who_called(served: Town) -> None:
    incident = served.report("worker")
    incident = served.take("dispatcher", incident, "whistle", assisting=["enforcement_1"], reason="请到场")
    assert waits_for(served, incident) == {"dispatcher", "officer"}
    lon, lat = town.centre_of(town.CELL)
    incident = served.take("officer", incident, "check_in", lon=lon, lat=lat)
    assert waits_for(served, incident) == {"dispatcher"}
    incident = served.take("supervisor", dispatched(served), "supervise", reason="请尽快")
    assert waits_for(served, incident) == {"cleaner", "cleaner_head"}
    incident = served.take("cleaner", incident, "reply", reason="今日完成")
    assert waits_for(served, incident) == {"cleaner", "cleaner_head", "supervisor"}


def test_what_may_be_settled_on_the_spot_waits_for_the_grid(served: Town) -> None:
    incident = served.report("resident_2", subcategory=town.CORRIDOR, description="楼道堆物", cell=town.CELL_2)
    incident = served.take("dispatcher", incident, "file")
    assert (incident["status"], waits_for(served, incident)) == ("filed", {"dispatcher", "worker_2"})


def test_the_other_filters_and_the_map_hold_with_it(served: Town) -> None:
    incident = served.report("resident", subcategory=town.RUBBISH, description="楼下垃圾")
    dispatched(served)
    for path in (PATH, f"{PATH}/points"):
        for query, found in (("", 1), ("&status=reported", 1), ("&status=dispatched", 0),
                             (f"&unit={town.COMMUNITY}", 1)):
            items = served["dispatcher"].get(f"{path}?waiting_for=me{query}").json()["items"]
            assert [item["id"] for item in items] == [incident["id"]] * found, (path, query)
    is_problem(served["worker"].get(f"{PATH}?waiting_for=you"), 422, "invalid_request", "waiting_for")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_processes_say_whose_turn_it_is(city: City) -> None:
    of = {turn.process: turn for turn in turns_of(city, "dispatcher")}
    assert of["grid_event"].stages == ("accept", "dispatch")
    assert of["grid_event"].reviews == (("extend", "dispatcher", 0), ("suspend", "dispatcher", 0),
                                        ("appeal", "dispatcher", 0))
    assert of["grid_event"].confirms == ("whistle", "supervise")
    assert of["care_alarm"].stages == ("accept_street",)
    centre = {turn.process: turn for turn in turns_of(city, "district_centre")}
    assert ("appeal", "dispatcher", 1) in centre["grid_event"].reviews
    assert centre["public_inquiry"].stages == ("moderate", "dispatch", "review")
    assert not any(turn.stages for turn in turns_of(city, "resident"))


# ---- the nearest first ---------------------------------------------------------------------------------------------

def test_the_nearest_come_first_page_by_page_and_what_has_no_point_last(served: Town) -> None:
    lon, lat = town.centre_of(town.CELL)
    for east, north in ((3, 0), (1, 1), (0, 0), (0, -2), (-2, 1)):
        served.report("worker", lon=lon + 0.0007 * east, lat=lat + 0.0007 * north)
    served.report("worker", lon=lon, lat=lat)
    picked = served.report("worker", lon=None, lat=None, unit=town.CELL)
    seen: list[dict[str, Any]] = []
    query, cursor = {"open": "true", "sort": "near", "at": f"{lon},{lat}", "limit": "2"}, {}
    while cursor.get("cursor", "") is not None:
        page = served["worker"].get(PATH, params=query | cursor).json()
        seen += page["items"]
        cursor = {"cursor": page["next_cursor"]}
    assert len({one["id"] for one in seen}) == len(seen) == 7
    assert seen[-1]["id"] == picked["id"]
    distances = [metres_between(lon, lat, one["lon"], one["lat"]) for one in seen[:-1]]
    assert distances == sorted(distances)


def test_a_distance_that_cannot_be_told(served: Town) -> None:
    for query, code, field in (
            ("sort=near&open=true", "missing_field", "at"), ("sort=near&at=117.2,39.1", "too_wide", "sort"),
            ("sort=near&open=true&at=117.2", "invalid_request", "at"),
            ("sort=near&mine=true&at=200,39.1", "invalid_field", "at"),
            ("sort=-near&at=1,1", "invalid_request", "sort")):
        is_problem(served["worker"].get(f"{PATH}?{query}"), 422, code, field)
    for _ in range(2):
        served.report("worker")
    page = served["worker"].get(f"{PATH}?open=true&sort=near&at=117.2,39.1&limit=1").json()
    elsewhere = served["worker"].get(f"{PATH}?open=true&sort=near&at=117.3,39.1&cursor={page['next_cursor']}")
    is_problem(elsewhere, 422, "bad_cursor", "cursor")
