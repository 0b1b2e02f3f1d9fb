"""Loading a city's data, on both databases: all of a file or nothing, each time a new version, always noted."""

from __future__ import annotations

import json
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, func, select
from sqlmodel import col

from data.engine import reading, writing
from data.sheet import BadFile
from governance.audit import AuditEntry
from governance.city import CalendarDay, CalendarYear, City, read_city, read_tree, revision_of
from governance.errors import Conflict, Invalid
from governance.incident import Incident
from governance.journey import report
from governance.people import Account, Actor, Department, Duty
from governance.settings import Settings
from grids.unit import BoundaryVersion, Unit
from taxonomy.category import Category, TaxonomyVersion
from tests import town
from wangge.load import SEED, load_calendar, load_grids, load_people, load_taxonomy
from wangge.users import add_user

CATEGORIES, STANDARDS = SEED / "taxonomy" / "grid.csv", SEED / "taxonomy" / "grid_standards.csv"


def everything(engine: Engine) -> dict[str, Any]:
    """How much there is of each, and the revision: the same before and after a load that was refused."""
    tables = (TaxonomyVersion, Category, BoundaryVersion, Unit, Department, Duty, Account, CalendarDay, AuditEntry)
    with reading(engine) as session:
        counts = {t.__name__: session.scalar(select(func.count()).select_from(t)) for t in tables}
        return {**counts, "revision": revision_of(session)}


def city_of(engine: Engine, settings: Settings) -> City:
    with reading(engine) as session:
        return read_city(session, settings)


def last_entry(engine: Engine) -> AuditEntry:
    with reading(engine) as session:
        found = session.scalar(select(AuditEntry).order_by(col(AuditEntry.id).desc()).limit(1))
        assert found is not None
        return found


# ---- lists ---------------------------------------------------------------------------------------------------------

def test_a_new_list_is_a_new_version_and_the_old_one_stays(engine: Engine, settings: Settings, now: datetime) -> None:
    before = everything(engine)
    loaded = load_taxonomy(engine, "grid", CATEGORIES, STANDARDS, now)
    assert (loaded.version, loaded.rows["subcategories"]) == (2, 239)
    city = city_of(engine, settings)
    assert city.tree("grid").version == 2
    assert city.tree("grid").functions["sanitation"] == "环境卫生"
    assert city.revision == before["revision"] + 1
    with reading(engine) as session:
        assert read_tree(session, "grid", 1).leaf(town.CORRIDOR) is not None


def test_the_same_list_again_makes_no_version(engine: Engine, now: datetime) -> None:
    load_taxonomy(engine, "grid", CATEGORIES, STANDARDS, now)
    before = everything(engine)
    again = load_taxonomy(engine, "grid", CATEGORIES, STANDARDS, now)
    assert (again.version, again.changed) == (2, False)
    assert everything(engine) == before


def test_a_changed_limit_makes_a_version(engine: Engine, now: datetime, tmp_path: Path) -> None:
    load_taxonomy(engine, "grid", CATEGORIES, STANDARDS, now)
    longer = tmp_path / "standards.csv"
    lines = STANDARDS.read_text(encoding="utf-8")
    assert ",4,work_hour,found," in lines
    longer.write_text(lines.replace(",4,work_hour,found,", ",5,work_hour,found,", 1), encoding="utf-8")
    assert load_taxonomy(engine, "grid", CATEGORIES, longer, now).version == 3


@pytest.mark.parametrize("share", [0.4, 0.99])
def test_a_list_that_was_cut_off_loads_nothing(engine: Engine, now: datetime, tmp_path: Path, share: float) -> None:
    before = everything(engine)
    cut = tmp_path / "cut.csv"
    whole = CATEGORIES.read_text(encoding="utf-8")
    cut.write_text(whole[:int(len(whole) * share)], encoding="utf-8")
    with pytest.raises(BadFile):
        load_taxonomy(engine, "grid", cut, STANDARDS, now)
    assert everything(engine) == before


def test_a_load_is_in_the_audit_log(engine: Engine, now: datetime) -> None:
    load_taxonomy(engine, "grid", CATEGORIES, STANDARDS, now)
    entry = last_entry(engine)
    assert (entry.event, entry.subject, entry.at) == ("load", "taxonomy grid", now)
    assert entry.detail["version"] == 2


# ---- grids ---------------------------------------------------------------------------------------------------------

