"""The command line: `wangge --help`. What a command needs is imported when it runs, so that help comes at once."""

from __future__ import annotations

import sys
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from data.sheet import BadFile
from governance.errors import InvalidField, WanggeError
from wangge.commands.auditing import audit
from wangge.commands.backups import db_backup, db_restore
from wangge.commands.counting import evaluation, league, stages
from wangge.commands.drafts import drafts
from wangge.commands.export_grids import export_grids
from wangge.commands.export_sheets import template
from wangge.commands.exporting import export
from wangge.commands.loading import load
from wangge.commands.processes import process
from wangge.commands.repeats import repeats
from wangge.commands.tls import tls
from wangge.commands.words import classify, learn
from wangge.terminal import as_json, database, explain, reachable, read_settings

if TYPE_CHECKING:
    from governance.figures.closure import Figure
    from governance.settings import Settings

app = typer.Typer(name="wangge", no_args_is_help=True, pretty_exceptions_enable=False,
                  help="网格: 城市社会治理网格化开放系统 (the open system for a city's social-governance grids)")
db = typer.Typer(no_args_is_help=True, help="数据库 (the database)")
user = typer.Typer(no_args_is_help=True, help="账号 (accounts)")
app.add_typer(load, name="load")
app.add_typer(drafts, name="drafts")
app.command()(template)
app.add_typer(db, name="db")
db.command("backup")(db_backup)
db.command("restore")(db_restore)
app.add_typer(user, name="user")
app.add_typer(export, name="export")
app.command()(repeats)
app.add_typer(audit, name="audit")
app.add_typer(process, name="process")
export.command("grids")(export_grids)
app.command()(classify)
app.command()(learn)
app.command()(tls)
for command in (league, stages, evaluation):
    app.command()(command)

Json = Annotated[bool, typer.Option("--json", help="输出 JSON (print JSON)")]
Port = Annotated[int | None, typer.Option(min=1, max=65535, help="端口 (port)")]


def main() -> None:
    """Run a command; an error that we know is told in two sentences, without a traceback."""
    try:
        app()
    except (BadFile, WanggeError) as error:
        explain(error)
        raise SystemExit(1) from None


# ---- running -------------------------------------------------------------------------------------------------------

@app.command()
def demo(prepare: Annotated[bool, typer.Option(help="只准备数据, 不启动 (fill the data folder only)")] = False,
         accounts: Annotated[bool, typer.Option(help="输出演示账号 (print the accounts as JSON lines)")] = False,
         port: Port = None) -> None:
    """演示: 天津市、虚构人员和约三百件事件 (Tianjin, made-up people, some 300 incidents; serves them)."""
    settings = read_settings(port=port, show_codes=True)
    # in the terminal a hundred notices would push the accounts out of sight
    settings = settings.model_copy(update={"log_file": settings.log_file or settings.data_dir / "wangge.log"})
    if accounts:
        return _print_accounts(settings)
    from wangge.demo.screen import prepare_and_show

    prepare_and_show(settings)
    if not prepare:
        from wangge.serve import serve as run

        run(settings)


def _print_accounts(settings: Settings) -> None:
    import json

    from governance.errors import NotReady
    from wangge.demo.prepare import read_accounts

    found = read_accounts(settings)
    if not found:
        raise NotReady("没有演示数据, 请先运行 wangge demo --prepare",
                       "There is no demo here; run: wangge demo --prepare")
    for account in found:
        print(json.dumps(account, ensure_ascii=False))


@app.command()
def serve(port: Port = None, host: Annotated[str | None, typer.Option(help="监听地址 (address)")] = None,
          only: Annotated[str | None, typer.Option(help="只运行 api、work 或 watch (only this part)")] = None) -> None:
    """启动服务 (serve the data folder or the database that is set)."""
    from wangge.serve import serve as run

    settings = read_settings(host=host)
    with database(settings):
        pass
    run(settings, only, port)


@app.command()
def work() -> None:
    """只运行后台任务 (only the worker)."""
    from wangge.serve import work as run

    run(read_settings())


