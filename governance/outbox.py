"""What must be told: an outbox row is written with every step, in its transaction; the relay takes it from here."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Column, Index, UniqueConstraint, func, select, text, update
from sqlmodel import Field, Session, SQLModel, col

from data.columns import BigId, UtcDateTime
from data.engine import is_postgresql


class OutboxRow(SQLModel, table=True):
    """A step that somebody may have to be told of. Ids only: the job reads the rest itself."""

    __tablename__ = "outbox"
    __table_args__ = (Index("outbox_waiting", "id", postgresql_where=text("relayed_at IS NULL"),
                            sqlite_where=text("relayed_at IS NULL")),)

    id: int | None = Field(default=None, sa_column=Column(BigId, primary_key=True, autoincrement=True))
    incident_id: uuid.UUID
    seq: int
    event: str = Field(default="", max_length=60, description="empty: the step itself; else what time brought, by name")
    created_at: datetime = Field(sa_type=UtcDateTime)
    relayed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class Notice(SQLModel, table=True):
    """Something that one recipient is told once. It stands in the inbox as soon as it is written; by which channels it
    went out besides is in `Delivery`. The unique key makes a job that runs twice harmless."""

    __tablename__ = "notice"
    __table_args__ = (UniqueConstraint("incident_id", "seq", "event", "recipient_kind", "recipient"),
                      Index("notice_recipient", "recipient_kind", "recipient", "id"))

    id: int | None = Field(default=None, sa_column=Column(BigId, primary_key=True, autoincrement=True))
    incident_id: uuid.UUID = Field(foreign_key="incident.id")
    seq: int
    event: str = Field(default="", max_length=60)
    recipient_kind: str = Field(max_length=12, description="department, account, or reporter: one without an account")
    recipient: str = Field(max_length=40, description="a department's code, an account's or an incident's id")
    text: str
    text_en: str
    urgent: bool = False
    created_at: datetime = Field(sa_type=UtcDateTime)
    sent_at: datetime | None = Field(default=None, sa_type=UtcDateTime, description="first went out by a channel")


def take_waiting(session: Session, limit: int) -> list[OutboxRow]:
    """The oldest rows not yet relayed. Several relays share the work (SKIP LOCKED on PostgreSQL)."""
    query = select(OutboxRow).where(col(OutboxRow.relayed_at).is_(None)).order_by(col(OutboxRow.id)).limit(limit)
    if is_postgresql(session):
        query = query.with_for_update(skip_locked=True)
    return list(session.scalars(query))


def waiting_since(session: Session) -> datetime | None:
    """When the oldest row that is not yet relayed was written; None when none waits."""
    oldest: datetime | None = session.scalar(select(func.min(col(OutboxRow.created_at))).where(
        col(OutboxRow.relayed_at).is_(None)))
    return oldest


def mark_relayed(session: Session, rows: Sequence[OutboxRow], now: datetime) -> None:
    session.execute(update(OutboxRow).where(col(OutboxRow.id).in_([row.id for row in rows])).values(relayed_at=now))
