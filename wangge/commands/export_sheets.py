"""`wangge export` and `wangge template`: the city's lists, people, calendar and incidents as files; empty ones to fill
in.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import TYPE_CHECKING, Annotated, Any

import typer

from governance.errors import InvalidField
from wangge.commands.exporting import export
from wangge.terminal import as_json, database, read_settings

if TYPE_CHECKING:
    from governance.exchange.exchange import Sheet

File = Annotated[Path, typer.Argument(dir_okay=False, help="后缀定格式 (.csv, .xlsx, .jsonl; incidents also .geojson)")]
Part = Annotated[str | None, typer.Option(help="哪一张表 (which sheet: categories, functions, departments, accounts)")]
List = Annotated[str, typer.Option("--list", help="清单名 (name of the list)")]
Version = Annotated[int | None, typer.Option(help="版本, 缺省为现行版本 (version; default: the current one)")]
Json = Annotated[bool, typer.Option("--json", help="输出 JSON (print JSON)")]
TABLES = ("csv", "xlsx", "jsonl")


@export.command("taxonomy")
def export_taxonomy(file: File, name: List = "grid", part: Part = None, version: Version = None,
                    json: Json = False) -> None:
    """事项清单的类目或职能 (a list's categories, or its functions)."""
    _sheet("taxonomy", file, json, part=part, taxonomy=name, version=version)


@export.command("standards")
def export_standards(file: File, name: List = "grid", version: Version = None, json: Json = False) -> None:
    """立案/结案标准 (the standards of a list)."""
    _sheet("standards", file, json, taxonomy=name, version=version)


@export.command("people")
def export_people(file: File, part: Part = None, json: Json = False) -> None:
    """责任单位或账号, 不含密码 (departments or accounts, without passwords)."""
    _sheet("people", file, json, part=part)


@export.command("calendar")
def export_calendar(file: File, json: Json = False) -> None:
    """工作日历 (the working calendar)."""
    _sheet("calendar", file, json)


@export.command("incidents")
def export_incidents(file: File, unit: Annotated[str | None, typer.Option(help="网格编码 (unit)")] = None,
                     status: Annotated[str | None, typer.Option(help="状态 (state)")] = None,
                     json: Json = False) -> None:
    """事件, 不含上报人; 受限事件逐件审计 (incidents, without their reporters; restricted ones are in the audit log)."""
    from data.engine import reading, writing
    from governance.city import read_city
    from governance.exchange import exchange
    from governance.people import Actor
    from governance.queries import IncidentFilter

    form, settings, now = _form(file, (*TABLES, "geojson")), read_settings(), datetime.now(UTC)
    with database(settings) as engine:
        with reading(engine) as session:
            city = read_city(session, settings)
        actor, asked = Actor(None, "命令行", "admin", city.root), IncidentFilter(unit=unit, status=status)
        with writing(engine) as session:
            accounted = exchange.account_for_export(session, actor, asked, now)
            session.commit()
        with reading(engine) as session:
            _write(exchange.incidents(session, city, actor, asked, now, accounted), file, form, json)


def template(kind: Annotated[str, typer.Argument(help="taxonomy, standards, functions, departments, accounts, "
                                                     "calendar, incidents")], file: File, json: Json = False) -> None:
    """模板: 表头、示例和说明, 填写后可导入 (a sheet to fill in: its header, an example, what each column means)."""
    from governance.exchange.templates import template as find
    from governance.exchange.templates import written

    form = _form(file, ("csv", "xlsx"))
    _lay_down(file, written(find(kind), form))
    _say(file, 1, json)


def _sheet(kind: str, file: Path, json: bool, **of: Any) -> None:
    from data.engine import reading
    from governance.exchange import exchange

    form = _form(file, TABLES)
    with database(read_settings()) as engine, reading(engine) as session:
        _write(exchange.sheet(session, kind, **of), file, form, json)


def _form(file: Path, known: Iterable[str]) -> str:
    form = file.suffix.lower().removeprefix(".")
    if form not in known:
        raise InvalidField("file", f"后缀应为 {'、'.join(known)}", f"must end in {', '.join(known)}")
    return form


def _write(sheet: Sheet, file: Path, form: str, json: bool) -> None:
    from data.sheet_writing import write

    count = 0

    def counted() -> Iterable[dict[str, Any]]:
        nonlocal count
        for row in sheet.rows:
            count += 1
            yield row

    _lay_down(file, write(counted(), sheet.columns, form))
    _say(file, count, json)


def _lay_down(file: Path, pieces: Iterable[bytes]) -> None:
    """Whole or not at all: beside its place first."""
    with NamedTemporaryFile(dir=file.parent, prefix=f".{file.name}-", delete=False) as beside:
        try:
            for piece in pieces:
                beside.write(piece)
            beside.close()
            os.replace(beside.name, file)
        finally:
            Path(beside.name).unlink(missing_ok=True)


def _say(file: Path, count: int, json: bool) -> None:
    if json:
        return as_json({"file": str(file), "rows": count})
    print(f"已导出 Exported: {file} ({count:,} 行 rows)")
