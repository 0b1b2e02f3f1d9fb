"""A process as a screen shows it: states and actions, to be drawn; clocks, requests and notices beside them."""

from __future__ import annotations

from pydantic import Field

from api.schemas.common import Out
from api.schemas.taxonomy import Number


class NamedOut(Out):
    """A name of the process language, with what it means."""

    code: str
    name: str
    name_en: str


class LimitOut(Out):
    value: Number
    unit: str
    unit_name: str
    unit_name_en: str


class StateOut(NamedOut):
    start: bool = Field(description="上报后所在的状态 (where a report begins)")
    end: bool
    open: bool = Field(description="在办 (not an end)")
    outcome: str | None


class FieldOut(NamedOut):
    required: bool


class TargetOut(Out):
    """Where an action leads: when it came out like this, to this state (null: it stays where it is)."""

    when: str | None = Field(description="结果; 空为其余情况 (the result; null: every other way)")
    when_name: str
    when_name_en: str
    to: str | None


class FollowOut(NamedOut):
    """What the system does next by itself: the first condition that holds counts."""

    conditions: list[NamedOut]


class NoticeOut(Out):
    to: str
    to_name: str
    to_name_en: str
    when: str | None
    urgent: bool
    text: str
    text_en: str


class WindingOut(Out):
    """What an action does to the clock of a stage."""

    clock: str
    does: str = Field(description="start, stop, pause 或 resume")
    when: str | None


class ActionOut(NamedOut):
    start: bool = Field(description="流程的第一个操作 (the first action)")
    from_states: list[str] = Field(alias="from", description="从这些状态; 第一个操作为空 (empty for the first)")
    to: str | None = Field(description="到此状态; 空为不变, 或见 targets (null: unchanged, or see targets)")
    targets: list[TargetOut]
    roles: list[NamedOut]
    fields: list[FieldOut]
    unless: list[NamedOut]
    does: list[NamedOut]
    clocks: list[WindingOut]
    then: list[FollowOut]
    notices: list[NoticeOut]


class ClockOut(NamedOut):
    limit: LimitOut
    by_standard: bool = Field(description="按清单的标准计时, limit 用于无标准的 (by the standard; else limit)")
    urgent: LimitOut | None
    holder: NamedOut | None
    head: NamedOut | None
    due: str | None = Field(description="到期时系统的操作 (the system's action at expiry)")
    again: str | None = Field(description="再超同样长时间时系统的操作 (and when overdue by the limit again)")
    notices: list[NoticeOut]


class RequestOut(NamedOut):
    of: NamedOut
    reviews: list[list[NamedOut]]
    limit: LimitOut | None
    most_asked: int | None
    most_granted: int | None
    until: str | None


class EdgeOut(Out):
    """An arrow of the diagram; what leaves the state as it is has none. `from` is null for the start."""

    from_state: str | None = Field(alias="from")
    to: str
    action: str
    label: str
    label_en: str


class ProcessRow(NamedOut):
    list: str = Field(description="事项清单 (its list)")
    version: int | None = Field(description="库中的版本; 空为文件 (of the database; null: it is a file's)")
    open_incidents: int | None = Field(description="在办事件数, 仅管理员 (for administrators)")


class ProcessOut(ProcessRow):
    reach: str
    place: bool
    states: list[StateOut]
    actions: list[ActionOut]
    edges: list[EdgeOut]
    clocks: list[ClockOut]
    requests: list[RequestOut]
    text: str | None = Field(description="YAML 原文, 仅管理员 (the file, for administrators)")


class ProcessPage(Out):
    items: list[ProcessRow]
    next_cursor: None = None
