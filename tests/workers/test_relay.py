"""From the outbox to the queue to the people, with Redis and workers failing at the worst moments."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from redis.exceptions import RedisError
from rq import Queue
from sqlalchemy import Engine

from governance.city import City
from tests.workers.town_life import People, notices, reported, steps, waiting
from workers.jobs import tell, worker_engine
from workers.queues import connect, give_back, job_for, queue_of
from workers.relay import LOCK_SECONDS, bring_due, relay_once, retries_of, run_relay
from workers.server import EmbeddedRedis
from workers.worker import MAINTENANCE_SECONDS, Worker

#: A job that was in hand when everything was killed counts as abandoned after 35 s, looked for every 30 s; a delivery
#: is sent again when its lease of two minutes is over. Whether one was in hand at that moment is chance.
LONG_ENOUGH = 300


@pytest.fixture
def server(tmp_path: Path) -> Iterator[EmbeddedRedis]:
    """A Redis of the test's own, with its file, to be killed."""
    with EmbeddedRedis(tmp_path) as started:
        yield started


@pytest.fixture
def queue(server: EmbeddedRedis) -> Iterator[Queue]:
    with connect(server.url) as client:
        yield queue_of(client)


def kill(server: EmbeddedRedis) -> None:
    assert server.pid
    os.kill(server.pid, signal.SIGKILL)
    until(lambda: not server.alive())


def until(true: Callable[[], bool], seconds: float = LONG_ENOUGH) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.05)


@contextmanager
def worker(database_url: str, server: EmbeddedRedis) -> Iterator[subprocess.Popen[bytes]]:
    """A worker's process as in service: jobs and relay."""
    environment = {**os.environ, "WANGGE_DATABASE_URL": database_url, "WANGGE_REDIS_URL": server.url}
    process = subprocess.Popen([sys.executable, "-m", "wangge.serve", "work"], env=environment,
                               stdin=subprocess.PIPE)
    try:
        yield process
    finally:
        process.terminate()
        process.wait(10)
        assert process.stdin
        process.stdin.close()


def told(engine: Engine) -> Counter[str]:
    """How many notices went out for each incident."""
    return Counter(str(notice.incident_id) for notice in notices(engine) if notice.sent_at)


@contextmanager
def leaving_signals_alone() -> Iterator[None]:
    """A worker takes the signals of its process; here it is a guest."""
    numbers = (signal.SIGINT, signal.SIGTERM)
    before = [signal.getsignal(number) for number in numbers]
    yield
    for number, handler in zip(numbers, before, strict=True):
        signal.signal(number, handler)


def due(scheduler: Any, queue: Queue) -> list[str]:
    """What waits in the queue once the retries that are due have been brought back."""
    bring_due(scheduler)
    return list(queue.job_ids)


# ---- one batch -----------------------------------------------------------------------------------------------------

def test_every_step_is_moved_once_and_in_order(engine: Engine, city: City, people: People, now: datetime,
                                               queue: Queue) -> None:
    for _ in range(3):
        reported(engine, city, people["worker"], now)
    assert relay_once(engine, queue, now, limit=5) == 5
    assert relay_once(engine, queue, now, limit=5) == 4
    assert relay_once(engine, queue, now) == 0
    assert queue.job_ids == [f"tell-{incident}-{seq}" for incident, seq in steps(engine)]


def test_with_redis_down_reporting_goes_on_and_nothing_is_marked(
        engine: Engine, city: City, people: People, now: datetime, queue: Queue, server: EmbeddedRedis) -> None:
    reported(engine, city, people["worker"], now)
    kill(server)
    with pytest.raises(RedisError):
        relay_once(engine, queue, now)
    reported(engine, city, people["worker"], now)
    assert waiting(engine) == 6
    server.start()
    assert relay_once(engine, queue, now) == 6


