"""From the files that a city has to a draft of its boundaries, audited.

What the files do not say is taken from the boundaries in force: a sheet of units alone keeps the outlines, outlines
alone keep the names of what lies above. A sheet, where there is one, lists every unit but the cells; outlines of cells
are always those of all cells, or of all in one unit (`within`), when everything outside it stays as it is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from shapely.geometry.base import BaseGeometry

from data.sheet import BadFile, RowProblem
from grids.audit import audit, numbering
from grids.boundaries import Boundaries, GridsDraft, problems_of
from grids.codes import LEVELS, is_code, level_of, path_of, within
from grids.datum import Datum
from grids.exchange import UnitRow, read_unit_rows
from grids.findings import Finding, finding
from grids.frames import in_degrees
from grids.hierarchy import UnitName
from grids.layers import bad, is_layer, read_layer
from grids.rows import OutlineRow, examine
from grids.shift import wrong_datum
from grids.subdivide import Outline, subdivide
from grids.survey import survey

#: Tianjin's: 21,000 cells in 5,617 communities.
CELLS_PER_COMMUNITY = 21_000 / 5_617


@dataclass(frozen=True)
class Source:
    """How the files are to be taken: the coordinate system and the datum over what they claim; the unit that they are
    limited to; outlines to hold them against, where none are in force.
    """

    crs: str | None = None
    datum: Datum = "wgs84"
    within: str | None = None
    known: Mapping[str, BaseGeometry] = field(default_factory=dict)


@dataclass
class _Read:
    """What stands in the files."""

    sheet: list[UnitRow] | None = None
    rows: list[OutlineRow] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    drawn: set[str] = field(default_factory=set)
    features: int = 0


def prepare(files: Sequence[Path], current: Boundaries, source: Source = Source()) -> GridsDraft:
    """The draft that a sheet of units, files of outlines, or both make. BadFile when one cannot be read."""
    read = _read(files, current, source)
    name = ", ".join(path.name for path in files)
    if read.rows and not _has_cells(read):
        return _illustrated(files, read, name)
    units, rows, classes = _completed(read, current, source)
    found = [*read.findings, *_audited(read, units, rows, current, source)]
    problems = problems_of(tuple(found), {row.unit.code: row.line for row in read.sheet or ()})
    if problems:
        return GridsDraft(name, (), False, tuple(found), problems, read.features)
    made = tuple(replace(unit, area_class=classes.get(unit.code, unit.area_class)) for unit in survey(units, rows))
    illustrative = any(row.illustrative for row in rows)
    return GridsDraft(name, made, illustrative, tuple(found), (), read.features)


# ---- reading -------------------------------------------------------------------------------------------------------

def _read(files: Sequence[Path], current: Boundaries, source: Source) -> _Read:
    read = _Read()
    for path in files:
        if is_layer(path):
            _read_layer(read, path, current, source)
        elif read.sheet is not None:
            raise bad(path.name, "只能给一份单元名录", "there can be one sheet of units only")
        else:
            read.sheet = read_unit_rows(path)
    if not read.features and not current.units:
        raise bad(", ".join(path.name for path in files), "没有边界: 请给出边界文件 (GeoJSON、shapefile 或 GeoPackage)",
                  "there are no outlines: give a file of them (GeoJSON, shapefile or GeoPackage)", "geometry")
    if source.within is not None and source.within not in current.units:
        raise bad(", ".join(path.name for path in files), f"现行网格中没有单元 {source.within}",
                  f"there is no unit {source.within} in force", "within")
    return read


def _read_layer(read: _Read, path: Path, current: Boundaries, source: Source) -> None:
    """The outlines of one file, numbered on from those of the file before."""
    layer = read_layer(path)
    features = [replace(f, number=f.number + read.features) for f in layer.features]
    placed, misplaced = in_degrees(replace(layer, features=features), current.middle, source.crs, source.datum)
    rows, found = examine(placed, layer.counter_clockwise)
    twice = {row.code for row in read.rows} & {row.code for row in rows}
    read.findings += [*misplaced, *found, *(finding("duplicate", row.code, feature=row.number, shape=row.geometry,
                                                    words=(path.name,)) for row in rows if row.code in twice)]
    read.rows += [row for row in rows if row.code not in twice]
    read.drawn |= {code for feature in features if is_code(code := feature.properties.get("code", ""))}
    read.features += len(features)


def _has_cells(read: _Read) -> bool:
    codes = [*(row.unit.code for row in read.sheet or ()), *read.drawn]
    return any(len(code) == 15 for code in codes)


def _illustrated(files: Sequence[Path], read: _Read, name: str) -> GridsDraft:
    """No cells anywhere: streets, communities and cells are cut from the outlines of the districts."""
    if problems := problems_of(tuple(read.findings), {}):
        return GridsDraft(name, (), True, tuple(read.findings), problems, read.features)
    if read.sheet is None:
        raise bad(name, "文件中没有单元网格 (15 位编码); 请给出单元网格, 或同时给出单元名录",
                  "there are no cells (codes of 15 digits): add them, or a sheet of units", "code")
    units = [row.unit for row in read.sheet]
    shapes = {row.code: row.geometry for row in read.rows}
    cells = round(CELLS_PER_COMMUNITY * sum(unit.level == "community" for unit in units))
    try:
        made = subdivide({u.code: shapes[u.code] for u in units if u.code in shapes}, units, cells=cells)
    except ValueError as error:
        sheet = next(path.name for path in files if not is_layer(path))
        raise BadFile([RowProblem(1, "", "单元与区级边界不一致", str(error))], sheet) from None
    return GridsDraft(name, tuple(made), True, tuple(read.findings), (), read.features)


# ---- completing ----------------------------------------------------------------------------------------------------

def _completed(read: _Read, current: Boundaries,
               source: Source) -> tuple[list[UnitName], list[OutlineRow], dict[str, str]]:
    """All units, all outlines, and the area classes that are said for units."""
    if read.sheet is not None:
        units = [row.unit for row in read.sheet]
        classes = {row.unit.code: row.area_class for row in read.sheet if row.area_class}
        rows = read.rows if read.features else _outlines_of(units, current)
        classes = (_classes(current) if not read.features else {}) | classes
    else:
        units, rows = _named(read.rows, current), [_known_better(row, current) for row in read.rows]
        classes = _classes(current) | {row.code: row.area_class for row in rows if row.area_class}
    if source.within is None:
        return units, rows, classes
    kept = _kept(current, source.within)
    names = {unit.code: unit for unit in units} | {u.code: _name_of(u) for u in kept}
    names |= {up: _name_of(current.units[up]) for up in path_of(source.within)[:-1] if up in current.units}
    return (list(names.values()), [*rows, *(_row_of(unit, current) for unit in kept)],
            {unit.code: unit.area_class for unit in kept} | classes)


def _classes(current: Boundaries) -> dict[str, str]:
    return {unit.code: unit.area_class for unit in current.units.values()}


def _outlines_of(units: Sequence[UnitName], current: Boundaries) -> list[OutlineRow]:
    """The outlines in force of the units of a sheet, and of the cells below them where the sheet lists no cells."""
    listed = {unit.code for unit in units}
    cells = any(level_of(code) == LEVELS[-1] for code in listed)
    return [_row_of(unit, current) for unit in current.units.values() if unit.geometry is not None and (
        unit.code in listed or (not cells and unit.level == LEVELS[-1] and unit.parent in listed))]


def _named(rows: Sequence[OutlineRow], current: Boundaries) -> list[UnitName]:
    """The units above the outlines of a file and those outlines' own, as far as the file or the city knows them."""
    names = {row.code: row.name or "" for row in rows}
    needed = sorted({up for row in rows for up in path_of(row.code)})
    known = {code: names.get(code) or (current.units[code].name if code in current.units else "") for code in needed}
    return [UnitName(code, path_of(code)[-2] if len(path_of(code)) > 1 else None, level_of(code), known[code])
            for code in needed if code in names or known[code]]


