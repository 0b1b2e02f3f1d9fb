"""A phone is somebody's who can read a code that was sent to it: six digits, ten minutes, five tries, used once.

Only an argon2 hash of a code is kept: at some 20 ms a guess, trying all million takes far longer than a code lives.
What is kept of a day ago is deleted. Nobody learns here whether a phone is known: everybody is sent a code.
"""

from __future__ import annotations

import logging
import re
import secrets
import unicodedata
import uuid
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import Index, delete, or_, select, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Field, Session, SQLModel, col

from data.columns import BigId, UtcDateTime
from data.engine import is_postgresql
from governance.errors import InvalidField, NotAllowed, NotAuthenticated, TooMany
from governance.people import Account

log = logging.getLogger("wangge.codes")
#: The way of a code to its phone: told the phone and the code. It raises when it could not.
SendCode = Callable[[str, str], None]

LIVES = timedelta(minutes=10)
TRIES = 5
DIGITS = 6
#: The spans of the three numbers of a limit, such as 1,5,10.
SPANS = (timedelta(minutes=1), timedelta(hours=1), timedelta(days=1))
SECOND = timedelta(seconds=1)
#: Mobile numbers of the mainland: 11 digits from 13 to 19.
MOBILE = re.compile(r"(?:\+?86)?(1[3-9]\d{9})")
BETWEEN = re.compile(r"[\s()-]+")


class PhoneCode(SQLModel, table=True):
    """A code that was sent. The newest of a phone is the one that counts."""

    __tablename__ = "phone_code"
    __table_args__ = (Index("phone_code_phone", "phone", "created_at"),
                      Index("phone_code_address", "address", "created_at"),
                      Index("phone_code_created", "created_at"))

    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    phone: str = Field(max_length=20)
    address: str = Field(max_length=45, description="from where it was asked for")
    code_hash: str = Field(max_length=120)
    created_at: datetime = Field(sa_type=UtcDateTime)
    tries: int = 0
    used_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


def whole_seconds(wait: timedelta) -> int:
    """Rounded up, at least one."""
    return max(1, -(-wait // SECOND))


class BadCode(NotAuthenticated):
    """Wrong, run out, used up or never sent: which of them, nobody is told."""

    code = "bad_code"

    def __init__(self) -> None:
        super().__init__("验证码不正确或已失效, 请核对或重新获取",
                         "The code is wrong or no longer valid; check it or ask for another.")


# ---- rules ---------------------------------------------------------------------------------------------------------

def mobile(given: str) -> str:
    """The number as 11 digits, however it was typed (+86, blanks, hyphens). InvalidField if it is none."""
    plain = BETWEEN.sub("", unicodedata.normalize("NFKC", given))
    if (found := MOBILE.fullmatch(plain)) is None or not plain.isascii():
        raise InvalidField("phone", "应为 11 位手机号", "must be a mobile number of 11 digits", "bad_phone")
    return found[1]


def masked(phone: str) -> str:
    """138****8000."""
    return f"{phone[:3]}****{phone[-4:]}"


def wait_of(asked: Sequence[datetime], limits: str, now: datetime) -> timedelta:
    """How long to wait before asking again; zero: not at all. `limits`: a minute, an hour, a day, such as 1,5,10."""
    waits = [timedelta()]
    for span, most in zip(SPANS, map(int, limits.split(",")), strict=True):
        within = sorted(at for at in asked if at > now - span)
        if len(within) >= most:
            waits.append(within[len(within) - most] + span - now)
    return max(waits)


def is_alive(code: PhoneCode, now: datetime) -> bool:
    """Neither used, nor guessed at too often, nor too old."""
    return code.used_at is None and code.tries < TRIES and now <= code.created_at + LIVES


def new_code() -> str:
    return f"{secrets.randbelow(10 ** DIGITS):0{DIGITS}d}"


@cache
def hasher() -> PasswordHasher:
    """The least that OWASP advises for argon2id: 19 MiB, two passes."""
    return PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)


def matches(code: PhoneCode, given: str) -> bool:
    """Compared in constant time, by the library."""
    try:
        return hasher().verify(code.code_hash, given)
    except (VerificationError, InvalidHashError):
        return False


def log_only(phone: str, code: str) -> None:
    """The way while no gateway is set: a line for the operator, without the code."""
    log.info("a code was made for %s; no SMS gateway is set, so it was not sent", masked(phone))


# ---- asking for a code and proving it ------------------------------------------------------------------------------

def ask(session: Session, phone: str, address: str, limits: tuple[str, str], now: datetime) -> str:
    """A new code for the phone, which the caller sends after the commit. TooMany by the limits of a phone and of an
    address."""
    code = new_code()
    hashed = hasher().hash(code)
    one_at_a_time(session, [f"phone {phone}", f"address {address}"])
    session.execute(delete(PhoneCode).where(col(PhoneCode.created_at) < now - SPANS[-1]))
    recent = session.scalars(select(PhoneCode).where(
        or_(col(PhoneCode.phone) == phone, col(PhoneCode.address) == address))).all()
    wait = max(wait_of([c.created_at for c in recent if c.phone == phone], limits[0], now),
               wait_of([c.created_at for c in recent if c.address == address], limits[1], now))
    if wait > timedelta():
        raise TooMany(whole_seconds(wait))
    session.add(PhoneCode(phone=phone, address=address, code_hash=hashed, created_at=now))
    return code


def prove(session: Session, phone: str, given: str, now: datetime) -> BadCode | None:
    """Use the phone's newest code up; or what is to be answered. The caller commits either way: a failure counts.

    Counted under the lock of the code's row, so attempts in parallel count one by one.
    """
    code = session.scalar(select(PhoneCode).where(col(PhoneCode.phone) == phone).order_by(col(PhoneCode.id).desc())
                          .limit(1).with_for_update())
    if code is None or not is_alive(code, now):
        return BadCode()
    code.tries += 1
    if not matches(code, given):
        return BadCode()
    code.used_at = now
    return None


def resident_of(session: Session, phone: str, unit: str, now: datetime) -> Account:
    """The account of a proven phone, made if there is none: a resident of the whole city, without a password.

    NotAllowed for a phone of the staff, who sign in with their password: a code alone opens no desk.
    """
    dialect = postgresql if is_postgresql(session) else sqlite
    made = {"id": uuid.uuid4(), "phone": phone, "name": f"居民{phone[-4:]}", "role": "resident", "unit": unit,
            "active": True, "failures": 0, "created_at": now}
    session.execute(dialect.insert(Account).values(made).on_conflict_do_nothing(index_elements=["phone"]))
    account = session.scalars(select(Account).where(col(Account.phone) == phone)).one()
    if account.role != "resident" or not account.active:
        raise NotAllowed("该手机号属于工作人员或已停用的账号, 请用密码登录或联系管理员",
                         "This phone belongs to a member of staff or to an account that is shut; sign in with the "
                         "password or ask the administrator.")
    return account


def one_at_a_time(session: Session, keys: Iterable[str]) -> None:
    """Wait for whoever counts the same until the transaction ends. On SQLite whoever writes is alone anyway."""
    if is_postgresql(session):
        for key in sorted(keys):
            session.execute(text("SELECT pg_advisory_xact_lock(hashtextextended(:key, 0))"), {"key": key})
