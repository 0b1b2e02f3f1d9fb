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

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import Engine, func, select, update
from sqlmodel import Session, col

from data.engine import reading, writing
from governance.audit import AuditEntry
from governance.errors import AccountLocked, BadCredentials, NotAllowed
from governance.people import Account, LoginSession
from governance.settings import Settings

COOKIE = "wangge_session"
CSRF_HEADER = "X-CSRF-Token"
TOKEN_BYTES = 32


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


def token_hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def csrf_token(token: str) -> str:
    """What a page of ours sends beside the cookie: derived from the token, of no use without it."""
    return hmac.new(token.encode("utf-8", "replace"), b"wangge csrf", hashlib.sha256).hexdigest()


def check_csrf(token: str, sent: str | None) -> None:
    if sent is None or not hmac.compare_digest(csrf_token(token).encode(), sent.encode("utf-8", "replace")):
        raise CsrfFailed


class Doorkeeper:
    """Checks passwords and counts failures. One for each application."""

    def __init__(self, engine: Engine, settings: Settings) -> None:
        self.engine, self.settings = engine, settings
        self._hasher = PasswordHasher()
        self._nobody = self._hasher.hash(secrets.token_hex(16))
        # a check takes 64 MB; more at once than processors only makes all of them wait
        self._turns = threading.BoundedSemaphore(os.cpu_count() or 1)

    def sign_in(self, phone: str, password: str, now: datetime) -> Opened:
        """A new session, or BadCredentials, or AccountLocked. The failure is stored before it is told."""
        with reading(self.engine) as session:
            known = session.scalar(select(Account).where(col(Account.phone) == phone))
            failures = None if known is not None else failures_of_nobody(session, phone, now, self.settings)
        hashed = known.password_hash if known is not None and known.active else None
        right = not self._locked(known, failures, now) and self._matches(hashed, password)
        with writing(self.engine) as session:
            account = known and session.scalar(select(Account).where(col(Account.id) == known.id).with_for_update())
            refusal = self._count(session, account, phone, right, now)
            opened = open_session(session, account, now, self.settings) if account and refusal is None else None
            session.commit()
        if opened is None:
            raise refusal or BadCredentials
        return opened

    def _matches(self, hashed: str | None, password: str) -> bool:
        """Whether the password is right. Without a hash the same work is done for nobody."""
        with self._turns:
            try:
                return self._hasher.verify(hashed or self._nobody, password) and hashed is not None
            except (VerificationError, InvalidHashError):
                return False

    def _locked(self, account: Account | None, failures: int | None, now: datetime) -> bool:
        if account is None:
            return (failures or 0) >= self.settings.lock_after
        return account.locked_until is not None and account.locked_until > now

    def _count(self, session: Session, account: Account | None, phone: str, right: bool,
               now: datetime) -> BadCredentials | AccountLocked | None:
        """Count the attempt, write it down, and say what is to be answered; None: welcome."""
        if account is None:
            return self._count_nobody(session, phone, now)
        lock = timedelta(minutes=self.settings.lock_minutes)
        if account.locked_until is not None and account.locked_until > now:
            note(session, account, "sign_in_failed", now, locked=True)
            return AccountLocked(_seconds(account.locked_until - now))
        if right:
            account.failures, account.locked_until = 0, None
            note(session, account, "sign_in", now)
            return None
        account.failures = account.failures + 1 if account.locked_until is None else 1
        account.locked_until = None
        note(session, account, "sign_in_failed", now)
        if account.failures < self.settings.lock_after:
            return BadCredentials()
        account.locked_until = now + lock
        note(session, account, "locked", now)
        return AccountLocked(_seconds(lock))

    def _count_nobody(self, session: Session, phone: str, now: datetime) -> BadCredentials | AccountLocked:
        failures = failures_of_nobody(session, phone, now, self.settings)
        session.add(AuditEntry(at=now, role="", event="sign_in_failed", subject=subject_of(phone),
                               detail={"locked": True} if failures >= self.settings.lock_after else {}))
        if failures + 1 < self.settings.lock_after:
            return BadCredentials()
        return AccountLocked(_seconds(timedelta(minutes=self.settings.lock_minutes)))


def failures_of_nobody(session: Session, phone: str, now: datetime, settings: Settings) -> int:
    """Failures with a phone that nobody has, in the time that a lock lasts."""
    since = now - timedelta(minutes=settings.lock_minutes)
    return session.scalar(select(func.count()).select_from(AuditEntry).where(
        col(AuditEntry.at) > since, col(AuditEntry.event) == "sign_in_failed",
        col(AuditEntry.subject) == subject_of(phone))) or 0


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


def note(session: Session, account: Account, event: str, now: datetime, **detail: object) -> None:
    session.add(AuditEntry(at=now, actor=account.id, role=account.role, event=event, subject=str(account.id),
                           detail=detail))


def subject_of(phone: str) -> str:
    """An unknown phone in the audit log: the same for the same phone, without the phone."""
    return "phone:" + hashlib.sha256(phone.encode()).hexdigest()[:32]


def _seconds(span: timedelta) -> int:
    return max(1, -(-span // timedelta(seconds=1)))
