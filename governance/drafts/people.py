"""Drafts of departments and accounts: departments are known by code, accounts by phone. New ones are added, known ones
changed; only a sheet that is called complete removes departments, and an account is never removed.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Final

from sqlalchemy import delete, select, update
from sqlmodel import Session, col

from data.bulk import slices, write_rows
from governance.drafts.kind import (
    Change,
    Content,
    Kind,
    Options,
    Preview,
    Tools,
    Written,
    affected,
    concerned,
    differences,
    touched,
)
from governance.drafts.people_back import restore, rows_of, with_open
from governance.drafts.taxonomy import FUNCTIONS, current_functions
from governance.errors import Conflict, NotReady
from governance.exchange.people import AccountRow, hash_password, read_accounts, read_departments
from governance.people import Account, Department, Duty
from grids.unit import BoundaryVersion, Unit
from taxonomy.exchange import read_functions

GOVERNED: Final = ("name", "role", "unit", "department", "active")


# ---- reading -------------------------------------------------------------------------------------------------------

def read(session: Session, files: Mapping[str, Path], options: Options) -> Content:
    """Departments, accounts, or both. Passwords are hashed here and kept nowhere."""
    levels = _unit_levels(session)
    known = set(session.scalars(select(col(Department.code))))
    departments, duties = read_departments(files["departments"], levels, _functions(session, files)) \
        if "departments" in files else ([], [])
    codes = {d.code for d in departments}
    accounts = read_accounts(files["accounts"], levels, codes if options.complete and codes else known | codes) \
        if "accounts" in files else []
    return {"departments": [d.model_dump() for d in departments], "duties": [d.model_dump() for d in duties],
            "accounts": _hashed(accounts), "complete": options.complete and "departments" in files}


def _functions(session: Session, files: Mapping[str, Path]) -> set[str]:
    """A sheet of functions, else those of every list in force and those that we ship."""
    if "functions" in files:
        return {f.code for f in read_functions(files["functions"])}
    return {f.code for f in read_functions(FUNCTIONS)} | current_functions(session)


def _hashed(accounts: Sequence[AccountRow]) -> list[dict[str, Any]]:
    with ThreadPoolExecutor() as pool:  # a hash is meant to take long
        given = {row.phone: row.password for row in accounts if row.password}
        hashes = dict(zip(given, pool.map(hash_password, given.values()), strict=True))
    return [{"phone": a.phone, **{name: getattr(a, name) for name in GOVERNED}, "password_hash": hashes.get(a.phone)}
            for a in accounts]


def _unit_levels(session: Session) -> Mapping[str, str]:
    rows = session.execute(select(col(Unit.code), col(Unit.level)).join(
        BoundaryVersion, col(BoundaryVersion.version) == col(Unit.version)).where(
            col(BoundaryVersion.current), col(Unit.voided_at).is_(None))).all()
    if not rows:
        raise NotReady("尚未导入网格, 请先运行 wangge load grids", "No grids are loaded yet; run: wangge load grids")
    return {row.code: row.level for row in rows}


# ---- comparing -----------------------------------------------------------------------------------------------------

def compare(session: Session, content: Content, tools: Tools) -> Preview:
    """Who is added, changed and removed, and the open incidents of such departments."""
    sheet = _described(content["departments"], content["duties"])
    departments = differences("department", _departments(session), sheet, content["complete"])
    departments += _removed(session, content)
    phones = [account["phone"] for account in content["accounts"]]
    accounts = differences("account", _accounts(session, phones), _sheet(content["accounts"]), remove=False)
    preview = Preview({part: len(content[part]) for part in ("departments", "duties", "accounts")},
                      [*departments, *accounts])
    preview.affects = affected(concerned(session, "department", touched(departments, "department")))
    _warn(session, departments, preview)
    return preview


def _removed(session: Session, content: Content) -> list[Change]:
    """The departments that are named to go."""
    known = _departments(session) if content.get("removed") else {}
    return [Change("department", "removed", code, known[code]["name"]) for code in content.get("removed", ())
            if code in known]


def _warn(session: Session, changes: Sequence[Change], preview: Preview) -> None:
    gone = touched(changes, "department", "removed")
    if numbers := with_open(session, gone):
        preview.warnings.append((f"拟撤销的单位还有 {len(numbers)} 件在办事件, 须先改派, 否则不能应用",
                                 f"Departments to be removed still have {len(numbers)} open incidents; transfer these "
                                 "first, or this cannot be applied"))
    if gone:
        preview.warnings.append(("撤销单位的账号将停用", "The accounts of removed departments will be deactivated"))


def _departments(session: Session) -> dict[str, dict[str, Any]]:
    """Those that answer for something; the others have been removed."""
    rows = _described([d.model_dump() for d in session.scalars(select(Department))],
                      [d.model_dump() for d in session.scalars(select(Duty))])
    return {code: row for code, row in rows.items() if row["functions"]}


def _described(departments: Iterable[Mapping[str, Any]], duties: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """A department with what it answers for."""
    answers: dict[str, list[str]] = {}
    for duty in duties:
        answers.setdefault(duty["department"], []).append(f"{duty['function']}@{duty['unit']}")
    return {d["code"]: {**d, "functions": sorted(answers.get(d["code"], ()))} for d in departments}


def _accounts(session: Session, phones: Sequence[str]) -> dict[str, dict[str, Any]]:
    return {a.phone: {name: getattr(a, name) for name in GOVERNED} for some in slices(phones)
            for a in session.scalars(select(Account).where(col(Account.phone).in_(some)))}


def _sheet(accounts: Iterable[Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """A password that is given is always a change."""
    return {a["phone"]: {name: a[name] for name in GOVERNED} | ({"password": "new"} if a["password_hash"] else {})
            for a in accounts}


# ---- writing -------------------------------------------------------------------------------------------------------

def write(session: Session, content: Content, tools: Tools) -> Written:
    """Departments, what they answer for, accounts. Conflict while a department to be removed has open incidents."""
    gone = _gone(session, content)
    if numbers := with_open(session, gone):
        raise Conflict(f"拟撤销的单位还有 {len(numbers)} 件在办事件 ({'、'.join(numbers[:5])}), 请先改派",
                       f"Departments to be removed have {len(numbers)} open incidents ({', '.join(numbers[:5])}); "
                       "transfer these first.", incidents=numbers[:200])
    before = _before(session, content, gone)
    _store_departments(session, content, tools)
    _store_accounts(session, content["accounts"], tools)
    _remove(session, gone)
    return Written(before)


def _gone(session: Session, content: Content) -> set[str]:
    """Departments that are named to go, or that a complete sheet does not name."""
    if not content["complete"]:
        return set(content.get("removed", ()))
    return set(session.scalars(select(col(Duty.department)))) - {d["code"] for d in content["departments"]}


def _before(session: Session, content: Content, gone: Collection[str]) -> Content:
    """The rows that will be changed or removed, as they are."""
    codes = [*(d["code"] for d in content["departments"]), *sorted(gone)]
    phones = [a["phone"] for a in content["accounts"]]
    deactivated = session.scalars(select(col(Account.phone)).where(col(Account.department).in_(gone)))
    return rows_of(session, codes, [*phones, *deactivated]) | {"gone": sorted(gone)}


def _store_departments(session: Session, content: Content, tools: Tools) -> None:
    """What a department answered for before is replaced by what the sheet says."""
    departments: list[dict[str, Any]] = content["departments"]
    known = set(session.scalars(select(col(Department.code))))
    for some in slices([d["code"] for d in departments if d["code"] in known]):
        session.execute(delete(Duty).where(col(Duty.department).in_(some)))
    if changed := [d for d in departments if d["code"] in known]:
        session.execute(update(Department), changed)
    write_rows(session, Department, [d for d in departments if d["code"] not in known], tools.told)
    write_rows(session, Duty, content["duties"])


def _store_accounts(session: Session, accounts: Sequence[dict[str, Any]], tools: Tools) -> None:
    known = {row.phone: row.id for row in session.execute(select(col(Account.phone), col(Account.id)))}
    fresh = []
    for row in accounts:
        if row["phone"] in known:
            values = row if row["password_hash"] else {k: v for k, v in row.items() if k != "password_hash"}
            session.execute(update(Account).filter_by(id=known[row["phone"]]).values(values))
        else:
            fresh.append({"failures": 0, "locked_until": None, "created_at": tools.now, **row, "id": uuid.uuid4()})
    write_rows(session, Account, fresh, tools.told)


def _remove(session: Session, gone: Collection[str]) -> None:
    """A removed department answers for nothing, its people cannot sign in. Its row stays while history names it."""
    for some in slices(sorted(gone)):
        session.execute(delete(Duty).where(col(Duty.department).in_(some)))
        session.execute(update(Account).where(col(Account.department).in_(some)).values(active=False))


def overlap(one: Content, other: Content) -> bool:
    """Whether two drafts name the same department or account."""
    departments, accounts = (({d["code"] for d in each["departments"]} | {*each.get("removed", ())},
                              {a["phone"] for a in each["accounts"]}) for each in (one, other))
    return one["complete"] or other["complete"] or any(a & b for a, b in zip(departments, accounts, strict=True))


PEOPLE = Kind("people", "部门和人员", ("departments", "accounts", "functions"), ("departments", "accounts"), read,
              compare, write, restore, overlap)
