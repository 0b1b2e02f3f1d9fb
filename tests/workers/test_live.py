"""Live: what people see happen while they look, with the API and Redis going away at the worst moments."""

from __future__ import annotations

import json
import os
import signal
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import Engine, select, update
from sqlmodel import col

from api.app import create_app
from api.live_events import MOST_WAITING, Listener
from data.engine import reading, writing
from governance import scope
from governance.city import City
from governance.drafts.changes import STREAM, changes_of, packed, sees, unpacked
from governance.incident import Incident
from governance.outbox import OutboxRow
from governance.people import Account, Actor
from governance.settings import Settings
from tests import town
from tests.api.conftest import Clock, Town, listening
from tests.api.test_reporting import is_problem
from tests.stores.test_scope import fill
from tests.workers.town_life import handled, reported
from workers.live import publish
from workers.queues import connect, queue_of
from workers.relay import relay_once
from workers.server import EmbeddedRedis

SOON = 60.0
ONE_DATABASE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


# ---- somebody who looks --------------------------------------------------------------------------------------------

@dataclass
class Watcher:
    """A page that shows what happens: its events, its comments, and the id to go on from."""

    events: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    comments: list[str] = field(default_factory=list)
    last: str | None = None
    open: bool = False
    broke: Exception | None = None

    def listen(self, client: httpx.Client, url: str, headers: dict[str, str]) -> None:
        try:
            with client.stream("GET", url, headers=headers, timeout=httpx.Timeout(SOON)) as answer:
                assert answer.status_code == 200, answer.read()
                assert answer.headers["content-type"].startswith("text/event-stream")
                self.block: list[str] = []
                for line in answer.iter_lines():
                    self.take(line)
        except Exception as error:
            self.broke = error
        self.open = False

    def take(self, line: str) -> None:
        if line:
            self.block.append(line)
            return
        said = [(name, value.removeprefix(" ")) for name, _, value in (line.partition(":") for line in self.block)]
        fields = dict(said)
        self.last = fields.get("id", self.last)
        self.comments += [value for name, value in said if name == ""]
        if "data" in fields:
            self.events.append((fields["event"], json.loads(fields["data"])))
        self.open, self.block = True, []

    def steps(self) -> list[tuple[str, int]]:
        """Incident and version of everything told, in the order of telling."""
        return [(said["id"], said["version"]) for kind, said in self.events if kind == "incident"]


@contextmanager
def watching(client: httpx.Client, unit: str = "", last: str | None = None) -> Iterator[Watcher]:
    """A stream that is open; it is closed at the end, as when the page is left."""
    watcher = Watcher()
    with httpx.Client(base_url=client.base_url, headers=client.headers, verify=town_tls()) as own:
        url = f"/api/v1/live?unit={unit}" if unit else "/api/v1/live"
        thread = threading.Thread(target=watcher.listen, args=(own, url, {"Last-Event-ID": last} if last else {}))
        thread.start()
        until(lambda: watcher.open or watcher.broke)
        try:
            yield watcher
        finally:
            hang_up(own)
            thread.join(SOON)


def town_tls() -> Any:
    from tests.api.conftest import NO_TLS

    return NO_TLS


def hang_up(client: httpx.Client) -> None:
    """Close the connections under a thread that reads from them."""
    import socket

    for connection in client._transport._pool.connections:  # type: ignore[attr-defined]
        stream = connection._connection._network_stream
        with suppress(OSError):
            stream.get_extra_info("socket").shutdown(socket.SHUT_RDWR)


def until(true: Callable[[], Any], seconds: float = SOON) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.02)


# ---- a town with a Redis of its own --------------------------------------------------------------------------------

@pytest.fixture
def redis_server(tmp_path: Path) -> Iterator[EmbeddedRedis]:
    """With its append-only file, to be killed."""
    with EmbeddedRedis(tmp_path) as started:
        yield started


@pytest.fixture
def live(settings: Settings, redis_server: EmbeddedRedis) -> Settings:
    return settings.model_copy(update={"redis_url": redis_server.url, "live_heartbeat_seconds": 0.2})