def _known_better(row: OutlineRow, current: Boundaries) -> OutlineRow:
    """An outline with the area class that its unit has, where the file has none."""
    unit = current.units.get(row.code)
    return row if row.area_class or unit is None else replace(row, area_class=unit.area_class or None)


def _kept(current: Boundaries, unit: str) -> list[Outline]:
    """The units that lie neither in a unit nor above it."""
    above = path_of(unit)
    return [known for known in current.units.values() if not within(known.code, unit) and known.code not in above]


def _name_of(unit: Outline) -> UnitName:
    return UnitName(unit.code, unit.parent, unit.level, unit.name)


def _row_of(unit: Outline, current: Boundaries) -> OutlineRow:
    return OutlineRow(unit.code, unit.name, unit.geometry, unit.area_class or None,
                      illustrative=current.illustrative)


# ---- examining -----------------------------------------------------------------------------------------------------

def _audited(read: _Read, units: Sequence[UnitName], rows: Sequence[OutlineRow], current: Boundaries,
             source: Source) -> Iterator[Finding]:
    """The findings of a grid as a whole; of one in no place there is nothing more to say."""
    if read.features and not read.rows and read.findings:
        return
    if read.features:
        yield from wrong_datum(read.rows, current.shapes or source.known)
    yield from audit(units, rows, drawn=read.drawn)
    drawn = {row.code: {"feature": row.number, "shape": row.geometry} for row in rows}
    yield from (finding("reused", code, **drawn.get(code, {}))  # type: ignore[arg-type]
                for code in sorted({*drawn, *(unit.code for unit in units)} & current.voided))
    yield from (finding("outside", row.code, source.within, feature=row.number, shape=row.geometry)
                for row in read.rows if source.within and not within(row.code, source.within))
    yield from numbering(rows)
    yield from _vanishing(units, rows, current)


def _vanishing(units: Sequence[UnitName], rows: Sequence[OutlineRow], current: Boundaries) -> Iterator[Finding]:
    """Units in force that are not there any more, the highest of each branch."""
    here = {unit.code for unit in units} | {row.code for row in rows}
    gone = sorted(code for code, unit in current.units.items() if code not in here and (
        unit.parent is None or unit.parent in here))
    if gone:
        yield finding("vanishing", *gone)
