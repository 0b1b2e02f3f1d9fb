"""The application on a real socket, as its callers meet it, with the town behind it."""

from __future__ import annotations

import io
import ssl
import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest
import uvicorn
from fastapi import FastAPI
from PIL import Image
from sqlalchemy import Engine, event, select

from api.app import create_app
from api.security import open_session
from data.engine import writing
from governance.people import Account, Actor
from governance.settings import Settings
from tests import town

#: The town speaks plain HTTP; loading certificates for each of its people would take longer than the tests.
NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


class Clock:
    """The time of the town; it goes on when a test says so."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **span: float) -> None:
        self.now += timedelta(**span)


@dataclass
class Town:
    """What a test holds: the application, where it listens, and who is signed in."""

    app: FastAPI
    address: str
    engine: Engine
    settings: Settings
    clock: Clock
    people: dict[str, Actor]
    clients: dict[str, httpx.Client] = field(default_factory=dict)

    def stranger(self, **options: Any) -> httpx.Client:
        """Somebody who is not signed in."""
        client = httpx.Client(base_url=self.address, verify=NO_TLS, **options)
        self.clients[uuid.uuid4().hex] = client
        return client

    def __getitem__(self, person: str) -> httpx.Client:
        """A person of the town, signed in with a token. The sign-in itself has tests of its own."""
        if person not in self.clients:
            with writing(self.engine) as session:
                account = session.get_one(Account, self.people[person].id)
                token = open_session(session, account, self.clock(), self.settings).token
                session.commit()
            self.clients[person] = self.stranger(headers={"Authorization": f"Bearer {token}"})
        return self.clients[person]

    def photo(self, person: str, **options: Any) -> str:
        """A picture, sent by a person; its id."""
        sent = self[person].post("/api/v1/attachments", files={"file": ("photo.jpg", jpeg(**options))})
        assert sent.status_code == 201, sent.text
        return str(sent.json()["id"])

    def report(self, person: str = "worker", **said: Any) -> dict[str, Any]:
        """A report that is taken; the incident."""
        answer = self[person].post("/api/v1/incidents", json=self.sound(person, **said))
        assert answer.status_code == 201, answer.text
        incident: dict[str, Any] = answer.json()
        return incident

    def sound(self, person: str = "worker", **said: Any) -> dict[str, Any]:
        """A report with nothing wrong in it, but for what is said. None: not said at all."""
        lon, lat = town.centre_of(said.pop("cell", town.CELL))
        whole = {"subcategory": town.NOISE, "description": "半夜吵闹", "lon": lon, "lat": lat, **said}
        return {name: value for name, value in whole.items() if value is not None}

    def act(self, person: str, incident: dict[str, Any], action: str, **said: Any) -> httpx.Response:
        body = {"version": incident["version"], **said}
        return self[person].post(f"/api/v1/incidents/{incident['id']}/actions/{action}", json=body)

    def take(self, person: str, incident: dict[str, Any], action: str, **said: Any) -> dict[str, Any]:
        """An action that is allowed; the incident after it."""
        answer = self.act(person, incident, action, **said)
        assert answer.status_code == 200, answer.text
        after: dict[str, Any] = answer.json()
        return after


def jpeg(colour: str = "grey", **options: Any) -> bytes:
    """A small real picture."""
    file = io.BytesIO()
    Image.new("RGB", options.pop("size", (32, 24)), colour).save(file, "JPEG", **options)
    return file.getvalue()


@contextmanager
def listening(app: FastAPI) -> Iterator[str]:
    """Serve the application on a free port; its address."""
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="error", ws="none", timeout_graceful_shutdown=2,
                                           timeout_keep_alive=75))  # as served
    thread = threading.Thread(target=server.run)
    ready = threading.Event()
    started = server.startup

    async def startup(*args: Any, **kwargs: Any) -> None:
        await started(*args, **kwargs)
        ready.set()

    server.startup = startup  # type: ignore[method-assign]
    thread.start()
    assert ready.wait(30)
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join(10)


@pytest.fixture
def clock(now: datetime) -> Clock:
    return Clock(now)


@pytest.fixture
def served(settings: Settings, engine: Engine, clock: Clock, people: dict[str, Actor]) -> Iterator[Town]:
    """The town, served."""
    app = create_app(settings, clock)
    with listening(app) as address:
        known = Town(app, address, engine, settings, clock, people)
        yield known
        for client in known.clients.values():
            client.close()


@pytest.fixture
def rows(engine: Engine) -> Callable[[type], list[Any]]:
    """Every row of a table, as it is stored now."""
    def all_of(table: type) -> list[Any]:
        with writing(engine) as session:
            return list(session.scalars(select(table)))

    return all_of


@pytest.fixture
def questions(served: Town) -> Iterator[list[str]]:
    """Every statement that the application sends to its database, in order."""
    asked: list[str] = []

    def listen(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
        if not statement.startswith("BEGIN"):
            asked.append(statement)

    engine = served.app.state.parts.engine
    event.listen(engine, "before_cursor_execute", listen)
    yield asked
    event.remove(engine, "before_cursor_execute", listen)
