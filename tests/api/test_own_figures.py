"""A person's own figures: what I did this month and last month."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

from tests import town
from tests.api.conftest import Town

PATH = "/api/v1/me/figures"


def mine(served: Town, person: str) -> dict[str, tuple[float, float | None, float]]:
    """Figure -> its value this month, its share, its value last month."""
    answer = served[person].get(PATH)
    assert answer.status_code == 200, answer.text
    return {row["code"]: (row["this_month"]["value"], row["this_month"]["rate"], row["last_month"]["value"])
            for row in answer.json()["figures"]}


def handled(served: Town) -> dict[str, Any]:
    incident = served.report("worker", subcategory=town.RUBBISH, attachments=[served.photo("worker")])
    incident = served.take("cleaner", incident, "sign")
    return served.take("cleaner", incident, "feed_back", reason="已清", attachments=[served.photo("cleaner")])


def check(served: Town, incident: dict[str, Any], passed: bool) -> dict[str, Any]:
    lon, lat = town.centre_of(town.CELL)
    return served.take("worker", incident, "check", passed=passed, lon=lon, lat=lat, reason="已看",
                       attachments=[served.photo("worker")])


def test_what_a_worker_did(served: Town) -> None:
    incident = handled(served)
    served.clock.forward(hours=1)
    check(served, incident, True)
    check(served, handled(served), True)
    figures = mine(served, "worker")
    assert figures["reported"] == (2, None, 0)
    assert figures["checked"] == (2, None, 0)
    assert figures["checked_on_time"] == (1, 0.5, 0)
    assert figures["verified_on_time"] == (0, None, 0)
    assert mine(served, "lead")["reported"] == (0, None, 0)


def test_what_a_handler_did(served: Town) -> None:
    check(served, handled(served), False)
    check(served, handled(served), True)
    back = served.report("worker", subcategory=town.RUBBISH, attachments=[served.photo("worker")])
    served.take("cleaner", back, "return", reason="不在本辖区")
    assert mine(served, "cleaner") == {
        "signed": (2, None, 0), "handled": (2, None, 0), "handled_on_time": (2, 1, 0), "reworked": (1, 0.5, 0),
        "returned": (1, None, 0)}


def test_what_a_desk_did(served: Town) -> None:
    incident = served.report("resident", subcategory=town.STALL, description="摆摊")
    incident = served.take("dispatcher", incident, "file")
    incident = served.take("dispatcher", incident, "dispatch", department="market_1")
    served.take("dispatcher", incident, "comment", reason="已电话告知")
    assert mine(served, "dispatcher") == {
        "accepted": (1, None, 0), "accepted_on_time": (1, 1, 0), "filed": (1, None, 0), "dispatched": (1, None, 0),
        "dispatched_on_time": (1, 1, 0), "dispatched_accurate": (1, 1, 0)}


def test_the_last_month_stands_beside_this_one(served: Town) -> None:
    served.report("worker")
    served.clock.now = town.NOW + timedelta(days=31)
    served.clients.pop("worker").close()
    served.report("worker")
    served.report("worker")
    answer = served["worker"].get(PATH).json()
    assert (answer["this_month"]["since"], answer["last_month"]["since"]) == (
        "2026-04-01T00:00:00+08:00", "2026-03-01T00:00:00+08:00")
    assert mine(served, "worker")["reported"] == (2, None, 1)
    assert (answer["figures"][0]["name"], answer["figures"][0]["name_en"]) == ("上报", "reported")


def test_patrols_and_their_hours(served: Town) -> None:
    for minutes, ends in ((90, True), (30, False)):
        ident = str(uuid.uuid4())
        served["worker"].post("/api/v1/patrols", json={"id": ident, "unit": town.CELL,
                                                       "started_at": served.clock().isoformat()})
        served.clock.forward(minutes=minutes)
        if ends:
            served["worker"].post(f"/api/v1/patrols/{ident}/end", json={})
    assert mine(served, "worker")["patrol_hours"] == (2, None, 0)
    served.clock.now += timedelta(hours=13)  # nobody knows how long the second one was
    served.clients.pop("worker").close()
    figures = mine(served, "worker")
    assert (figures["patrols"], figures["patrol_hours"]) == ((2, None, 0), (1.5, None, 0))


def test_nobody_counts_those_who_do_not_work_on_incidents(served: Town) -> None:
    for person in ("leader", "admin", "auditor"):
        assert mine(served, person) == {}
    served.report("resident")
    assert mine(served, "resident") == {"reported": (1, None, 0)}
