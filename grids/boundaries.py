"""A city's boundaries, one version as a whole: as they are stored, as files would make them, and what would change.

    read_boundaries -> prepare(files, current) -> compare(current, draft) -> apply(session, draft, now)

`prepare` writes nothing and raises BadFile only for a file that cannot be read; what is wrong with a grid are findings,
and a draft with an error is never applied. A draft can be kept as a document and applied later.
"""

from __future__ import annotations

import base64
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry
from sqlalchemy import func, select, update
from sqlmodel import Session, col

from data.bulk import Told, silent, write_rows
from data.sheet import BadFile, RowProblem
from grids.codes import LEVELS, level_of
from grids.exchange import problem_of
from grids.findings import Finding, Place
from grids.metres import areas_m2
from grids.subdivide import Outline
from grids.unit import BoundaryVersion, Unit

#: Square metres by which an outline may differ and still be the same.
SAME_M2 = 1.0


@dataclass(frozen=True)
class Boundaries:
    """One version: the units in use with their outlines, in the order of their codes, and the codes that are voided.
    `version` is None when there is none yet.
    """

    version: int | None
    illustrative: bool
    units: Mapping[str, Outline]
    voided: frozenset[str] = frozenset()

    @cached_property
    def shapes(self) -> dict[str, BaseGeometry]:
        """The outlines by code."""
        return {code: unit.geometry for code, unit in self.units.items() if unit.geometry is not None}

    @property
    def middle(self) -> Place | None:
        """A point in the city (lon, lat)."""
        return next((unit.centroid for unit in self.units.values()), None)


NOTHING = Boundaries(None, False, {})


@dataclass(frozen=True)
class GridsDraft:
    """What files would make: all units with their outlines (none while there is an error), and what the audit told.
    `features` is how many outlines were read.
    """

    source: str
    units: tuple[Outline, ...]
    illustrative: bool
    findings: tuple[Finding, ...] = ()
    problems: tuple[RowProblem, ...] = ()
    features: int = 0

    @property
    def errors(self) -> tuple[Finding, ...]:
        """What stops it."""
        return tuple(each for each in self.findings if each.is_error)

    @property
    def warnings(self) -> tuple[Finding, ...]:
        """What somebody should look at."""
        return tuple(each for each in self.findings if each.severity == "warning")

    @property
    def rows(self) -> dict[str, int]:
        """How many units of each level, from the city down."""
        counts = Counter(unit.level for unit in self.units)
        return {level: counts[level] for level in LEVELS if counts[level]}

    def refuse_errors(self) -> None:
        """BadFile with every error by its line: the number of the feature, or, for a unit without an outline, the line
        of the sheet of units, and the column says so.
        """
        if self.problems:
            raise BadFile(sorted(self.problems, key=lambda problem: (problem.field, problem.line)), self.source)

    def document(self) -> dict[str, Any]:
        """The units as plain values, to be kept and applied later. Outlines are WKB in base 64: exact to the bit."""
        self.refuse_errors()
        return {"source": self.source, "illustrative": self.illustrative, "units": [
            [u.code, u.parent, u.level, u.name, u.area_class, *u.centroid, u.area_m2,
             base64.b64encode(shapely.to_wkb(u.geometry)).decode()] for u in self.units]}


def draft_of(document: Mapping[str, Any]) -> GridsDraft:
    """The draft that a document keeps; its findings are not kept."""
    units = tuple(
        Outline(code, parent, level, name, area_class, shapely.from_wkb(base64.b64decode(wkb)), (lon, lat), area)
        for code, parent, level, name, area_class, lon, lat, area, wkb in document["units"])
    return GridsDraft(document["source"], units, bool(document["illustrative"]))


def problems_of(findings: tuple[Finding, ...], lines: Mapping[str, int]) -> tuple[RowProblem, ...]:
    """The errors as problems of rows; `lines` are those of the units in their sheet."""
    return tuple(_problem(each, lines) for each in findings if each.is_error)


def _problem(found: Finding, lines: Mapping[str, int]) -> RowProblem:
    if found.feature or not found.codes:
        return problem_of(found)
    return RowProblem(lines.get(found.codes[0], 1), found.field, found.reason, found.reason_en)


# ---- as they are stored --------------------------------------------------------------------------------------------

def read_boundaries(session: Session, version: int | None = None) -> Boundaries:
    """The current version, or another; `NOTHING` when there is none."""
    wanted = col(BoundaryVersion.current) if version is None else col(BoundaryVersion.version) == version
    found = session.scalars(select(BoundaryVersion).where(wanted)).first()
    if found is None:
        return NOTHING
    units, voided = {}, set()
    for unit in session.scalars(select(Unit).where(col(Unit.version) == found.version).order_by(col(Unit.code))):
        if unit.voided_at is not None:
            voided.add(unit.code)
        else:
            units[unit.code] = Outline(unit.code, unit.parent, level_of(unit.code), unit.name, unit.area_class,
                                       unit.shape, (unit.lon, unit.lat), unit.area_m2)
    return Boundaries(found.version, found.illustrative, units, frozenset(voided))


