"""Live: one reader of the stream of changes for each process, fanned out to everybody who watches.

    Redis stream ── reader ─┬─> what waits for a client ──> its response
                            └─> what waits for a client ──> its response

Nobody misses a change: entries are numbered by Redis, a client says which it had last, and as long as that one is still
in the stream, everything after it follows. If it is not, nobody can know what came in between: the client is told to
`reset`, which is to load anew. A client may be told twice. One that does not read fast enough is let go, and comes
back with what it had last; nothing is kept for it without end.
"""

from __future__ import annotations

import asyncio
import logging
import signal
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager

from anyio import to_thread
from redis.exceptions import RedisError
from sqlalchemy.exc import SQLAlchemyError

from api.dependencies import Parts
from api.live_events import AWAY, BACK, Listener, comment, event_of, opening, position, reset
from api.live_sessions import actors_of
from api.live_stream import BEGINNING, REDIS_SECONDS, ChangeStream, Gone, key_of
from data.engine import glancing
from governance.drafts.changes import Change
from governance.errors import NotReady
from governance.people import Actor

log = logging.getLogger("wangge.live")

LONGEST_PAUSE_SECONDS = 5.0


class Live:
    """The reader and its listeners. Lives in the event loop of its application."""

    def __init__(self, parts: Parts) -> None:
        self._parts, self._heartbeat = parts, parts.settings.live_heartbeat_seconds
        self._listeners: set[Listener] = set()
        self._stream: ChangeStream | None = None
        self._tasks: list[asyncio.Task[None]] = []
        self._begun = asyncio.Event()
        self._at = BEGINNING
        self._away = self._closing = False

    async def open(self) -> None:
        """Begin to read, if nobody has yet. NotReady when there is no Redis to read from."""
        if not self._parts.settings.redis_url:
            raise unavailable()
        if self._stream is None:
            self._stream = ChangeStream(self._parts.settings.redis_url)
            self._tasks = [asyncio.create_task(self._read(self._stream)), asyncio.create_task(self._check_sessions())]
        try:
            async with asyncio.timeout(REDIS_SECONDS):
                await self._stream.ping()
                await self._begun.wait()
        except (RedisError, OSError):
            raise unavailable() from None

    async def events(self, listener: Listener, last: str | None) -> AsyncIterator[bytes]:
        """What a client is sent, until it goes, is let go, or we stop. Call `open` before."""
        self._listeners.add(listener)
        start = self._at
        listener.seen = key_of(start)
        try:
            yield opening(None if last else start)
            if last:
                async for chunk in self._replay(listener, last, start):
                    yield chunk
            while not (listener.ended or self._closing):
                yield await self._next(listener)
        except (RedisError, OSError):
            yield comment(AWAY)  # in the replay: the client comes back and asks for the same again
        finally:
            self._listeners.discard(listener)

    def end(self) -> None:
        """Every stream ends now: clients come back to whoever serves next."""
        self._closing = True
        for listener in self._listeners:
            listener.end()

    async def close(self) -> None:
        self.end()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._stream is not None:
            await self._stream.close()

    # ---- one client ------------------------------------------------------------------------------------------------

    async def _next(self, listener: Listener) -> bytes:
        """What waits, as soon as anything does; a heartbeat when nothing comes."""
        try:
            async with asyncio.timeout(self._heartbeat):
                await listener.woken.wait()
        except TimeoutError:
            pass
        return listener.take()

    async def _replay(self, listener: Listener, last: str, until: str) -> AsyncIterator[bytes]:
        """What came after `last`, up to where the listener is fed from; `reset` when that cannot be known."""
        assert self._stream is not None
        try:
            if key_of(last) >= key_of(until) > key_of(BEGINNING):  # it was served by a process that is ahead of us
                await self._stream.page(last, last)
                listener.seen = max(key_of(last), listener.seen)
                return
            while last != until and not listener.ended:
                if last == BEGINNING:
                    raise Gone(last)
                page = await self._stream.page(last, until)
                last, now = page[-1][0] if page else until, self._parts.clock()
                yield b"".join(event_of(ident, change, now) for ident, change in page if listener.sees(change))
                yield position(last)
        except (Gone, ValueError):
            yield reset(until)

    # ---- the reader ------------------------------------------------------------------------------------------------

    async def _read(self, stream: ChangeStream) -> None:
        """Read for ever. With Redis away the clients are told so once, and kept."""
        pause = 0.1
        while True:
            try:
                await self._begin(stream)
                pause = 0.1
                while True:
                    await self._follow(stream)
            except (RedisError, OSError) as error:
                self._note_away(error)
            except Exception:  # of one entry, which is behind us: the others must still be told
                log.exception("实时消息出错, 继续读取 (the live stream met a mistake of ours and goes on)")
            await asyncio.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE_SECONDS)

    async def _begin(self, stream: ChangeStream) -> None:
        """At the end of the stream when we start; where we were when Redis is back, if that is still known."""
        if not self._begun.is_set():
            self._at = await stream.end()
        elif self._at != BEGINNING:
            try:
                await stream.page(self._at, self._at)
            except Gone:
                await self._lose(stream)
        if self._away:
            log.warning("实时消息已恢复 (the live stream goes on)")
            self._tell_all(comment(BACK))
        self._away = False
        self._begun.set()

    async def _follow(self, stream: ChangeStream) -> None:
        """Wait for what comes, and tell it."""
        if not await stream.wait(self._at):
            return
        try:
            page = await stream.page(self._at)
        except Gone:
            return await self._lose(stream)
        for ident, change in page:
            self._at = ident
            self._tell(ident, change)

    async def _lose(self, stream: ChangeStream) -> None:
        """Redis has come back without what it had, or forgot faster than we read."""
        self._at = await stream.end()
        log.warning("实时消息有缺失, 已请客户端重新加载 (changes were lost; clients are asked to load anew)")
        for listener in self._listeners:
            listener.seen = key_of(self._at)
        self._tell_all(reset(self._at))

    def _tell(self, ident: str, change: Change) -> None:
        """To all who see it; the event is made once."""
        event, key = b"", key_of(ident)
        for listener in self._listeners:
            if key <= listener.seen:
                continue
            listener.seen = key
            if not listener.ended and listener.sees(change):
                event = event or event_of(ident, change, self._parts.clock())
                listener.put(event)

    def _tell_all(self, event: bytes) -> None:
        for listener in self._listeners:
            listener.put(event)

    def _note_away(self, error: Exception) -> None:
        if not self._away:
            log.warning("实时消息暂停, 将自动重试 (the live stream is paused, trying again): %s", error)
            self._tell_all(comment(AWAY))
        self._away = True

    # ---- who may go on ---------------------------------------------------------------------------------------------

    async def _check_sessions(self) -> None:
        """A session that was revoked, has expired, or whose account has changed ends its streams."""
        while True:
            await asyncio.sleep(self._heartbeat)
            watched = list(self._listeners)
            try:
                known = await to_thread.run_sync(self._actors, {one.session for one in watched}) if watched else {}
            except SQLAlchemyError as error:
                log.warning("无法检查登录, 稍后再试 (sessions cannot be checked now): %s", error)
                continue
            for listener in watched:
                if known.get(listener.session) != listener.actor:
                    listener.end()

    def _actors(self, sessions: set[str]) -> dict[str, Actor]:
        with glancing(self._parts.engine) as session:
            return actors_of(session, sessions, self._parts.clock())


def unavailable() -> NotReady:
    return NotReady("实时消息暂不可用, 请稍后再试", "The live stream is not available; try again.", retry_after=5)


@contextmanager
def on_stop_signals(then: Callable[[], None]) -> Iterator[None]:
    """Call `then` in this loop when the process is asked to stop: a server waits for open streams before it tells the
    application. Whoever handled the signal goes on to do so. Outside the main thread there are no signals."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    loop = asyncio.get_running_loop()
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}

    def asked(number: int, frame: object) -> None:
        loop.call_soon_threadsafe(then)
        if callable(handler := before[signal.Signals(number)]):
            handler(number, frame)  # type: ignore[arg-type]

    for number in before:
        signal.signal(number, asked)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
