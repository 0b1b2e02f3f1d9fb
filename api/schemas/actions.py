"""Taking actions, on one incident and on many."""

from __future__ import annotations

import uuid
from typing import Annotated, Any

from pydantic import Field

from api.schemas.common import Code, DatumName, In, Instant, Out, Paragraph, Problem, StrictLat, StrictLon
from api.schemas.incidents import Files
from governance.case import ActionFields

Whole = Annotated[int, Field(strict=True, ge=0, le=2**31 - 1)]
MOST_AT_ONCE = 200


class ActionGiven(In):
    """What an action may be given; its process says which of it it needs."""

    reason: Paragraph | None = None
    department: Code | None = None
    assisting: Annotated[list[Code], Field(max_length=20)] | None = None
    subcategory: Code | None = None
    standard: Code | None = None
    passed: Annotated[bool, Field(strict=True)] | None = None
    days: Whole | None = None
    until: Instant | None = None
    main: uuid.UUID | None = None
    request: Whole | None = None
    level: Code | None = None
    contacted: Annotated[bool, Field(strict=True)] | None = None
    score: Whole | None = None
    description: Paragraph | None = None
    attachments: Files | None = None
    lon: StrictLon | None = None
    lat: StrictLat | None = None
    datum: DatumName | None = None

    def fields(self) -> ActionFields:
        """As the journey takes it."""
        given: dict[str, Any] = {name: getattr(self, name) for name in ActionGiven.model_fields}
        given |= {name: tuple(value) for name, value in given.items() if isinstance(value, list)}
        return ActionFields(**given)


class ActionIn(ActionGiven):
    version: Annotated[int, Field(strict=True, ge=1, le=2**31 - 1, description="所见版本 (the version that was seen)")]


class ManyIn(ActionGiven):
    """The same action on many. Without `versions`, each is taken as it stands when its turn comes."""

    ids: Annotated[list[uuid.UUID], Field(min_length=1, max_length=MOST_AT_ONCE)]
    versions: Annotated[dict[uuid.UUID, Whole], Field(max_length=MOST_AT_ONCE)] | None = None


class ResultOut(Out):
    id: uuid.UUID
    ok: bool
    status: str | None = None
    version: int | None = None
    error: Problem | None = None


class ManyOut(Out):
    results: list[ResultOut]
    succeeded: int
    failed: int


class PossibleOut(Out):
    action: str
    name: str
    name_en: str
    fields: list[str] = Field(description="必填字段 (required fields)")
    optional: list[str]
    next: bool = Field(description=(
        "正待调用者进行: 当前环节由其负责, 或有请求待其答复、审批; 排在最前 (waited for: a stage that runs, or a "
        "request, is the caller's to end; these come first)"))
