"""What the workers do. A job carries ids only, reads the rest itself, and may run twice safely."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache

from sqlalchemy import Engine

from data.engine import make_engine, writing
from governance.city import Processes
from governance.notices import sending, telling
from governance.settings import Settings
from workers.senders import NotSent, Sender
from workers.senders.all import senders_of

log = logging.getLogger("wangge.jobs")


def tell(incident_id: str, seq: int, event: str = "") -> None:
    """Tell whoever must know of a step of an incident, or of what time has brought after it."""
    tell_step(worker_engine(), settings(), uuid.UUID(incident_id), seq, datetime.now(UTC), event)


def deliver(delivery: int, attempts: int) -> None:
    """Send one delivery, if it is still the one that was tried so often."""
    send_off(worker_engine(), settings(), senders(), delivery, attempts, datetime.now(UTC))


def tell_step(engine: Engine, settings: Settings, incident_id: uuid.UUID, seq: int, now: datetime,
              event: str = "") -> None:
    """Write the notices into the inboxes, and what is to be sent; the relay brings that to `deliver`."""
    with writing(engine) as session:
        telling.tell_step(session, processes().at(session), settings, incident_id, seq, event, now)
        session.commit()


def send_off(engine: Engine, settings: Settings, senders: Mapping[str, Sender], delivery: int, attempts: int,
             now: datetime) -> None:
    """Take it in hand, send it, write down what became of it: two transactions, and none open while it is sent."""
    with writing(engine) as session:
        rows = sending.take_in_hand(session, delivery, attempts, settings, now)
        held = sending.in_hand(rows)
        parcel = sending.parcel_of(session, rows, settings) if rows else None
        if rows and parcel is None:
            sending.note_dropped(session, held, "收件人已关闭此渠道或已退订 (turned off, left or unsubscribed)")
        session.commit()
    if parcel is None:
        return
    failure = try_to_send(senders, parcel)
    with writing(engine) as session:
        if failure is None:
            sending.note_sent(session, held, now)
        else:
            sending.note_failed(session, held, failure, settings, now)
        session.commit()


def try_to_send(senders: Mapping[str, Sender], parcel: sending.Parcel) -> str | None:
    """None, or why it was not sent. Whatever goes wrong is a failure of this one delivery and of no other."""
    sender = senders.get(parcel.channel)
    if sender is None:
        return f"渠道 {parcel.channel} 未配置 (the channel is not set up)"
    try:
        sender.send(parcel)
    except NotSent as reason:
        return str(reason)
    except Exception as error:
        log.exception("sending by %s broke", parcel.channel)
        return type(error).__name__
    return None


@cache
def worker_engine() -> Engine:
    """One engine for the life of a worker's process."""
    return make_engine(Settings().database, pool_size=2)


@cache
def settings() -> Settings:
    return Settings()


@cache
def senders() -> dict[str, Sender]:
    return senders_of(settings())


@cache
def processes() -> Processes:
    """The processes of the city, read anew when its data have changed."""
    return Processes(settings())