def test_a_crash_between_enqueueing_and_committing_relays_the_same_jobs_again(
        engine: Engine, city: City, people: People, now: datetime, queue: Queue,
        monkeypatch: pytest.MonkeyPatch) -> None:
    incident = reported(engine, city, people["worker"], now)

    def crash(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as at_that_moment:
        at_that_moment.setattr("workers.relay.mark_relayed", crash)
        with pytest.raises(KeyboardInterrupt):
            relay_once(engine, queue, now)
    assert waiting(engine) == 3
    assert relay_once(engine, queue, now) == 3
    assert set(queue.job_ids) == {f"tell-{incident.id}-{seq}" for seq in (1, 2, 3)}


def test_several_relays_share_the_work(engine: Engine, city: City, people: People, now: datetime, queue: Queue) -> None:
    for _ in range(5):
        reported(engine, city, people["worker"], now)
    moved: list[int] = []
    relays = [threading.Thread(target=lambda: moved.append(relay_once(engine, queue, now, limit=5))) for _ in range(3)]
    for relay in relays:
        relay.start()
    for relay in relays:
        relay.join()
    assert sum(moved) + waiting(engine) == 15
    while relay_once(engine, queue, now):
        pass
    assert sorted(queue.job_ids) == sorted(f"tell-{incident}-{seq}" for incident, seq in steps(engine))


def test_the_relay_says_once_that_redis_is_away_and_goes_on_when_it_is_back(
        engine: Engine, city: City, people: People, now: datetime, queue: Queue, server: EmbeddedRedis,
        caplog: pytest.LogCaptureFixture) -> None:
    kill(server)
    reported(engine, city, people["worker"], now)
    stop = threading.Event()
    relay = threading.Thread(target=run_relay, args=(stop, engine, queue))
    with caplog.at_level(logging.WARNING, "wangge.relay"):
        relay.start()
        time.sleep(1.2)  # several tries
        server.start()
        until(lambda: waiting(engine) == 0)
        stop.set()
        relay.join()
    assert [record.getMessage()[:5] for record in caplog.records] == ["转发暂停,", "转发已恢复"]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_job_that_fails_is_tried_again_with_back_off_and_then_kept_for_a_person(
        engine: Engine, database_url: str, queue: Queue, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WANGGE_DATABASE_URL", database_url)
    monkeypatch.setattr("workers.queues.RETRY_SECONDS", (1,))
    worker_engine.cache_clear()
    job = queue.enqueue_many([job_for((uuid.uuid4(), 1), tell)])[0]  # of an incident that does not exist
    with leaving_signals_alone():
        Worker([queue], threading.Event(), connection=queue.connection).work(burst=True)
        assert queue.scheduled_job_registry.get_job_ids() == [job.id]
        scheduler = retries_of(queue)
        until(lambda: due(scheduler, queue) == [job.id])
        Worker([queue], threading.Event(), connection=queue.connection).work(burst=True)
    assert queue.failed_job_registry.get_job_ids() == [job.id]
    result = job.latest_result()
    assert result
    assert "has no step 1" in str(result.exc_string)
    worker_engine().dispose()
    worker_engine.cache_clear()


def test_a_job_that_a_dead_worker_took_and_never_began_is_given_back(queue: Queue) -> None:
    job = queue.enqueue_many([job_for((uuid.uuid4(), 1), tell)])[0]
    queue.connection.lmove(queue.key, queue.intermediate_queue_key)  # what a worker does first
    assert queue.job_ids == []
    assert give_back(queue) == 1
    assert queue.job_ids == [job.id]
    assert give_back(queue) == 0


def test_an_idle_worker_looks_for_what_dead_ones_left_as_often_as_a_busy_one(queue: Queue) -> None:
    assert Worker([queue], threading.Event(), connection=queue.connection).dequeue_timeout <= MAINTENANCE_SECONDS


def test_a_dead_relay_keeps_the_others_from_the_retries_for_seconds_only(queue: Queue) -> None:
    dead, living = retries_of(queue), retries_of(queue)
    bring_due(dead)
    assert living.acquire_locks() == set()
    assert 0 < queue.connection.ttl(dead.get_locking_key(queue.name)) <= LOCK_SECONDS


# ---- the whole way, with kills -------------------------------------------------------------------------------------

def test_redis_is_killed_while_people_report_and_everybody_is_told_exactly_once(
        engine: Engine, database_url: str, city: City, people: People, now: datetime, server: EmbeddedRedis) -> None:
    def report(number: int) -> list[str]:
        return [str(reported(engine, city, people["worker"], now).id) for _ in range(number)]

    with worker(database_url, server):
        incidents = report(10)
        until(lambda: len(told(engine)) >= 3)
        kill(server)
        incidents += report(10)
        server.start()
        incidents += report(10)
        until(lambda: len(told(engine)) == 30)
    assert told(engine) == Counter(incidents)
    assert waiting(engine) == 0


def test_a_worker_is_killed_and_its_successor_tells_the_rest_exactly_once(
        engine: Engine, database_url: str, city: City, people: People, now: datetime, server: EmbeddedRedis) -> None:
    incidents = [str(reported(engine, city, people["worker"], now).id) for _ in range(15)]
    with worker(database_url, server) as first:
        until(lambda: len(told(engine)) >= 2)
        first.kill()
    with worker(database_url, server):
        until(lambda: len(told(engine)) == 15)
    assert told(engine) == Counter(incidents)


def test_two_workers_share_the_work_and_tell_everybody_exactly_once(
        engine: Engine, database_url: str, city: City, people: People, now: datetime, server: EmbeddedRedis) -> None:
    with worker(database_url, server), worker(database_url, server):
        incidents = [str(reported(engine, city, people["worker"], now).id) for _ in range(15)]
        until(lambda: len(told(engine)) == 15)
    assert told(engine) == Counter(incidents)
