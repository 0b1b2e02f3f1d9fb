"""The stream of changes in Redis, read: page by page, and never past a gap without saying so."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from typing import Any

from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from governance.drafts.changes import FIELD, STREAM, Change, unpacked

log = logging.getLogger("wangge.live")

#: Before the first entry.
BEGINNING = "0-0"
PAGE = 500
CONNECTIONS = 8
#: A Redis that does not answer is away.
REDIS_SECONDS = 2.0
BLOCK_SECONDS = 5.0

Entry = tuple[str, Change]


class Gone(Exception):
    """The entry to go on from is no longer in the stream: what came after it may be lost too."""


class ChangeStream:
    """One for each application. Every call may raise RedisError or OSError."""

    def __init__(self, url: str) -> None:
        self._pages = _client(url, REDIS_SECONDS, CONNECTIONS)
        self._waits = _client(url, BLOCK_SECONDS + REDIS_SECONDS, 1)

    async def ping(self) -> None:
        await self._pages.ping()

    async def end(self) -> str:
        """The number of the newest entry."""
        newest: Any = await self._pages.xrevrange(STREAM, count=1)
        return str(newest[0][0]) if newest else BEGINNING

    async def wait(self, after: str) -> bool:
        """Whether anything has come; as soon as it has, or after a while."""
        return bool(await self._waits.xread({STREAM: after}, count=1, block=int(BLOCK_SECONDS * 1000)))

    async def page(self, after: str, until: str = "+") -> list[Entry]:
        """The entries after one that must be there still; at most PAGE of them. Gone if it is not."""
        found: Any = await self._pages.xrange(STREAM, after, until, count=PAGE + 1)
        if after != BEGINNING:
            if not found or found[0][0] != after:
                raise Gone(after)
            found = found[1:]
        return list(_entries(found))

    async def close(self) -> None:
        await self._pages.aclose()
        await self._waits.aclose()


def key_of(ident: str) -> tuple[int, int]:
    """What entries are ordered by. ValueError if it is no number of an entry."""
    at, _, seq = ident.partition("-")
    if not (ident.isascii() and at.isdigit() and seq.isdigit() and len(at) < 19 and len(seq) < 19):
        raise ValueError(f"{ident[:40]!r} is no number of an entry")
    return int(at), int(seq)


def _entries(found: Sequence[Any]) -> Iterator[Entry]:
    """One that cannot be read is told to the operator and is not worth more: it must not stop the others."""
    for ident, fields in found:
        try:
            yield str(ident), unpacked(fields[FIELD])
        except (ValueError, KeyError, TypeError):
            log.exception("实时消息 %s 无法读取, 已跳过 (this entry cannot be read and is left out)", ident)


def _client(url: str, seconds: float, connections: int) -> Redis:
    """It fails at once when Redis is down: the reader has its own patience."""
    return Redis.from_pool(BlockingConnectionPool.from_url(
        url, max_connections=connections, timeout=seconds, decode_responses=True,
        socket_connect_timeout=REDIS_SECONDS, socket_timeout=seconds, retry=Retry(NoBackoff(), 0)))
