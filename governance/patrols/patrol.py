"""The records of a patrol. A track is kept only while the patrol runs, and only for so many days (`patrol_days`)."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Index, text
from sqlmodel import Field, SQLModel

from data.columns import Code, Document, UtcDateTime


class Patrol(SQLModel, table=True):
    """One round of one person through a cell or a community. The sums are those of its track so far."""

    __tablename__ = "patrol"
    __table_args__ = (
        Index("patrol_account", "account", "started_at"),
        Index("patrol_unit", "unit", "started_at"),
        Index("patrol_kept", "started_at", postgresql_where=text("track_deleted_at IS NULL"),
              sqlite_where=text("track_deleted_at IS NULL")),
    )

    id: uuid.UUID = Field(primary_key=True)
    account: uuid.UUID = Field(foreign_key="account.id")
    unit: str = Field(sa_type=Code)
    boundary_version: int
    started_at: datetime = Field(sa_type=UtcDateTime)
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    points: int = 0
    check_ins: int = 0
    length_m: float = 0.0
    covered: float = Field(default=0.0, description="share of the unit's area that the track came near")
    track_deleted_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class PatrolBatch(SQLModel, table=True):
    """Points as a phone sent them together; `seq` is the phone's number, whenever it arrives.

    A point is [lon, lat, accuracy in metres or null, instant], a check-in has its note as a fifth member.
    """

    __tablename__ = "patrol_batch"

    patrol: uuid.UUID = Field(primary_key=True, foreign_key="patrol.id")
    seq: int = Field(primary_key=True)
    points: list[list[Any]] = Field(default_factory=list, sa_column=Column(Document, nullable=False))
    received_at: datetime = Field(sa_type=UtcDateTime)
    content_hash: str = Field(max_length=64, description="of the batch as sent, to know the same batch again")
