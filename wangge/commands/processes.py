"""`wangge process`: a city's own process files, checked before they are used, and drawn (docs/processes.md)."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from wangge.terminal import as_json

if TYPE_CHECKING:
    from governance.process import Process

process = typer.Typer(no_args_is_help=True, help="流程文件 (process files)")
Files = Annotated[list[Path], typer.Argument(exists=True, dir_okay=False)]


@process.command()
def check(files: Files, json: Annotated[bool, typer.Option("--json", help="输出 JSON (print JSON)")] = False) -> None:
    """检查流程文件, 列出所有错误 (every mistake is told)."""
    found = {str(path): problems_in(path) for path in files}
    if json:
        as_json([{"file": name, "ok": not problems, "problems": problems} for name, problems in found.items()])
    else:
        for name, problems in found.items():
            print(f"{name}: " + ("可用 (can be used)" if not problems else f"{len(problems)} 处有误 (problems)"))
            print("".join(f"  {problem}\n" for problem in problems), end="")
    raise SystemExit(1 if any(found.values()) else 0)


@process.command()
def page(file: Annotated[Path, typer.Argument(exists=True, dir_okay=False)]) -> None:
    """画出流程: 状态图和操作表 (Markdown)."""
    from wangge.diagram import page as drawn

    print(drawn(read(file)))


def problems_in(path: Path) -> list[str]:
    from governance.process import BadProcess

    try:
        read(path)
    except BadProcess as bad:
        return [str(fault) for fault in bad.faults]
    except OSError as error:
        return [f"cannot be read: {error}"]
    return []


def read(path: Path) -> Process:
    from governance.process import load_process

    return load_process(path)
