"""The secret beside a number: who has both follows the report, without an account and on any phone.

Eight signs that no eye mixes up (no 0 O, 1 I L, U V), in two groups: easy to copy and to print, hard to guess (29 to
the eighth). Only a hash of incident and code is kept. A report that is sent again gets a further code: the first answer
may never have arrived.
"""

from __future__ import annotations

import hashlib
import secrets
import unicodedata
import uuid
from datetime import datetime

from sqlalchemy import select
from sqlmodel import Field, Session, SQLModel, col

from data.columns import UtcDateTime
from governance.errors import NotFound
from governance.incident import Incident

SIGNS = "23456789ABCDEFGHJKMNPQRSTWXYZ"
LENGTH = 8


class FollowCode(SQLModel, table=True):
    """One code of one incident, by its hash."""

    __tablename__ = "follow_code"

    incident_id: uuid.UUID = Field(primary_key=True, foreign_key="incident.id")
    code_hash: str = Field(primary_key=True, max_length=64)
    created_at: datetime = Field(sa_type=UtcDateTime)


def give(session: Session, incident_id: uuid.UUID, now: datetime) -> str:
    """A new code of the incident, as it is shown: K7QM-3XPD. Known here and to the caller, nowhere else."""
    code = "".join(secrets.choice(SIGNS) for _ in range(LENGTH))
    session.add(FollowCode(incident_id=incident_id, code_hash=hash_of(incident_id, code), created_at=now))
    return f"{code[:LENGTH // 2]}-{code[LENGTH // 2:]}"


def hash_of(incident_id: uuid.UUID, code: str) -> str:
    return hashlib.sha256(incident_id.bytes + plain(code).encode()).hexdigest()


def plain(code: str) -> str:
    """As it was made, however it was typed: small letters, blanks, hyphens, full width."""
    return "".join(sign for sign in unicodedata.normalize("NFKC", code).upper() if sign.isalnum())


def find(session: Session, number: str, code: str) -> uuid.UUID:
    """The id of the incident of this number and code. NotFound alike for a number that is none and a code that is
    wrong. Only the id: whoever goes on to change it must read it under its lock."""
    ident = session.scalar(select(col(Incident.id)).where(col(Incident.number) == number.strip()))
    if ident is not None and session.get(FollowCode, (ident, hash_of(ident, code))) is not None:
        return ident
    raise NotFound(f"编号 {number} 或查询码有误 (the number or its code is wrong)")
