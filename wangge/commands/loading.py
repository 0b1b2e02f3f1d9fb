"""`wangge load`: a city's files into force, through a draft; with `--preview` only up to the draft."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from governance.errors import InvalidField
from wangge.commands.auditing import Crs, Datum, Files, Within
from wangge.terminal import MOST_PROBLEMS, as_json, database, progress, read_settings

if TYPE_CHECKING:
    from governance.drafts.drafts import Proposal
    from wangge.loading import Loaded, Wanted

load = typer.Typer(no_args_is_help=True, help="导入城市数据 (load a city's data; a file with an error loads nothing)")

File = Annotated[Path, typer.Argument(exists=True, dir_okay=False)]
Optional = Annotated[Path | None, typer.Argument(exists=True, dir_okay=False)]
Json = Annotated[bool, typer.Option("--json", help="输出 JSON (print JSON)")]
Preview = Annotated[bool, typer.Option("--preview", help="只建草稿并预览, 不应用 (make a draft and show it only)")]


@load.command("taxonomy")
def load_taxonomy(categories: File, standards: Optional = None,
                  name: Annotated[str, typer.Option("--list", help="清单名 (name of the list)")] = "grid",
                  functions: Annotated[Path | None, typer.Option(exists=True, help="职能表 (functions)")] = None,
                  preview: Preview = False, json: Json = False) -> None:
    """事项清单: 类目表和标准表; 不立案的清单可以没有标准 (a list: its categories and its standards, a new version each
    time; a list that nothing is filed under needs no standards)."""
    from wangge import load as loading

    with database(read_settings()) as engine, progress("事项清单 Taxonomy") as told:
        done = loading.load_taxonomy(engine, name, categories, standards, _now(), functions, told, wanted(preview))
    say_loaded(done, json, preview)


@load.command("grids")
def load_grids(files: Files, crs: Crs = None, datum: Datum = "wgs84", within: Within = None,
               preview: Preview = False, json: Json = False) -> None:
    """网格: 单元名录和边界, 或其一. 含单元网格 (15 位编码) 时按实测边界导入; 只有区界时, 区以下生成示意边界
    (units and outlines, or one of them: with cells in the file they are loaded as surveyed, after an audit; with
    districts only, all below them is illustrative)."""
    from governance.drafts.grids import PARTS
    from governance.drafts.kind import Options
    from wangge.loading import load_draft

    if len(files) > len(PARTS):
        raise InvalidField("files", f"一次至多 {len(PARTS)} 个文件", f"at most {len(PARTS)} files at once")
    parts = dict(zip(PARTS, files, strict=False))
    with database(read_settings()) as engine, progress("网格 Grids") as told:
        done = load_draft(engine, "grids", parts, _now(), Options(crs=crs, datum=datum, within=within), told,
                          wanted(preview))
    say_loaded(done, json, preview)


@load.command("people")
def load_people(departments: Optional = None,
                accounts: Annotated[Path | None, typer.Option(exists=True, dir_okay=False)] = None,
                complete: Annotated[bool, typer.Option(help="部门表完整, 未列出的撤销 (unlisted ones go)")] = False,
                preview: Preview = False, json: Json = False) -> None:
    """责任单位表和账号表, 至少一个 (departments, accounts, or both)."""
    from wangge import load as loading

    if departments is None and accounts is None:
        raise InvalidField("departments", "须给出责任单位表或账号表", "name a sheet of departments or of accounts")
    with database(read_settings()) as engine, progress("部门和人员 People") as told:
        done = loading.load_people(engine, departments, accounts, _now(), told=told, complete=complete,
                                   wanted=wanted(preview))
    say_loaded(done, json, preview)


@load.command("calendar")
def load_calendar(days: File, preview: Preview = False, json: Json = False) -> None:
    """工作日历: 调整日, 或整年 (days that differ, or whole years)."""
    from wangge import load as loading

    with database(read_settings()) as engine:
        done = loading.load_calendar(engine, days, _now(), wanted(preview))
    say_loaded(done, json, preview)


@load.command("incidents")
def load_incidents(incidents: File,
                   system: Annotated[str, typer.Option(help="来自哪个系统 (the system that they come from)")] = "",
                   preview: Preview = False, json: Json = False) -> None:
    """历史事件: CSV、XLSX、JSON Lines 或 GeoJSON (incidents of an older system; the same number never twice)."""
    from wangge import load as loading

    settings = read_settings()
    with database(settings) as engine, progress("历史事件 Incidents") as told:
        done = loading.load_incidents(engine, settings, incidents, _now(), system, told, wanted(preview))
    say_loaded(done, json, preview)


@load.command("process")
def load_process(file: File, preview: Preview = False, json: Json = False) -> None:
    """流程文件: 新版本, 优先于同名文件 (a process file: a new version, before the file of the same code)."""
    from wangge.loading import load_draft

    settings = read_settings()
    with database(settings) as engine:
        done = load_draft(engine, "process", {"process": file}, _now(), wanted=wanted(preview), settings=settings)
    say_loaded(done, json, preview)


# ---- telling -------------------------------------------------------------------------------------------------------

def wanted(preview: bool) -> Wanted:
    """Shows what a draft would change; then, unless only that was asked for, it is applied."""
    def show(proposal: Proposal) -> bool:
        print("\n".join(preview_lines(proposal.preview)), file=sys.stderr)
        return not preview
    return show


def preview_lines(preview: Mapping[str, Any]) -> list[str]:
    """What a draft would change, in a few lines."""
    words = {"added": "新增 added", "changed": "修改 changed", "removed": "删除 removed"}
    lines = [f"  {what}: " + ", ".join(f"{words[change]} {number:,}" for change, number in counts.items())
             for what, counts in preview["counts"].items()]
    affects = preview["affects"]
    number = affects["open_incidents"]
    concerned = f"  影响 {number:,} 件在办事件 (affects {number:,} open incidents)"
    if due := affects["due_times"]:
        concerned += f"; 其中 {due:,} 件时限会不同 ({due:,} would be due at another time)"
    return ["预览 Preview:", *lines, concerned]


def say_loaded(done: Loaded, json: bool, preview: bool = False) -> None:
    if json:
        return as_json(done)
    rows = ", ".join(f"{name} {number:,}" for name, number in done.rows.items())
    version = f", 版本 version {done.version}" if done.version else ""
    if preview and done.draft:
        print(f"草稿 Draft: {done.draft} ({rows}); 应用 apply: wangge drafts apply {done.draft}")
    else:
        print(f"{'已导入 Loaded' if done.changed else '内容未变, 未建新版本 Unchanged'}: {done.what}{version} ({rows})")
    if done.warnings:
        _say_warnings(done)


def _say_warnings(done: Loaded) -> None:
    number = len(done.warnings)
    print(f"{number} 处请核对, 不影响导入 ({number} to look at; the load is done)", file=sys.stderr)
    for warning in done.warnings[:MOST_PROBLEMS]:
        print(f"  {warning}", file=sys.stderr)
    if (more := number - MOST_PROBLEMS) > 0:
        print(f"  … 另有 {more} 处, 用 --json 全部列出 (and {more} more; --json lists them all)", file=sys.stderr)


def _now() -> datetime:
    return datetime.now(UTC)
