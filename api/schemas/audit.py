"""The audit log as the auditor reads it."""

from __future__ import annotations

import uuid
from typing import Any

from pydantic import ConfigDict, Field

from api.schemas.common import Code, Cursor, In, Instant, Limit, Line, Moment, Out


class AuditQuery(In):
    model_config = ConfigDict(extra="forbid")

    event: Code | None = Field(default=None, description="如 sign_in, sign_in_failed, locked, read_restricted, load")
    actor: uuid.UUID | None = None
    subject: Line | None = None
    since: Instant | None = Field(default=None, alias="from")
    until: Instant | None = Field(default=None, alias="to")
    limit: Limit = 50
    cursor: Cursor | None = None


class AuditOut(Out):
    id: int
    at: Moment
    actor: uuid.UUID | None
    role: str
    event: str
    subject: str
    detail: dict[str, Any]


class AuditPage(Out):
    items: list[AuditOut]
    next_cursor: str | None
