"""`wangge export`: what a city has loaded, as files that it can load again. Each subject adds its own command."""

from __future__ import annotations

import typer

export = typer.Typer(no_args_is_help=True, help="导出城市数据, 可再导入 (the city's data as files, to be loaded again)")
