"""`wangge export grids`: the city's units and outlines as a file, or an empty one to begin with."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from governance.errors import InvalidField, NotFound, NotReady
from wangge.terminal import as_json, database, read_settings

if TYPE_CHECKING:
    from grids.formats import Format

Level = Annotated[Literal["city", "district", "street", "community", "cell"] | None, typer.Option(
    help="只导出一级; 缺省为全部 (one level only)")]
Unit = Annotated[str | None, typer.Option(help="只导出此单元及其下级 (this unit and all below it)")]
Version = Annotated[int | None, typer.Option(help="边界版本, 缺省为现行版本 (version; default: the current one)")]
Json = Annotated[bool, typer.Option("--json", help="输出 JSON (print JSON)")]


def export_grids(file: Annotated[Path, typer.Argument(dir_okay=False, help=".geojson, .zip (shapefile), .gpkg, .csv")],
                 level: Level = None, unit: Unit = None, version: Version = None,
                 template: Annotated[bool, typer.Option(help="模板: 示例 CSV 或 GeoJSON (a template)")] = False,
                 json: Json = False) -> None:
    """网格单元和边界, 格式由文件后缀定 (units and outlines; the ending of the file says in which format)."""
    from grids.boundaries import read_boundaries, selected
    from grids.formats import write_grids

    form = _format(file)
    if template:
        return _write_template(file, form)
    from data.engine import reading

    with database(read_settings()) as engine, reading(engine) as session:
        found = read_boundaries(session, version)
    if found.version is None:
        raise NotReady("尚未导入网格, 请先运行 wangge load grids",
                       "No grids are loaded yet; run: wangge load grids") if version is None else NotFound(
                           f"边界版本 (version) {version}")
    units = selected(found, level, unit)
    if not units:
        raise InvalidField("unit" if unit else "level", "没有这样的单元", "there are no such units")
    write_grids(file, units, found.illustrative, form)
    if json:
        return as_json({"file": str(file), "format": form, "version": found.version, "units": len(units)})
    print(f"已导出版本 {found.version} 的 {len(units):,} 个单元 "
          f"(exported {len(units):,} units of version {found.version}): {file}")


def _format(file: Path) -> Format:
    from grids.formats import ENDINGS, format_of

    form = format_of(file)
    if form is None:
        raise InvalidField("file", f"后缀应为 {'、'.join(ENDINGS.values())}",
                           f"the ending must be one of {', '.join(ENDINGS.values())}")
    return form


def _write_template(file: Path, form: Format) -> None:
    from grids.formats import template

    if form not in ("csv", "geojson"):
        raise InvalidField("file", "模板只有 .csv 和 .geojson", "templates are .csv and .geojson")
    file.write_bytes(template(form))
    print(f"已写模板 (template written): {file}")
