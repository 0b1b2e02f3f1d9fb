"""The stream of changes in Redis, for those who watch: written in the pass in which the relay enqueues the jobs."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

from redis import Redis

from governance.drafts.changes import FIELD, STREAM, Change, packed
from governance.settings import Settings


def publish(connection: Redis, changes: Iterable[Change], longest: int) -> None:
    """Append, in one round trip; about `longest` entries are kept. RedisError, and perhaps a part of them there, when
    Redis is away: they are appended again with the next try."""
    with connection.pipeline(transaction=False) as pipeline:
        for change in changes:
            pipeline.xadd(STREAM, {FIELD: packed(change)}, maxlen=longest, approximate=True)
        pipeline.execute()


@cache
def stream_length() -> int:
    """As it is set for this worker."""
    return Settings().live_stream_length
