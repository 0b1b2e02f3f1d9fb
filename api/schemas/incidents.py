"""An incident: as it is reported, as it is shown, and the steps that were taken."""

from __future__ import annotations

import uuid
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from api.schemas.common import (
    Code,
    Cursor,
    DatumName,
    In,
    Instant,
    Limit,
    Line,
    Moment,
    NoControl,
    Out,
    Paragraph,
    StrictLat,
    StrictLon,
)
from api.schemas.taxonomy import Number
from governance.figures.filters import By

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


def _numbers(text: str, count: int, kind: str) -> tuple[float, ...]:
    try:
        values = tuple(float(part) for part in text.split(","))
    except ValueError:
        values = ()
    if len(values) != count or any(value != value or abs(value) > 1e7 for value in values):
        raise PydanticCustomError(kind, "has the wrong form")
    return values


def _bbox(text: str) -> str:
    _numbers(text, 4, "bad_bbox")
    return text


def _point(text: str) -> str:
    _numbers(text, 2, "bad_point")
    return text


def _near(text: str) -> str:
    _numbers(text, 3, "bad_near")
    return text


class IncidentsWanted(In):
    """Which incidents: of a list, and of an export."""

    unit: Code | None = None
    status: Code | None = None
    open: bool | None = None
    overdue: bool | None = None
    category: Code | None = None
    subcategory: Code | None = None
    department: Code | None = None
    source: Code | None = None
    process: Code | None = None
    mine: bool = False
    reported_from: Instant | None = None
    reported_to: Instant | None = None
    q: Line | None = Field(default=None, description="编号开头, 描述或地址 (number, description, address)")


class IncidentsPlaced(IncidentsWanted):
    """Which incidents, and where on the map."""

    bbox: Annotated[Line, NoControl, AfterValidator(_bbox)] | None = Field(
        default=None, description="西,南,东,北 (west,south,east,north)", examples=["117.1,39.0,117.3,39.2"])
    near: Annotated[Line, NoControl, AfterValidator(_near)] | None = Field(
        default=None, description="经度,纬度,米 (lon,lat,metres)", examples=["117.2,39.1,500"])
    waiting_for: Literal["me"] | None = Field(default=None, description=(
        "me: 等我办的: 我所持环节的时限在走, 或有申请待我答复、审核、确认, 或可由我现场处置 "
        "(what waits for me: a clock of a stage that I hold runs, a request waits for my answer, decision or "
        "confirmation, or I may settle it on the spot)"))

    def box(self) -> tuple[float, float, float, float] | None:
        return None if self.bbox is None else _numbers(self.bbox, 4, "bad_bbox")  # type: ignore[return-value]

    def circle(self) -> tuple[float, float, float] | None:
        return None if self.near is None else _numbers(self.near, 3, "bad_near")  # type: ignore[return-value]


class IncidentsQuery(IncidentsPlaced):
    sort: Literal["reported_at", "-reported_at", "due_at", "-due_at", "closed_at", "-closed_at", "near"] = Field(
        default="-reported_at", description=(
            "near: 由近及远, 须给出 at, 并限定 open=true、mine、waiting_for、near 或 bbox; 无坐标者在后 "
            "(the nearest to `at` first; needs one of open=true, mine, waiting_for, near or bbox)"))
    at: Annotated[Line, NoControl, AfterValidator(_point)] | None = Field(
        default=None, description="经度,纬度: 距离的起点 (lon,lat: where distances are from)", examples=["117.2,39.1"])
    figure: Code | None = Field(default=None, description="统计项: 其背后的事件 (the incidents that a count counts)",
                                examples=["returned"])
    by: By | None = Field(default=None, description="统计维度 (dimension of the figure's row)")
    key: Code | None = Field(default=None, description="行的编码, 省略为未归入者 (the row; absent: without a place)")
    of_list: Code | None = Field(default=None, alias="list", description="行的清单 (the list of the row's code)")
    since: Instant | None = Field(default=None, alias="from", description="统计期起 (start of the figure's period)")
    until: Instant | None = Field(default=None, alias="to", description="统计期止, 不含 (its end, not included)")
    limit: Limit = 50
    cursor: Cursor | None = None

    def point(self) -> tuple[float, float] | None:
        return None if self.at is None else _numbers(self.at, 2, "bad_point")  # type: ignore[return-value]


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
