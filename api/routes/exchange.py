"""The city's data as files that can be loaded again, and templates for them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Path, Query
from starlette.responses import Response, StreamingResponse

from api.dependencies import Caller, MayAdminister, MayReadIncidents, MayReadReference
from api.documented import ALWAYS, SIGNED_IN, Responses, file_of, problems
from api.schemas.common import Code
from api.schemas.exchange import (
    IncidentsExportQuery,
    ListSheetQuery,
    ProcessFileQuery,
    SheetQuery,
    TemplateQuery,
)
from data.engine import reading, writing
from data.sheet_writing import MEDIA_TYPES, write
from governance.calendar import SHANGHAI
from governance.errors import InvalidField
from governance.exchange import exchange
from governance.exchange.templates import template, written
from governance.process_versions import text_of
from governance.queries import IncidentFilter

router = APIRouter(prefix="/api/v1/exchange", tags=["exchange"], responses={**ALWAYS, **SIGNED_IN})


def forms(*names: str) -> Responses:
    return file_of(MEDIA_TYPES[name].partition(";")[0] for name in names)


YAML = "application/yaml"
TABLE = forms("csv", "xlsx", "jsonl")
Stream = StreamingResponse


@router.get("/taxonomy", responses=TABLE, response_class=Stream, summary="导出事项清单 A list as a file")
def export_taxonomy(caller: MayReadReference, wanted: Annotated[ListSheetQuery, Query()]) -> Stream:
    """`part` is `categories` or `functions`; without a version, the one in force."""
    return _of_sheet(caller, "taxonomy", wanted, taxonomy=wanted.list, version=wanted.version)


@router.get("/standards", responses=TABLE, response_class=Stream, summary="导出标准 The standards of a list as a file")
def export_standards(caller: MayReadReference, wanted: Annotated[ListSheetQuery, Query()]) -> Stream:
    return _of_sheet(caller, "standards", wanted, taxonomy=wanted.list, version=wanted.version)


@router.get("/people", responses=TABLE, response_class=Stream,
            summary="导出部门和人员 Departments or accounts as a file")
def export_people(caller: MayAdminister, wanted: Annotated[SheetQuery, Query()]) -> Stream:
    """`part` is `departments` or `accounts`. Passwords never go out."""
    return _of_sheet(caller, "people", wanted)


@router.get("/calendar", responses=TABLE, response_class=Stream, summary="导出工作日历 The working calendar as a file")
def export_calendar(caller: MayAdminister, wanted: Annotated[SheetQuery, Query()]) -> Stream:
    return _of_sheet(caller, "calendar", wanted)


@router.get("/processes", responses={**file_of([YAML]), **problems(404)}, response_class=Response,
            summary="导出流程文件 A process as its file")
def export_process(caller: MayAdminister, wanted: Annotated[ProcessFileQuery, Query()]) -> Response:
    """As it was sent: the one in force, or an older version."""
    with reading(caller.engine) as session:
        text = text_of(session, caller.city.processes, wanted.code, wanted.version)
    name = wanted.code if wanted.version is None else f"{wanted.code}-{wanted.version}"
    return Response(text, media_type=YAML, headers={
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(name)}.yaml"})


@router.get("/incidents", responses=forms(*MEDIA_TYPES), response_class=Stream,
            summary="导出事件 Incidents as a file")
def export_incidents(caller: MayReadIncidents, wanted: Annotated[IncidentsExportQuery, Query()]) -> Stream:
    """Those that the caller may see, however many; each restricted one is in the audit log. Who reported it goes out
    only to roles that may know."""
    asked = _filter(caller, wanted)
    with writing(caller.engine) as session:
        accounted = exchange.account_for_export(session, caller.actor, asked, caller.now)
        session.commit()

    def pieces() -> Iterator[bytes]:
        with reading(caller.engine) as session:
            sheet = exchange.incidents(session, caller.city, caller.actor, asked, caller.now, accounted)
            yield from write(sheet.rows, sheet.columns, wanted.format)

    return _file(pieces(), f"incidents-{caller.now.astimezone(SHANGHAI):%Y%m%d}", wanted.format)


@router.get("/{kind}/template", responses=forms("csv", "xlsx"), response_class=Stream,
            summary="下载模板 A template to fill in")
def read_template(kind: Annotated[Code, Path()], caller: MayAdminister,
                  wanted: Annotated[TemplateQuery, Query()]) -> Stream:
    """Of taxonomy, standards, functions, departments, accounts, people, calendar or incidents."""
    chosen = template(kind)
    return _file(written(chosen, wanted.format), f"template-{chosen.name}", wanted.format)


def _of_sheet(caller: Caller, kind: str, wanted: ListSheetQuery | SheetQuery, **of: Any) -> Stream:
    """Reference data are small: read whole, so that an error is told before the first byte."""
    with reading(caller.engine) as session:
        sheet = exchange.sheet(session, kind, wanted.part, **of)
        pieces = list(write(sheet.rows, sheet.columns, wanted.format))
    return _file(iter(pieces), sheet.name, wanted.format)


def _file(pieces: Iterator[bytes], name: str, form: str) -> Stream:
    disposition = f"attachment; filename*=UTF-8''{quote(name)}.{form}"
    return Stream(pieces, media_type=MEDIA_TYPES[form], headers={"Content-Disposition": disposition})


def _filter(caller: Caller, wanted: IncidentsExportQuery) -> IncidentFilter:
    if wanted.unit is not None and wanted.unit not in caller.city.places:
        raise InvalidField("unit", f"没有网格 {wanted.unit}", f"there is no unit {wanted.unit}", "unknown_unit")
    return IncidentFilter(**wanted.model_dump(exclude={"format"}))