UNITS = """code,parent_code,level,name
12,,city,示例市
120103,12,district,河西区
120103001,120103,street,大营门街道
120103001001,120103001,community,台儿庄路社区居委会
120103001002,120103001,community,浦口道社区居委会
120103001003,120103001,community,小围堤道社区居委会
"""
SQUARE = [[117.2, 39.1], [117.24, 39.1], [117.24, 39.12], [117.2, 39.12], [117.2, 39.1]]


def grids(folder: Path, units: str = UNITS, district: str = "120103") -> tuple[Path, Path]:
    feature = {"type": "Feature", "properties": {"code": district},
               "geometry": {"type": "Polygon", "coordinates": [SQUARE]}}
    outlines = folder / "districts.geojson"
    outlines.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}), encoding="utf-8")
    names = folder / "units.csv"
    names.write_text(units, encoding="utf-8")
    return names, outlines


def test_new_boundaries_are_a_version_that_reports_fall_in(
        engine: Engine, settings: Settings, now: datetime, tmp_path: Path) -> None:
    loaded = load_grids(engine, *grids(tmp_path), now)
    assert loaded.version == 2
    assert {level: loaded.rows[level] for level in ("city", "district", "street", "community")} == {
        "city": 1, "district": 1, "street": 1, "community": 3}
    city = city_of(engine, settings)
    place = city.locator.locate(117.22, 39.11)
    assert place.street == "120103001"
    assert city.boundary_version == 2


def test_an_incident_keeps_the_boundaries_that_it_fell_in(
        engine: Engine, city: City, people: dict[str, Actor], now: datetime, tmp_path: Path) -> None:
    worker = next(actor for actor in people.values() if actor.role == "grid_worker")
    with writing(engine) as session:
        incident = report(session, city, worker, town.report_of(town.NOISE), now)[0].incident
        session.commit()
    load_grids(engine, *grids(tmp_path), now)
    with reading(engine) as session:
        kept = session.get_one(Incident, incident.id)
        assert kept.boundary_version == 1
        old = session.get_one(Unit, (1, kept.unit))
        assert old.voided_at is None
        assert session.get_one(Unit, (2, kept.unit)).voided_at == now


def test_a_voided_code_is_never_used_again(engine: Engine, now: datetime, tmp_path: Path) -> None:
    load_grids(engine, *grids(tmp_path), now)
    before = everything(engine)
    old = UNITS.replace("120103", "120101")
    with pytest.raises(BadFile, match="120101"):
        load_grids(engine, *grids(tmp_path, old, "120101"), now)
    assert everything(engine) == before


@pytest.mark.parametrize("spoilt", [
    UNITS.replace("120103001,120103,street", "120103001,120103,district"),
    UNITS.replace("120103001,120103,street", "120103001,120199,street"),
    UNITS.replace("小围堤道社区居委会", ""),
    UNITS + "120103001003,120103001,community,又一个\n",
    UNITS[:-30],
    UNITS.replace("120103", "120104"),
])
def test_a_bad_sheet_of_units_loads_nothing(engine: Engine, now: datetime, tmp_path: Path, spoilt: str) -> None:
    before = everything(engine)
    with pytest.raises(BadFile):
        load_grids(engine, *grids(tmp_path, spoilt), now)
    assert everything(engine) == before


# ---- people --------------------------------------------------------------------------------------------------------

DEPARTMENTS = "code,name,level,unit,functions\nnew-roads,和平区市政,district,120101,roads|drainage\n"
ACCOUNTS = ("phone,name,role,unit,department,password\n13900000001,张三,handler,120101,new-roads,correct horse\n"
            "13900000002,李四,leader,12,,\n")


def people_sheets(folder: Path, departments: str = DEPARTMENTS, accounts: str = ACCOUNTS) -> tuple[Path, Path]:
    paths = folder / "departments.csv", folder / "accounts.csv"
    for path, content in zip(paths, (departments, accounts), strict=True):
        path.write_text(content, encoding="utf-8")
    return paths


def account(engine: Engine, phone: str) -> Account:
    with reading(engine) as session:
        return session.scalars(select(Account).where(col(Account.phone) == phone)).one()


