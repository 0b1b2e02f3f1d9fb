"""Grids as files: out in every format, templates to begin with, and the audit of a file before it is loaded."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

from fastapi import APIRouter, Form, Query
from starlette.responses import Response

from api.dependencies import MayAdminister
from api.documented import ALWAYS, SIGNED_IN, file_of, problems
from api.schemas.grid_files import AuditIn, AuditOut, ExportQuery, TemplateQuery
from api.uploads import laid_out
from data.engine import reading
from data.sheet import BadFile
from governance.errors import FieldProblem, Invalid, InvalidField, MissingField, NotFound
from grids.boundaries import GridsDraft, read_boundaries, selected
from grids.findings import geojson_of
from grids.formats import ENDINGS, MEDIA_TYPES, template, write_grids
from grids.preparing import Source, prepare

AUDIT_PATH = "/api/v1/grids/audit"
FILES = file_of(media_type.partition(";")[0] for media_type in MEDIA_TYPES.values())
TEMPLATES = file_of(MEDIA_TYPES[form].partition(";")[0] for form in ("csv", "geojson"))
router = APIRouter(prefix="/api/v1/grids", tags=["grids"], responses={**ALWAYS, **SIGNED_IN})


class BadUpload(Invalid):
    """A file that cannot be read at all."""

    code = "bad_file"

    def __init__(self, bad: BadFile) -> None:
        told = [FieldProblem(p.field or "outlines", f"第 {p.line} 行: {p.reason}", f"line {p.line}: {p.reason_en}")
                for p in bad.problems[:100]]
        super().__init__(f"{bad.source}: {len(bad.problems)} 处有误, 文件不能读取",
                         f"{bad.source}: {len(bad.problems)} problem(s); the file cannot be read", *told)


@router.get("/export", responses={**FILES, **problems(404)}, response_class=Response,
            summary="导出网格 Units and outlines as a file")
def export_grids(caller: MayAdminister, wanted: Annotated[ExportQuery, Query()]) -> Response:
    """WGS-84 as stored; what goes out can be loaded again. Voided units are left out."""
    with reading(caller.engine) as session:
        found = read_boundaries(session, wanted.version)
    if found.version is None:
        raise NotFound(f"边界版本 (version) {wanted.version}")
    units = selected(found, wanted.level, wanted.unit)
    if not units:
        raise InvalidField("unit" if wanted.unit else "level", "没有这样的单元", "has no such units", "unknown_unit")
    with TemporaryDirectory(prefix="wangge-") as folder:
        path = Path(folder, f"grids-{found.version}{ENDINGS[wanted.format]}")
        write_grids(path, units, found.illustrative, wanted.format)
        return _download(path.read_bytes(), path.name, MEDIA_TYPES[wanted.format])


@router.get("/template", responses=TEMPLATES, response_class=Response,
            summary="模板 A file to begin with, with an example")
def read_grid_template(caller: MayAdminister, wanted: Annotated[TemplateQuery, Query()]) -> Response:
    """The sheet of units (CSV), or outlines (GeoJSON)."""
    return _download(template(wanted.format), f"grids-template.{wanted.format}", MEDIA_TYPES[wanted.format])


@router.post("/audit", summary="检查网格文件 What is wrong with a file of grids")
def audit_grids(sent: Annotated[AuditIn, Form(media_type="multipart/form-data")], caller: MayAdminister) -> AuditOut:
    """Held against the boundaries in force; nothing is loaded. Every finding says whose codes, how many square metres
    and where, and what to do. 422 `bad_file` for a file that cannot be read."""
    if sent.units is None and sent.outlines is None:
        raise MissingField("outlines", "须有边界文件或单元名录", "or units is needed")
    with laid_out({"units": sent.units, "outlines": sent.outlines}) as files:
        with reading(caller.engine) as session:
            current = read_boundaries(session)
        try:
            draft = prepare(list(files.values()), current, Source(sent.crs, sent.datum, sent.within))
        except BadFile as bad:
            raise BadUpload(bad) from None
    return _told(draft)


def _told(draft: GridsDraft) -> AuditOut:
    return AuditOut(source=draft.source, outlines=draft.features, units=draft.rows,
                    counts=dict(Counter(found.severity for found in draft.findings)), **geojson_of(draft.findings))


def _download(content: bytes, name: str, media_type: str) -> Response:
    return Response(content, media_type=media_type, headers={
        "Cache-Control": "private, no-store", "Content-Disposition": f'attachment; filename="{name}"'})
