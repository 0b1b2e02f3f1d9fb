"""Asking and deciding over HTTP: what was asked stands in the incident, and who may answer is offered to."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

from tests import town
from tests.api.conftest import Town
from tests.api.test_reporting import is_problem


def signed(served: Town) -> dict[str, Any]:
    incident = served.report("worker", subcategory=town.RUBBISH, attachments=[served.photo("worker")])
    return served.take("cleaner", incident, "sign")


def offered(served: Town, who: str, incident: dict[str, Any]) -> set[str]:
    return {each["action"] for each in served[who].get(f"/api/v1/incidents/{incident['id']}/actions").json()}


def test_an_extension_from_asking_to_the_new_limit(served: Town) -> None:
    incident = signed(served)
    assert {"extend", "suspend"} <= offered(served, "cleaner", incident)
    assert "grant" not in offered(served, "dispatcher", incident)
    incident = served.take("cleaner", incident, "extend", days=2, reason="需调配吸污车")
    [request] = incident["requests"]
    assert (request["kind"], request["kind_name"], request["state"], request["details"]) == (
        "extend", "延期", "asked", {"days": 2})
    assert "extend" not in offered(served, "cleaner", incident)
    assert {"grant", "refuse"} <= offered(served, "dispatcher", incident)
    incident = served.take("dispatcher", incident, "grant", request=request["request"])
    clock = next(c for c in incident["clocks"] if c["stage"] == "handle")
    assert (clock["original_due_at"], clock["due_at"]) == ("2026-03-03T11:00:00+08:00", "2026-03-05T11:00:00+08:00")
    assert (incident["extensions"], incident["requests"][0]["state"]) == (1, "granted")


def test_a_whistle_shows_each_who_was_called(served: Town) -> None:
    incident = served.take("dispatcher", signed(served), "whistle", assisting=["enforcement_1"], reason="现场会办")
    assert served["officer"].get(f"/api/v1/incidents/{incident['id']}").json()["number"] == incident["number"]
    assert offered(served, "officer", incident) == {"check_in", "comment"}
    incident = served.take("officer", incident, "check_in", lon=incident["lon"], lat=incident["lat"])
    [called] = incident["requests"]
    assert (called["party"], called["party_name"], called["state"], called["lon"]) == (
        "enforcement_1", "和平一街综合执法队", "answered", incident["lon"])
    incident = served.take("dispatcher", incident, "confirm", request=called["request"], score=5, reason="到得快")
    assert (incident["requests"][0]["state"], incident["requests"][0]["score"]) == ("granted", 5)


def test_what_is_refused_says_the_field_and_why(served: Town) -> None:
    incident = signed(served)
    is_problem(served.act("cleaner", incident, "extend", reason="雨天"), 422, "missing_field", "days")
    is_problem(served.act("cleaner", incident, "extend", reason="雨天", days=0), 422, "invalid_field", "days")
    is_problem(served.act("cleaner", incident, "suspend", reason="雨天", until="2025-01-01T00:00:00+08:00"), 422,
               "in_past", "until")
    is_problem(served.act("dispatcher", incident, "grant", request=99), 422, "unknown_request", "request")
    is_problem(served.act("supervisor", incident, "supervise", reason="快办", level="purple"), 422, "invalid_field",
               "level")
    here = {"lon": incident["lon"], "lat": incident["lat"]}
    is_problem(served.act("cleaner", incident, "check_in", **here), 409, "wrong_state")
    is_problem(served.act("dispatcher", incident, "urge", stage="handle"), 422, "unknown_field", "stage")
    served.clock.forward(hours=2, seconds=1)
    is_problem(served.act("cleaner", incident, "extend", reason="雨天", days=1), 409, "conflict")


def test_two_who_decide_at_once_decide_once(served: Town) -> None:
    incident = served.take("cleaner", signed(served), "extend", days=1, reason="雨天")
    assert [offered(served, who, incident) & {"grant"} for who in ("dispatcher", "centre")] == [{"grant"}] * 2
    number = incident["requests"][0]["request"]
    tries = [("dispatcher", "grant"), ("centre", "refuse")] * 3

    def decide(attempt: tuple[str, str]) -> int:
        who, action = attempt
        return served[who].post(f"/api/v1/incidents/{incident['id']}/actions/{action}", json={
            "version": incident["version"], "request": number, "reason": "已阅"}).status_code

    with ThreadPoolExecutor(6) as pool:
        answers = sorted(pool.map(decide, tries))
    assert answers == [200, 409, 409, 409, 409, 409]
    after = served["dispatcher"].get(f"/api/v1/incidents/{incident['id']}").json()
    assert after["version"] == incident["version"] + 1
    assert after["requests"][0]["state"] in ("granted", "refused")
