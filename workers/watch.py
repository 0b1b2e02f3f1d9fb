"""The process of the watch: every few seconds it looks what time has brought. It needs the database only."""

from __future__ import annotations

import logging
import signal
import uuid
from datetime import UTC, datetime, timedelta
from threading import Event

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from data.engine import make_engine, reading, writing
from governance import heartbeats, watch
from governance.city import Cities
from governance.errors import NotReady
from governance.patrols import reading as patrols
from governance.settings import Settings

log = logging.getLogger("wangge.watch")

LOOK_SECONDS = 2.0
LONGEST_PAUSE_SECONDS = 30.0
FORGET_EVERY = timedelta(hours=1)
BATCH = 200


def watch_once(engine: Engine, cities: Cities, now: datetime, broken: set[uuid.UUID] | None = None) -> int:
    """Look at everything that is due, each incident in a transaction of its own; how many things were found.

    An incident that cannot be looked at is said and left out (`broken`), so that it holds up no other.
    """
    looks, out = 0, set() if broken is None else broken
    while True:
        with reading(engine) as session:
            due = [ident for ident in watch.due_now(session, now, BATCH + len(out)) if ident not in out]
        found = sum(_look(engine, cities, ident, now, out) for ident in due)
        looks += found
        if not found or len(due) < BATCH:
            return looks


def _look(engine: Engine, cities: Cities, incident_id: uuid.UUID, now: datetime, broken: set[uuid.UUID]) -> int:
    with writing(engine) as session:
        try:
            looks = watch.look(session, cities.at(session), incident_id, now)
            session.commit()
        except (SQLAlchemyError, NotReady):
            raise
        except Exception:
            log.exception("事件 %s 无法查看时限 (the watch cannot look at this incident)", incident_id)
            broken.add(incident_id)
            return 0
    return looks


def forget_tracks(engine: Engine, settings: Settings, now: datetime) -> int:
    """Delete the tracks of patrols that are kept long enough; of how many patrols."""
    forgotten, found = 0, 1
    while found:
        with writing(engine) as session:
            found = patrols.delete_old_tracks(session, now - timedelta(days=settings.patrol_days), now)
            session.commit()
        forgotten += found
    return forgotten


def sign_of_life(engine: Engine, now: datetime) -> None:
    """Written now and then, so that an administrator sees that the watch goes round."""
    with writing(engine) as session:
        heartbeats.beat(session, heartbeats.WATCH, now)
        session.commit()


def run() -> None:
    """Watch until SIGTERM or SIGINT; with the database away, wait and try again."""
    stopping, settings = Event(), Settings()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopping.set())
    engine, cities, pause = make_engine(settings.database, pool_size=2), Cities(settings), LOOK_SECONDS
    broken: set[uuid.UUID] = set()
    forget_at = beat_at = datetime.now(UTC)
    while not stopping.wait(pause):
        try:
            watch_once(engine, cities, datetime.now(UTC), broken)
            if datetime.now(UTC) >= beat_at:
                sign_of_life(engine, datetime.now(UTC))
                beat_at = datetime.now(UTC) + heartbeats.EVERY
            if datetime.now(UTC) >= forget_at:
                forget_tracks(engine, settings, datetime.now(UTC))
                forget_at = datetime.now(UTC) + FORGET_EVERY
            pause = LOOK_SECONDS
        except (SQLAlchemyError, NotReady) as error:
            pause = min(pause * 2, LONGEST_PAUSE_SECONDS)
            log.warning("时限巡查暂停, 将自动重试 (the watch paused, trying again): %s", error)
    engine.dispose()
