"""From the database to the queue to the receivers: events and deliveries on their way through Redis."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import pytest
from redis.exceptions import RedisError
from rq import Queue
from sqlalchemy import Engine

from data.engine import writing
from governance.city import City
from governance.outbox import OutboxRow
from governance.settings import Settings
from tests.workers.post import deliveries, subscribed, take, tell
from tests.workers.receivers import Receiver, http_receiver
from tests.workers.town_life import People, acted, reported
from workers.queues import DELIVERIES, NOTICES, QUEUES, WEBHOOKS, connect, queue_of
from workers.relay import relay_once, send_due

SECONDS = 60


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with http_receiver() as started:
        yield started


@pytest.fixture
def queue(redis_empty: str) -> Iterator[Queue]:
    with connect(redis_empty) as client:
        yield queue_of(client)


def until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + SECONDS
    while not true():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.05)


def test_what_time_brings_is_moved_beside_the_step_that_it_follows(
        engine: Engine, city: City, people: People, now: datetime, queue: Queue) -> None:
    incident = reported(engine, city, people["worker"], now)
    with writing(engine) as session:
        for _ in range(2):
            session.add(OutboxRow(incident_id=incident.id, seq=3, event="warn:sign", created_at=now))
        session.commit()
    assert relay_once(engine, queue, now) == 5
    assert queue.job_ids == [f"tell-{incident.id}-{n}" for n in (1, 2, 3)] + [f"tell-{incident.id}-3-warn_sign"]
    job = queue.fetch_job(queue.job_ids[-1])
    assert job
    assert job.args == [str(incident.id), 3, "warn:sign"]


def test_deliveries_that_are_due_are_moved_once_and_the_others_wait(
        engine: Engine, city: City, people: People, now: datetime, settings: Settings, queue: Queue) -> None:
    with_sms = settings.model_copy(update={"sms_url": "http://127.0.0.1:1/"})
    incident = reported(engine, city, people["worker"], now)
    night = now.replace(hour=23)
    incident = acted(engine, city, people["cleaner"], incident, "return", night, reason="不属我单位")
    tell(engine, with_sms, incident, night)
    to = queue_of(queue.connection, DELIVERIES)
    assert send_due(engine, queue.connection, night) == 1  # the line of the log; the text message waits for the morning
    assert send_due(engine, queue.connection, night) == 0
    log, = deliveries(engine, "log")
    assert to.job_ids == [f"deliver-{log.id}-0"]


def test_what_goes_to_machines_holds_up_nobody(
        engine: Engine, city: City, people: People, now: datetime, settings: Settings, queue: Queue) -> None:
    subscribed(engine, "http://127.0.0.1:1/", "120101", now)
    tell(engine, settings, reported(engine, city, people["worker"], now), now)
    assert send_due(engine, queue.connection, now) == 2
    hook, = deliveries(engine, "webhook")
    assert queue_of(queue.connection, WEBHOOKS).job_ids == [f"deliver-{hook.id}-0"]
    assert QUEUES.index(NOTICES) < QUEUES.index(DELIVERIES) < QUEUES.index(WEBHOOKS)


def test_with_redis_down_deliveries_stay_as_they_are(
        engine: Engine, city: City, people: People, now: datetime, settings: Settings) -> None:
    tell(engine, settings, reported(engine, city, people["worker"], now), now)
    with connect("redis://127.0.0.1:1/0") as client, pytest.raises(RedisError):
        send_due(engine, client, now)
    assert len(take(engine, now + timedelta(seconds=1))) == 1


def test_from_a_report_to_the_gateway_and_the_webhook_through_everything(
        engine: Engine, database_url: str, city: City, people: People, receiver: Receiver, redis_empty: str) -> None:
    """A worker's process as in service, with its relay: two text messages and three events arrive, once each."""
    from datetime import UTC

    now = datetime.now(UTC).replace(year=2026, month=3, day=3, hour=1)
    subscribed(engine, f"{receiver.address}/hook", "120101", now)
    environment = {**os.environ, "WANGGE_DATABASE_URL": database_url, "WANGGE_REDIS_URL": redis_empty,
                   "WANGGE_SMS_URL": f"{receiver.address}/sms", "WANGGE_WEBHOOK_PRIVATE": "true",
                   "WANGGE_QUIET_FROM": "", "WANGGE_QUIET_TO": ""}
    process = subprocess.Popen([sys.executable, "-m", "wangge.serve", "work"], env=environment, stdin=subprocess.PIPE)
    try:
        incident = reported(engine, city, people["worker"], now)
        until(lambda: len(receiver.got) == 5)
        phones = {got.json["phone"] for got in receiver.got if got.path == "/sms"}
        assert phones == {people["cleaner"].phone, people["cleaner_head"].phone}
        assert {got.json["number"] for got in receiver.got if got.path == "/hook"} == {incident.number}
        until(lambda: {d.state for d in deliveries(engine)} == {"sent"})
    finally:
        process.terminate()
        process.wait(10)
        assert process.stdin
        process.stdin.close()
