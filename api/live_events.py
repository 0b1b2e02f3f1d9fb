"""What one who watches live is sent, and what waits to be sent. The form is that of Server-Sent Events."""

from __future__ import annotations

import asyncio
import json
import logging
from collections import deque
from dataclasses import dataclass, field
from datetime import datetime

from fastapi.sse import format_sse_event

from api.live_stream import BEGINNING, key_of
from api.schemas.live import LiveOut
from governance.drafts.changes import Change, sees
from governance.people import Actor

log = logging.getLogger("wangge.live")

#: What may wait for one client before it is let go.
MOST_WAITING = 1000
RETRY_MILLISECONDS = 2000
AWAY = "实时消息暂停, 恢复后继续 (paused; it goes on when the queue is back)"
BACK = "实时消息已恢复 (it goes on)"
RESET = json.dumps({"zh": "部分变动已无法补发, 请重新加载", "en": "Some changes can no longer be told; load anew."},
                   ensure_ascii=False)


@dataclass(eq=False)
class Listener:
    """One client: who it is, which unit it watches, up to where it was looked after, what waits to be sent."""

    actor: Actor
    unit: str | None
    session: str
    seen: tuple[int, int] = key_of(BEGINNING)
    waiting: deque[bytes] = field(default_factory=deque)
    woken: asyncio.Event = field(default_factory=asyncio.Event)
    ended: bool = False

    def sees(self, change: Change) -> bool:
        return sees(self.actor, self.unit, change)

    def put(self, event: bytes) -> None:
        if len(self.waiting) >= MOST_WAITING:
            log.warning("实时消息客户端过慢, 已断开 (a client of the live stream is too slow and is let go)")
            self.end()
        if not self.ended:
            self.waiting.append(event)
            self.woken.set()

    def take(self) -> bytes:
        """All that waits, at once; if nothing does, a heartbeat that says up to where the client is.

        Not for one who was let go: that one has not had what was forgotten.
        """
        self.woken.clear()
        taken = b"".join(self.waiting)
        self.waiting.clear()
        return taken or (b"" if self.ended else heartbeat(f"{self.seen[0]}-{self.seen[1]}"))

    def end(self) -> None:
        """No more for this client. What waits is forgotten: it comes back and asks for it."""
        self.ended = True
        self.waiting.clear()
        self.woken.set()


def event_of(ident: str, change: Change, now: datetime) -> bytes:
    """A change. Of a restricted incident only that it changed."""
    told = {"id": change.id, "version": change.version, "at": change.at}
    if not change.restricted:
        told |= {"number": change.number, "status": change.status, "action": change.action, "unit": change.unit,
                 "due_at": change.due_at, "overdue": change.is_overdue(now)}
    return format_sse_event(event="incident", id=ident, data_str=LiveOut.model_validate(told).model_dump_json())


def opening(ident: str | None) -> bytes:
    """How soon to come back after a break; and, for one who begins anew, from where."""
    return format_sse_event(retry=RETRY_MILLISECONDS, id=ident)


def position(ident: str) -> bytes:
    """Where the client is, without an event."""
    return format_sse_event(id=ident)


def heartbeat(ident: str) -> bytes:
    return format_sse_event(comment="", id=ident)


def comment(text: str) -> bytes:
    """For people who look at the stream; programs pass over it."""
    return format_sse_event(comment=text)


def reset(ident: str) -> bytes:
    """Load anew what is shown; changes go on after this."""
    return format_sse_event(event="reset", id=ident, data_str=RESET)
