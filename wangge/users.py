"""One account, added by hand at the terminal. The rules are those of the sheet of people."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Engine, select
from sqlmodel import col

from data.cells import Problems, Row
from data.engine import writing
from governance.audit import AuditEntry
from governance.city import Cities
from governance.errors import Conflict, FieldProblem, Invalid, MissingField
from governance.exchange.people import ACCOUNT_COLUMNS, AccountRow, check_account
from governance.people import Account
from governance.settings import Settings
from wangge.load import hash_password


def add_user(engine: Engine, settings: Settings, phone: str, name: str, role: str, unit: str, department: str,
             password: str, now: datetime) -> Account:
    """A new account that can sign in. Conflict if the phone is taken, Invalid with every field that is wrong."""
    if not password:
        raise MissingField("password")
    cells = dict(zip(ACCOUNT_COLUMNS, (phone, name, role, unit, department), strict=True)) | {"password": password}
    with writing(engine) as session:
        city = Cities(settings).at(session)
        row = _checked(cells, city.places.keys(), city.departments.keys())
        if session.scalar(select(col(Account.id)).where(col(Account.phone) == row.phone)) is not None:
            raise Conflict(f"手机号 {row.phone} 已有账号", f"There is an account with the phone {row.phone} already.")
        account = Account(id=uuid.uuid4(), phone=row.phone, name=row.name, role=row.role, unit=row.unit,
                          department=row.department, password_hash=hash_password(password), created_at=now)
        session.add(account)
        session.add(AuditEntry(at=now, role="admin", event="add_user", subject=str(account.id),
                               detail={"role": row.role, "unit": row.unit}))
        session.commit()
        return account


def _checked(cells: dict[str, str], units: Collection[str], departments: Collection[str]) -> AccountRow:
    problems = Problems()
    row = check_account(Row(1, cells, problems), units, departments, set())
    if problems.found:
        fields = [FieldProblem(p.field, p.reason, p.reason_en) for p in problems.found]
        raise Invalid("; ".join(f"{f.field}: {f.zh}" for f in fields), "; ".join(f"{f.field}: {f.en}" for f in fields),
                      *fields)
    return row
