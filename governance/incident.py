"""The records of an incident: the incident, what happened to it, what was attached to it."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Index, text
from sqlmodel import Field, SQLModel

from data.columns import BigId, Code, Document, UtcDateTime


class Incident(SQLModel, table=True):
    """One incident as it stands now. `outcome` is empty while it is open, else closed, void or merged."""

    __tablename__ = "incident"
    __table_args__ = (
        Index("incident_unit", "unit", "reported_at"),
        Index("incident_reported", "reported_at"),
        Index("incident_department", "department", "reported_at"),
        Index("incident_reporter", "reporter", "reported_at"),
        Index("incident_due", "due_at", postgresql_where=text("outcome IS NULL"),
              sqlite_where=text("outcome IS NULL")),
        Index("incident_place", "lon", "lat"),
        Index("incident_merged", "merged_into", postgresql_where=text("merged_into IS NOT NULL"),
              sqlite_where=text("merged_into IS NOT NULL")),
    )

    id: uuid.UUID = Field(primary_key=True)
    serial: int = Field(sa_column=Column(BigId, unique=True, nullable=False))
    number: str = Field(unique=True, max_length=24)
    process: str = Field(max_length=40)
    status: str = Field(max_length=20)
    outcome: str | None = Field(default=None, max_length=10)
    version: int = 1

    taxonomy: str = Field(max_length=40)
    taxonomy_version: int
    category: str | None = Field(default=None, max_length=20)
    subcategory: str | None = Field(default=None, max_length=20)
    standard: str | None = Field(default=None, max_length=24)
    sensitivity: str = Field(default="normal", max_length=10)
    description: str = ""

    lon: float | None = Field(default=None, description="WGS-84, degrees")
    lat: float | None = None
    raw_lon: float | None = Field(default=None, description="as it came, in `datum`")
    raw_lat: float | None = None
    datum: str | None = Field(default=None, max_length=10)
    accuracy_m: float | None = None
    address: str = ""
    unit: str = Field(sa_type=Code, description="the lowest unit known: the cell, or what the reporter picked")
    placement: str = Field(max_length=10, description="inside, near or picked")
    distance_m: float = Field(default=0.0, description="metres from the cell when near it")
    boundary_version: int
    area_class: str = Field(default="A", max_length=1)

    source: str = Field(max_length=20)
    reporter: uuid.UUID | None = Field(default=None, foreign_key="account.id")
    reporter_role: str = Field(max_length=20)
    reporter_name: str = ""
    reporter_phone: str = ""
    department: str | None = Field(default=None, max_length=40, foreign_key="department.code")
    assisting: list[str] = Field(default_factory=list, sa_column=Column(Document, nullable=False))
    involved: list[str] = Field(default_factory=list, sa_column=Column(Document, nullable=False),
                                description="departments beside the lead that see it: assisting or called to the place")
    desk: str | None = Field(default=None, sa_type=Code, description="the unit whose desk it was escalated to")
    handler: uuid.UUID | None = Field(default=None, description="who signed for it")
    returned_by: str | None = Field(default=None, max_length=40, description="department of a return not yet answered")

    captured_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    reported_at: datetime = Field(sa_type=UtcDateTime)
    filed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    dispatched_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    signed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    handled_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    closed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    due_at: datetime | None = Field(default=None, sa_type=UtcDateTime, description="nearest due time of its clocks")
    handle_due_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    on_time: bool | None = Field(default=None, description="handled within the limit; false stays false")

    returns: int = 0
    reworks: int = 0
    urges: int = 0
    extensions: int = 0
    suspensions: int = 0
    supervisions: int = 0
    whistles: int = 0
    escalations: int = 0
    reopened: int = 0
    exempt: bool = Field(default=False, description="overdue, but excused on appeal: counted beside the overdue fact")
    score: int | None = Field(default=None, description="the reporter's own: 1 (very dissatisfied) to 5")
    visited_at: datetime | None = Field(default=None, sa_type=UtcDateTime, description="the last return visit")
    visit_contacted: bool | None = Field(default=None, description="a return visit: were you contacted?")
    visit_solved: bool | None = Field(default=None, description="was it solved? None: nobody answered, not valid")
    visit_score: int | None = Field(default=None, description="how satisfied, 1 to 5; 3 is fairly")
    merged_into: uuid.UUID | None = Field(default=None, foreign_key="incident.id")
    decision: dict[str, Any] = Field(default_factory=dict, sa_column=Column(Document, nullable=False))
    content_hash: str = Field(max_length=64, description="of the report as sent, to know the same report again")


class Transition(SQLModel, table=True):
    """One step of an incident. Append-only; each row's hash covers the row and the hash before it."""

    __tablename__ = "transition"
    __table_args__ = (Index("transition_actor", "actor", "at", postgresql_where=text("actor IS NOT NULL"),
                            sqlite_where=text("actor IS NOT NULL")),)

    incident_id: uuid.UUID = Field(primary_key=True, foreign_key="incident.id")
    seq: int = Field(primary_key=True)
    action: str = Field(max_length=20)
    from_state: str | None = Field(default=None, max_length=20)
    to_state: str = Field(max_length=20)
    actor: uuid.UUID | None = None
    actor_name: str = ""
    role: str = Field(max_length=20)
    department: str | None = Field(default=None, max_length=40)
    reason: str = ""
    fields: dict[str, Any] = Field(default_factory=dict, sa_column=Column(Document, nullable=False))
    at: datetime = Field(sa_type=UtcDateTime)
    hash: str = Field(max_length=64)


class Attachment(SQLModel, table=True):
    """A file that somebody sent. `seq` is the step of the incident that it belongs to."""

    __tablename__ = "attachment"

    id: uuid.UUID = Field(primary_key=True)
    kind: str = Field(max_length=10, description="image, video, audio or document")
    media_type: str = Field(max_length=60)
    bytes: int
    sha256: str = Field(max_length=64)
    exif: dict[str, Any] = Field(default_factory=dict, sa_column=Column(Document, nullable=False))
    uploaded_by: uuid.UUID | None = Field(default=None, foreign_key="account.id")
    uploaded_at: datetime = Field(sa_type=UtcDateTime)
    incident_id: uuid.UUID | None = Field(default=None, index=True, foreign_key="incident.id")
    seq: int | None = None
