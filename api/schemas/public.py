"""What residents without an account send and read. Everything that people read comes in Chinese and in English."""

from __future__ import annotations

import uuid
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from api.schemas.common import Code, Cursor, In, Limit, Line, Moment, NoControl, Out, Paragraph
from api.schemas.incidents import IncidentIn
from api.schemas.taxonomy import Number

Phone = Annotated[str, StringConstraints(min_length=1, max_length=30), NoControl]
SmsCode = Annotated[str, StringConstraints(min_length=1, max_length=12), NoControl]
Score = Annotated[int, Field(strict=True, ge=1, le=5, description="1 很不满意 … 5 很满意 (5 is best)")]


class CodeIn(In):
    phone: Phone = Field(examples=["13800000001"])


class CodeOut(Out):
    """The same for every phone, known here or not."""

    phone: str = Field(description="隐去中间四位 (masked)", examples=["138****0001"])
    valid_minutes: int
    code: str | None = Field(description="仅在试用设置 WANGGE_SHOW_CODES 打开时给出 (only where that setting is on)")


class ResidentSignIn(In):
    phone: Phone
    code: SmsCode


class ResidentSession(Out):
    token: str = Field(description="不透明令牌 (opaque; as a bearer token)")
    expires_at: Moment


# ---- reporting and following ---------------------------------------------------------------------------------------

class PublicReportIn(IncidentIn):
    """As every report; the process must be one that takes reports of the public."""

    public: Annotated[bool, Field(strict=True)] = Field(
        default=True, description="提问: 是否同意公开 (an inquiry: whether everybody may read it)")


class PublicReportOut(Out):
    id: uuid.UUID
    number: str
    follow_code: str = Field(description="查询码, 只显示这一次 (shown this once)", examples=["K7QM-3XPD"])
    status: str
    status_name: str
    status_name_en: str
    reported_at: Moment


class FollowQuery(In):
    code: Annotated[str, StringConstraints(min_length=1, max_length=30), NoControl] = Field(
        description="查询码 (the code beside the number)")


class PublicStepOut(Out):
    seq: int
    action: str
    name: str
    name_en: str
    state: str
    state_en: str
    at: Moment
    reason: str = Field(description="给上报人的理由或答复 (only reasons that are meant for the reporter)")


class PublicIncidentOut(Out):
    number: str
    process: str
    process_name: str
    process_name_en: str
    status: str
    status_name: str
    status_name_en: str
    outcome: str | None
    merged: bool = Field(description="已并入同一问题, 进展为主事件的 (joined with the same problem: its progress)")
    message: str = Field(description="目前到哪一步 (where it stands, in plain words)")
    message_en: str
    subcategory_name: str | None
    subcategory_name_en: str | None
    description: str
    unit_name: str
    department_name: str | None
    reported_at: Moment
    due_at: Moment | None
    handled_at: Moment | None
    closed_at: Moment | None
    reply: str
    score: int | None
    rate_until: Moment | None
    steps: list[PublicStepOut]


class RateIn(In):
    score: Score
    reason: Paragraph | None = None


# ---- what the form offers ------------------------------------------------------------------------------------------

class PublicProcessOut(Out):
    process: str
    name: str
    name_en: str
    list: str


class PublicProcesses(Out):
    items: list[PublicProcessOut]


class ProcessQuery(In):
    process: Code = "grid_event"


class PublicSubcategoryOut(Out):
    code: str
    name: str
    name_en: str
    definition: str
    definition_en: str
    limit_value: Number | None = Field(description="办理时限 (the limit of its first standard)")
    limit_unit: str | None


class PublicCategoryOut(Out):
    code: str
    name: str
    name_en: str
    subcategories: list[PublicSubcategoryOut]


PublicCategories = list[PublicCategoryOut]


class PublicTaxonomyOut(Out):
    process: str
    list: str
    version: int
    categories: PublicCategories


class DepartmentsQuery(In):
    process: Code = "public_inquiry"
    unit: Code | None = Field(default=None, description="其上级和下级的单位 (of the units above and below it)")
    q: Line | None = None
    limit: Limit = 50
    cursor: Cursor | None = None


class PublicUnitOut(Out):
    code: str
    name: str
    level: str


class PublicDepartmentOut(PublicUnitOut):
    unit: str


class PublicDepartments(Out):
    items: list[PublicDepartmentOut]
    next_cursor: str | None


class UnitsQuery(In):
    parent: Code | None = None


class PublicUnits(Out):
    items: list[PublicUnitOut]


class PublicPlaceOut(Out):
    """Where a point lies, down to the community. Nothing is kept of who asked."""

    placement: Literal["inside", "near", "outside"]
    unit: str | None = Field(description="所在社区编码 (code of the community)")
    path_name: str | None
    street: str | None


class OutlinesQuery(In):
    level: Literal["district", "street", "community"] = "community"


class PublicSuggestIn(In):
    text: Annotated[str, StringConstraints(min_length=1, max_length=2000), NoControl]
    process: Code = "grid_event"


class PublicSuggestionOut(Out):
    code: str
    name: str
    name_en: str


class PublicSuggestions(Out):
    items: list[PublicSuggestionOut]


# ---- the page of inquiries -----------------------------------------------------------------------------------------

class BoardQuery(In):
    q: Line | None = None
    department: Code | None = None
    unit: Code | None = None
    kind: Code | None = Field(default=None, description="大类或小类, 如 咨询 问题 的编码 (category or subcategory)")
    answered: Literal["yes", "no", "all"] = "yes"
    limit: Limit = 20
    cursor: Cursor | None = None


class InquiryOut(Out):
    number: str
    kind: str | None
    kind_name: str | None
    topic: str | None
    topic_name: str | None
    unit_name: str
    department: str | None
    department_name: str | None
    status: str
    status_name: str
    status_name_en: str
    text: str
    answer: str
    approved_at: Moment
    due_at: Moment | None
    answered_at: Moment | None
    overdue: bool
    score: int | None


class InquiryPage(Out):
    items: list[InquiryOut]
    next_cursor: str | None


class PageIn(In):
    """What everybody may read of an inquiry. Left empty, the words are the asker's and the answerer's, masked."""

    shown: Annotated[bool, Field(strict=True)]
    text: Paragraph = ""
    answer: Paragraph = ""


class PageOut(Out):
    number: str
    shown: bool = Field(description="是否公开 (whether it is or will be on the public page)")
    text: str
    answer: str


class BulletinQuery(In):
    month: Code = Field(examples=["2026-03"])
    unit: Code | None = None


class BulletinRowOut(Out):
    """One department's month. A rate is its two counts; without a denominator there is none."""

    department: str
    department_name: str
    approved: int
    answered: int
    due: int = Field(description="本月到期 (due in the month)")
    on_time: int = Field(description="其中按时答复 (of these answered in time)")
    on_time_rate: float | None
    rated: int
    satisfied: int = Field(description="评价 4 分以上 (rated 4 or 5)")
    fairly: int = Field(description="评价 3 分, 按 0.9 计 (rated 3; counts nine tenths)")
    satisfaction_rate: float | None


class BulletinOut(Out):
    month: str
    rows: list[BulletinRowOut]
    total: BulletinRowOut
