"""Deliveries and webhooks, as an administrator handles them."""

from __future__ import annotations

import uuid
from typing import Annotated, Literal

from pydantic import ConfigDict, Field, StringConstraints

from api.schemas.common import Code, Cursor, In, Instant, Limit, Moment, NoControl, Out

StateName = Literal["waiting", "held", "sending", "sent", "dead", "dropped"]
ChannelName = Literal["log", "sms", "email", "wecom", "dingtalk", "webhook"]


class DeliveriesQuery(In):
    state: StateName | None = None
    channel: ChannelName | None = None
    webhook: uuid.UUID | None = None
    limit: Limit = 50
    cursor: Cursor | None = None


class DeliveryOut(Out):
    """Where to is not told: whoever may know looks at the account."""

    id: int
    state: StateName
    channel: ChannelName
    recipient: str = Field(description="账号、事件 (其上报人) 或 webhook 的 id (of an account, an incident, a webhook)")
    incident: uuid.UUID
    number: str
    seq: int
    event: str
    urgent: bool
    attempts: int
    next_at: Moment | None
    last_error: str
    created_at: Moment
    sent_at: Moment | None


class DeliveryPage(Out):
    items: list[DeliveryOut]
    next_cursor: str | None


class WebhookIn(In):
    name: Annotated[str, StringConstraints(min_length=1, max_length=80, strip_whitespace=True), NoControl]
    url: Annotated[str, StringConstraints(min_length=1, max_length=500, strip_whitespace=True), NoControl] = Field(
        examples=["https://receiver.example/wangge"])
    unit: Code | None = Field(default=None, description="此网格及以下; 不填: 本人管辖范围 (the own scope)")
    processes: Annotated[list[Code], Field(max_length=20)] = Field(
        default_factory=list, description="为空: 所有流程 (empty: all)")


class WebhookOut(Out):
    id: uuid.UUID
    name: str
    url: str
    unit: str
    processes: list[str]
    created_at: Moment


class WebhookMade(WebhookOut):
    secret: str = Field(description="只显示这一次 (shown this once)")


class WebhookPage(Out):
    items: list[WebhookOut]
    next_cursor: str | None


class ReplayIn(In):
    """A range of time in which it happened."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    since: Instant = Field(alias="from")
    until: Instant = Field(alias="to", description="不含 (the first instant after)")


class ReplayOut(Out):
    count: int
