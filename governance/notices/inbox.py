"""The inbox: what a person has been told, and what of it the person has read.

A department's notices are in the inbox of each of its people; each marks them read for oneself.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, func, literal, or_, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Field, Session, SQLModel, col

from data.columns import BigId, UtcDateTime
from data.engine import is_postgresql
from governance.incident import Incident
from governance.notices.choice import NoticeChoice
from governance.outbox import Notice
from governance.people import DEPARTMENT_ROLES, Account, Actor


class NoticeRead(SQLModel, table=True):
    """Somebody has read a notice."""

    __tablename__ = "notice_read"

    notice_id: int = Field(primary_key=True, sa_type=BigId, foreign_key="notice.id")
    account: uuid.UUID = Field(primary_key=True, foreign_key="account.id")
    at: datetime = Field(sa_type=UtcDateTime)


Row = tuple[Notice, str, datetime | None]


def mine(actor: Actor) -> ColumnElement[bool]:
    """The notices for a person, and those for the person's department since the account was made."""
    own = and_(col(Notice.recipient_kind) == "account", col(Notice.recipient) == str(actor.id))
    if actor.role not in DEPARTMENT_ROLES or actor.department is None:
        return own
    began = select(col(Account.created_at)).where(col(Account.id) == actor.id).scalar_subquery()
    ours = and_(col(Notice.recipient_kind) == "department", col(Notice.recipient) == actor.department,
                col(Notice.created_at) >= began)
    return or_(own, ours)


def unread_by(actor: Actor) -> ColumnElement[bool]:
    return ~select(NoticeRead).where(
        col(NoticeRead.notice_id) == col(Notice.id), col(NoticeRead.account) == actor.id).exists()


def page(session: Session, actor: Actor, unread: bool | None, limit: int, before: int | None) -> list[Row]:
    """Newest first: each notice with the number of its incident and when the person read it."""
    read = and_(col(NoticeRead.notice_id) == col(Notice.id), col(NoticeRead.account) == actor.id)
    query = select(Notice, col(Incident.number), col(NoticeRead.at)).join(
        Incident, col(Incident.id) == col(Notice.incident_id)).join(NoticeRead, read, isouter=True).where(mine(actor))
    if unread is not None:
        query = query.where(col(NoticeRead.at).is_(None) if unread else col(NoticeRead.at).is_not(None))
    if before is not None:
        query = query.where(col(Notice.id) < before)
    rows = session.execute(query.order_by(col(Notice.id).desc()).limit(limit))
    return [(notice, number, at) for notice, number, at in rows]


def count_unread(session: Session, actor: Actor) -> int:
    return session.scalar(select(func.count()).select_from(Notice).where(mine(actor), unread_by(actor))) or 0


def mark_read(session: Session, actor: Actor, ids: Sequence[int], up_to: int | None, now: datetime) -> None:
    """Those of the ids, or all up to one, that are the person's own and not yet read. Twice is once."""
    chosen = or_(col(Notice.id).in_(ids), col(Notice.id) <= (up_to or 0))
    rows = select(col(Notice.id), literal(actor.id, NoticeRead.__table__.c.account.type),  # type: ignore[attr-defined]
                  literal(now, UtcDateTime())).where(mine(actor), chosen, unread_by(actor))
    dialect: Any = postgresql if is_postgresql(session) else sqlite
    session.execute(dialect.insert(NoticeRead).from_select(["notice_id", "account", "at"], rows)
                    .on_conflict_do_nothing(index_elements=["notice_id", "account"]))


def keep_choice(session: Session, choice: NoticeChoice, now: datetime) -> None:
    """What a person wishes from now on; the last word counts."""
    choice.updated_at = now
    dialect: Any = postgresql if is_postgresql(session) else sqlite
    values = choice.model_dump()
    wishes = {name: value for name, value in values.items() if name != "account"}
    session.execute(dialect.insert(NoticeChoice).values(values).on_conflict_do_update(
        index_elements=["account"], set_=wishes))
