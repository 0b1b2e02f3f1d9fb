"""Deliveries on their way: which are due, who has one in hand, what it says, and what became of it.

Each function is part of a transaction of the caller's; nothing is sent while one is open, so that a slow receiver
holds no lock.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, func, or_, select, update
from sqlmodel import Session, col

from data.engine import is_postgresql
from governance.incident import Incident, Transition
from governance.notices.choice import NoticeChoice, address_of, after_quiet, configured, default_choice, is_on
from governance.notices.delivery import DEAD, DROPPED, LEASE, LOG, SENDING, SENT, WAITING, WEBHOOK, Delivery, next_try
from governance.notices.webhooks import Webhook, document_of
from governance.outbox import Notice
from governance.people import Account
from governance.settings import Settings

AN_HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class Parcel:
    """What a sender is given: where to, and the lines of the message (a digest has several) or the document."""

    ids: tuple[int, ...]
    once: str
    channel: str
    to: str
    lines: tuple[str, ...] = ()
    language: str = "zh"
    whom: str = ""
    document: dict[str, Any] = field(default_factory=dict)
    secret: str = field(default="", repr=False)


# ---- what is due ---------------------------------------------------------------------------------------------------

def anything_due(session: Session, now: datetime) -> bool:
    """A look that takes no lock."""
    return session.scalar(select(col(Delivery.id)).where(col(Delivery.next_at) <= now).limit(1)) is not None


def take_due(session: Session, now: datetime, limit: int) -> list[tuple[int, int, str]]:
    """The deliveries whose time has come, each with its tries and its channel; nobody else is given them for a while.

    One that is still being sent after that time belonged to a worker that died: it is sent again.
    """
    query = select(Delivery).where(col(Delivery.next_at) <= now).order_by(col(Delivery.next_at), col(Delivery.id))
    rows = list(session.scalars(query.limit(limit).with_for_update(skip_locked=True)))
    for row in rows:
        row.state, row.next_at = WAITING, now + LEASE
        if next_try(row.attempts, now) is None:
            row.state, row.next_at = DEAD, None
            row.last_error = row.last_error or "发送中断 (the worker ended while sending, every time)"
    return [(row.id or 0, row.attempts, row.channel) for row in rows if row.state == WAITING]


# ---- in hand -------------------------------------------------------------------------------------------------------

def take_in_hand(session: Session, key: int, attempts: int, settings: Settings, now: datetime) -> list[Delivery]:
    """The delivery, if nobody has it and it was tried so often; with it whatever else is held for the same recipient.

    Empty if somebody else has it, or if the recipient has had enough in this hour: then it is held.
    """
    known = session.get(Delivery, key)
    if known is None:
        return []
    one_at_a_time(session, f"{known.channel} {known.recipient}")
    row = session.get(Delivery, key, with_for_update=True, populate_existing=True)
    if row is None or row.state != WAITING or row.attempts != attempts:
        return []
    if until := full_until(session, row, settings.notices_per_hour, now):
        row.held, row.next_at = True, after_quiet(_choice_of(session, row, settings), until)
        return []
    rows = [row, *(_held_with(session, row, now) if row.held else ())]
    for other in rows:
        other.state, other.next_at, other.attempts = SENDING, now + LEASE, other.attempts + 1
        other.sent_with = None if other is row else row.id
    return rows


def one_at_a_time(session: Session, recipient: str) -> None:
    """Until the commit nobody else takes anything of this recipient's in hand. SQLite has one writer anyway."""
    if is_postgresql(session):
        session.execute(select(func.pg_advisory_xact_lock(func.hashtext(f"delivery {recipient}"))))


def full_until(session: Session, row: Delivery, most: int, now: datetime) -> datetime | None:
    """When the recipient may get the next message by this channel; None: now. A digest counts as one; what is urgent,
    and what goes to a machine, is never too much."""
    if row.urgent or row.channel in (LOG, WEBHOOK):
        return None
    mine = (col(Delivery.recipient) == row.recipient, col(Delivery.channel) == row.channel,
            col(Delivery.sent_with).is_(None))
    under_way = session.scalar(select(func.count()).select_from(Delivery).where(
        *mine, col(Delivery.state) == SENDING)) or 0
    sent = list(session.scalars(select(col(Delivery.sent_at)).where(
        *mine, col(Delivery.sent_at) > now - AN_HOUR).order_by(col(Delivery.sent_at).desc()).limit(most)))
    if len(sent) + under_way < most:
        return None
    return (sent[-1] or now) + AN_HOUR if sent else now + LEASE


def _held_with(session: Session, row: Delivery, now: datetime) -> list[Delivery]:
    return list(session.scalars(select(Delivery).where(
        col(Delivery.recipient) == row.recipient, col(Delivery.channel) == row.channel, col(Delivery.held),
        col(Delivery.state) == WAITING, col(Delivery.next_at) <= now + LEASE, col(Delivery.id) != row.id
    ).order_by(col(Delivery.id)).with_for_update()))