def selected(boundaries: Boundaries, level: str | None = None, unit: str | None = None) -> list[Outline]:
    """The units of a level (None: of all), in a unit and all below it, in the order of the city's levels and codes."""
    return sorted((known for known in boundaries.units.values()
                   if level in (None, known.level) and known.code.startswith(unit or "")),
                  key=lambda known: (len(known.code), known.code))


def apply(session: Session, draft: GridsDraft, now: datetime, told: Told = silent) -> int:
    """Write a draft as the new current version; gives its number. Nothing is committed, and no revision raised.

    A unit of the version before that is not in the draft is kept, marked as voided. BadFile if the draft has an error,
    or uses a code that was voided since it was prepared.
    """
    draft.refuse_errors()
    session.scalars(select(col(BoundaryVersion.version)).with_for_update()).all()  # two at once: one after the other
    before = session.scalar(select(col(BoundaryVersion.version)).where(col(BoundaryVersion.current)))
    version = (session.scalar(select(func.max(BoundaryVersion.version))) or 0) + 1
    gone = _gone(session, before, draft, now)
    session.execute(update(BoundaryVersion).values(current=False))
    write_rows(session, BoundaryVersion, [{"version": version, "loaded_at": now, "illustrative": draft.illustrative,
                                           "current": True, "source": draft.source}])
    write_rows(session, Unit, [_row(unit) | {"version": version} for unit in draft.units]
               + [row | {"version": version} for row in gone], told)
    return version


def make_current(session: Session, version: int) -> None:
    """An earlier version in force again, as it was. Nothing is committed, and no revision raised. LookupError if there
    is none.
    """
    session.scalars(select(col(BoundaryVersion.version)).with_for_update()).all()
    if session.get(BoundaryVersion, version) is None:
        raise LookupError(f"there is no version {version} of the boundaries")
    session.execute(update(BoundaryVersion).values(current=col(BoundaryVersion.version) == version))


def _row(unit: Outline) -> dict[str, Any]:
    return {"code": unit.code, "parent": unit.parent, "level": unit.level, "name": unit.name,
            "area_class": unit.area_class, "lon": unit.centroid[0], "lat": unit.centroid[1], "area_m2": unit.area_m2,
            "voided_at": None, "shape": unit.geometry}


def _gone(session: Session, before: int | None, draft: GridsDraft, now: datetime) -> list[dict[str, Any]]:
    """The units of the version before that are not in the draft. A code that was voided is never used again: old
    incidents still mean the old place.
    """
    kept, gone, again = {unit.code for unit in draft.units}, [], []
    for unit in session.scalars(select(Unit).where(col(Unit.version) == before).order_by(col(Unit.code))):
        if unit.code not in kept:
            gone.append(unit.model_dump() | {"voided_at": unit.voided_at or now})
        elif unit.voided_at is not None:
            again.append(RowProblem(1, "code", f"编码 {unit.code} 已作废, 不能再用",
            f"the code {unit.code} was voided"))
    if again:
        raise BadFile(again, draft.source)
    return gone


# ---- what would change ---------------------------------------------------------------------------------------------

@dataclass(frozen=True)
class Changes:
    """Codes, in order. `moved`: the outline is another by more than a square metre; `reclassed`: the area class.
    `drawn`: the outlines are surveyed now and were illustrative, or the other way round.
    """

    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    moved: tuple[str, ...] = ()
    renamed: tuple[str, ...] = ()
    reclassed: tuple[str, ...] = ()
    drawn: bool = False

    def __bool__(self) -> bool:
        return any((self.added, self.removed, self.moved, self.renamed, self.reclassed, self.drawn))

    @property
    def affected(self) -> frozenset[str]:
        """The cells that are gone or lie elsewhere: what is open in them should be looked at."""
        return frozenset(code for code in (*self.removed, *self.moved) if level_of(code) == LEVELS[-1])


def compare(current: Boundaries, draft: GridsDraft) -> Changes:
    """What a draft would change."""
    old, new = current.units, {unit.code: unit for unit in draft.units}
    both = sorted(old.keys() & new.keys())
    return Changes(
        added=tuple(sorted(new.keys() - old.keys())), removed=tuple(sorted(old.keys() - new.keys())),
        moved=tuple(_moved(both, old, new)), renamed=tuple(c for c in both if old[c].name != new[c].name),
        reclassed=tuple(c for c in both if old[c].area_class != new[c].area_class),
        drawn=current.illustrative != draft.illustrative)


def _moved(codes: list[str], old: Mapping[str, Outline], new: Mapping[str, Outline]) -> list[str]:
    one, other = (np.array([units[code].geometry for code in codes], dtype=object) for units in (old, new))
    differ = np.flatnonzero(~shapely.equals_exact(shapely.normalize(one), shapely.normalize(other), 1e-9))
    between = shapely.symmetric_difference(one[differ], other[differ])
    differ, between = differ[~shapely.is_empty(between)], between[~shapely.is_empty(between)]
    return [codes[at] for at, area in zip(differ, areas_m2(between), strict=True) if area > SAME_M2]
