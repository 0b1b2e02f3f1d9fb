"""Accounts as an administrator looks after them: found, unlocked, given a new password; and the rule of every password.
Who they are and what they may is changed by drafts.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, func, or_, select, update
from sqlmodel import Session, col

from governance.audit import AuditEntry
from governance.errors import InvalidField, NotFound
from governance.exchange.people import hash_password, weak_password
from governance.people import Account, Actor, LoginSession
from grids.codes import code_range, within


@dataclass(frozen=True)
class AccountFilter:
    """What a list shows. None: no matter. `q` is the beginning of a phone or a part of a name."""

    q: str | None = None
    role: str | None = None
    unit: str | None = None
    department: str | None = None
    active: bool | None = None
    locked: bool | None = None


@dataclass(frozen=True)
class AccountSeen:
    """An account, and when somebody last signed in to it."""

    account: Account
    last_sign_in: datetime | None


def listed(session: Session, actor: Actor, wanted: AccountFilter, now: datetime, limit: int,
           after: uuid.UUID | None = None) -> tuple[list[AccountSeen], uuid.UUID | None]:
    """Those of the administrator's scope by phone, and where the next page begins (None: this was the last)."""
    query = _seen().where(*_conditions(actor, wanted, now)).order_by(col(Account.phone)).limit(limit + 1)
    if after is not None:
        last = session.get(Account, after)
        if last is None:
            raise InvalidField("cursor", "不是本列表给出的游标", "is not a cursor of this list", "bad_cursor")
        query = query.where(col(Account.phone) > last.phone)
    found = [AccountSeen(account, at) for account, at in session.execute(query)]
    return found[:limit], found[limit - 1].account.id if len(found) > limit else None


def unlock(session: Session, actor: Actor, account_id: uuid.UUID, now: datetime) -> AccountSeen:
    """Let somebody try again at once who has mistyped too often."""
    account = _held(session, actor, account_id)
    account.failures, account.locked_until = 0, None
    _note(session, actor, "unlock", account, now)
    return find(session, actor, account_id)


def set_password(session: Session, actor: Actor, account_id: uuid.UUID, password: str, now: datetime) -> AccountSeen:
    """A new password, by the rule of every password; whoever is signed in to the account must sign in anew."""
    must_be_strong(password)
    account = _held(session, actor, account_id)
    ended = renew_password(session, account, password, now)
    _note(session, actor, "set_password", account, now, sessions_ended=ended)
    return find(session, actor, account_id)


def must_be_strong(password: str) -> None:
    for zh, en in weak_password(password):
        raise InvalidField("password", zh, en, "weak_password")


def renew_password(session: Session, account: Account, password: str, now: datetime, stays: str = "") -> int:
    """Its sessions end, but for the one whose token's hash `stays`; gives how many ended."""
    account.password_hash, account.failures, account.locked_until = hash_password(password), 0, None
    ending = (col(LoginSession.account) == account.id, col(LoginSession.revoked_at).is_(None),
              col(LoginSession.expires_at) > now, col(LoginSession.token_hash) != stays)
    ended = session.scalar(select(func.count()).select_from(LoginSession).where(*ending)) or 0
    session.execute(update(LoginSession).where(*ending).values(revoked_at=now))
    return ended


def find(session: Session, actor: Actor, account_id: uuid.UUID) -> AccountSeen:
    """NotFound also of an account that is outside the administrator's scope."""
    found = session.execute(_seen().where(col(Account.id) == account_id)).one_or_none()
    if found is None or not within(found[0].unit, actor.unit):
        raise NotFound(f"账号 {account_id}")
    return AccountSeen(*found)


# ---- inside --------------------------------------------------------------------------------------------------------

def _seen() -> Select[Account, datetime]:
    last = select(func.max(col(LoginSession.created_at))).where(
        col(LoginSession.account) == col(Account.id)).scalar_subquery()
    return select(Account, last)


def _conditions(actor: Actor, wanted: AccountFilter, now: datetime) -> Iterator[ColumnElement[bool]]:
    for unit in (actor.unit, wanted.unit):
        if unit:
            low, high = code_range(unit)
            yield (col(Account.unit) >= low) & (col(Account.unit) < high)
    for column, value in ((col(Account.role), wanted.role), (col(Account.department), wanted.department),
                          (col(Account.active), wanted.active)):
        if value is not None:
            yield column == value
    if wanted.q and (words := wanted.q.strip()):
        yield or_(col(Account.phone).startswith(words, autoescape=True),
                  col(Account.name).icontains(words, autoescape=True))
    if wanted.locked is not None:
        locked = col(Account.locked_until).is_not(None) & (col(Account.locked_until) > now)
        yield locked if wanted.locked else ~func.coalesce(locked, False)


def _held(session: Session, actor: Actor, account_id: uuid.UUID) -> Account:
    """The account, locked until the caller commits."""
    find(session, actor, account_id)
    return session.scalars(select(Account).where(col(Account.id) == account_id).with_for_update()).one()


def _note(session: Session, actor: Actor, event: str, account: Account, now: datetime, **detail: object) -> None:
    session.add(AuditEntry(at=now, actor=actor.id, role=actor.role, event=event, subject=str(account.id),
                           detail={"role": account.role, "unit": account.unit, **detail}))
    session.flush()
