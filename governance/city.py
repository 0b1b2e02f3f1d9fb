"""The city as data: its units, lists, departments, processes and calendar, in memory.

A `City` is one revision and never changes. Whoever loads or edits such data raises the revision in the same
transaction; the next request sees that and reads the city anew. Nothing of it is read again in between.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import TypeVar

import numpy as np
from sqlalchemy import Select, select, update
from sqlmodel import Field, Session, SQLModel, col

from governance.calendar import WorkCalendar
from governance.errors import InvalidField, NotReady
from governance.people import Department, Duty
from governance.process import Process
from governance.process_versions import processes_in
from governance.settings import Settings
from grids.codes import level_of, parent_of, path_of
from grids.hierarchy import Hierarchy, UnitName
from grids.locate import Locator
from grids.unit import BoundaryVersion, Unit
from taxonomy.category import Category, Function, TaxonomyVersion
from taxonomy.standard import Standard
from taxonomy.tree import Tree

Record = TypeVar("Record")


class CityRevision(SQLModel, table=True):
    """One row: the number of changes made to the city's data."""

    __tablename__ = "city_revision"

    id: int = Field(default=1, primary_key=True)
    revision: int = 0


class CalendarDay(SQLModel, table=True):
    """A day that differs from the published calendar: `work` or `holiday`."""

    __tablename__ = "calendar_day"

    day: date = Field(primary_key=True)
    kind: str = Field(max_length=10)
    name: str = ""


class CalendarYear(SQLModel, table=True):
    """A year that the city has loaded as a whole."""

    __tablename__ = "calendar_year"

    year: int = Field(primary_key=True)
    name: str = ""


@dataclass(frozen=True)
class Place:
    """What the city knows of a unit without its outline."""

    code: str
    name: str
    level: str
    area_class: str
    lon: float
    lat: float
    voided: bool


@dataclass(frozen=True, repr=False)
class City:
    """One revision of the city's data."""

    revision: int
    settings: Settings
    boundary_version: int
    places: dict[str, Place]
    lists: dict[str, Tree]
    departments: dict[str, Department]
    duties: dict[tuple[str, str], list[str]]
    processes: dict[str, Process]
    calendar: WorkCalendar
    shapes: tuple[list[str], np.ndarray]

    @cached_property
    def locator(self) -> Locator:
        """Built when it is first asked for; some commands never ask."""
        return Locator(*self.shapes)

    @cached_property
    def hierarchy(self) -> Hierarchy:
        """The units that are in use, as a tree."""
        return Hierarchy(UnitName(p.code, parent_of(p.code), level_of(p.code), p.name)
                         for p in self.places.values() if not p.voided)

    @cached_property
    def root(self) -> str:
        return self.hierarchy.roots()[0]

    def process(self, code: str) -> Process:
        if code not in self.processes:
            raise InvalidField("process", f"没有流程 {code}", f"there is no process {code}", "unknown_process")
        return self.processes[code]

    def tree(self, taxonomy: str) -> Tree:
        if taxonomy not in self.lists:
            raise InvalidField("list", f"没有事项清单 {taxonomy}", f"there is no list {taxonomy}", "unknown_list")
        return self.lists[taxonomy]

    def path_names(self, code: str) -> str:
        """The names from the district down, for people."""
        return " ".join(self.places[c].name for c in path_of(code)[1:] if c in self.places)

    def department_name(self, code: str | None) -> str:
        return self.departments[code].name if code in self.departments else code or ""


def revision_of(session: Session) -> int:
    return session.execute(select(col(CityRevision.revision))).scalar() or 0


def raise_revision(session: Session) -> None:
    """Call in the transaction that changes any of the city's data."""
    changed = session.execute(update(CityRevision).values(revision=CityRevision.revision + 1))
    if not changed.rowcount:  # type: ignore[attr-defined]
        session.add(CityRevision(revision=1))


