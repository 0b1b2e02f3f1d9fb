"""The record of a draft, and what it holds. The use cases are in `governance.drafts.drafts`."""

from __future__ import annotations

import json
import uuid
import zlib
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Column, Index, LargeBinary
from sqlmodel import Field, Session, SQLModel

from data.columns import Document, UtcDateTime

STATES: Final = {"draft": "草稿", "applied": "已应用", "discarded": "已放弃", "rolled_back": "已回滚"}


class Draft(SQLModel, table=True):
    """A change of the city's data that somebody has read in from files."""

    __tablename__ = "draft"
    __table_args__ = (Index("draft_created", "created_at"),)

    id: uuid.UUID = Field(primary_key=True)
    kind: str = Field(max_length=20, description="one of governance.drafts.drafts.KINDS")
    name: str = Field(default="", max_length=40,
                      description="of the list, of the process, or of the system that incidents come from")
    state: str = Field(max_length=12, description="draft, applied, discarded or rolled_back")
    source: str = Field(description="the files' names")
    created_at: datetime = Field(sa_type=UtcDateTime)
    created_by: uuid.UUID | None = None
    created_name: str = ""
    revision: int = Field(description="of the city that it was compared with")
    preview: dict[str, Any] = Field(default_factory=dict, sa_column=Column(Document, nullable=False))
    problems: dict[str, Any] = Field(default_factory=dict, sa_column=Column(Document, nullable=False),
                                     description="{count, rows}: while there are any, it cannot be applied")
    version: int | None = Field(default=None, description="that applying it made, of what has versions")
    applied_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    applied_by: uuid.UUID | None = None
    applied_revision: int | None = None
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime, description="discarded or rolled back")
    ended_by: uuid.UUID | None = None


class DraftPart(SQLModel, table=True):
    """What a draft holds (`content`), and the rows as they were when it was applied (`before`): JSON, deflated."""

    __tablename__ = "draft_part"

    draft_id: uuid.UUID = Field(primary_key=True, foreign_key="draft.id")
    part: str = Field(primary_key=True, max_length=10)
    content: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


def packed(content: dict[str, Any]) -> bytes:
    return zlib.compress(json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode(), 1)


def part_of(session: Session, draft: Draft, part: str) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(zlib.decompress(session.get_one(DraftPart, (draft.id, part)).content))
    return content
