"""`wangge audit`: what is wrong with a city's files, told without loading anything."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from wangge.terminal import MOST_PROBLEMS, as_json, database, read_settings

if TYPE_CHECKING:
    from grids.boundaries import GridsDraft

audit = typer.Typer(no_args_is_help=True, help="检查数据文件, 不导入 (examine files, load nothing)")

Files = Annotated[list[Path], typer.Argument(exists=True, dir_okay=False, metavar="FILE...", help=(
    "单元名录 CSV/XLSX, 边界 GeoJSON、shapefile (.zip, .shp) 或 GeoPackage (a sheet of units, files of outlines)"))]
Crs = Annotated[str | None, typer.Option(help="实际坐标系, 如 EPSG:4547 (the coordinate system that it really is in)")]
Datum = Annotated[Literal["wgs84", "gcj02", "bd09", "cgcs2000"],
                  typer.Option(help="经纬度的基准 (datum of the degrees)")]
Within = Annotated[str | None, typer.Option(help="只更新此单元, 其余不变 (this unit only; all others stay)")]
_MARKS = {"error": "错误 error", "warning": "警告 warning", "note": "说明 note"}


@audit.command("grids")
def audit_grids(
        files: Files, crs: Crs = None, datum: Datum = "wgs84", within: Within = None,
        geojson: Annotated[Path | None, typer.Option(help="把检查结果写成 GeoJSON (write the findings there)")] = None,
        alone: Annotated[bool, typer.Option(help="不与现行网格比较, 不用数据库 (without a database)")] = False,
        as_json_: Annotated[bool, typer.Option("--json", help="输出 JSON (print JSON)")] = False) -> None:
    """网格: 编码、环、坐标系、重叠、空隙、窄缝、越界; 有错误时退出码为 1
    (codes, rings, coordinate systems, overlaps, gaps, slivers; exit status 1 when there is an error)."""
    from grids.findings import as_document, geojson_of
    from wangge.load_grids import read_draft

    if alone:
        draft = read_draft(None, files, crs, datum, within)
    else:
        with database(read_settings()) as engine:
            draft = read_draft(engine, files, crs, datum, within)
    if geojson is not None:
        geojson.write_text(json.dumps(geojson_of(draft.findings), ensure_ascii=False), encoding="utf-8")
    if as_json_:
        as_json({"source": draft.source, "features": draft.features, "units": draft.rows,
                 "findings": [as_document(found) for found in draft.findings]})
    else:
        _print(draft)
    raise SystemExit(1 if draft.errors else 0)


def _print(draft: GridsDraft) -> None:
    """The errors first; the number of the feature before each."""
    counts = ", ".join(f"{mark} {sum(found.severity == severity for found in draft.findings)}"
                       for severity, mark in _MARKS.items())
    print(f"{draft.source}: {draft.features} 个要素 (features); {counts}")
    shown = sorted(draft.findings, key=lambda found: ([*_MARKS].index(found.severity), found.feature))
    for found in shown[:MOST_PROBLEMS]:
        number = f"{found.feature:>4}" if found.feature else "    "
        print(f"{number} [{_MARKS[found.severity]}] {found.kind}: {found.reason}")
        print(f"     {found.reason_en}")
    if (more := len(shown) - MOST_PROBLEMS) > 0:
        print(f"  … 另有 {more} 处, 用 --json 或 --geojson 全部列出 (and {more} more)", file=sys.stderr)
