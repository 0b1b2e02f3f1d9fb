"""Webhooks: another system subscribes, is told of every step by a signed POST, and can have a range again."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from data.engine import writing
from governance.city import City
from governance.errors import InvalidField, NotAllowed, NotFound
from governance.notices import mailroom
from governance.notices.webhooks import Webhook
from governance.people import Actor
from governance.settings import Settings
from tests import town
from tests.workers.post import deliveries, post, subscribed, tell
from tests.workers.receivers import Got, Receiver, http_receiver
from tests.workers.town_life import People, acted, reported


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with http_receiver() as started:
        yield started


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """A city that lets webhooks go into its own network."""
    return settings.model_copy(update={"webhook_private": True})


def is_genuine(got: Got, secret: str) -> bool:
    """What a receiver does, exactly as the page for receivers tells it."""
    page = (Path(__file__).resolve().parents[2] / "docs" / "notices.md").read_text(encoding="utf-8")
    told: dict[str, Any] = {}
    exec(page.split("```python\n")[1].split("```")[0], told)
    return bool(told["genuine"](secret, got.headers, got.body))


def told(receiver: Receiver) -> list[tuple[int, str]]:
    return [(got.json["seq"], got.json["action"]) for got in receiver.got]


def test_every_step_is_told_signed_and_with_nobody_in_it(
        engine: Engine, city: City, people: People, now: datetime, settings: Settings, receiver: Receiver) -> None:
    subscribed(engine, f"{receiver.address}/hook", town.HEPING, now)
    incident = reported(engine, city, people["resident"], now, description="楼下郑居民家门口, 电话13800000020")
    tell(engine, settings, incident, now)
    post(engine, settings, now)
    got, = receiver.got
    assert is_genuine(got, "k3y")
    assert not is_genuine(got, "other")
    assert json.loads(got.body) == {
        "delivery": got.headers["wangge-delivery"], "incident": str(incident.id), "number": incident.number,
        "process": "grid_event", "seq": 1, "action": "report", "event": "", "status": "reported", "unit": town.CELL,
        "at": "2026-03-03T09:00:00+08:00"}


def test_a_changed_body_or_an_old_stamp_is_not_genuine(
        engine: Engine, city: City, people: People, now: datetime, settings: Settings, receiver: Receiver) -> None:
    subscribed(engine, f"{receiver.address}/hook", town.HEPING, now)
    tell(engine, settings, reported(engine, city, people["worker"], now), now)
    post(engine, settings, now)
    got, = receiver.got
    changed = got.body.replace(b'"seq":3', b'"seq":4')
    assert changed != got.body
    assert not is_genuine(Got(got.path, got.query, got.headers, changed), "k3y")
    old = {**got.headers, "wangge-timestamp": str(int(time.time()) - 3600)}
    assert not is_genuine(Got(got.path, got.query, old, got.body), "k3y")


def test_only_what_happens_in_the_unit_and_process_is_told(
        engine: Engine, city: City, people: People, now: datetime, settings: Settings, receiver: Receiver) -> None:
    subscribed(engine, f"{receiver.address}/heping", town.HEPING, now)
    subscribed(engine, f"{receiver.address}/hedong", town.HEDONG, now)
    subscribed(engine, f"{receiver.address}/others", town.CITY, now, processes=["hotline_order"])
    subscribed(engine, f"{receiver.address}/ended", town.CITY, now, ended_at=now)
    tell(engine, settings, reported(engine, city, people["worker"], now), now)
    post(engine, settings, now)
    assert [got.path for got in receiver.got] == ["/heping"]


def test_of_a_restricted_incident_no_place_below_the_street_is_told(
        engine: Engine, city: City, people: People, now: datetime, settings: Settings, receiver: Receiver) -> None:
    subscribed(engine, f"{receiver.address}/hook", town.CITY, now)
    tell(engine, settings, reported(engine, city, people["worker"], now, subcategory=town.CARE), now)
    post(engine, settings, now)
    assert receiver.got[0].json["unit"] == town.STREET


def test_what_time_brings_is_told_too(
        engine: Engine, city: City, people: People, now: datetime, settings: Settings, receiver: Receiver) -> None:
    subscribed(engine, f"{receiver.address}/hook", town.HEPING, now)
    incident = reported(engine, city, people["worker"], now)
    tell(engine, settings, incident, now)
    tell(engine, settings, incident, now, event="warn:sign")
    post(engine, settings, now)
    assert [got.json["event"] for got in receiver.got] == ["", "warn:sign"]
    assert len({got.headers["wangge-delivery"] for got in receiver.got}) == 2


def test_a_receiver_that_was_away_gets_it_later_under_the_same_id(
        engine: Engine, city: City, people: People, now: datetime, settings: Settings, receiver: Receiver) -> None:
    subscribed(engine, f"{receiver.address}/hook", town.HEPING, now)
    tell(engine, settings, reported(engine, city, people["worker"], now), now)
    receiver.status = 500
    post(engine, settings, now)
    receiver.status = 200
    post(engine, settings, now + timedelta(minutes=2))
    first, second = receiver.got
    assert first.body == second.body
    assert first.headers["wangge-delivery"] == second.headers["wangge-delivery"]
    assert post(engine, settings, now + timedelta(days=1)) == 0


def test_a_webhook_at_a_private_address_gets_nothing_unless_the_city_lets_it(
        engine: Engine, city: City, people: People, now: datetime, settings: Settings, receiver: Receiver) -> None:
    subscribed(engine, f"{receiver.address}/hook", town.HEPING, now)
    tell(engine, settings, reported(engine, city, people["worker"], now), now)
    post(engine, settings.model_copy(update={"webhook_private": False}), now)
    assert receiver.got == []
    assert "private address" in deliveries(engine, "webhook")[0].last_error


# ---- replay --------------------------------------------------------------------------------------------------------

def replay(engine: Engine, who: Actor, hook: Webhook, since: datetime, until: datetime, now: datetime) -> int:
    with writing(engine) as session:
        count = mailroom.replay(session, who, hook.id, since, until, now)
        session.commit()
    return count


def test_a_range_comes_again_under_the_ids_that_it_had(
        engine: Engine, city: City, people: People, now: datetime, settings: Settings, receiver: Receiver) -> None:
    hook = subscribed(engine, f"{receiver.address}/hook", town.HEPING, now)
    incident = reported(engine, city, people["worker"], now)  # report, file, dispatch
    later = now + timedelta(hours=1)
    acted(engine, city, people["cleaner"], incident, "sign", later)
    for seq in (1, 2, 3, 4):
        tell(engine, settings, incident, later, seq)
    post(engine, settings, later)
    ids = [got.headers["wangge-delivery"] for got in receiver.got]
    assert told(receiver) == [(1, "report"), (2, "file"), (3, "dispatch"), (4, "sign")]
    receiver.got = []
    assert replay(engine, people["admin"], hook, now, later, later) == 3
    post(engine, settings, later)
    assert [got.headers["wangge-delivery"] for got in receiver.got] == ids[:3]
    assert len(deliveries(engine, "webhook")) == 4


def test_who_subscribes_later_can_have_what_was_before(
        engine: Engine, city: City, people: People, now: datetime, settings: Settings, receiver: Receiver) -> None:
    incident = reported(engine, city, people["worker"], now)
    reported(engine, city, people["worker_hedong"], now, cell=town.FAR_CELL)
    for seq in (1, 2, 3):
        tell(engine, settings, incident, now, seq)
    later = now + timedelta(hours=1)
    hook = subscribed(engine, f"{receiver.address}/hook", town.HEPING, later)
    for _ in range(2):
        assert replay(engine, people["admin"], hook, now - timedelta(hours=1), later, later) == 3
    post(engine, settings, later)
    assert told(receiver) == [(1, "report"), (2, "file"), (3, "dispatch")]


def test_a_replay_needs_a_range_and_a_webhook_of_the_own_scope(
        engine: Engine, people: People, now: datetime, settings: Settings, receiver: Receiver) -> None:
    hook = subscribed(engine, f"{receiver.address}/hook", town.HEPING, now)
    with pytest.raises(InvalidField) as refused:
        replay(engine, people["admin"], hook, now, now, now)
    assert refused.value.problems[0].field == "to"
    elsewhere = Actor(people["admin"].id, "林管理", "admin", town.HEDONG)
    with pytest.raises(NotFound):
        replay(engine, elsewhere, hook, now, now + timedelta(1), now)


# ---- subscribing ---------------------------------------------------------------------------------------------------

def subscribe(engine: Engine, city: City, who: Actor, now: datetime, url: str = "https://receiver.example/hook",
              unit: str | None = None, processes: tuple[str, ...] = ()) -> Webhook:
    with writing(engine) as session:
        hook = mailroom.subscribe(session, city, who, "热线", url, unit, processes, now)
        session.commit()
    return hook


def test_each_webhook_has_a_secret_of_its_own(engine: Engine, city: City, people: People, now: datetime) -> None:
    first, second = (subscribe(engine, city, people["admin"], now) for _ in range(2))
    assert first.secret != second.secret
    assert len(first.secret) >= 43
    assert first.unit == town.CITY
    assert first.secret not in repr(first)


def test_a_webhook_that_cannot_be_is_refused(engine: Engine, city: City, people: People, now: datetime) -> None:
    admin = people["admin"]
    for wrong, field in (({"url": "ftp://x"}, "url"), ({"unit": "99"}, "unit"),
                         ({"processes": ("nothing",)}, "process")):
        with pytest.raises(InvalidField) as refused:
            subscribe(engine, city, admin, now, **wrong)  # type: ignore[arg-type]
        assert refused.value.problems[0].field == field
    with pytest.raises(NotAllowed):
        subscribe(engine, city, Actor(admin.id, "林管理", "admin", town.HEDONG), now, unit=town.HEPING)
    assert deliveries(engine) == []


def test_an_ended_webhook_gets_nothing_more_also_not_what_waited(
        engine: Engine, city: City, people: People, now: datetime, settings: Settings, receiver: Receiver) -> None:
    hook = subscribed(engine, f"{receiver.address}/hook", town.HEPING, now)
    tell(engine, settings, reported(engine, city, people["worker"], now), now)
    with writing(engine) as session:
        mailroom.end(session, people["admin"], hook.id, now)
        session.commit()
    post(engine, settings, now)
    assert receiver.got == []
    assert [d.state for d in deliveries(engine, "webhook")] == ["dropped"]
    with writing(engine) as session, pytest.raises(NotFound):
        mailroom.end(session, people["admin"], uuid.uuid4(), now)
