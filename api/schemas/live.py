"""What those who watch live are sent."""

from __future__ import annotations

import uuid

from pydantic import Field

from api.schemas.common import Code, In, Moment, Out


class LiveQuery(In):
    unit: Code | None = Field(default=None, description="只看该网格及以下 (only this unit and below)")


class LiveOut(Out):
    """The data of an event `incident`. Of one incident, the higher version is the later, in whatever order they come.
    Of a restricted incident only `id`, `version` and `at` are told."""

    id: uuid.UUID
    number: str | None = None
    status: str | None = None
    version: int
    action: str | None = Field(default=None, description="操作或时限事件 (the action, or what time brought)")
    unit: str | None = None
    due_at: Moment | None = None
    overdue: bool | None = None
    at: Moment