class Cities:
    """Gives the city at a revision, and keeps the newest."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._lock = threading.Lock()
        self._newest: City | None = None

    def at(self, session: Session, revision: int | None = None) -> City:
        """The city as the session sees it; read anew only when its revision has moved on."""
        revision = revision_of(session) if revision is None else revision
        newest = self._newest
        if newest is not None and newest.revision >= revision:
            return newest
        with self._lock:
            if self._newest is None or self._newest.revision < revision:
                self._newest = read_city(session, self.settings)
            return self._newest


class Processes:
    """Gives the processes at a revision, for who needs nothing else of the city."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._newest: tuple[int, dict[str, Process]] | None = None

    def at(self, session: Session) -> dict[str, Process]:
        revision, newest = revision_of(session), self._newest
        if newest is None or newest[0] != revision:
            self._newest = newest = (revision, processes_in(session, self.settings))
        return newest[1]


def read_city(session: Session, settings: Settings) -> City:
    """Read everything of the current revision: a dozen queries, once per revision and process."""
    revision = revision_of(session)
    boundary = session.scalar(select(col(BoundaryVersion.version)).where(col(BoundaryVersion.current)))
    if boundary is None:
        raise NotReady("尚未导入网格, 请先运行 wangge load grids", "No grids are loaded yet; run: wangge load grids")
    departments = {d.code: d for d in _detached(session, select(Department))}
    return City(revision, settings, boundary, _places(session, boundary), _lists(session), departments,
                _duties(_detached(session, select(Duty))), processes_in(session, settings), read_calendar(session),
                _cell_shapes(session, boundary))


def read_calendar(session: Session) -> WorkCalendar:
    """The library's calendar under the days and years that the city has loaded."""
    days = list(session.scalars(select(CalendarDay)))
    return WorkCalendar({d.day: d.kind == "work" for d in days}, names={d.day: d.name for d in days if d.name},
                        published_years=list(session.scalars(select(col(CalendarYear.year)))))


def _places(session: Session, version: int) -> dict[str, Place]:
    rows = session.execute(select(
        col(Unit.code), col(Unit.name), col(Unit.level), col(Unit.area_class), col(Unit.lon), col(Unit.lat),
        col(Unit.voided_at)).where(col(Unit.version) == version).order_by(col(Unit.code)))
    return {row.code: Place(row.code, row.name, row.level, row.area_class, row.lon, row.lat, bool(row.voided_at))
            for row in rows}


def _cell_shapes(session: Session, version: int) -> tuple[list[str], np.ndarray]:
    rows = session.execute(select(col(Unit.code), col(Unit.shape)).where(
        col(Unit.version) == version, col(Unit.level) == "cell", col(Unit.voided_at).is_(None)
    ).order_by(col(Unit.code))).all()
    return [row.code for row in rows], np.array([row.shape for row in rows], dtype=object)


def _lists(session: Session) -> dict[str, Tree]:
    versions = session.scalars(select(TaxonomyVersion).where(col(TaxonomyVersion.current))).all()
    return {v.taxonomy: read_tree(session, v.taxonomy, v.version) for v in versions}


def read_tree(session: Session, taxonomy: str, version: int) -> Tree:
    """One version of a list, also an old one that incidents still point to."""
    return Tree(taxonomy, version,
                _detached(session, select(Category).filter_by(taxonomy=taxonomy, version=version)),
                _detached(session, select(Standard).filter_by(taxonomy=taxonomy, version=version)),
                _detached(session, select(Function).filter_by(taxonomy=taxonomy, version=version)))


def _detached(session: Session, query: Select[Record]) -> list[Record]:
    """Records that outlive the session they were read in."""
    records = list(session.scalars(query))
    for record in records:
        session.expunge(record)
    return records


def _duties(rows: Iterable[Duty]) -> dict[tuple[str, str], list[str]]:
    duties: dict[tuple[str, str], list[str]] = {}
    for duty in rows:
        duties.setdefault((duty.function, duty.unit), []).append(duty.department)
    return duties
