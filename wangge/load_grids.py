"""Loading a city's grids: its own surveyed cells, or, while it has none, illustrative ones below its districts.

A file of outlines that holds a cell is a survey: nothing is cut or moved, and nothing is loaded while the audit finds
an error. Boundaries are versioned; what the new version does not have is kept and marked as voided.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, func, select, update
from sqlmodel import Session, col

from data.engine import writing
from data.sheet import BadFile, RowProblem, read_rows
from grids.audit import Finding, audit
from grids.exchange import OutlineRow, read_outlines, read_units
from grids.hierarchy import UnitName
from grids.subdivide import Outline, subdivide
from grids.survey import survey
from grids.unit import BoundaryVersion, Unit
from wangge.loading import Loaded, Told, finish, silent, write_rows

#: Tianjin's: 21,000 cells in 5,617 communities.
CELLS_PER_COMMUNITY = 21_000 / 5_617


@dataclass(frozen=True)
class Drawn:
    """What the two files make: all units with their outlines, and what somebody should look at."""

    outlines: list[Outline]
    illustrative: bool
    warnings: tuple[Finding, ...] = ()


def load_grids(engine: Engine, units_csv: Path, outlines_geojson: Path, now: datetime, told: Told = silent) -> Loaded:
    """A new version of the boundaries: as surveyed if there are cells in the files, else illustrative."""
    drawn = _draw(units_csv, outlines_geojson)
    with writing(engine) as session:
        before = session.scalar(select(col(BoundaryVersion.version)).where(col(BoundaryVersion.current)))
        version = (session.scalar(select(func.max(BoundaryVersion.version))) or 0) + 1
        _refuse_voided(session, before, drawn.outlines, units_csv.name)
        session.execute(update(BoundaryVersion).values(current=False))
        write_rows(session, BoundaryVersion, [{
            "version": version, "loaded_at": now, "illustrative": drawn.illustrative, "current": True,
            "source": f"{units_csv.name}, {outlines_geojson.name}"}])
        rows = [_unit_row(outline, version) for outline in drawn.outlines]
        write_rows(session, Unit, [*rows, *_gone(session, before, version, drawn.outlines, now)], told)
        return finish(session, Loaded("grids", _count_levels(drawn.outlines), version, warnings=drawn.warnings), now)


# ---- files to outlines ---------------------------------------------------------------------------------------------

def _draw(units_csv: Path, outlines_geojson: Path) -> Drawn:
    units, rows = read_units(units_csv), read_outlines(outlines_geojson)
    if any(len(code) == 15 for code in [*(unit.code for unit in units), *(row.code for row in rows)]):
        warnings = _examine(units_csv, outlines_geojson, units, rows)
        return Drawn(survey(units, rows), False, warnings)
    return Drawn(_illustrate(units_csv, units, rows), True)


def _illustrate(units_csv: Path, units: Sequence[UnitName], rows: Iterable[OutlineRow]) -> list[Outline]:
    shapes = {row.code: row.geometry for row in rows}
    cells = round(CELLS_PER_COMMUNITY * sum(unit.level == "community" for unit in units))
    try:
        return subdivide({unit.code: shapes[unit.code] for unit in units if unit.code in shapes}, units, cells=cells)
    except ValueError as error:
        raise BadFile([RowProblem(1, "", "单元与区级边界不一致", str(error))], units_csv.name) from None


def _examine(units_csv: Path, outlines_geojson: Path, units: Sequence[UnitName],
             rows: Sequence[OutlineRow]) -> tuple[Finding, ...]:
    """The warnings of the audit; BadFile if it finds errors. A line is the number of a feature; of a unit without an
    outline it is that in the sheet of units, and the column says so.
    """
    found = audit(units, rows)
    features = {row.code: number for number, row in enumerate(rows, start=1)}
    lines = {row["code"]: line for line, row in read_rows(units_csv)}
    errors = [_problem(finding, features, lines) for finding in found if finding.is_error]
    if errors:
        raise BadFile(sorted(errors, key=lambda problem: (problem.field, problem.line)), outlines_geojson.name)
    return tuple(found)


def _problem(finding: Finding, features: Mapping[str, int], lines: Mapping[str, int]) -> RowProblem:
    code = finding.codes[0]
    if code in features:
        field = "code" if finding.kind in ("orphan", "unknown") else "name" if finding.kind == "unnamed" else "geometry"
        return RowProblem(features[code], field, finding.reason, finding.reason_en)
    return RowProblem(lines.get(code, 1), "units.code", finding.reason, finding.reason_en)


# ---- outlines to rows ----------------------------------------------------------------------------------------------

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
