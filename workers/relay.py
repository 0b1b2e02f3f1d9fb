"""The relay: moves outbox rows to the queue. The database is the truth; Redis may be away for as long as it likes."""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from threading import Event
from typing import Any

from redis import Redis
from redis.exceptions import RedisError
from rq import Queue
from rq.scheduler import RQScheduler
from rq.serializers import JSONSerializer
from sqlalchemy import Engine, select
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import col

from data.engine import reading, writing
from governance.drafts.changes import changes_of
from governance.notices.delivery import WEBHOOK
from governance.notices.sending import anything_due, take_due
from governance.outbox import OutboxRow, mark_relayed, take_waiting
from workers.jobs import deliver, tell
from workers.live import publish, stream_length
from workers.queues import DELIVERIES, WEBHOOKS, delivery_job, job_for, queue_of

log = logging.getLogger("wangge.relay")

BATCH = 500
POLL_SECONDS = 0.2
LONGEST_PAUSE_SECONDS = 5.0
#: Who brings the retries holds the lock so long after the last look; RQ's own minute would be a minute without any.
LOCK_SECONDS = 10


def relay_once(engine: Engine, queue: Queue, now: datetime, limit: int = BATCH) -> int:
    """Move up to `limit` waiting rows; how many. RedisError, and nothing marked, when Redis is down.

    A crash between enqueueing and committing relays the batch again: the same job ids, and a job may run twice.
    """
    if not _anything_waits(engine):
        return 0
    queue.connection.ping()  # before the transaction: with Redis down, nobody waits for a lock of ours
    with writing(engine) as session:
        rows = take_waiting(session, limit)
        if rows:
            steps = dict.fromkeys((row.incident_id, row.seq, row.event) for row in rows)
            queue.enqueue_many([job_for(step, tell) for step in steps])
            publish(queue.connection, changes_of(session, rows), stream_length())
            mark_relayed(session, rows, now)
            session.commit()
    return len(rows)


def run_relay(stop: Event, engine: Engine, queue: Queue) -> None:
    """Relay until stopped. With Redis or the database away it says so once and tries again with back-off."""
    pause, away = POLL_SECONDS, False
    scheduler = retries_of(queue)
    while not stop.is_set():
        try:
            moved = relay_once(engine, queue, datetime.now(UTC))
            bring_due(scheduler)
            send_due(engine, queue.connection, datetime.now(UTC))
        except (RedisError, SQLAlchemyError) as error:
            if not away:
                log.warning("转发暂停, 上报不受影响, 将自动重试 (relay paused, trying again): %s", error)
            pause, away = min(max(pause, POLL_SECONDS) * 2, LONGEST_PAUSE_SECONDS), True
        else:
            if away:
                log.warning("转发已恢复 (relay goes on)")
            pause, away = (0.0 if moved == BATCH else POLL_SECONDS), False
        stop.wait(pause)


def send_due(engine: Engine, connection: Redis, now: datetime, limit: int = BATCH) -> int:
    """Move the deliveries whose time has come; how many. What Redis loses is moved again after a while."""
    with reading(engine) as session:
        if not anything_due(session, now):
            return 0
    connection.ping()
    with writing(engine) as session:
        due = take_due(session, now, limit)
        for name, of_machines in ((DELIVERIES, False), (WEBHOOKS, True)):
            jobs = [delivery_job(key, tries, deliver) for key, tries, way in due if (way == WEBHOOK) is of_machines]
            queue_of(connection, name).enqueue_many(jobs)
        session.commit()
    return len(due)


def retries_of(queue: Queue) -> Any:
    """RQ's scheduler, kept in our thread instead of a process of its own: it brings failed jobs back when due."""
    return RQScheduler([queue], connection=queue.connection, serializer=JSONSerializer, logging_level=logging.WARNING)


def bring_due(scheduler: Any) -> None:
    """Put the retries that are due into the queue; of several relays one holds the lock and does it."""
    for name in (held := scheduler.acquire_locks()):
        scheduler.connection.expire(scheduler.get_locking_key(name), LOCK_SECONDS)
    if held:
        scheduler.enqueue_scheduled_jobs()


def _anything_waits(engine: Engine) -> bool:
    """A look that takes no lock, since it is taken five times a second."""
    with reading(engine) as session:
        return session.scalar(select(col(OutboxRow.id)).where(col(OutboxRow.relayed_at).is_(None)).limit(1)) is not None