@contextmanager
def serving(live: Settings, engine: Engine, clock: Clock, people: dict[str, Actor]) -> Iterator[Town]:
    with listening(create_app(live, clock)) as address:
        known = Town(None, address, engine, live, clock, people)  # type: ignore[arg-type]
        yield known
        for client in known.clients.values():
            client.close()


@pytest.fixture
def served(live: Settings, engine: Engine, clock: Clock, people: dict[str, Actor]) -> Iterator[Town]:
    with serving(live, engine, clock, people) as known:
        yield known


@pytest.fixture
def clock(now: datetime) -> Clock:
    return Clock(now)


@pytest.fixture
def relay(engine: Engine, redis_server: EmbeddedRedis, now: datetime) -> Callable[[], int]:
    """One pass of the relay."""
    def once() -> int:
        with connect(redis_server.url) as client:
            return relay_once(engine, queue_of(client), now)

    return once


def kill(server: EmbeddedRedis) -> None:
    assert server.pid
    os.kill(server.pid, signal.SIGKILL)
    until(lambda: not server.alive())


# ---- who sees what -------------------------------------------------------------------------------------------------

def test_the_stream_shows_everybody_what_the_list_shows(engine: Engine, city: City, people: dict[str, Actor]) -> None:
    """Of random incidents, for all people and units: a change is told exactly to those who may see the incident."""
    with writing(engine) as session:
        incidents = {one.id: one for one in fill(session, city, people)}
    with reading(engine) as session:
        rows = list(session.scalars(select(OutboxRow)))
        changes = [unpacked(packed(change)) for change in changes_of(session, rows)]
        assert len(changes) == len(rows) >= len(incidents)
        for actor in people.values():
            listed = set(session.scalars(select(Incident.id).where(scope.visible(actor))))
            for unit in (None, town.HEPING, town.STREET_2, town.CELL):
                told = {change.id for change in changes if sees(actor, unit, change)}
                assert told == {ident for ident in listed if incidents[ident].unit.startswith(unit or "")}, actor
                assert told == {i.id for i in incidents.values()
                                if scope.may_see(actor, i) and i.unit.startswith(unit or "")}


def test_a_change_says_what_the_step_did(engine: Engine, city: City, people: dict[str, Actor], now: datetime) -> None:
    incident = handled(engine, city, people, now)
    with reading(engine) as session:
        changes = changes_of(session, list(session.scalars(select(OutboxRow).order_by(col(OutboxRow.id)))))
        stored = session.get_one(Incident, incident.id)
        assert [(c.version, c.action, c.status) for c in changes] == [
            (1, "report", "reported"), (2, "file", "filed"), (3, "dispatch", "dispatched"), (4, "sign", "handling"),
            (5, "feed_back", "handled")]
        assert {(c.number, c.due_at, c.open, c.restricted) for c in changes} == {
            (stored.number, stored.due_at, True, False)}
        assert all(unpacked(packed(change)) == change for change in changes)


def test_what_time_brought_is_told_by_its_name(engine: Engine, city: City, people: dict[str, Actor],
                                               now: datetime) -> None:
    incident = reported(engine, city, people["worker"], now)
    with writing(engine) as session:
        session.add(OutboxRow(incident_id=incident.id, seq=3, event="overdue", created_at=now + timedelta(hours=9)))
        session.commit()
    with reading(engine) as session:
        told = changes_of(session, list(session.scalars(select(OutboxRow).where(col(OutboxRow.event) != ""))))
    assert [(c.action, c.status, c.version, c.at) for c in told] == [
        ("overdue", "dispatched", 3, now + timedelta(hours=9))]
    assert told[0].is_overdue(now + timedelta(hours=9))
    assert not told[0].is_overdue(now)


# ---- looking on ----------------------------------------------------------------------------------------------------