@app.command()
def doctor(json: Json = False) -> None:
    """检查运行环境 (is everything there?)."""
    from wangge.doctor import examine

    findings = examine(_now())
    if json:
        as_json([{"ok": f.ok, "zh": f.zh, "en": f.en, "todo": f.todo} for f in findings])
    else:
        print("\n".join(map(str, findings)))
    raise SystemExit(1 if any(f.ok is False for f in findings) else 0)


# ---- asking --------------------------------------------------------------------------------------------------------

@app.command(context_settings={"ignore_unknown_options": True})
def locate(lon: float, lat: float, datum: Annotated[str, typer.Option(
        help="wgs84, gcj02, bd09, cgcs2000")] = "wgs84", json: Json = False) -> None:
    """坐标落在哪个网格 (the cell of a point, degrees)."""
    from wangge.asking import locate as ask

    with database(read_settings()) as engine:
        found = ask(engine, read_settings(), lon, lat, datum)
    if json:
        return as_json(found)
    print(found["name"] or f"不在任何网格内, 距最近网格 {found['distance_m']:.0f} 米 (outside every cell)")
    print("\n".join(f"{level:10} {found[level]}" for level in ("cell", "community", "street", "district", "city")
                    if found[level]))


@app.command()
def figures(by: Annotated[str, typer.Option(help="district, street, community, cell, category, subcategory, "
                                                 "department, source")] = "district",
            unit: Annotated[str | None, typer.Option(help="网格编码 (unit)")] = None,
            since: Annotated[str | None, typer.Option("--from", help="起始日期 YYYY-MM-DD (first day)")] = None,
            until: Annotated[str | None, typer.Option("--to", help="结束日期, 不含 (first day after)")] = None,
            json: Json = False) -> None:
    """统计: 结案率、按期结案率 (figures, as the city's leader sees them)."""
    from wangge.asking import figures as ask
    from wangge.figures import render

    with database(read_settings()) as engine:
        rows, total = ask(engine, read_settings(), by, unit, _day(since, "from"), _day(until, "to"), _now())
    if json:
        as_json({"rows": [_figure(row) for row in rows], "total": _figure(total)})
    else:
        print(render(rows, total))


def _figure(row: Figure) -> dict[str, object]:
    return {"key": row.key, "name": row.name, **row.counts, **row.rates}


def _day(value: str | None, field: str) -> date | None:
    try:
        return date.fromisoformat(value) if value else None
    except ValueError:
        raise InvalidField(field, f"{value} 应为日期 YYYY-MM-DD", f"{value} is not a date YYYY-MM-DD") from None


# ---- looking after it ----------------------------------------------------------------------------------------------

@db.command("upgrade")
def db_upgrade() -> None:
    """升级数据库结构 (bring the schema up to this program)."""
    from data.migrations import head, upgrade
    with reachable():
        upgrade(read_settings().database)
    print(f"数据库结构已是 {head()} (the database is at {head()})")


@user.command("add")
def user_add(phone: str, name: Annotated[str, typer.Option(help="姓名 (name)")],
             role: Annotated[str, typer.Option(help="角色 (role)")],
             unit: Annotated[str, typer.Option(help="网格编码 (unit)")],
             department: Annotated[str, typer.Option(help="责任单位 (department)")] = "",
             password_stdin: Annotated[bool, typer.Option(help="从标准输入读密码 (read the password there)")] = False,
             json: Json = False) -> None:
    """新建账号 (a new account; asks for its password)."""
    from wangge.users import add_user

    password = sys.stdin.readline().rstrip("\n") if password_stdin else typer.prompt(
        "密码 Password", hide_input=True, confirmation_prompt=True)
    with database(read_settings()) as engine:
        account = add_user(engine, read_settings(), phone, name, role, unit, department, password, _now())
    if json:
        return as_json({"id": account.id, "phone": account.phone, "role": account.role, "unit": account.unit})
    print(f"已建账号 {account.name} {account.phone} (account added)")


def _now() -> datetime:
    return datetime.now(UTC)


if __name__ == "__main__":
    main()
