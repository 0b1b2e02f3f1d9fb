"""The audit log, for the auditor alone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from fastapi import APIRouter, Query
from sqlalchemy import ColumnElement, select
from sqlmodel import col

from api.dependencies import MayReadAudit
from api.documented import ALWAYS, SIGNED_IN
from api.schemas.audit import AuditOut, AuditPage, AuditQuery
from data.engine import reading
from governance.audit import AuditEntry
from governance.errors import InvalidField

router = APIRouter(prefix="/api/v1", tags=["audit"], responses={**ALWAYS, **SIGNED_IN})


@router.get("/audit", summary="审计日志 The audit log")
def read_audit(caller: MayReadAudit, wanted: Annotated[AuditQuery, Query()]) -> AuditPage:
    """Newest first."""
    query = select(AuditEntry).where(*conditions(wanted)).order_by(col(AuditEntry.id).desc())
    with reading(caller.engine) as session:
        found = list(session.scalars(query.limit(wanted.limit + 1)))
    page = found[:wanted.limit]
    return AuditPage(items=[entry_out(entry) for entry in page],
                     next_cursor=str(page[-1].id) if len(found) > wanted.limit else None)


def conditions(wanted: AuditQuery) -> Iterator[ColumnElement[bool]]:
    for name in ("event", "actor", "subject"):
        if (value := getattr(wanted, name)) is not None:
            yield col(getattr(AuditEntry, name)) == value
    if wanted.since is not None:
        yield col(AuditEntry.at) >= wanted.since
    if wanted.until is not None:
        yield col(AuditEntry.at) < wanted.until
    if wanted.cursor is not None:
        yield col(AuditEntry.id) < read_cursor(wanted.cursor)


def read_cursor(cursor: str) -> int:
    if not (cursor.isascii() and cursor.isdigit() and len(cursor) < 19):
        raise InvalidField("cursor", "不是本列表给出的游标", "is not a cursor of this list", "bad_cursor")
    return int(cursor)


def entry_out(entry: AuditEntry) -> AuditOut:
    return AuditOut.model_validate(entry.model_dump())
