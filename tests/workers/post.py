"""A round of the post: what is due is taken and sent, as relay and workers do it, at an instant that a test chooses."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Engine, select
from sqlmodel import col

from data.engine import reading, writing
from governance.incident import Incident
from governance.notices.choice import NoticeChoice
from governance.notices.delivery import Delivery
from governance.notices.sending import take_due
from governance.notices.webhooks import Webhook
from governance.outbox import Notice
from governance.people import Actor
from governance.settings import Settings
from tests.workers.town_life import notices
from workers.jobs import send_off, tell_step
from workers.senders import Sender
from workers.senders.all import senders_of


def tell(engine: Engine, settings: Settings, incident: Incident, now: datetime, seq: int | None = None,
         event: str = "") -> list[Notice]:
    """Tell of the incident's last step (or of another, or of an event after it); gives its notices."""
    at = incident.version if seq is None else seq
    tell_step(engine, settings, incident.id, at, now, event)
    return [notice for notice in notices(engine, incident) if (notice.seq, notice.event) == (at, event)]


def take(engine: Engine, now: datetime, limit: int = 500) -> list[tuple[int, int]]:
    """What the relay brings to the workers."""
    with writing(engine) as session:
        due = take_due(session, now, limit)
        session.commit()
    return [(key, attempts) for key, attempts, _ in due]


def post(engine: Engine, settings: Settings, now: datetime, senders: Mapping[str, Sender] | None = None) -> int:
    """Send all that is due; how many jobs that were."""
    due = take(engine, now)
    by = senders or (senders_of(settings) if due else {})
    for key, attempts in due:
        send_off(engine, settings, by, key, attempts, now)
    return len(due)


def deliveries(engine: Engine, channel: str | None = None) -> list[Delivery]:
    with reading(engine) as session:
        query = select(Delivery).order_by(col(Delivery.id))
        return list(session.scalars(query.where(col(Delivery.channel) == channel) if channel else query))


def wishes(engine: Engine, who: Actor, **choice: Any) -> None:
    """Somebody chooses how to be told."""
    assert who.id
    with writing(engine) as session:
        session.merge(NoticeChoice(account=who.id, **choice))
        session.commit()


def subscribed(engine: Engine, url: str, unit: str, now: datetime, **more: Any) -> Webhook:
    """Another system is told of what happens in a unit."""
    import uuid

    hook = Webhook(id=uuid.uuid4(), name="热线", url=url, unit=unit, secret="k3y", created_at=now, **more)
    with writing(engine) as session:
        session.add(hook)
        session.commit()
    return hook
