"""An incident: as it is reported, as it is shown, and the steps that were taken."""

from __future__ import annotations

import uuid
from typing import Annotated, Any, Literal

from pydantic import Field

from api.schemas.common import Code, DatumName, In, Instant, Line, Moment, Out, Paragraph, StrictLat, StrictLon
from api.schemas.taxonomy import Number

MOST_FILES = 20
Files = Annotated[list[uuid.UUID], Field(max_length=MOST_FILES)]


class FixIn(In):
    """Where the phone's positioning put it, in WGS-84, before a person moved the pin."""

    lon: StrictLon
    lat: StrictLat
    accuracy_m: Annotated[float, Field(strict=True, ge=0, le=1e6, allow_inf_nan=False)]


class IncidentIn(In):
    """A report. `subcategory` or `description`, and a point or a `unit`, are needed."""

    id: uuid.UUID | None = Field(default=None, description="客户端生成, 重发不重复 (sent again, it is the same report)")
    process: Code = "grid_event"
    subcategory: Code | None = None
    description: Paragraph = ""
    lon: StrictLon | None = None
    lat: StrictLat | None = None
    datum: DatumName = "wgs84"
    accuracy_m: Annotated[float, Field(strict=True, ge=0, le=1e6, allow_inf_nan=False)] | None = None
    fix: FixIn | None = Field(default=None, description=(
        "移动图钉前的原始定位, 记入第一条流转记录 (the raw fix; the first transition keeps it)"))
    unit: Code | None = None
    address: Line = ""
    department: Code | None = Field(default=None, description="希望由谁答复 (who should answer; for inquiries)")
    source: Code | None = None
    captured_at: Instant | None = None
    attachments: Files = Field(default_factory=list)


class ReporterOut(Out):
    id: uuid.UUID | None
    name: str
    phone: str


class ClockOut(Out):
    stage: str
    name: str
    department: str | None
    limit_value: Number
    limit_unit: str
    started_at: Moment
    warn_at: Moment
    due_at: Moment
    original_due_at: Moment | None = Field(description="延期前的时限 (before the first extension)")
    paused_at: Moment | None
    stopped_at: Moment | None
    overdue: bool
    verdict: Literal["on_time", "overdue"] | None


class IncidentFile(Out):
    id: uuid.UUID
    kind: str
    media_type: str
    bytes: int
    sha256: str
    seq: int | None = Field(description="所属步骤 (the step that it belongs to)")
    uploaded_at: Moment


class RequestOut(Out):
    """What one party asked of another, and what became of it."""

    request: int = Field(description="提出的步骤, 答复和审批时以此指明 (the step that asked; names it)")
    kind: str
    kind_name: str
    party: str = Field(description="责任单位或角色 (a department, or a role)")
    party_name: str
    state: Literal["asked", "answered", "granted", "refused", "withdrawn", "lapsed"]
    reviews: int
    asked_role: str
    asked_department: str | None
    asked_at: Moment
    reason: str
    details: dict[str, Any]
    due_at: Moment | None
    answered_at: Moment | None
    answer: str
    lon: float | None
    lat: float | None
    decided_at: Moment | None
    score: int | None


class DecisionOut(Out):
    """Who decided on what and to whom, and why."""

    subcategory: str | None
    department: str | None
    by: str | None
    confidence: float | None
    reasons: list[str]
    rule: str | None = Field(description="规则给出的单位 (the department that the rule named)")
    overruled: bool
    candidates: list[dict[str, Any]]
    suggestions: list[dict[str, Any]] = Field(
        description="按文字排序的小类及理由 (what the words may mean, with reasons)")
    little: str | None = Field(description="文字信息不足时的说明 (why the words say too little)")


class IncidentOut(Out):
    id: uuid.UUID
    number: str
    process: str
    status: str
    status_name: str
    outcome: str | None
    version: int
    taxonomy: str
    taxonomy_version: int
    subcategory: str | None
    subcategory_name: str | None
    category: str | None
    category_name: str | None
    standard: str | None
    sensitivity: str
    description: str
    address: str
    lon: float | None
    lat: float | None
    unit: str
    unit_name: str
    placement: str
    cell: str | None
    community: str | None
    street: str | None
    district: str | None
    department: str | None
    department_name: str | None
    assisting: list[str]
    involved: list[str] = Field(description="协办和被吹哨、被督办的单位 (departments beside the lead that see it)")
    desk: str | None = Field(description="升级到的网格单元 (the unit whose desk it was escalated to)")
    source: str
    reporter: ReporterOut | None = Field(description="仅上报人本人及有权角色可见 (only for who may know)")
    captured_at: Moment | None
    reported_at: Moment
    filed_at: Moment | None
    dispatched_at: Moment | None
    signed_at: Moment | None
    handled_at: Moment | None
    closed_at: Moment | None
    due_at: Moment | None
    handle_due_at: Moment | None
    overdue: bool
    on_time: bool | None
    clocks: list[ClockOut]
    returns: int
    reworks: int
    urges: int
    extensions: int
    suspensions: int
    supervisions: int
    whistles: int
    escalations: int
    reopened: int
    exempt: bool = Field(description="超期但申诉通过 (overdue, but excused on appeal)")
    score: int | None
    visited_at: Moment | None
    visit_contacted: bool | None
    visit_solved: bool | None
    visit_score: int | None
    merged_into: uuid.UUID | None
    requests: list[RequestOut]
    attachments: list[IncidentFile]
    decision: DecisionOut | None


class IncidentPage(Out):
    items: list[IncidentOut]
    next_cursor: str | None


class ActorOut(Out):
    id: uuid.UUID | None
    name: str


class TransitionOut(Out):
    seq: int
    action: str
    action_name: str
    from_state: str | None = Field(serialization_alias="from")
    to_state: str = Field(serialization_alias="to")
    actor: ActorOut | None = Field(description="无权知晓上报人时为空 (empty where the reporter is not to be known)")
    role: str
    department: str | None
    reason: str
    fields: dict[str, Any]
    at: Moment
    hash: str
