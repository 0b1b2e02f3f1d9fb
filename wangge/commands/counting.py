"""`wangge league`, `wangge stages`, `wangge evaluation`: as the city's leader sees them; also as CSV and XLSX."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from governance.errors import InvalidField
from wangge.terminal import as_json, database, read_settings

if TYPE_CHECKING:
    from wangge.counting import Told

By = Annotated[str, typer.Option(help="district, street, community, cell, category, subcategory, department, source")]
Unit = Annotated[str | None, typer.Option(help="网格编码 (unit)")]
Since = Annotated[str | None, typer.Option("--from", help="起始日期 YYYY-MM-DD (first day)")]
Until = Annotated[str | None, typer.Option("--to", help="结束日期, 不含 (first day after)")]
Out = Annotated[Path | None, typer.Option(help="写入文件 .csv 或 .xlsx (write a file)", dir_okay=False)]
Json = Annotated[bool, typer.Option("--json", help="输出 JSON (print JSON)")]


def league(by: By = "district", rate: Annotated[str, typer.Option(help="指标 (rate)")] = "closure_rate",
           minimum: Annotated[int | None, typer.Option(min=1, help="参与排名的最小分母 (smallest denominator)")] = None,
           unit: Unit = None, since: Since = None, until: Until = None, out: Out = None, json: Json = False) -> None:
    """排名: 按任一指标, 分子分母并列, 小样本不排 (league tables by any rate)."""
    _tell("league", out, json, unit=unit, since=since, until=until, by=by, rate=rate, minimum=minimum)


def stages(by: By = "district", unit: Unit = None, since: Since = None, until: Until = None, out: Out = None,
           json: Json = False) -> None:
    """环节用时: 中位数和九成位 (stage times: median and 90th percentile)."""
    _tell("stages", out, json, unit=unit, since=since, until=until, by=by)


def evaluation(of: Annotated[str, typer.Argument(help="grid_worker, accepter, duty_chief, dispatcher, department")],
               unit: Unit = None, since: Since = None, until: Until = None, out: Out = None,
               json: Json = False) -> None:
    """考核: 网格员、受理、派遣、责任单位; 缺省为本月 (evaluation; by default of this month)."""
    _tell("evaluation", out, json, unit=unit, since=since, until=until, of=of)


def _tell(what: str, out: Path | None, json: bool, **asked: Any) -> None:
    from wangge import counting

    form = _form(out)
    with database(read_settings()) as engine:
        told: Told = getattr(counting, what)(engine, read_settings(), datetime.now(UTC), **asked)
    if out is not None and form is not None:
        counting.save(told, out, form)
        print(f"已写入 {out} (written)")
    elif json:
        as_json(told.document)
    else:
        print(counting.shown(told))


def _form(out: Path | None) -> str | None:
    """InvalidField for a file that would be neither, before anything is counted."""
    if out is None:
        return None
    form = out.suffix.lower().removeprefix(".")
    if form not in ("csv", "xlsx"):
        raise InvalidField("out", "文件名须以 .csv 或 .xlsx 结尾", "must end in .csv or .xlsx")
    return form
