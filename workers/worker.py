"""The process of a worker: jobs in its main thread, the relay in a thread beside it, until it is told to stop."""

from __future__ import annotations

import logging
import signal
import time
from threading import Event, Thread
from types import FrameType
from typing import Any

from redis.exceptions import RedisError
from rq import Queue, SimpleWorker
from rq.exceptions import StopRequested
from rq.job import Job
from rq.serializers import JSONSerializer

from workers.jobs import worker_engine
from workers.queues import QUEUES, connect, give_back, queue_of
from workers.relay import run_relay

log = logging.getLogger("wangge.worker")

#: How often what dead workers left behind is looked for.
MAINTENANCE_SECONDS = 30
#: RQ waits for the next job this much less than its worker's time to live, and looks for nothing while it waits.
RQ_SPARE_SECONDS = 15
LONGEST_PAUSE_SECONDS = 5.0
RELAY_STOP_SECONDS = 2.0


class Worker(SimpleWorker):
    """RQ's worker without forking (our jobs are short and our own), quick to recover what a crash left half done."""

    max_connection_wait_time = LONGEST_PAUSE_SECONDS

    def __init__(self, queues: list[Queue], stopping: Event, **options: Any) -> None:
        self.stopping = stopping
        super().__init__(queues, serializer=JSONSerializer, maintenance_interval=MAINTENANCE_SECONDS,
                         worker_ttl=MAINTENANCE_SECONDS + RQ_SPARE_SECONDS, log_job_description=False, **options)

    def request_stop(self, signum: int, frame: FrameType | None) -> None:
        self.stopping.set()
        super().request_stop(signum, frame)  # type: ignore[no-untyped-call]

    def _install_signal_handlers(self) -> None:
        super()._install_signal_handlers()  # type: ignore[no-untyped-call]
        if self.stopping.is_set():  # the signal came while we were getting ready
            raise StopRequested

    def clean_registries(self) -> None:
        """On start and now and then: RQ's own cleaning, then what was taken from a queue and never begun."""
        for queue in self.queues:  # who died while cleaning would lock the others out for RQ's quarter of an hour
            queue.connection.expire(queue.registry_cleaning_key, MAINTENANCE_SECONDS, lt=True)
        super().clean_registries()  # type: ignore[no-untyped-call]
        for queue in self.queues:
            if moved := give_back(queue):
                log.info("%d 项任务放回队列 (jobs put back into the queue %s)", moved, queue.name)

    def get_heartbeat_ttl(self, job: Job, working_time: float = 0.0) -> int:
        """After this a started job counts as abandoned and is tried again."""
        return int(job.timeout or 0) + 5


def run(redis_url: str) -> None:
    """Work until SIGTERM or SIGINT: the job in hand is finished, the relay's batch too."""
    stopping = Event()
    _on_signals(stopping)
    relay = Thread(target=run_relay, name="relay", args=(stopping, worker_engine(), queue_of(connect(redis_url))))
    relay.start()
    try:
        work_until(stopping, redis_url)
    finally:
        stopping.set()
        relay.join(RELAY_STOP_SECONDS)
        worker_engine().dispose()


def work_until(stopping: Event, redis_url: str) -> None:
    """RQ's worker gives up on some errors of Redis; a new one takes over with back-off."""
    pause = 0.1
    while not stopping.is_set():
        began = time.monotonic()
        try:
            connection = connect(redis_url)
            Worker([queue_of(connection, name) for name in QUEUES], stopping, connection=connection
                   ).work(logging_level="WARNING")
        except (RedisError, StopRequested) as error:
            log.debug("worker ended: %s", error)
        _on_signals(stopping)
        pause = 0.1 if time.monotonic() - began > 10 else min(pause * 2, LONGEST_PAUSE_SECONDS)
        _sleep(stopping, pause)


def _on_signals(stopping: Event) -> None:
    """Between two workers nothing is in hand: note the wish and leave."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopping.set())


def _sleep(stopping: Event, seconds: float) -> None:
    """In small steps: the main thread must not wait on an event that its own signal handler sets."""
    until = time.monotonic() + seconds
    while not stopping.is_set() and time.monotonic() < until:
        time.sleep(0.05)
