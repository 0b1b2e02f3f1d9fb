"""Departments and accounts back to what they were before a draft; refused, with the reason, if something later stands
on what it brought.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import delete, exists, select, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, SQLModel, col

from data.bulk import slices, write_rows
from governance.clocks import Clock
from governance.drafts.kind import Content, Tools
from governance.errors import Conflict
from governance.incident import Incident, Transition
from governance.people import Account, Department, Duty, LoginSession
from governance.scope import assists

#: What a sheet governs of an account; the rest (failed sign-ins …) goes on by itself.
KEPT: Final = ("name", "role", "unit", "department", "active", "password_hash")


def rows_of(session: Session, codes: Sequence[str], phones: Sequence[str]) -> Content:
    """The departments, their duties and the accounts that there are of these, as plain values."""
    departments = _some(session, Department, "code", codes)
    duties = _some(session, Duty, "department", codes)
    accounts = [{"phone": a["phone"], **{name: a[name] for name in KEPT}}
                for a in _some(session, Account, "phone", phones)]
    return {"departments": departments, "duties": duties, "accounts": accounts}


def _some(session: Session, table: type[SQLModel], column: str, values: Sequence[str]) -> list[dict[str, Any]]:
    key = col(getattr(table, column))
    return [record.model_dump() for some in slices(values)
            for record in session.scalars(select(table).where(key.in_(some)))]


def with_open(session: Session, departments: Collection[str]) -> list[str]:
    """The numbers of the open incidents that any of the departments leads or is called to."""
    found: set[str] = set()
    for code in departments:
        theirs = (col(Incident.department) == code) | assists(code)
        found |= set(session.scalars(select(col(Incident.number)).where(col(Incident.outcome).is_(None), theirs)))
    return sorted(found)


def restore(session: Session, content: Content, before: Content, tools: Tools) -> None:
    """Changed rows as they were, added rows gone."""
    _unchanged_since(session, content)
    _restore_accounts(session, before["accounts"])
    _drop_accounts(session, _added(content["accounts"], before["accounts"], "phone"))
    _restore_departments(session, content, before)


def _added(content: Iterable[Mapping[str, Any]], before: Iterable[Mapping[str, Any]], key: str) -> list[str]:
    known = {row[key] for row in before}
    return [row[key] for row in content if row[key] not in known]


def _unchanged_since(session: Session, content: Content) -> None:
    """Nobody has changed an account of the draft by hand since."""
    applied = {row["phone"]: row for row in content["accounts"]}
    for account in _some(session, Account, "phone", list(applied)):
        row = applied[account["phone"]]
        if any(account[name] != row[name] for name in KEPT if name != "password_hash" or row[name]):
            raise Conflict(f"账号 {account['name']} {account['phone']} 之后已被修改, 不能回滚",
                           f"The account {account['phone']} has been changed since.")


def _restore_accounts(session: Session, accounts: Sequence[Mapping[str, Any]]) -> None:
    for row in accounts:
        session.execute(update(Account).filter_by(phone=row["phone"]).values({name: row[name] for name in KEPT}))


def _drop_accounts(session: Session, phones: Sequence[str]) -> None:
    """Accounts that have done nothing but sign in. Conflict names the first one that has."""
    for some in slices(phones):
        accounts = {a.id: a for a in session.scalars(select(Account).where(col(Account.phone).in_(some)))}
        _refuse_busy(session, accounts)
        session.execute(delete(LoginSession).where(col(LoginSession.account).in_(accounts)))
        _delete(session, delete(Account).where(col(Account.id).in_(accounts)))


def _refuse_busy(session: Session, accounts: Mapping[uuid.UUID, Account]) -> None:
    for column in (col(Incident.reporter), col(Incident.handler), col(Transition.actor)):
        busy = session.scalar(select(column).where(column.in_(accounts)).limit(1))
        if busy is not None:
            account = accounts[busy]
            raise Conflict(f"账号 {account.name} {account.phone} 已办理事件, 不能回滚; 可改为停用 (active=no)",
                           f"The account {account.phone} has acted on incidents; deactivate it instead (active=no).")


def _restore_departments(session: Session, content: Content, before: Content) -> None:
    codes = [*(row["code"] for row in content["departments"]), *before["gone"]]
    for some in slices(codes):
        session.execute(delete(Duty).where(col(Duty.department).in_(some)))
    if before["departments"]:
        session.execute(update(Department), before["departments"])
    for code in _added(content["departments"], before["departments"], "code"):
        _drop_department(session, code)
    write_rows(session, Duty, before["duties"])


def _drop_department(session: Session, code: str) -> None:
    used = session.scalar(select(exists().where((col(Incident.department) == code) | assists(code)))) \
        or session.scalar(select(exists().where(col(Clock.department) == code)))
    if used:
        raise Conflict(f"单位 {code} 已承办事件, 不能回滚", f"The department {code} has been given incidents since.")
    _delete(session, delete(Department).where(col(Department.code) == code))


def _delete(session: Session, statement: Any) -> None:
    """What the database itself still holds on to."""
    try:
        session.execute(statement)
    except IntegrityError as error:
        raise Conflict("新增的部门或账号已被其他数据引用, 不能回滚",
                       "What the draft added is referred to by something later.") from error
