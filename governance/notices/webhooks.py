"""Webhooks: a city's other systems subscribe to what happens in a unit, and are told by a signed POST.

What is told is which incident took which step, and no more: no text, no person, no point. Whoever wants more asks the
API, where it is known who asks. The signature is an HMAC-SHA256 over "timestamp.body" (docs/notices.md).
"""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import uuid
from collections.abc import Iterable
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import Column, select
from sqlmodel import Field, Session, SQLModel, col

from data.columns import Code, Document, UtcDateTime
from governance.calendar import SHANGHAI
from governance.errors import InvalidField
from governance.incident import Incident, Transition
from grids.codes import WIDTHS, within

SCHEMES = ("http", "https")
TRANSLATED = ipaddress.IPv6Network("64:ff9b::/96")


class Webhook(SQLModel, table=True):
    """A subscription: what happens in a unit and all below it, in some processes (none named: in all)."""

    __tablename__ = "webhook"

    id: uuid.UUID = Field(primary_key=True)
    name: str = Field(max_length=80)
    url: str = Field(max_length=500)
    unit: str = Field(sa_type=Code)
    processes: list[str] = Field(default_factory=list, sa_column=Column(Document, nullable=False))
    secret: str = Field(max_length=80, repr=False)
    created_by: uuid.UUID | None = None
    created_at: datetime = Field(sa_type=UtcDateTime)
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


# ---- rules ---------------------------------------------------------------------------------------------------------

def sign(secret: str, timestamp: str, body: bytes) -> str:
    """The signature that a receiver makes too, and compares."""
    return "v1=" + hmac.new(secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()


def is_public(address: str) -> bool:
    """Whether an IP address is one of the open internet, in whatever notation IPv6 wraps an IPv4 address."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None) or _translated(ip)
        if inner is not None:
            ip = inner
    return ip.is_global and not ip.is_multicast


def _translated(ip: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    """The IPv4 address behind one that is translated (NAT64, RFC 6052)."""
    return ipaddress.IPv4Address(ip.packed[12:]) if ip in TRANSLATED else None


def check_url(url: str, private: bool) -> None:
    """InvalidField unless it is an http(s) address with a host, without a password, and not plainly of our own net.

    A name may lead anywhere later: what it leads to is looked at again with every message.
    """
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        raise _bad_url("不是有效的网址", "is not an address") from None
    if parts.scheme not in SCHEMES or not host:
        raise _bad_url("应为 http 或 https 网址", "must be an http or https address")
    if parts.username is not None or parts.fragment:
        raise _bad_url("不能含有用户名或 #", "must have no user name and no #")
    if not private and (host == "localhost" or host.endswith(".localhost") or (_is_ip(host) and not is_public(host))):
        raise _bad_url("不能是内网地址 (WANGGE_WEBHOOK_PRIVATE)",
                       "must not be a private address (WANGGE_WEBHOOK_PRIVATE)")


def _is_ip(host: str) -> bool:
    try:
        ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return False
    return True


def _bad_url(zh: str, en: str) -> InvalidField:
    return InvalidField("url", zh, en, "bad_url")


def wants(hook: Webhook, incident: Incident) -> bool:
    return within(incident.unit, hook.unit) and (not hook.processes or incident.process in hook.processes)


def document_of(once: str, incident: Incident, step: Transition, event: str) -> dict[str, Any]:
    """What a webhook is told of a step, or of what time brought after it. Of a restricted incident no place below the
    street."""
    unit = incident.unit[:WIDTHS["street"]] if incident.sensitivity == "restricted" else incident.unit
    return {"delivery": once, "incident": str(incident.id), "number": incident.number, "process": incident.process,
            "seq": step.seq, "action": step.action, "event": event, "status": step.to_state, "unit": unit,
            "at": step.at.astimezone(SHANGHAI).isoformat()}


# ---- the records ---------------------------------------------------------------------------------------------------

def subscribed(session: Session) -> list[Webhook]:
    return list(session.scalars(select(Webhook).where(col(Webhook.ended_at).is_(None)).order_by(
        col(Webhook.created_at), col(Webhook.id))))


def hooks_of(hooks: Iterable[Webhook], incident: Incident) -> list[Webhook]:
    """Those who are told of what happens to an incident."""
    return [hook for hook in hooks if wants(hook, incident)]