def test_people_see_what_happens_in_their_own_scope_and_nothing_else(served: Town, relay: Callable[[], int],
                                                                     people: dict[str, Actor]) -> None:
    with watching(served["leader"]) as leader, watching(served["dispatcher"]) as desk, \
            watching(served["dispatcher_2"]) as other_desk, watching(served["resident"]) as resident, \
            watching(served["resident_2"]) as stranger, watching(served["leader"], unit=town.HEDONG) as east:
        mine = served.report("resident", description="半夜吵闹")
        far = served.report("worker_hedong", cell=town.FAR_CELL)
        relay()
        until(lambda: len(leader.events) == 2)
        for watcher, expected in ((desk, [mine]), (resident, [mine]), (east, [far])):
            until(lambda watcher=watcher: watcher.events)
            assert [said["number"] for _, said in watcher.events] == [one["number"] for one in expected]
        assert (stranger.events, other_desk.events) == ([], [])
        told = leader.events[0][1]
        assert told == {"id": mine["id"], "number": mine["number"], "status": "reported", "version": 1,
                        "action": "report", "unit": town.CELL, "due_at": mine["due_at"], "overdue": False,
                        "at": mine["reported_at"]}


def test_a_department_sees_an_incident_from_the_moment_that_it_is_sent_there(
        served: Town, relay: Callable[[], int]) -> None:
    with watching(served["officer"]) as officer, watching(served["cleaner"]) as cleaner:
        incident = served.report("worker")
        incident = served.take("dispatcher", incident, "file", standard="02002-1")
        relay()
        incident = served.take("dispatcher", incident, "dispatch", department="enforcement_1")
        relay()
        until(lambda: officer.events)
        assert [said["action"] for _, said in officer.events] == ["dispatch"]
        assert cleaner.events == []


def test_of_a_restricted_incident_only_is_told_that_it_changed(served: Town, relay: Callable[[], int]) -> None:
    with watching(served["dispatcher"]) as desk:
        incident = served.report("worker", subcategory=town.CARE, description="独居老人")
        relay()
        until(lambda: desk.events)
    told = desk.events[0][1]
    assert {name for name, value in told.items() if value is not None} == {"id", "version", "at"}
    assert told["id"] == incident["id"]


def test_overdue_is_said_as_of_the_moment_of_telling(served: Town, relay: Callable[[], int]) -> None:
    with watching(served["dispatcher"]) as desk:
        served.report("worker")
        served.clock.forward(hours=2)
        relay()
        until(lambda: desk.events)
        assert desk.events[0][1]["overdue"] is True


# ---- refused -------------------------------------------------------------------------------------------------------

@ONE_DATABASE
def test_who_may_not_look_is_refused(served: Town) -> None:
    is_problem(served.stranger().get("/api/v1/live"), 401, "not_authenticated")
    is_problem(served["auditor"].get("/api/v1/live"), 403, "not_allowed")
    answer = served["leader"].get("/api/v1/live?unit=999")
    is_problem(answer, 422, "unknown_unit", "unit")
    is_problem(served["leader"].get("/api/v1/live?units=12"), 422, "unknown_field")


@ONE_DATABASE
def test_without_redis_nobody_waits_for_nothing(settings: Settings, engine: Engine, clock: Clock,
                                                people: dict[str, Actor]) -> None:
    for url in ("", "redis://127.0.0.1:1/0"):
        with serving(settings.model_copy(update={"redis_url": url}), engine, clock, people) as known:
            answer = known["leader"].get("/api/v1/live")
            is_problem(answer, 503, "not_ready")
            assert answer.headers["retry-after"] == "5"


# ---- coming back ---------------------------------------------------------------------------------------------------

def test_who_comes_back_is_told_what_came_in_between(served: Town, relay: Callable[[], int]) -> None:
    with watching(served["dispatcher"]) as desk:
        served.report("worker")
        relay()
        until(lambda: desk.events)
    missed = [served.report("worker")["id"] for _ in range(3)]
    served.report("worker_hedong", cell=town.FAR_CELL)
    relay()
    with watching(served["dispatcher"], last=desk.last) as again:
        until(lambda: len(again.events) == 3)
        after = served.report("worker")["id"]
        relay()
        until(lambda: len(again.events) == 4)
    assert [ident for ident, _ in again.steps()] == [*missed, after]


