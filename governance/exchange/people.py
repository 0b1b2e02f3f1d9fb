"""Departments and accounts from their sheets: every row is checked, everything that is wrong is told at once."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from data.cells import Problems, Row, rows_of
from data.sheet import read_rows
from governance.people import DEPARTMENT_ROLES, ROLES, Department, Duty

DEPARTMENT_COLUMNS: Final = ("code", "name", "level", "unit", "functions")
ACCOUNT_COLUMNS: Final = ("phone", "name", "role", "unit", "department")
PHONE: Final = re.compile(r"\+?[0-9]{5,19}")
SHORTEST_PASSWORD: Final = 8


@dataclass(frozen=True)
class AccountRow:
    """A person as the sheet has them. Without a password an account keeps the one it has, or cannot sign in."""

    phone: str
    name: str
    role: str
    unit: str
    department: str | None
    password: str
    active: bool


def read_departments(path: Path | str, levels: Mapping[str, str],
                     functions: Collection[str]) -> tuple[list[Department], list[Duty]]:
    """Departments, and what each answers for, in its unit or in the units of the column `jurisdiction`.

    `levels` is the level of every unit of the city by code. BadFile tells every problem.
    """
    problems = Problems()
    rows = rows_of(read_rows(path), DEPARTMENT_COLUMNS, problems)
    departments, duties = [], []
    seen: set[str] = set()
    for row in rows:
        departments.append(_department(row, levels, seen))
        units = row.words("jurisdiction", levels) or [row.cells["unit"]]
        duties += [Duty(function=function, unit=unit, department=departments[-1].code)
                   for function in dict.fromkeys(row.words("functions", functions)) for unit in dict.fromkeys(units)]
    problems.raise_if_any(Path(path).name)
    return departments, duties


def _department(row: Row, levels: Mapping[str, str], seen: set[str]) -> Department:
    code, unit = row.text("code", needed=True, most=40), row.text("unit", needed=True)
    _once(row, "code", seen)
    if unit and unit not in levels:
        row.wrong("unit", f"没有网格 {unit}", f"there is no unit {unit}")
    elif unit and levels[unit] != row.cells["level"]:
        row.wrong("level", f"网格 {unit} 的层级是 {levels[unit]}", f"the unit {unit} is a {levels[unit]}")
    if not row.words("functions"):
        row.wrong("functions", "至少一项职能", "needs at least one function")
    return Department(code=code, name=row.text("name", needed=True), level=row.text("level", needed=True), unit=unit)


def read_accounts(path: Path | str, units: Collection[str], departments: Collection[str]) -> list[AccountRow]:
    """People: one role and one scope each. BadFile tells every problem."""
    problems = Problems()
    rows = rows_of(read_rows(path), ACCOUNT_COLUMNS, problems)
    seen: set[str] = set()
    accounts = [check_account(row, units, departments, seen) for row in rows]
    problems.raise_if_any(Path(path).name)
    return accounts


def check_account(row: Row, units: Collection[str], departments: Collection[str], seen: set[str]) -> AccountRow:
    """One person; what is wrong goes to the row's problems. `seen` are the phones of the rows before."""
    phone, password = row.text("phone", needed=True), row.text("password")
    _once(row, "phone", seen)
    if phone and not PHONE.fullmatch(phone):
        row.wrong("phone", "应为 5 至 19 位数字", "is not 5 to 19 digits")
    for reason, reason_en in weak_password(password) if password else ():
        row.wrong("password", reason, reason_en)
    unit = row.text("unit", needed=True)
    if unit and unit not in units:
        row.wrong("unit", f"没有网格 {unit}", f"there is no unit {unit}")
    role = row.choice("role", ROLES)
    active = row.choice("active", ("yes", "no"), needed=False) != "no"
    return AccountRow(phone, row.text("name", needed=True), role, unit, _its_department(row, role, departments),
                      password, active)


def _its_department(row: Row, role: str, departments: Collection[str]) -> str | None:
    code = row.text("department", needed=role in DEPARTMENT_ROLES) or None
    if code and role not in DEPARTMENT_ROLES:
        row.wrong("department", "只有部门角色填写责任单位", "is only for the roles of departments")
    elif code and code not in departments:
        row.wrong("department", f"没有责任单位 {code}", f"there is no department {code}")
    return code


def hash_password(password: str) -> str:
    """argon2id, with the library's own settings."""
    from argon2 import PasswordHasher

    return PasswordHasher().hash(password)


def weak_password(password: str) -> Sequence[tuple[str, str]]:
    """Why a password cannot be taken, in Chinese and English; empty if it can."""
    if len(password) < SHORTEST_PASSWORD:
        return [(f"密码至少 {SHORTEST_PASSWORD} 位", f"a password has at least {SHORTEST_PASSWORD} characters")]
    return []


def _once(row: Row, column: str, seen: set[str]) -> None:
    value = row.cells[column]
    if value in seen:
        row.wrong(column, f"“{value}” 重复", f"{value!r} comes twice")
    seen.add(value)
