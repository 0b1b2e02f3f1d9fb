"""The queues: what they are called, the way to Redis, and what a job looks like in them."""

from __future__ import annotations

import uuid
from typing import Any

from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry as RedisRetry
from rq import Queue, Retry
from rq.serializers import JSONSerializer

NOTICES, DELIVERIES, WEBHOOKS = "notices", "deliveries", "webhooks"
#: Every queue; a worker serves them all, and the first before the others: inboxes fill while receivers are slow, and
#: people are told while somebody's webhook is.
QUEUES = (NOTICES, DELIVERIES, WEBHOOKS)

#: A failed job is tried again after these seconds, then stays in the failed registry for a person to look at.
RETRY_SECONDS = (1, 5, 30, 120, 600)
JOB_SECONDS = 30
#: A delivery that broke is taken up again from the database; its job is kept so long for a person to look at.
FAILURE_SECONDS = 86_400
#: A Redis that hangs must not hold the relay's transaction for long.
REDIS_SECONDS = 2.0


def connect(url: str) -> Redis:
    """A client that fails at once when Redis is down: relay and worker have their own patience.

    The client's own retries would also repeat a move that Redis had done already, and lose the job on its way.
    """
    return Redis.from_url(url, socket_connect_timeout=REDIS_SECONDS, socket_timeout=REDIS_SECONDS,
                          retry=RedisRetry(NoBackoff(), 0))


def queue_of(connection: Redis, name: str = NOTICES) -> Queue:
    """Jobs are JSON: what a stranger put into Redis is never unpickled."""
    return Queue(name, connection=connection, serializer=JSONSerializer)


def job_for(step: tuple[uuid.UUID, int] | tuple[uuid.UUID, int, str], function: Any) -> Any:
    """The job of a step, or of an event after it, for `enqueue_many`. The same one always gives the same id."""
    incident_id, *rest = step
    args = (str(incident_id), *(part for part in rest if part != ""))
    return Queue.prepare_data(
        function, args=args, job_id="-".join((function.__name__, *map(str, args))).replace(":", "_"),
        description=" ".join((function.__name__, *map(str, args))), timeout=JOB_SECONDS, result_ttl=0,
        retry=Retry(max=len(RETRY_SECONDS), interval=list(RETRY_SECONDS)))


def delivery_job(delivery: int, attempts: int, function: Any) -> Any:
    """The job of one try of a delivery. Queue and registry know nothing of further tries: those are in the database."""
    return Queue.prepare_data(function, args=(delivery, attempts), timeout=JOB_SECONDS, result_ttl=0,
                              failure_ttl=FAILURE_SECONDS, job_id=f"{function.__name__}-{delivery}-{attempts}",
                              description=f"{function.__name__} {delivery} {attempts}")


def give_back(queue: Queue) -> int:
    """Put jobs that a worker took and never began back into the queue; how many.

    Their worker died, or Redis did, between taking and beginning. One that is just beginning elsewhere may run twice
    by this, which every job allows.
    """
    waiting = int(queue.connection.llen(queue.intermediate_queue_key))
    moved = (queue.connection.lmove(queue.intermediate_queue_key, queue.key, "RIGHT", "LEFT") for _ in range(waiting))
    return sum(job is not None for job in moved)
