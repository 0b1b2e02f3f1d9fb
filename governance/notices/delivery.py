"""A delivery: one notice on its way to one person by one channel, or one event on its way to one webhook.

    waiting -> sending -> sent
       ^          |-----> waiting again, later and later; after the last try: dead
       |                  (an administrator sees the dead ones and sends them again)
       held: waits for the end of quiet hours, for a digest, or because the recipient had too many in this hour;
             whatever is held for the same recipient and channel goes out as one message

All of it is in the database, so that a Redis that is lost loses nothing. Whoever sends has taken the row into hand
first, by its number of tries: of several workers one does, and one that dies while sending sends it again after a while
(told twice rather than never).
"""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

from sqlalchemy import Column, Index, text
from sqlmodel import Field, SQLModel

from data.columns import BigId, UtcDateTime

WAITING, SENDING, SENT, DEAD, DROPPED = "waiting", "sending", "sent", "dead", "dropped"
STATES = (WAITING, SENDING, SENT, DEAD, DROPPED)
#: The channels that a person may choose, with what people call them.
PERSONAL = {"sms": "短信", "email": "电子邮件", "wecom": "企业微信", "dingtalk": "钉钉"}
LOG, WEBHOOK = "log", "webhook"
#: Seconds until the next try. Our configuration: ten tries within some eight hours, most of them in the first.
RETRY_SECONDS = (60, 120, 300, 600, 1200, 1800, 3600, 7200, 14400)
#: How long one may be in a queue or in a worker's hand before it is taken up anew.
LEASE = timedelta(minutes=2)


class Delivery(SQLModel, table=True):
    """One message on its way. `once` makes planning it twice harmless, and tells a receiver what it knows already."""

    __tablename__ = "delivery"
    __table_args__ = (
        Index("delivery_due", "next_at", postgresql_where=text("next_at IS NOT NULL"),
              sqlite_where=text("next_at IS NOT NULL")),
        Index("delivery_dead", "id", postgresql_where=text("state = 'dead'"), sqlite_where=text("state = 'dead'")),
        Index("delivery_recipient", "recipient", "channel", "sent_at"),
        Index("delivery_incident", "incident_id"),
    )

    id: int | None = Field(default=None, sa_column=Column(BigId, primary_key=True, autoincrement=True))
    once: str = Field(max_length=160, unique=True)
    notice_id: int | None = Field(default=None, sa_type=BigId, foreign_key="notice.id")
    incident_id: uuid.UUID
    seq: int
    event: str = Field(default="", max_length=60)
    channel: str = Field(max_length=12)
    recipient: str = Field(default="", max_length=40, description="an account, an incident (its reporter), a webhook")
    urgent: bool = False
    held: bool = False
    state: str = Field(default=WAITING, max_length=10)
    attempts: int = 0
    next_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    last_error: str = Field(default="", max_length=300)
    sent_with: int | None = Field(default=None, sa_type=BigId, description="in whose message it was joined")
    created_at: datetime = Field(sa_type=UtcDateTime)
    sent_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


def next_try(attempts: int, now: datetime) -> datetime | None:
    """When to try again after so many tries; None: that was the last."""
    return now + timedelta(seconds=RETRY_SECONDS[attempts - 1]) if attempts <= len(RETRY_SECONDS) else None
