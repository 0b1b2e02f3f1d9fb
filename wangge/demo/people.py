"""The demo's departments and people: made up by rule from the units, the functions and three small sheets.

Nobody here exists, no number can be called: the demo's phones are 1990000 and four digits. The people work in one
street of each district; those of the first street get a password, so that one person can play them all.
"""

from __future__ import annotations

import csv
import random
import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path
from typing import Final

from data.sheet import read_rows
from governance.exchange.people import ACCOUNT_COLUMNS, DEPARTMENT_COLUMNS
from grids.codes import path_of
from grids.exchange import read_units
from grids.hierarchy import UnitName
from taxonomy.exchange import read_functions
from wangge.load import FUNCTIONS, SEED

PEOPLE: Final = SEED / "people"
#: The street whose people can sign in: it is small enough to walk.
PLAYED_STREET: Final = "120101002"
PLAYED_COMMUNITY: Final = "120101002002"
DISTRICTS: Final = 16
COMMUNITIES: Final = 3  # of each street
WORKERS: Final = 2  # of each community
RESIDENTS: Final = 3  # of each street
#: Departments whose handlers can sign in, by the end of their codes.
PLAYED_DEPARTMENTS: Final = ("sanitation", "urban_management", "roads", "drainage", "enforcement", "street_office",
                             "police_station", "community")
PLAYED_HEADS: Final = ("sanitation", "enforcement")


@dataclass(frozen=True)
class DemoDepartment:
    code: str
    name: str
    level: str
    unit: str
    functions: str


@dataclass(frozen=True)
class DemoAccount:
    """A demo person. Only who can sign in has a password."""

    phone: str
    name: str
    role: str
    unit: str
    department: str = ""
    password: str = field(default="", repr=False)


# ---- departments ---------------------------------------------------------------------------------------------------

def make_departments(units: Iterable[UnitName]) -> list[DemoDepartment]:
    """Those of every district by functions.csv, those of every street and community by departments.csv."""
    template = [row for _, row in read_rows(PEOPLE / "departments.csv")]
    functions = _of_districts()
    found: list[DemoDepartment] = []
    for unit in units:
        if unit.level == "district":
            found += [DemoDepartment(f"{unit.code}-{codes[0]}", in_district(name, unit.name), unit.level, unit.code,
                                     "|".join(codes)) for name, codes in functions.items()]
        else:
            found += _by_template(unit, template)
    return found


def _of_districts() -> dict[str, list[str]]:
    """The functions of each department that a district has."""
    functions: dict[str, list[str]] = {}
    for function in read_functions(FUNCTIONS):
        if function.level == "district":
            functions.setdefault(function.department, []).append(function.code)
    return functions


def in_district(name: str, district: str) -> str:
    """区城管委(环卫) is 和平区城管委(环卫), 团区委 is 团和平区委, 供热企业 is 和平区供热企业."""
    if name.startswith("团区"):
        return f"团{district}{name[2:]}"
    return f"{district}{name.removeprefix('区')}"


def _by_template(unit: UnitName, template: Sequence[Mapping[str, str]]) -> Iterator[DemoDepartment]:
    """For each code the first row whose ending is that of the unit's name."""
    made: set[str] = set()
    for row in template:
        if row["level"] == unit.level and row["code"] not in made and unit.name.endswith(row["ends"]):
            made.add(row["code"])
            yield DemoDepartment(f"{unit.code}-{row['code']}", row["name"].format(unit=unit.name), unit.level,
                                 unit.code, row["functions"])


# ---- people --------------------------------------------------------------------------------------------------------

class Census:
    """Gives out names and numbers, the same ones each time; passwords are new in every data folder."""

    def __init__(self) -> None:
        words = {row["kind"]: row["text"].split("|") for _, row in read_rows(PEOPLE / "names.csv")}
        self._names = ["".join(pair) for pair in product(words["surname"], words["given"])]
        random.Random(12).shuffle(self._names)
        self.accounts: list[DemoAccount] = []

    def add(self, role: str, unit: str, department: str = "", *, plays: bool = False, name: str = "") -> None:
        at = len(self.accounts)
        password = secrets.token_urlsafe(9) if plays else ""
        self.accounts.append(DemoAccount(f"1990000{at:04d}", name or self._names[at % len(self._names)], role, unit,
                                         department, password))


def make_accounts(units: Sequence[UnitName], departments: Sequence[DemoDepartment]) -> list[DemoAccount]:
    """The city's people, then those of each demo street."""
    census, city = Census(), next(unit.code for unit in units if unit.level == "city")
    for role in ("supervisor", "leader", "admin", "auditor"):
        census.add(role, city, plays=True)
    for street, communities in demo_streets(units).items():
        _add_street(census, street, communities, departments)
    for role, name in (("hotline", "12345热线平台"), ("sensor", "物联感知平台")):
        census.add(role, city, plays=True, name=name)
    return census.accounts


def demo_streets(units: Sequence[UnitName]) -> dict[str, list[str]]:
    """One street of each district, the played one first, with its communities that have workers."""
    communities: dict[str, list[str]] = {}
    for unit in units:
        if unit.level == "community" and unit.parent:
            communities.setdefault(unit.parent, []).append(unit.code)
    large = sorted(code for code, below in communities.items() if len(below) >= COMMUNITIES)
    chosen = {PLAYED_STREET[:6]: PLAYED_STREET} if PLAYED_STREET in large else {}
    for code in large:
        if len(chosen) < DISTRICTS:
            chosen.setdefault(code[:6], code)
    return {street: sorted(communities[street])[:COMMUNITIES] for street in chosen.values()}


def _add_street(census: Census, street: str, communities: Sequence[str], departments: Sequence[DemoDepartment]) -> None:
    plays = street == PLAYED_STREET
    district = street[:6]
    census.add("district_centre", district, plays=plays)
    census.add("dispatcher", street, plays=plays)
    for at, community in enumerate(communities):
        census.add("community_lead", community, plays=plays and not at)
        for worker in range(WORKERS):
            census.add("grid_worker", community, plays=plays and not at and worker < WORKERS)
    for at in range(RESIDENTS):
        census.add("resident", communities[at % len(communities)], plays=plays and not at)
    reached = {*path_of(street)[1:], *communities}
    for department in (d for d in departments if d.unit in reached):
        _add_department(census, department, plays and department.unit in (district, street, communities[0]))


def _add_department(census: Census, department: DemoDepartment, plays: bool) -> None:
    ending = department.code.partition("-")[2]
    census.add("handler", department.unit, department.code, plays=plays and ending in PLAYED_DEPARTMENTS)
    if ending in PLAYED_HEADS:
        census.add("department_head", department.unit, department.code, plays=plays)


# ---- to sheets -----------------------------------------------------------------------------------------------------

def write_people(units_csv: Path, folder: Path) -> tuple[Path, Path, list[DemoAccount]]:
    """The sheets as `wangge load people` takes them, and the accounts."""
    units = read_units(units_csv)
    departments = make_departments(units)
    accounts = make_accounts(units, departments)
    sheets = folder / "departments.csv", folder / "accounts.csv"
    _write(sheets[0], DEPARTMENT_COLUMNS, departments)
    _write(sheets[1], (*ACCOUNT_COLUMNS, "password"), accounts)
    return *sheets, accounts


def _write(path: Path, columns: Sequence[str], records: Iterable[object]) -> None:
    with path.open("w", encoding="utf-8", newline="") as sheet:
        writer = csv.writer(sheet, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows([getattr(record, column) for column in columns] for record in records)
