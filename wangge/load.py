"""Loading a city's list, people and calendar: each file is checked as a whole, then written in one transaction, or
nothing is. Its grids are loaded by `wangge.load_grids`.

Lists and boundaries are versioned: a new load makes a new version and moves the mark `current`; incidents keep pointing
to the version that they were filed under. Every load raises the city's revision and is noted in the audit log.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, delete, func, select, update
from sqlmodel import Session, SQLModel, col

from data.engine import reading, writing
from governance.calendar_exchange import read_days
from governance.city import CalendarDay, CalendarYear
from governance.errors import NotReady
from governance.people import Account, Department, Duty
from governance.people_exchange import AccountRow, read_accounts, read_departments
from grids.unit import BoundaryVersion, Unit
from taxonomy.category import Category, Function, TaxonomyVersion
from taxonomy.exchange import read_functions, read_list
from taxonomy.standard import Standard
from wangge.load_grids import load_grids
from wangge.loading import Loaded, Told, finish, silent, slices, write_rows

#: Every load, from one place.
__all__ = ["FUNCTIONS", "SEED", "Loaded", "Told", "hash_password", "load_calendar", "load_grids", "load_people",
           "load_taxonomy"]

SEED = Path(__file__).resolve().parent.parent / "data" / "seed"
FUNCTIONS = SEED / "taxonomy" / "functions.csv"


# ---- taxonomy ------------------------------------------------------------------------------------------------------

def load_taxonomy(engine: Engine, taxonomy: str, categories: Path, standards: Path, now: datetime,
                  functions: Path = FUNCTIONS, told: Told = silent) -> Loaded:
    """A new version of a list; the same list again makes none."""
    nodes, rules = read_list(categories, standards, functions, taxonomy)
    named = [Function(taxonomy=taxonomy, version=0, code=f.code, name=f.name, name_en=f.name_en)
             for f in read_functions(functions)]
    rows = {"categories": len(nodes), "subcategories": sum(c.leaf for c in nodes), "standards": len(rules)}
    with writing(engine) as session:
        current = session.scalar(select(col(TaxonomyVersion.version)).where(
            col(TaxonomyVersion.taxonomy) == taxonomy, col(TaxonomyVersion.current)))
        if current is not None and _content(_records(session, taxonomy, current)) == _content([*nodes, *rules, *named]):
            return Loaded(f"taxonomy {taxonomy}", rows, current, changed=False)
        version = (session.scalar(select(func.max(TaxonomyVersion.version)).filter_by(taxonomy=taxonomy)) or 0) + 1
        session.execute(update(TaxonomyVersion).filter_by(taxonomy=taxonomy).values(current=False))
        write_rows(session, TaxonomyVersion, [{
            "taxonomy": taxonomy, "version": version, "loaded_at": now, "current": True,
            "source": f"{categories.name}, {standards.name}", "note": ""}])
        write_rows(session, Category, [record.model_dump() | {"version": version} for record in nodes], told)
        write_rows(session, Standard, [record.model_dump() | {"version": version} for record in rules])
        write_rows(session, Function, [record.model_dump() | {"version": version} for record in named])
        return finish(session, Loaded(f"taxonomy {taxonomy}", rows, version), now)


def _records(session: Session, taxonomy: str, version: int) -> Iterator[SQLModel]:
    for table in (Category, Standard, Function):
        yield from session.scalars(select(table).filter_by(taxonomy=taxonomy, version=version))


def _content(records: Iterable[SQLModel]) -> dict[tuple[str, ...], dict[str, Any]]:
    rows = ((type(record).__name__, record.model_dump(exclude={"version"})) for record in records)
    return {(table, row["code"], row.get("area", "")): row for table, row in rows}


# ---- people --------------------------------------------------------------------------------------------------------

def load_people(engine: Engine, departments_csv: Path | None, accounts_csv: Path | None, now: datetime,
                functions: Path = FUNCTIONS, told: Told = silent) -> Loaded:
    """Departments by code and accounts by phone: new ones are added, known ones changed, none removed."""
    with reading(engine) as session:
        levels = _unit_levels(session)
        codes = set(session.scalars(select(col(Department.code))))
    departments, duties = ([], []) if departments_csv is None else read_departments(
        departments_csv, levels, [f.code for f in read_functions(functions)])
    codes |= {department.code for department in departments}
    accounts = [] if accounts_csv is None else read_accounts(accounts_csv, levels, codes)
    with ThreadPoolExecutor() as pool:  # a hash is meant to take long
        given = {row.phone: row.password for row in accounts if row.password}
        passwords = dict(zip(given, pool.map(hash_password, given.values()), strict=True))
    with writing(engine) as session:
        _store_departments(session, departments, duties, told)
        _store_accounts(session, accounts, passwords, now, told)
        rows = {"departments": len(departments), "duties": len(duties), "accounts": len(accounts)}
        return finish(session, Loaded("people", rows), now)


def hash_password(password: str) -> str:
    """argon2id, with the library's own settings."""
    from argon2 import PasswordHasher

    return PasswordHasher().hash(password)


