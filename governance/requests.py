"""What one party asks of another in the course of an incident, and what became of it.

An extension, a suspension, an appeal; departments called to the place (吹哨), asked to assist, under supervision
(督办); a case conference. Each is opened by a step of the incident; the steps that answer or decide it name that step.
"""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Index, text
from sqlmodel import Field, SQLModel

from data.columns import Document, UtcDateTime

#: Waiting for an answer or a decision; the first is of both, the second is answered and waits to be decided.
ASKED, ANSWERED = "asked", "answered"
GRANTED, REFUSED, WITHDRAWN, LAPSED = "granted", "refused", "withdrawn", "lapsed"
PENDING = (ASKED, ANSWERED)


class Request(SQLModel, table=True):
    """One thing asked of one party (a department's code, or a role) by one step of an incident."""

    __tablename__ = "request"
    __table_args__ = (
        Index("request_watch", "watch_at", postgresql_where=text("watch_at IS NOT NULL"),
              sqlite_where=text("watch_at IS NOT NULL")),
        Index("request_party", "party", "state"),
        Index("request_answered", "asked_by", postgresql_where=text("state = 'answered'"),
              sqlite_where=text("state = 'answered'")),
    )

    incident_id: uuid.UUID = Field(primary_key=True, foreign_key="incident.id")
    seq: int = Field(primary_key=True, description="the step that asked")
    party: str = Field(primary_key=True, max_length=40, description="who must answer: a department, or a role")
    kind: str = Field(max_length=20, description="extend, suspend, appeal, assist, whistle, supervise, conference …")
    state: str = Field(default=ASKED, max_length=10)
    asked_by: uuid.UUID | None = None
    asked_role: str = Field(max_length=20)
    asked_department: str | None = Field(default=None, max_length=40)
    asked_at: datetime = Field(sa_type=UtcDateTime)
    reason: str = ""
    details: dict[str, Any] = Field(default_factory=dict, sa_column=Column(Document, nullable=False))
    #: How many of its reviews have agreed.
    reviews: int = 0
    due_at: datetime | None = Field(default=None, sa_type=UtcDateTime, description="arrive, or answer, by")
    answered_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    answered_by: uuid.UUID | None = None
    answer: str = ""
    lon: float | None = None
    lat: float | None = None
    decided_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    decided_by: uuid.UUID | None = None
    score: int | None = Field(default=None, description="1 to 5, from who asked")
    watch_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    watched: int = 0
