"""Bulletins: issuing one, the list, one edition with what has moved since."""

from __future__ import annotations

import uuid
from typing import Annotated, Any, Literal

from pydantic import Field

from api.schemas.common import Code, Cursor, In, Limit, Line, Moment, Out
from api.schemas.figures import Format

Month = Annotated[str, Field(pattern=r"^\d{4}-\d{2}$", description="月份, 按本地时间 (a month, local)",
                             examples=["2026-03"])]


class BulletinIn(In):
    month: Month
    unit: Code
    process: Code | None = Field(default=None, description="省略为全部流程 (absent: every process)")
    reason: Line = Field(default="", description="更正理由, 已发布时必填 (why it is corrected)")


class BulletinQuery(In):
    unit: Code | None = Field(default=None, description="缺省为本人管辖单元 (default: the caller's own)")
    process: Code | None = None
    edition: Annotated[int, Field(ge=1, le=10_000)] | None = Field(
        default=None, description="缺省为最后一版 (default: the last)")
    live: bool = Field(default=True, description="附与现时统计之差 (with what has moved since)")
    unissued: bool = Field(default=False, description=(
        "未发布时给出现时统计, 仅 PDF (where none is issued: the figures as they are now, as PDF only)"))
    form: Format | Literal["pdf"] | None = Field(
        default=None, alias="format", description="缺省按 Accept (default: by Accept, or JSON)")


class BulletinsQuery(In):
    unit: Code | None = None
    month: Month | None = None
    limit: Limit = 50
    cursor: Cursor | None = None


class BulletinHead(Out):
    month: str
    unit: str
    unit_name: str
    process: str | None
    edition: int
    issued_at: Moment
    issued_by: uuid.UUID | None
    issuer: str
    reason: str
    formula_version: int
    hash: str


class MovedOut(Out):
    """Of one unit, or of all together: each number that would be another today."""

    key: str | None
    name: str
    is_total: bool
    numbers: dict[str, dict[str, float | None]]


class BulletinOut(BulletinHead):
    sound: bool = Field(description="内容与发布时一致 (the document is the one that was issued)")
    editions: list[BulletinHead]
    formulas_changed: bool = Field(description="口径此后已变 (the formulas have changed since)")
    moved: list[MovedOut] | None = Field(description="与现时统计之差; 无权统计全单元时为空 (what has moved since)")
    document: dict[str, Any]


class BulletinPage(Out):
    items: list[BulletinHead]
    next_cursor: str | None