def test_a_restart_of_the_api_and_of_redis_loses_nothing(
        live: Settings, engine: Engine, clock: Clock, people: dict[str, Actor], relay: Callable[[], int],
        redis_server: EmbeddedRedis) -> None:
    with serving(live, engine, clock, people) as first:
        with watching(first["dispatcher"]) as desk:
            first.report("worker")
            relay()
            until(lambda: desk.events)
        missed = [first.report("worker")["id"]]
        relay()
    kill(redis_server)
    redis_server.start()
    with serving(live.model_copy(update={"redis_url": redis_server.url}), engine, clock, people) as second:
        missed.append(second.report("worker")["id"])
        relay()
        with watching(second["dispatcher"], last=desk.last) as again:
            until(lambda: len(again.events) == 2)
            assert [ident for ident, _ in again.steps()] == missed
        with watching(second["dispatcher"], last=again.last) as once_more:
            assert once_more.events == []


def test_redis_is_killed_under_those_who_look_and_they_miss_nothing(
        served: Town, relay: Callable[[], int], redis_server: EmbeddedRedis) -> None:
    with watching(served["dispatcher"]) as desk:
        first = served.report("worker")["id"]
        relay()
        until(lambda: desk.events)
        kill(redis_server)
        until(lambda: any("实时消息暂停" in said for said in desk.comments))
        second = served.report("worker")["id"]
        redis_server.start()
        relay()
        until(lambda: len(desk.events) == 2)
        assert [ident for ident, _ in desk.steps()] == [first, second]
        assert any("实时消息已恢复" in said for said in desk.comments)
        assert desk.open


def test_what_nobody_can_know_any_more_is_said(served: Town, relay: Callable[[], int],
                                               redis_server: EmbeddedRedis) -> None:
    with watching(served["dispatcher"]) as desk:
        served.report("worker")
        relay()
        until(lambda: desk.events)
    with connect(redis_server.url) as client:
        served.report("worker")
        relay()
        client.xtrim(STREAM, maxlen=1, approximate=False)
    for last in (desk.last, "1-1", "0-0", "nonsense", "9" * 30 + "-1"):
        with watching(served["dispatcher"], last=last) as again:
            until(lambda again=again: again.events)
            assert [kind for kind, _ in again.events] == ["reset"]
            assert "请重新加载" in again.events[0][1]["zh"]
            served.report("worker")
            relay()
            until(lambda again=again: len(again.events) == 2)


def test_a_redis_that_forgot_everything_lets_everybody_load_anew(served: Town, relay: Callable[[], int],
                                                                 redis_server: EmbeddedRedis) -> None:
    with watching(served["dispatcher"]) as desk:
        served.report("worker")
        relay()
        until(lambda: desk.events)
        with connect(redis_server.url) as client:
            client.delete(STREAM)
        served.report("worker")
        relay()
        until(lambda: len(desk.events) == 2)
        assert [kind for kind, _ in desk.events] == ["incident", "reset"]
        served.report("worker")
        relay()
        until(lambda: len(desk.events) == 3)


def test_a_crash_of_the_relay_tells_twice_rather_than_never(
        served: Town, engine: Engine, relay: Callable[[], int], monkeypatch: pytest.MonkeyPatch) -> None:
    def crash(*_: object) -> None:
        raise KeyboardInterrupt

    with watching(served["dispatcher"]) as desk:
        incident = served.report("worker")
        with monkeypatch.context() as at_that_moment:
            at_that_moment.setattr("workers.relay.mark_relayed", crash)
            with pytest.raises(KeyboardInterrupt):
                relay()
        relay()
        until(lambda: len(desk.events) == 2)
    assert desk.steps() == [(incident["id"], 1)] * 2


# ---- how it ends ---------------------------------------------------------------------------------------------------

