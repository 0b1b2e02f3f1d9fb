"""Saved views of a screen."""

from __future__ import annotations

import uuid
from typing import Annotated

from pydantic import Field, StringConstraints

from api.schemas.common import Code, In, NoControl, Out

Name = Annotated[str, StringConstraints(min_length=1, max_length=60, strip_whitespace=True), NoControl]
QueryString = Annotated[str, StringConstraints(max_length=2000), NoControl]


class ViewsQuery(In):
    screen: Code | None = None


class ViewIn(In):
    screen: Code = Field(examples=["desk"])
    name: Name
    query: QueryString = Field(default="", description="地址栏 ? 之后的内容 (what follows the ? in the address)",
                               examples=["status=filed&sort=due_at"])
    position: Annotated[int, Field(strict=True, ge=0, le=1000)] = 0


class ViewOut(Out):
    id: uuid.UUID
    screen: str
    name: str
    query: str
    position: int


class ViewsOut(Out):
    items: list[ViewOut]
