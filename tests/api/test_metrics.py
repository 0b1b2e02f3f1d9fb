"""Numbers for Prometheus: of this process by route and status, of the database what waits; for who has the token."""

from __future__ import annotations

import re
from collections.abc import Iterator

import httpx
import pytest

from api.app import create_app
from api.metrics import Answered, line
from governance.people import Actor
from governance.settings import Settings
from tests.api.conftest import Clock, Town, listening
from tests.api.test_reporting import is_problem
from workers.watch import sign_of_life

TOKEN = "a token for the machine that watches"
KIND = re.compile(r'^(?:# (?:HELP|TYPE) \w+ .+|\w+(?:\{(?:\w+="(?:[^"\\]|\\.)*",?)*\})? -?[\d.e+]+)$')
ONE_DATABASE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def watched(served: Town, settings: Settings, clock: Clock) -> Iterator[Town]:
    """The town, watched: the same database behind an application that tells its numbers."""
    app = create_app(settings.model_copy(update={"metrics_token": TOKEN}), clock)
    with listening(app) as address:
        known = Town(app, address, served.engine, settings, clock, served.people)
        yield known
        for client in known.clients.values():
            client.close()


def metrics(town: Town, token: str = TOKEN) -> httpx.Response:
    return town.stranger().get("/metrics", headers={"Authorization": f"Bearer {token}"})


def value(text: str, start: str) -> float:
    return next(float(each.rpartition(" ")[2]) for each in text.splitlines() if each.startswith(f"{start} "))


def test_what_was_answered_and_what_waits(watched: Town, people: dict[str, Actor]) -> None:
    incident = watched.report("worker")
    for key in (incident["id"], incident["number"]):
        watched["worker"].get(f"/api/v1/incidents/{key}")
    watched.stranger().get("/api/v1/incidents")
    watched.stranger().get("/nothing/at/all")
    sign_of_life(watched.engine, watched.clock())
    watched.clock.forward(seconds=30)
    answer = metrics(watched)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/plain; version=0.0.4; charset=utf-8")
    text = answer.text
    assert [each for each in text.splitlines() if not KIND.match(each)] == []
    requests = 'wangge_http_requests_total{method="%s",route="%s",status="%s"}'
    one = "/api/v1/incidents/{incident}"
    assert value(text, requests % ("GET", one, 200)) == 2
    assert value(text, requests % ("POST", "/api/v1/incidents", 201)) == 1
    assert value(text, requests % ("GET", "/api/v1/incidents", 401)) == 1
    assert value(text, f'wangge_http_request_seconds_count{{route="{one}"}}') == 2
    assert value(text, f'wangge_http_request_seconds_bucket{{route="{one}",le="+Inf"}}') == 2
    assert (value(text, "wangge_relay_waiting"), value(text, "wangge_relay_lag_seconds")) == (1, 30)
    assert value(text, 'wangge_incidents_open{process="grid_event"}') == 1
    assert value(text, 'wangge_deliveries{state="dead"}') == 0
    assert value(text, "wangge_watch_last_round_timestamp_seconds") == watched.clock().timestamp() - 30
    assert str(incident["number"]) not in text


@ONE_DATABASE
def test_without_the_token_there_is_nothing_to_see(watched: Town, served: Town) -> None:
    is_problem(metrics(watched, "wrong"), 401, "not_authenticated")
    is_problem(watched.stranger().get("/metrics"), 401, "not_authenticated")
    is_problem(metrics(served), 404, "not_found")


def test_classes_are_counted_from_below_and_labels_are_escaped() -> None:
    answered = Answered()
    for seconds in (0.001, 0.005, 0.006, 99.0):
        answered.note("GET", "/x", 200, seconds)
    text = "\n".join(answered.lines())
    counted = [value(text, f'wangge_http_request_seconds_bucket{{route="/x",le="{end}"}}')
               for end in ("0.005", "0.01", "5.0", "+Inf")]
    assert counted == [2, 3, 3, 4]
    assert line("x", 1, of='a"b\\c') == r'x{of="a\"b\\c"} 1'
