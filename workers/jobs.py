"""What the workers do. A job carries ids only, reads the rest itself, and may run twice safely."""

from __future__ import annotations

import logging
import uuid
from datetime import UTC, datetime
from functools import cache

from sqlalchemy import Engine

from data.engine import make_engine, reading, writing
from governance import notices
from governance.city import PROCESSES
from governance.process import Process, load_processes
from governance.settings import Settings
from workers.senders import LogSender, Sender

log = logging.getLogger("wangge.jobs")


def tell(incident_id: str, seq: int) -> None:
    """Tell whoever must know of a step of an incident."""
    tell_step(worker_engine(), LogSender(), uuid.UUID(incident_id), seq, datetime.now(UTC))


def tell_step(engine: Engine, sender: Sender, incident_id: uuid.UUID, seq: int, now: datetime) -> None:
    """Write the step's notices, then send those that have not gone out.

    Two transactions: a notice stands in the recipient's list even while the sender's channel is down.
    """
    with reading(engine) as session:
        found = notices.notices_of(session, processes(), incident_id, seq, sender.channel, now)
    if not found:
        return
    with writing(engine) as session:
        notices.write_new(session, found)
        session.commit()
    send_unsent(engine, sender, incident_id, seq, now)


def send_unsent(engine: Engine, sender: Sender, incident_id: uuid.UUID, seq: int, now: datetime) -> None:
    """Send one by one, each under its lock and stamped at once: two workers at work send each of them once.

    A process that dies between sending and stamping sends that one again: told twice rather than never.
    """
    with reading(engine) as session:
        keys = notices.unsent(session, incident_id, seq, sender.channel)
    for key in keys:
        with writing(engine) as session:
            notice = notices.lock_unsent(session, key)
            if notice is not None:
                sender.send(notice, notices.phone_of(session, notice))
                notice.sent_at = now
                session.commit()


@cache
def worker_engine() -> Engine:
    """One engine for the life of a worker's process."""
    return make_engine(Settings().database, pool_size=2)


@cache
def processes() -> dict[str, Process]:
    """The processes as shipped: they change with the program, not while it runs."""
    return load_processes(PROCESSES)
