"""Proof of what happened: transitions chained by hash, and a log of reads that must be accounted for."""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Column
from sqlmodel import Field, SQLModel

from data.columns import BigId, Document, UtcDateTime
from governance.incident import Transition

FIRST_HASH = "0" * 64


class AuditEntry(SQLModel, table=True):
    """Somebody read or did something that must be accounted for. Append-only."""

    __tablename__ = "audit_entry"

    id: int | None = Field(default=None, sa_column=Column(BigId, primary_key=True, autoincrement=True))
    at: datetime = Field(sa_type=UtcDateTime, index=True)
    actor: uuid.UUID | None = None
    role: str = Field(max_length=20)
    event: str = Field(max_length=40, description="read_restricted, sign_in, sign_in_failed, locked, load …")
    subject: str = Field(default="", max_length=80)
    detail: dict[str, Any] = Field(default_factory=dict, sa_column=Column(Document, nullable=False))


def digest(document: Any) -> str:
    """SHA-256 of a document written in one way only (sorted keys, no spaces, UTF-8)."""
    text = json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def chain(transition: Transition, before: str) -> str:
    """The hash of a transition: of everything it says and of the hash before it."""
    return chain_values(transition.model_dump(exclude={"hash"}, mode="python"), before)


def chain_values(said: dict[str, Any], before: str) -> str:
    """The same of a transition that is not a record yet: its values without the hash."""
    return digest([before, {**said, "at": said["at"].astimezone(UTC).isoformat()}])


def first_broken(transitions: Iterable[Transition]) -> int | None:
    """The seq of the first transition that was changed, removed or put in; None if the chain holds."""
    before, expected = FIRST_HASH, 1
    for transition in transitions:
        if transition.seq != expected or transition.hash != chain(transition, before):
            return expected
        before, expected = transition.hash, expected + 1
    return None
