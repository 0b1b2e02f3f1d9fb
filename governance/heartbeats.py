"""Signs of life of the parts that work in the background, so that somebody sees when one has stopped."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import update
from sqlmodel import Field, Session, SQLModel

from data.columns import UtcDateTime

WATCH: Final = "watch"
#: How often a part says that it lives, and after how long without a sign it counts as stopped.
EVERY, SILENT_AFTER = timedelta(seconds=30), timedelta(minutes=3)


class Heartbeat(SQLModel, table=True):
    """When a part last went round."""

    __tablename__ = "heartbeat"

    name: str = Field(primary_key=True, max_length=20)
    at: datetime = Field(sa_type=UtcDateTime)


def beat(session: Session, name: str, now: datetime) -> None:
    """Write it down; the caller commits."""
    changed = session.execute(update(Heartbeat).filter_by(name=name).values(at=now))
    if not changed.rowcount:  # type: ignore[attr-defined]
        session.add(Heartbeat(name=name, at=now))


def last_beat(session: Session, name: str) -> datetime | None:
    found = session.get(Heartbeat, name)
    return found.at if found else None
