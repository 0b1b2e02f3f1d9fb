"""Drafts of the boundaries: a sheet of units, outlines, or both, audited. Each one that is applied is a new version;
incidents keep the version that they fell in.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

from shapely.geometry.base import BaseGeometry
from sqlalchemy import select
from sqlmodel import Session, col

from data.shipped import SEED
from governance.drafts.kind import Change, Content, Kind, Options, Preview, Tools, Written, affected, concerned
from governance.errors import Conflict
from governance.incident import Incident
from governance.people import Account, Department, Duty
from grids import boundaries
from grids.boundaries import Boundaries, GridsDraft, draft_of, read_boundaries
from grids.exchange import read_outlines
from grids.findings import Finding
from grids.preparing import Source, prepare
from grids.unit import BoundaryVersion, Unit

MOST_FINDINGS: Final = 500
#: A sheet of units, and outlines in one file or several.
PARTS: Final = ("units", "outlines", *(f"outlines_{number}" for number in range(2, 10)))


def read(session: Session, files: Mapping[str, Path], options: Options) -> Content:
    """All units with their outlines, as the files make them of what is in force. BadFile with every error of the audit;
    what is only to be looked at is kept."""
    source = Source(options.crs, options.datum, options.within, shipped_outlines())
    draft = prepare([files[part] for part in PARTS if part in files], read_boundaries(session), source)
    return draft.document() | {"findings": [_told(each) for each in draft.warnings[:MOST_FINDINGS]],
                               "warnings": len(draft.warnings)}


@cache
def shipped_outlines() -> Mapping[str, BaseGeometry]:
    """The outlines of districts that come with the program, by code: by them a first file shows a wrong datum."""
    return {row.code: row.geometry for path in sorted(SEED.glob("*/districts.geojson")) for row in read_outlines(path)}


def _told(found: Finding) -> dict[str, Any]:
    return {"kind": found.kind, "codes": list(found.codes), "zh": found.reason, "en": found.reason_en,
            "area_m2": found.area_m2, "place": list(found.place) if found.place else None}


def compare(session: Session, content: Content, tools: Tools) -> Preview:
    """Units added, moved, renamed and removed, and the open incidents in cells that are gone or lie elsewhere."""
    current, draft = read_boundaries(session), draft_of(content)
    changes = boundaries.compare(current, draft)
    preview = Preview(draft.rows, _changes(current, draft, changes), more={
        "version": current.version, "illustrative": draft.illustrative, "findings": content["findings"],
        "moved": len(changes.moved), "renamed": len(changes.renamed)})
    preview.affects = affected(concerned(session, "unit", {*changes.affected, *changes.removed}))
    if content["warnings"]:
        preview.warnings.append((f"审核有 {content['warnings']} 处请核对, 不影响应用",
                                 f"the audit found {content['warnings']} things to look at, which stop nothing"))
    return preview


def _changes(current: Boundaries, draft: GridsDraft, changes: boundaries.Changes) -> list[Change]:
    names = {code: unit.name for code, unit in current.units.items()} | {unit.code: unit.name for unit in draft.units}
    fields: dict[str, list[str]] = {}
    for field, codes in (("outline", changes.moved), ("name", changes.renamed), ("area_class", changes.reclassed)):
        for code in codes:
            fields.setdefault(code, []).append(field)
    if changes.drawn:  # surveyed now, illustrative before, or the other way round: said once, of the city
        fields.setdefault(min(names), []).append("drawn")
    return [*(Change("unit", "added", code, names[code]) for code in changes.added),
            *(Change("unit", "changed", code, names[code], tuple(of)) for code, of in sorted(fields.items())),
            *(Change("unit", "removed", code, names[code]) for code in changes.removed)]


def write(session: Session, content: Content, tools: Tools) -> Written:
    before = session.scalar(select(col(BoundaryVersion.version)).where(col(BoundaryVersion.current)))
    version = boundaries.apply(session, draft_of(content), tools.now, tools.told)
    return Written({"version": before, "applied": version}, version)


def restore(session: Session, content: Content, before: Content, tools: Tools) -> None:
    """The version before is in force again. Conflict if anybody or anything is in a unit that it does not have."""
    if before["version"] is None:
        raise Conflict("这是第一个网格版本, 没有可以恢复的",
                       "This is the first version of the grids; there is none before it.")
    added = _units(session, before["applied"]) - _units(session, before["version"])
    _refuse_used(session, added)
    boundaries.make_current(session, before["version"])


def _units(session: Session, version: int) -> set[str]:
    return set(session.scalars(select(col(Unit.code)).where(col(Unit.version) == version,
                                                            col(Unit.voided_at).is_(None))))


def _refuse_used(session: Session, added: Collection[str]) -> None:
    uses: tuple[tuple[Any, str, str], ...] = (
        (col(Incident.unit), "事件", "incidents"), (col(Account.unit), "账号", "accounts"),
        (col(Department.unit), "部门", "departments"), (col(Duty.unit), "职责", "duties"))
    for column, zh, en in uses:
        used = set(session.scalars(select(column).distinct())) & set(added)
        if used:
            raise Conflict(f"新增的网格 {min(used)} 已有{zh}, 不能回滚", f"The new unit {min(used)} has {en} already.")


GRIDS = Kind("grids", "网格", PARTS, PARTS, read, compare, write, restore, versioned=True)