def test_departments_and_people_come_in_together(
        engine: Engine, settings: Settings, now: datetime, tmp_path: Path) -> None:
    load_people(engine, *people_sheets(tmp_path), now)
    city = city_of(engine, settings)
    assert city.department_name("new-roads") == "和平区市政"
    assert "new-roads" in city.duties["drainage", "120101"]
    hashed = account(engine, "13900000001").password_hash
    assert hashed is not None
    assert hashed.startswith("$argon2id$")
    assert account(engine, "13900000002").password_hash is None


def test_loading_again_changes_who_is_known_and_keeps_their_password(
        engine: Engine, settings: Settings, now: datetime, tmp_path: Path) -> None:
    load_people(engine, *people_sheets(tmp_path), now)
    first = account(engine, "13900000001")
    changed = "phone,name,role,unit,department\n13900000001,张三丰,department_head,120101,new-roads\n"
    load_people(engine, *people_sheets(tmp_path, DEPARTMENTS.replace("roads|drainage", "roads"), changed), now)
    again = account(engine, "13900000001")
    assert (again.id, again.password_hash) == (first.id, first.password_hash)
    assert (again.name, again.role) == ("张三丰", "department_head")
    assert "new-roads" not in city_of(engine, settings).duties.get(("drainage", "120101"), [])
    assert account(engine, "13900000002").name == "李四"


@pytest.mark.parametrize(("departments", "accounts"), [
    (DEPARTMENTS.replace("120101", "120199"), ACCOUNTS),
    (DEPARTMENTS, ACCOUNTS.replace("new-roads", "old-roads")),
    (DEPARTMENTS, ACCOUNTS[:-8]),
])
def test_bad_people_load_nothing(
        engine: Engine, now: datetime, tmp_path: Path, departments: str, accounts: str) -> None:
    before = everything(engine)
    with pytest.raises(BadFile):
        load_people(engine, *people_sheets(tmp_path, departments, accounts), now)
    assert everything(engine) == before


def test_an_account_added_by_hand_keeps_the_same_rules(engine: Engine, settings: Settings, now: datetime) -> None:
    added = add_user(engine, settings, "13900000009", "王五", "dispatcher", town.STREET, "", "correct horse", now)
    assert account(engine, "13900000009").id == added.id
    with pytest.raises(Conflict):
        add_user(engine, settings, "13900000009", "王五", "dispatcher", town.STREET, "", "correct horse", now)
    with pytest.raises(Invalid) as wrong:
        add_user(engine, settings, "1", "", "king", "99", "", "short", now)
    assert {problem.field for problem in wrong.value.problems} == {"phone", "name", "role", "unit", "password"}


# ---- calendar ------------------------------------------------------------------------------------------------------

def calendar(folder: Path, rows: str) -> Path:
    path = folder / "calendar.csv"
    path.write_text("date,kind,name\n" + rows, encoding="utf-8")
    return path


def test_a_year_that_the_city_publishes_counts_from_then_on(
        engine: Engine, settings: Settings, now: datetime, tmp_path: Path) -> None:
    load_calendar(engine, calendar(tmp_path, "2099,year,\n2099-01-01,holiday,元旦\n2099-01-03,work,调休\n"), now)
    days = city_of(engine, settings).calendar
    assert [days.is_workday(date(2099, 1, day)) for day in (1, 2, 3, 4)] == [False, True, True, False]


def test_a_file_replaces_the_years_that_it_speaks_of_and_no_others(
        engine: Engine, settings: Settings, now: datetime, tmp_path: Path) -> None:
    load_calendar(engine, calendar(tmp_path, "2098,year,\n2098-01-01,holiday,\n2099,year,\n2099-01-01,holiday,\n"), now)
    load_calendar(engine, calendar(tmp_path, "2099,year,\n2099-01-02,holiday,\n"), now)
    with reading(engine) as session:
        assert set(session.scalars(select(col(CalendarDay.day)))) == {date(2098, 1, 1), date(2099, 1, 2)}
        assert set(session.scalars(select(col(CalendarYear.year)))) == {2098, 2099}


def test_a_bad_calendar_changes_nothing(engine: Engine, now: datetime, tmp_path: Path) -> None:
    load_calendar(engine, calendar(tmp_path, "2099-01-01,holiday,\n"), now)
    before = everything(engine)
    with pytest.raises(BadFile):
        load_calendar(engine, calendar(tmp_path, "2099-01-02,holiday,\n2099-13-01,work,\n"), now)
    assert everything(engine) == before
