"""How a person wants to be told: by which channels, not at night, at once or gathered, in which language."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator, Mapping
from datetime import datetime, time, timedelta
from typing import Any

from sqlalchemy import Column
from sqlmodel import Field, SQLModel

from data.columns import Document, UtcDateTime
from governance.calendar import SHANGHAI
from governance.errors import FieldProblem, Invalid
from governance.notices.delivery import PERSONAL
from governance.settings import Settings

DIGESTS = ("off", "hourly", "daily")
LANGUAGES = ("zh", "en")
#: What an address of a channel looks like, and how people are told so.
ADDRESSES: dict[str, tuple[str, str, str]] = {
    "sms": ("", "发往账号的手机号, 不能另设", "goes to the account's own phone"),
    "email": (r"[^@\s,;<>\"]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+", "应为电子邮件地址", "must be an e-mail address"),
    "wecom": (r"[\w.@-]{1,64}", "应为企业微信账号或机器人 key", "must be a WeCom user id or a robot's key"),
    "dingtalk": (r"[A-Za-z0-9]{8,128}(:[A-Za-z0-9]{8,128})?", "应为机器人 access_token, 加签时为 access_token:secret",
                 "must be a robot's access_token, or access_token:secret"),
}


class NoticeChoice(SQLModel, table=True):
    """One person's wishes. `channels`: {channel: {on, address}}; what is not in it is as the settings say."""

    __tablename__ = "notice_choice"

    account: uuid.UUID = Field(primary_key=True, foreign_key="account.id")
    channels: dict[str, Any] = Field(default_factory=dict, sa_column=Column(Document, nullable=False))
    quiet_from: str = Field(default="", max_length=5, description="local time HH:MM; empty: no quiet hours")
    quiet_to: str = Field(default="", max_length=5)
    digest: str = Field(default="off", max_length=8, description="off, hourly or daily")
    digest_at: str = Field(default="09:00", max_length=5)
    language: str = Field(default="zh", max_length=2)
    updated_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


def default_choice(account: uuid.UUID, settings: Settings) -> NoticeChoice:
    """Of who has not chosen. Not written anywhere."""
    return NoticeChoice(account=account, quiet_from=settings.quiet_from, quiet_to=settings.quiet_to)


def configured(settings: Settings) -> tuple[str, ...]:
    """The channels that this city has."""
    has = {"sms": settings.sms_url, "email": settings.mail_url, "wecom": settings.wecom_url,
           "dingtalk": settings.dingtalk_url}
    return tuple(channel for channel in PERSONAL if has[channel])


def is_on(choice: NoticeChoice, channel: str, settings: Settings) -> bool:
    by_default = channel in settings.notice_channels.split(",")
    return bool(choice.channels.get(channel, {}).get("on", by_default))


def address_of(choice: NoticeChoice, channel: str, phone: str) -> str:
    """Where a channel reaches the person; empty: nowhere."""
    given: str = choice.channels.get(channel, {}).get("address", "")
    return phone if channel == "sms" else given


def ways(choice: NoticeChoice, phone: str, settings: Settings) -> Iterator[str]:
    """The channels by which this person is to be told."""
    return (channel for channel in configured(settings)
            if is_on(choice, channel, settings) and address_of(choice, channel, phone))


def goes_out(choice: NoticeChoice, now: datetime, urgent: bool) -> datetime:
    """When a notice of now goes out: at once if urgent; else with the next digest, and never in quiet hours."""
    if urgent:
        return now
    return after_quiet(choice, next_digest(choice, now))


def next_digest(choice: NoticeChoice, now: datetime) -> datetime:
    """The next full hour, or the next time of the day, in local time; now without a digest."""
    local = now.astimezone(SHANGHAI)
    if choice.digest == "hourly":
        return local.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    if choice.digest == "daily":
        today = datetime.combine(local.date(), time.fromisoformat(choice.digest_at), SHANGHAI)
        return today if today > local else today + timedelta(days=1)
    return now


def after_quiet(choice: NoticeChoice, at: datetime) -> datetime:
    """The instant itself, or the end of the quiet hours that it lies in. They may span midnight."""
    if not choice.quiet_from or not choice.quiet_to or choice.quiet_from == choice.quiet_to:
        return at
    begin, end = time.fromisoformat(choice.quiet_from), time.fromisoformat(choice.quiet_to)
    local = at.astimezone(SHANGHAI)
    clock = local.time()
    quiet = begin <= clock < end if begin < end else clock >= begin or clock < end
    if not quiet:
        return at
    until = datetime.combine(local.date(), end, SHANGHAI)
    return until if until > local else until + timedelta(days=1)


def check_choice(channels: Mapping[str, Mapping[str, Any]], quiet_from: str, quiet_to: str, settings: Settings) -> None:
    """Invalid, with every field that is wrong: an address of the wrong form, a channel on without one, half a night."""
    problems = list(_problems(channels, quiet_from, quiet_to, settings))
    if problems:
        raise Invalid("; ".join(p.zh for p in problems), "; ".join(f"{p.field} {p.en}" for p in problems), *problems)


def _problems(channels: Mapping[str, Mapping[str, Any]], quiet_from: str, quiet_to: str,
              settings: Settings) -> Iterator[FieldProblem]:
    for channel, wish in channels.items():
        pattern, zh, en = ADDRESSES[channel]
        address, field = wish.get("address", ""), f"channels.{channel}.address"
        if address and not re.fullmatch(pattern, address):
            yield FieldProblem(field, f"{PERSONAL[channel]}: {zh}", en)
        if wish.get("on") and not address and channel != "sms":
            yield FieldProblem(field, f"{PERSONAL[channel]}: 启用时必填", "is required when it is on")
        if wish.get("on") and channel not in configured(settings):
            yield FieldProblem(f"channels.{channel}.on", f"本系统未配置{PERSONAL[channel]}",
                               "is not set up in this city")
    if bool(quiet_from) != bool(quiet_to):
        missing = "quiet_to" if quiet_from else "quiet_from"
        yield FieldProblem(missing, "免打扰的起止时间须同时填写", "is needed with the other end of the quiet hours")