# ---- what it says --------------------------------------------------------------------------------------------------

def parcel_of(session: Session, rows: Sequence[Delivery], settings: Settings) -> Parcel | None:
    """The message for a sender. None: it has nowhere to go any more (turned off, left, unsubscribed)."""
    first = rows[0]
    ids = tuple(row.id or 0 for row in rows)
    if first.channel == WEBHOOK:
        return _to_webhook(session, first, ids)
    told = list(session.scalars(select(Notice).where(
        col(Notice.id).in_([row.notice_id for row in rows])).order_by(col(Notice.id))))
    if first.channel == LOG:
        return Parcel(ids, first.once, LOG, _phone_of(session, told[0]), (told[0].text,),
                      whom=f"{told[0].recipient_kind} {told[0].recipient}")
    to, language = _address(session, told[0], first, settings)
    if not to:
        return None
    lines = tuple(notice.text_en if language == "en" else notice.text for notice in told)
    return Parcel(ids, first.once, first.channel, to, lines, language)


def _to_webhook(session: Session, row: Delivery, ids: tuple[int, ...]) -> Parcel | None:
    hook, incident = session.get(Webhook, uuid.UUID(row.recipient)), session.get(Incident, row.incident_id)
    step = session.get(Transition, (row.incident_id, row.seq))
    if hook is None or hook.ended_at is not None or incident is None or step is None:
        return None
    return Parcel(ids, row.once, WEBHOOK, hook.url, document=document_of(row.once, incident, step, row.event),
                  secret=hook.secret)


def _phone_of(session: Session, notice: Notice) -> str:
    if notice.recipient_kind != "account":
        return ""
    account = session.get(Account, uuid.UUID(notice.recipient))
    return account.phone if account else ""


def _address(session: Session, notice: Notice, row: Delivery, settings: Settings) -> tuple[str, str]:
    """Where to and in which language, as the person wants it now."""
    if notice.recipient_kind == "reporter":
        incident = session.get_one(Incident, uuid.UUID(row.recipient))
        return incident.reporter_phone, "zh"
    account = session.get(Account, uuid.UUID(row.recipient))
    if account is None or not account.active:
        return "", "zh"
    choice = session.get(NoticeChoice, account.id) or default_choice(account.id, settings)
    wanted = row.channel in configured(settings) and is_on(choice, row.channel, settings)
    return address_of(choice, row.channel, account.phone) if wanted else "", choice.language


# ---- what became of it ---------------------------------------------------------------------------------------------

def in_hand(rows: Sequence[Delivery]) -> dict[int, int]:
    """Which deliveries somebody holds, each with its number of tries: what the outcome is written by."""
    return {row.id or 0: row.attempts for row in rows}


def note_sent(session: Session, held: dict[int, int], now: datetime) -> None:
    """They went out."""
    keys = _close(session, held, state=SENT, sent_at=now, next_at=None, last_error="")
    told = select(col(Delivery.notice_id)).where(col(Delivery.id).in_(keys))
    first = session.scalars(select(col(Notice.id)).where(  # in one order, so that two digests wait, not deadlock
        col(Notice.id).in_(told), col(Notice.sent_at).is_(None)
    ).order_by(col(Notice.id)).with_for_update(key_share=True))
    session.execute(update(Notice).where(col(Notice.id).in_(list(first))).values(sent_at=now))


def note_dropped(session: Session, held: dict[int, int], why: str) -> None:
    """They have nowhere to go."""
    _close(session, held, state=DROPPED, next_at=None, last_error=why)


def note_failed(session: Session, held: dict[int, int], why: str, settings: Settings, now: datetime) -> None:
    """They are tried again, later each time and not in quiet hours; after the last try they are dead."""
    for key, attempts in held.items():
        again = next_try(attempts, now)
        row = session.get_one(Delivery, key)
        if again is not None and not row.urgent:
            again = after_quiet(_choice_of(session, row, settings), again)
        _close(session, {key: attempts}, state=WAITING if again else DEAD, next_at=again, last_error=why[:300])


def _choice_of(session: Session, row: Delivery, settings: Settings) -> NoticeChoice:
    """The wishes of a recipient; what is no person has no night."""
    if row.channel in (LOG, WEBHOOK):
        return NoticeChoice(account=uuid.UUID(int=0))
    account = uuid.UUID(row.recipient)
    return session.get(NoticeChoice, account) or default_choice(account, settings)


def _close(session: Session, held: dict[int, int], **values: Any) -> list[int]:
    """Write the outcome of those that are still ours."""
    ours = or_(*(and_(col(Delivery.id) == key, col(Delivery.attempts) == tries) for key, tries in held.items()))
    session.execute(update(Delivery).where(ours, col(Delivery.state) == SENDING).values(**values))
    return list(held)
