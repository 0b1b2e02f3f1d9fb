"""Signing in: passwords, locks, tokens and the CSRF token.

A token is random and opaque; only its SHA-256 is stored, so a stolen database signs nobody in. An unknown phone, an
inactive account and a wrong password get the same answer after the same work, and lock after as many failures: an
account by its own counter, an unknown phone by the audit log. Failures are counted under a lock on the account's row,
after the password was checked, so attempts in parallel count one by one and none of them outruns the lock.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
import threading
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import Engine, func, select, update
from sqlmodel import Session, col

from data.engine import reading, writing
from governance import accounts
from governance.audit import AuditEntry
from governance.errors import AccountLocked, BadCredentials, InvalidField, NotAllowed, NotReady
from governance.people import Account, LoginSession
from governance.settings import Settings

COOKIE = "wangge_session"
CSRF_HEADER = "X-CSRF-Token"
TOKEN_BYTES = 32
NO_TIME, A_DAY = timedelta(), timedelta(days=1)
#: Seconds that a sign-in waits for its turn.
LONGEST_WAIT = 10.0


class CsrfFailed(NotAllowed):
    """A cookie alone does not prove that the person meant it."""

    code = "csrf_failed"

    def __init__(self) -> None:
        super().__init__("缺少或错误的 X-CSRF-Token", "The X-CSRF-Token header is missing or wrong.")


@dataclass(frozen=True)
class Opened:
    """A new session. The token is known here and to the caller, nowhere else."""

    account: Account
    token: str
    expires_at: datetime


@dataclass(frozen=True)
class Standing:
    """Failures in a row, and how long the lock still holds (not positive: it does not)."""

    failures: int
    remaining: timedelta


def token_hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def csrf_token(token: str) -> str:
    """What a page of ours sends beside the cookie: derived from the token, of no use without it."""
    return hmac.new(token.encode("utf-8", "replace"), b"wangge csrf", hashlib.sha256).hexdigest()


def check_csrf(token: str, sent: str | None) -> None:
    if sent is None or not hmac.compare_digest(csrf_token(token).encode(), sent.encode("utf-8", "replace")):
        raise CsrfFailed


@cache
def hash_of_nobody() -> str:
    """A hash that no password matches, for the same work where there is no account; made once, when we start."""
    return PasswordHasher().hash(secrets.token_hex(16))


class Doorkeeper:
    """Checks passwords and counts failures. One for each application."""

    def __init__(self, engine: Engine, settings: Settings) -> None:
        self.engine, self.settings = engine, settings
        self._lock = timedelta(minutes=settings.lock_minutes)
        self._hasher = PasswordHasher()
        self._nobody = hash_of_nobody()
        # a check takes 64 MB; more at once than processors only makes all of them wait
        self._turns = threading.BoundedSemaphore(os.cpu_count() or 1)

    def sign_in(self, phone: str, password: str, now: datetime) -> Opened:
        """A new session, or BadCredentials, or AccountLocked. The failure is stored before it is told."""
        known, right = self._check(phone, password, now)
        with writing(self.engine) as session:
            account = known and _held(session, known.id)
            refusal = self._count(session, account, phone, right, now)
            opened = open_session(session, account, now, self.settings) if account and refusal is None else None
            session.commit()
        if opened is None:
            raise refusal or BadCredentials
        return opened

    def change_password(self, phone: str, token: str, old: str, new: str, now: datetime) -> None:
        """The own one, proved by the old one. A wrong old one counts like a failed sign-in, so that a session left open
        does not help to guess it. Who is signed in elsewhere must sign in anew. InvalidField, or AccountLocked."""
        accounts.must_be_strong(new)
        known, right = self._check(phone, old, now)
        with writing(self.engine) as session:
            account = known and _held(session, known.id)
            refusal = self._count(session, account, phone, right, now, "change_password")
            if refusal is None and account is not None:
                accounts.renew_password(session, account, new, now, stays=token_hash(token))
            session.commit()
        if isinstance(refusal, AccountLocked):
            raise refusal
        if refusal is not None:
            raise InvalidField("old", "原密码不正确", "is not the password of now", "wrong_password")

    def _check(self, phone: str, password: str, now: datetime) -> tuple[Account | None, bool]:
        """Whose phone it is, and whether the password is right and may be tried now."""
        with reading(self.engine) as session:
            known = session.scalar(select(Account).where(col(Account.phone) == phone))
            locked = self._standing(session, known, phone, now).remaining > NO_TIME
        hashed = known.password_hash if known is not None and known.active else None
        return known, not locked and self._matches(hashed, password)

    def _matches(self, hashed: str | None, password: str) -> bool:
        """Whether the password is right. Without a hash the same work is done for nobody."""
        if not self._turns.acquire(timeout=LONGEST_WAIT):
            raise NotReady("登录人数过多, 请稍后再试", "Too many people are signing in; try again.")
        try:
            return self._hasher.verify(hashed or self._nobody, password) and hashed is not None
        except (VerificationError, InvalidHashError):
            return False
        finally:
            self._turns.release()

    def _standing(self, session: Session, account: Account | None, phone: str, now: datetime) -> Standing:
        if account is None:
            return standing_of_nobody(session, phone, now, self._lock)
        if account.locked_until is None:
            return Standing(account.failures, NO_TIME)
        return Standing(0, account.locked_until - now)

    def _count(self, session: Session, account: Account | None, phone: str, right: bool, now: datetime,
               event: str = "sign_in") -> BadCredentials | AccountLocked | None:
        """Count the attempt, write it down, and say what is to be answered; None: welcome."""
        standing = self._standing(session, account, phone, now)
        if standing.remaining > NO_TIME:
            note(session, account, phone, f"{event}_refused", now)
            return AccountLocked(_seconds(standing.remaining))
        failures = 0 if right else standing.failures + 1
        locks = failures >= self.settings.lock_after
        if account is not None:
            account.failures, account.locked_until = failures, now + self._lock if locks else None
        note(session, account, phone, event if right else f"{event}_failed", now)
        if locks:
            note(session, account, phone, "locked", now)
            return AccountLocked(_seconds(self._lock))
        return None if right else BadCredentials()


def _held(session: Session, account: uuid.UUID) -> Account | None:
    """The account, locked until the caller commits."""
    return session.scalar(select(Account).where(col(Account.id) == account).with_for_update())


def standing_of_nobody(session: Session, phone: str, now: datetime, lock: timedelta) -> Standing:
    """What an account would say of itself, for a phone that nobody has: from the audit log of the last day."""
    mine = (col(AuditEntry.at) > now - A_DAY, col(AuditEntry.subject) == subject_of(None, phone))
    last = session.execute(select(col(AuditEntry.id), col(AuditEntry.at)).where(
        *mine, col(AuditEntry.event) == "locked").order_by(col(AuditEntry.id).desc()).limit(1)).one_or_none()
    since, at = last or (0, now - A_DAY)
    failures = session.scalar(select(func.count()).select_from(AuditEntry).where(
        *mine, col(AuditEntry.event) == "sign_in_failed", col(AuditEntry.id) > since))
    return Standing(failures or 0, at + lock - now)


def open_session(session: Session, account: Account, now: datetime, settings: Settings) -> Opened:
    """A session of the account, stored by the hash of its token."""
    token, ends = secrets.token_urlsafe(TOKEN_BYTES), now + timedelta(hours=settings.session_hours)
    session.add(LoginSession(token_hash=token_hash(token), account=account.id, created_at=now, expires_at=ends))
    return Opened(account, token, ends)


def close_session(session: Session, token: str, actor: uuid.UUID | None, role: str, now: datetime) -> None:
    """The token is worth nothing from now on."""
    session.execute(update(LoginSession).where(
        col(LoginSession.token_hash) == token_hash(token)).values(revoked_at=now))
    session.add(AuditEntry(at=now, actor=actor, role=role, event="sign_out", subject=str(actor)))


def note(session: Session, account: Account | None, phone: str, event: str, now: datetime) -> None:
    session.add(AuditEntry(at=now, actor=account.id if account else None, role=account.role if account else "",
                           event=event, subject=subject_of(account, phone)))


def subject_of(account: Account | None, phone: str) -> str:
    """The account; or an unknown phone: the same for the same phone, without the phone."""
    return str(account.id) if account else "phone:" + hashlib.sha256(phone.encode()).hexdigest()[:32]


def _seconds(span: timedelta) -> int:
    return max(1, -(-span // timedelta(seconds=1)))
