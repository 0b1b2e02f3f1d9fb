"""银发告警 over HTTP: from the button to the call back; every read is accounted for."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine

from tests import town
from tests.api.conftest import Town
from tests.api.residents import Resident, take
from tests.api.test_reporting import is_problem
from tests.lists import load_lists


@pytest.fixture
def called(engine: Engine, served: Town) -> dict[str, object]:
    """The hotline has a call for help."""
    load_lists(engine)
    return served.report("dispatcher", process="care_alarm", subcategory="101", source="hotline",
                         description="老人一键求助")


def test_an_alarm_from_the_call_to_the_call_back(served: Town, called: dict[str, object]) -> None:
    assert (called["status"], called["sensitivity"], called["source"]) == ("raised", "restricted", "hotline")
    assert called["due_at"] == "2026-03-03T09:03:00+08:00"
    lon, lat = town.centre_of(town.CELL)
    take(served, "worker", called, "accept")
    served.clock.forward(minutes=8)
    take(served, "worker", called, "arrive", lon=lon, lat=lat)
    take(served, "worker", called, "feed_back", reason="已送医, 家属到场", attachments=[served.photo("worker")])
    closed = take(served, "lead", called, "call_back", contacted=True, passed=True, score=5)
    assert (closed["status"], closed["outcome"], closed["visit_solved"]) == ("closed", "closed", True)


def test_every_read_is_in_the_audit_log(served: Town, called: dict[str, object]) -> None:
    number = called["number"]
    assert served["worker"].get(f"/api/v1/incidents/{number}").status_code == 200
    assert served["worker"].get(f"/api/v1/incidents/{number}/transitions").status_code == 200
    for nobody in ("worker_2", "cleaner", "resident"):
        is_problem(served[nobody].get(f"/api/v1/incidents/{number}"), 404, "not_found")
    entries = served["auditor"].get("/api/v1/audit", params={"event": "read_restricted"}).json()["items"]
    assert [(entry["subject"], entry["role"]) for entry in entries] == [(number, "grid_worker")] * 2


def test_it_is_never_public(served: Town, called: dict[str, object]) -> None:
    resident = Resident(served)
    is_problem(resident.send(process="care_alarm", subcategory="101", unit=town.CELL), 422, "not_public", "process")
    is_problem(served.stranger().get(f"/api/v1/public/inquiries/{called['number']}"), 404, "not_found")
    answer = resident.follow({"number": called["number"], "follow_code": "AAAA-AAAA"})
    is_problem(answer, 404, "not_found")