def _unit_levels(session: Session) -> Mapping[str, str]:
    rows = session.execute(select(col(Unit.code), col(Unit.level)).join(
        BoundaryVersion, col(BoundaryVersion.version) == col(Unit.version)).where(
            col(BoundaryVersion.current), col(Unit.voided_at).is_(None))).all()
    if not rows:
        raise NotReady("尚未导入网格, 请先运行 wangge load grids", "No grids are loaded yet; run: wangge load grids")
    return {row.code: row.level for row in rows}


def _store_departments(session: Session, departments: Sequence[Department], duties: Iterable[Duty], told: Told) -> None:
    """What a department answered for before is replaced by what the file says."""
    known = set(session.scalars(select(col(Department.code))))
    for some in slices([d.code for d in departments if d.code in known]):
        session.execute(delete(Duty).where(col(Duty.department).in_(some)))
    if changed := [d.model_dump() for d in departments if d.code in known]:
        session.execute(update(Department), changed)
    write_rows(session, Department, [d.model_dump() for d in departments if d.code not in known], told)
    write_rows(session, Duty, [duty.model_dump() for duty in duties])


def _store_accounts(session: Session, accounts: Sequence[AccountRow], passwords: Mapping[str, str], now: datetime,
                    told: Told) -> None:
    known = {account.phone: account.id for account in session.scalars(select(Account))}
    fresh, changed = [], []
    for row in accounts:
        values: dict[str, Any] = {"phone": row.phone, "name": row.name, "role": row.role, "unit": row.unit,
                                  "department": row.department, "active": row.active}
        if row.phone in passwords:
            values["password_hash"] = passwords[row.phone]
        if row.phone in known:
            changed.append(values | {"id": known[row.phone]})
        else:
            fresh.append({"password_hash": None, "failures": 0, "locked_until": None, "created_at": now,
                          **values, "id": uuid.uuid4()})
    for values in changed:
        session.execute(update(Account).filter_by(id=values["id"]).values(values))
    write_rows(session, Account, fresh, told)


# ---- calendar ------------------------------------------------------------------------------------------------------

def load_calendar(engine: Engine, calendar_csv: Path, now: datetime) -> Loaded:
    """The city's own days. The file replaces all that was loaded for the years that it speaks of, no others."""
    days, years = read_days(calendar_csv)
    touched = {day.day.year for day in days} | {year.year for year in years}
    with writing(engine) as session:
        for known in session.scalars(select(CalendarDay)).all():
            if known.day.year in touched:
                session.delete(known)
        session.execute(delete(CalendarYear).where(col(CalendarYear.year).in_(touched)))
        session.flush()
        write_rows(session, CalendarDay, [day.model_dump() for day in days])
        write_rows(session, CalendarYear, [year.model_dump() for year in years])
        return finish(session, Loaded("calendar", {"days": len(days), "years": len(years)}), now)
