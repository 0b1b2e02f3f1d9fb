"""What a person has been told, and how the person wants to be told."""

from __future__ import annotations

import uuid
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from api.schemas.common import Cursor, In, Limit, Moment, NoControl, Out

ChannelName = Literal["sms", "email", "wecom", "dingtalk"]
ClockTime = Annotated[str, StringConstraints(pattern=r"^(([01]\d|2[0-3]):[0-5]\d)?$"), NoControl]
TimeOfDay = Annotated[str, StringConstraints(pattern=r"^([01]\d|2[0-3]):[0-5]\d$"), NoControl]
Address = Annotated[str, StringConstraints(max_length=260, strip_whitespace=True), NoControl]
MOST_IDS = 200


class InboxQuery(In):
    unread: bool | None = Field(default=None, description="只看未读 (true) 或已读 (false); 不填: 全部 (all)")
    limit: Limit = 50
    cursor: Cursor | None = None


class NoticeOut(Out):
    id: int
    incident: uuid.UUID
    number: str = Field(description="事件编号 (the incident's number)")
    seq: int
    event: str = Field(description="为空: 步骤本身; 否则为时间带来的事, 如 warn:handle (what time brought)")
    text: str
    text_en: str
    urgent: bool
    to: Literal["account", "department"] = Field(description="发给本人或本单位 (to the person, or the department)")
    at: Moment
    read_at: Moment | None


class InboxPage(Out):
    items: list[NoticeOut]
    next_cursor: str | None
    unread: int = Field(description="未读总数 (unread in all)")


class ToldOut(Out):
    """One recipient told once, of one incident."""

    seq: int
    event: str = Field(description="为空: 步骤本身; 否则为时间带来的事, 如 warn:handle (what time brought)")
    text: str
    text_en: str
    urgent: bool
    kind: Literal["account", "department", "reporter"]
    name: str | None = Field(description="单位或姓名; 无权知晓上报人时为空 (empty: who reported is not to be known)")
    at: Moment
    read: int = Field(description="已读人数 (how many have read it)")


class ReadIn(In):
    """Which have been read: some, or all up to one."""

    ids: Annotated[list[int], Field(max_length=MOST_IDS)] = Field(default_factory=list)
    up_to: Annotated[int, Field(ge=1, le=2**62)] | None = Field(
        default=None, description="此条及更早的全部 (this one and all before it)")


class UnreadOut(Out):
    unread: int


class ChannelIn(In):
    """A channel: on or off, and where to. A text message goes to the account's phone and takes no address."""

    on: bool
    address: Address = ""


class ChannelOut(Out):
    on: bool
    address: str
    available: bool = Field(description="本系统已配置 (this city has it)")


class ChoiceIn(In):
    """All wishes at once; a channel that is not named is as the city's settings say."""

    channels: dict[ChannelName, ChannelIn] = Field(default_factory=dict)
    quiet_from: ClockTime = Field(default="", description="免打扰开始, 当地时间; 为空: 不设 (local time)")
    quiet_to: ClockTime = ""
    digest: Literal["off", "hourly", "daily"] = "off"
    digest_at: TimeOfDay = "09:00"
    language: Literal["zh", "en"] = "zh"


class ChoiceOut(Out):
    channels: dict[ChannelName, ChannelOut]
    quiet_from: str
    quiet_to: str
    digest: Literal["off", "hourly", "daily"]
    digest_at: str
    language: Literal["zh", "en"]
