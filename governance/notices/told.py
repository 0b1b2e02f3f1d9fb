"""Who was told what of one incident, for its timeline. Whoever may see the incident may know it; who reports only for
oneself reads the own notices, and where the reporter is not to be known the reporter has no name here either.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlmodel import Session, col

from governance.incident import Incident
from governance.notices.inbox import NoticeRead, mine
from governance.outbox import Notice
from governance.people import OWN_ONLY_ROLES, Account, Actor, Department


@dataclass(frozen=True)
class Told:
    """One recipient told once. `name` is None where the reporter is not to be known; read: by how many people."""

    seq: int
    event: str
    text: str
    text_en: str
    urgent: bool
    kind: str
    name: str | None
    at: datetime
    read: int


def told_of(session: Session, actor: Actor, incident: Incident, knows_reporter: bool) -> list[Told]:
    """In the order of telling. Two queries for the names, however many notices."""
    read = select(func.count()).where(col(NoticeRead.notice_id) == col(Notice.id)).scalar_subquery()
    query = select(Notice, read).where(col(Notice.incident_id) == incident.id).order_by(col(Notice.id))
    if actor.role in OWN_ONLY_ROLES:
        query = query.where(mine(actor))
    rows = session.execute(query).all()
    names = _names(session, [notice for notice, _ in rows], residents=knows_reporter)
    hidden = {str(incident.reporter), str(incident.id)} if not knows_reporter else set()
    return [Told(n.seq, n.event, n.text, n.text_en, n.urgent, n.recipient_kind,
                 None if n.recipient in hidden else names.get(n.recipient), n.created_at, count) for n, count in rows]


def _names(session: Session, notices: list[Notice], residents: bool) -> dict[str, str]:
    """By code or id. Residents are here because they reported this, or the same under another number."""
    departments = {n.recipient for n in notices if n.recipient_kind == "department"}
    accounts = {uuid.UUID(n.recipient) for n in notices if n.recipient_kind == "account"}
    leads = session.execute(select(col(Department.code), col(Department.name)).where(
        col(Department.code).in_(departments)))
    people = session.execute(select(col(Account.id), col(Account.name), col(Account.role)).where(
        col(Account.id).in_(accounts)))
    names = {str(ident): name for ident, name, role in people if residents or role != "resident"}
    return names | {row.code: row.name for row in leads}