def test_a_heartbeat_says_where_one_is(served: Town, relay: Callable[[], int]) -> None:
    """Who sees little comes back to where the city is, and need not load anew."""
    with watching(served["resident"]) as resident:
        before = resident.last
        served.report("worker")
        relay()
        until(lambda: resident.last != before)
        until(lambda: "" in resident.comments)
    assert resident.events == []
    with watching(served["resident"], last=resident.last) as again:
        until(lambda: "" in again.comments)
        assert again.events == []


@pytest.mark.parametrize("change", ["sign out", "expire", "moved", "dismissed"])
def test_who_is_no_longer_signed_in_sees_no_more(served: Town, engine: Engine, people: dict[str, Actor],
                                                 change: str) -> None:
    with watching(served["dispatcher"]) as desk:
        if change == "sign out":
            assert served["dispatcher"].delete("/api/v1/sessions/current").status_code == 204
        elif change == "expire":
            served.clock.forward(hours=13)
        else:
            with writing(engine) as session:
                values = {"unit": town.STREET_2} if change == "moved" else {"active": False}
                session.execute(update(Account).where(
                    col(Account.id) == people["dispatcher"].id).values(**values))
                session.commit()
        until(lambda: not desk.open)
        assert desk.broke is None


def test_a_client_that_does_not_read_is_let_go_and_nothing_is_kept_for_it(people: dict[str, Actor]) -> None:
    listener = Listener(people["leader"], None, "")
    for _ in range(MOST_WAITING + 1):
        listener.put(b"x")
    assert listener.ended
    assert not listener.waiting
    listener.put(b"x")
    assert listener.take() == b""


@ONE_DATABASE
def test_a_client_that_stops_reading_does_not_hold_the_others(served: Town, redis_server: EmbeddedRedis,
                                                              engine: Engine) -> None:
    """One reads nothing at all while more comes than waits for anybody; the other has it all."""
    import socket

    served.report("worker")
    with reading(engine) as session:
        change = changes_of(session, list(session.scalars(select(OutboxRow))))[0]
    host, port = served.address.removeprefix("http://").split(":")
    with socket.socket() as lazy, watching(served["leader"]) as leader, connect(redis_server.url) as client:
        lazy.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        lazy.connect((host, int(port)))
        token = served["dispatcher"].headers["Authorization"]
        lazy.sendall(f"GET /api/v1/live HTTP/1.1\r\nHost: x\r\nAuthorization: {token}\r\n\r\n".encode())
        for _ in range(20):
            publish(client, [change] * 500, 100_000)
        until(lambda: len(leader.events) == 10_000)


def test_one_ctrl_c_ends_every_stream_in_good_order(sqlite_template: Path, tmp_path: Path) -> None:
    """The server, as it is started by a person: it does not wait for those who look, and they see a proper end."""
    import shutil
    import socket

    from tests.workers.test_serve import first_line, healthy
    from tests.workers.test_serve import serving as started

    shutil.copy(sqlite_template, tmp_path / "wangge.db")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    address = f"http://127.0.0.1:{port}"
    with started(tmp_path, port) as process:
        first_line(process)
        until(lambda: healthy(address))
        with httpx.Client(base_url=address) as client:
            token = client.post("/api/v1/sessions", json={
                "phone": town.phone_of("dispatcher"), "password": town.PASSWORD}).json()["token"]
            client.headers["Authorization"] = f"Bearer {token}"
            with watching(client) as desk:
                lon, lat = town.centre_of(town.CELL)
                sent = client.post("/api/v1/incidents", json={
                    "id": str(uuid.uuid4()), "subcategory": town.NOISE, "description": "半夜吵闹",
                    "lon": lon, "lat": lat})
                assert sent.status_code == 201, sent.text
                until(lambda: desk.events)
                assert desk.events[0][1]["number"] == sent.json()["number"]
                process.send_signal(signal.SIGINT)
                until(lambda: not desk.open)
                assert desk.broke is None
        assert process.wait(10) == 0
