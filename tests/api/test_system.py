"""How the system stands, as an administrator sees it: what the doctor says, and the numbers beside it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import httpx
import pytest

from api.app import create_app
from data.engine import writing
from data.migrations import head
from governance.heartbeats import WATCH, beat
from governance.settings import Settings
from tests import town
from tests.api.conftest import Clock, Town, listening
from tests.api.test_reporting import is_problem
from workers.watch import sign_of_life

PATH = "/api/v1/system"
ONE_DATABASE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def system(served: Town) -> dict[str, Any]:
    answer = served["admin"].get(PATH)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_the_numbers_are_those_of_the_town(served: Town) -> None:
    served.report("worker")
    served.clock.forward(seconds=30)
    found = system(served)
    assert (found["counts"]["incidents"], found["counts"]["open_incidents"]) == (1, 1)
    assert found["counts"]["accounts"] == len(served.people)
    assert (found["counts"]["departments"], found["counts"]["cells"]) == (len(town.DEPARTMENTS), 32)
    assert found["relay"] == {"waiting": 1, "lag_seconds": 30}
    assert found["deliveries"] == {"waiting": 0, "held": 0, "sending": 0, "dead": 0}
    assert found["city"]["taxonomies"][0]["subcategories"] == len(town.SUBCATEGORIES)
    assert (found["city"]["boundaries"]["illustrative"], found["city"]["calendar"]["years"][:2]) == (True, [2025, 2026])
    assert {one["code"]: one["version"] for one in found["city"]["processes"]}["grid_event"] is None
    assert found["database"]["kind"] == served.engine.dialect.name
    assert found["database"]["schema_found"] == found["database"]["schema_wanted"] == head()
    assert found["database"]["size_bytes"] > 10_000
    assert 0 < found["disk"]["free_bytes"] <= found["disk"]["total_bytes"]


def test_the_watch_is_seen_going_round_and_standing_still(served: Town) -> None:
    def line() -> Any:
        return next(each["ok"] for each in system(served)["findings"] if "watch" in each["en"])

    assert (system(served)["watch"]["last_round_at"], line()) == (None, None)
    for _ in range(2):
        sign_of_life(served.engine, served.clock())
    assert (system(served)["watch"]["last_round_at"], line()) == ("2026-03-03T09:00:00+08:00", True)
    served.clock.forward(minutes=5)
    assert line() is None
    with writing(served.engine) as session:
        beat(session, WATCH, served.clock() + timedelta())
        session.commit()
    assert line() is True


@ONE_DATABASE
def test_what_is_due_and_not_looked_at_is_counted(served: Town) -> None:
    served.report("worker")
    assert system(served)["watch"]["due"] == 0
    served.clock.forward(hours=10)
    assert system(served)["watch"]["due"] == 1


@ONE_DATABASE
def test_redis_and_its_queues(settings: Settings, clock: Clock, served: Town, redis_empty: str) -> None:
    from workers.queues import connect, queue_of

    with connect(redis_empty) as connection:
        queue_of(connection).enqueue("workers.jobs.tell", "1", 1)
        token = served["admin"].headers
        for url, ok in ((redis_empty, True), ("redis://127.0.0.1:1/0", False), ("", None)):
            app = create_app(settings.model_copy(update={"redis_url": url}), clock)
            with listening(app) as address:
                found = httpx.get(f"{address}{PATH}", headers=token).json()
            assert found["redis"]["ok"] is ok
            assert found["redis"]["queues"] == ([{"name": "notices", "waiting": 1, "failed": 0}] if ok else [])
            assert [each["ok"] for each in found["findings"] if "Redis" in each["en"]] == [ok]


@ONE_DATABASE
def test_it_is_for_administrators(served: Town) -> None:
    is_problem(served["dispatcher"].get(PATH), 403, "not_allowed")
    assert all(each["zh"] and each["en"] for each in system(served)["findings"])
