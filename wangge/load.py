"""Loading a city's data: each file is checked as a whole, then written in one transaction, or nothing is.

Lists and boundaries are versioned: a new load makes a new version and moves the mark `current`; incidents keep pointing
to the version that they were filed under. Every load raises the city's revision and is noted in the audit log.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, delete, func, insert, select, update
from sqlmodel import Session, SQLModel, col

from data.engine import reading, writing
from data.sheet import BadFile, RowProblem
from governance.audit import AuditEntry
from governance.calendar_exchange import read_days
from governance.city import CalendarDay, CalendarYear, raise_revision
from governance.errors import NotReady
from governance.people import Account, Department, Duty
from governance.people_exchange import AccountRow, read_accounts, read_departments
from grids.exchange import read_outlines, read_units
from grids.subdivide import Outline, subdivide
from grids.unit import BoundaryVersion, Unit
from taxonomy.category import Category, Function, TaxonomyVersion
from taxonomy.exchange import read_functions, read_list
from taxonomy.standard import Standard

SEED = Path(__file__).resolve().parent.parent / "data" / "seed"
FUNCTIONS = SEED / "taxonomy" / "functions.csv"
ROWS_AT_ONCE = 1000
#: Tianjin's: 21,000 cells in 5,617 communities.
CELLS_PER_COMMUNITY = 21_000 / 5_617

#: Told while rows are written: how many are done, of how many.
Told = Callable[[int, int], None]


@dataclass(frozen=True)
class Loaded:
    """What a load did. `version` is None for what has no versions; `changed` is false when all was there already."""

    what: str
    rows: dict[str, int]
    version: int | None = None
    changed: bool = True


def silent(done: int, of: int) -> None:
    """For who wants no progress."""


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
        _write(session, TaxonomyVersion, [{"taxonomy": taxonomy, "version": version, "loaded_at": now, "current": True,
                                           "source": f"{categories.name}, {standards.name}", "note": ""}])
        _write(session, Category, [record.model_dump() | {"version": version} for record in nodes], told)
        _write(session, Standard, [record.model_dump() | {"version": version} for record in rules])
        _write(session, Function, [record.model_dump() | {"version": version} for record in named])
        return _finish(session, Loaded(f"taxonomy {taxonomy}", rows, version), now)


def _records(session: Session, taxonomy: str, version: int) -> Iterator[SQLModel]:
    for table in (Category, Standard, Function):
        yield from session.scalars(select(table).filter_by(taxonomy=taxonomy, version=version))


def _content(records: Iterable[SQLModel]) -> dict[tuple[str, ...], dict[str, Any]]:
    rows = ((type(record).__name__, record.model_dump(exclude={"version"})) for record in records)
    return {(table, row["code"], row.get("area", "")): row for table, row in rows}


# ---- grids ---------------------------------------------------------------------------------------------------------

def load_grids(engine: Engine, units_csv: Path, districts_geojson: Path, now: datetime, told: Told = silent) -> Loaded:
    """A new version of the boundaries: real districts, everything below them illustrative (see grids.subdivide)."""
    outlines = _illustrate(units_csv, districts_geojson)
    with writing(engine) as session:
        before = session.scalar(select(col(BoundaryVersion.version)).where(col(BoundaryVersion.current)))
        version = (session.scalar(select(func.max(BoundaryVersion.version))) or 0) + 1
        _refuse_voided(session, before, outlines, units_csv.name)
        session.execute(update(BoundaryVersion).values(current=False))
        _write(session, BoundaryVersion, [{"version": version, "loaded_at": now, "illustrative": True, "current": True,
                                           "source": f"{units_csv.name}, {districts_geojson.name}"}])
        rows = [_unit_row(outline, version) for outline in outlines]
        _write(session, Unit, [*rows, *_gone(session, before, version, outlines, now)], told)
        return _finish(session, Loaded("grids", _count_levels(outlines), version), now)


def _illustrate(units_csv: Path, districts_geojson: Path) -> list[Outline]:
    units = read_units(units_csv)
    shapes = {row.code: row.geometry for row in read_outlines(districts_geojson)}
    cells = round(CELLS_PER_COMMUNITY * sum(unit.level == "community" for unit in units))
    try:
        return subdivide({unit.code: shapes[unit.code] for unit in units if unit.code in shapes}, units, cells=cells)
    except ValueError as error:
        raise BadFile([RowProblem(1, "", "单元与区级边界不一致", str(error))], units_csv.name) from None


def _unit_row(outline: Outline, version: int) -> dict[str, Any]:
    return {"version": version, "code": outline.code, "parent": outline.parent, "level": outline.level,
            "name": outline.name, "area_class": outline.area_class, "lon": outline.centroid[0],
            "lat": outline.centroid[1], "area_m2": outline.area_m2, "voided_at": None, "shape": outline.geometry}


def _refuse_voided(session: Session, before: int | None, outlines: Sequence[Outline], source: str) -> None:
    """A code that was voided is never used again: old incidents still mean the old place."""
    voided = set(session.scalars(select(col(Unit.code)).where(col(Unit.version) == before,
                                                              col(Unit.voided_at).is_not(None))))
    if again := [outline.code for outline in outlines if outline.code in voided]:
        raise BadFile([RowProblem(1, "code", f"编码 {code} 已作废, 不能再用", f"the code {code} was voided")
                       for code in again], source)


def _gone(session: Session, before: int | None, version: int, outlines: Sequence[Outline],
          now: datetime) -> Iterator[dict[str, Any]]:
    """The units of the version before that are not in this one: kept, marked as voided."""
    kept = {outline.code for outline in outlines}
    for unit in session.scalars(select(Unit).where(col(Unit.version) == before)):
        if unit.code not in kept:
            yield unit.model_dump() | {"version": version, "voided_at": unit.voided_at or now}


def _count_levels(outlines: Iterable[Outline]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for outline in outlines:
        counts[outline.level] = counts.get(outline.level, 0) + 1
    return counts


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
        return _finish(session, Loaded("people", rows), now)


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
    for some in _slices([d.code for d in departments if d.code in known]):
        session.execute(delete(Duty).where(col(Duty.department).in_(some)))
    if changed := [d.model_dump() for d in departments if d.code in known]:
        session.execute(update(Department), changed)
    _write(session, Department, [d.model_dump() for d in departments if d.code not in known], told)
    _write(session, Duty, [duty.model_dump() for duty in duties])


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
    _write(session, Account, fresh, told)


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
        _write(session, CalendarDay, [day.model_dump() for day in days])
        _write(session, CalendarYear, [year.model_dump() for year in years])
        return _finish(session, Loaded("calendar", {"days": len(days), "years": len(years)}), now)


# ---- what all share ------------------------------------------------------------------------------------------------

def _write(session: Session, table: type[SQLModel], rows: Sequence[dict[str, Any]], told: Told = silent) -> None:
    for start in range(0, len(rows), ROWS_AT_ONCE):
        session.execute(insert(table), rows[start:start + ROWS_AT_ONCE])
        told(min(start + ROWS_AT_ONCE, len(rows)), len(rows))


def _slices(items: Sequence[str]) -> Iterator[Sequence[str]]:
    return (items[start:start + ROWS_AT_ONCE] for start in range(0, len(items), ROWS_AT_ONCE))


def _finish(session: Session, loaded: Loaded, now: datetime) -> Loaded:
    """The last steps of every load, in its transaction."""
    raise_revision(session)
    session.add(AuditEntry(at=now.astimezone(UTC), role="admin", event="load", subject=loaded.what,
                           detail={"rows": loaded.rows, "version": loaded.version}))
    session.commit()
    return loaded
