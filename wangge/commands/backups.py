"""`wangge db backup` and `wangge db restore`: the database and the attachments in one file."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from wangge.terminal import as_json, reachable, read_settings

Json = Annotated[bool, typer.Option("--json", help="输出 JSON (print JSON)")]


def db_backup(file: Annotated[Path, typer.Argument(dir_okay=False, help="备份文件 .tar.gz (the backup)")],
              json: Json = False) -> None:
    """备份数据库和附件, 运行中也可以 (back up the database and the attachments, also while it runs)."""
    from wangge.backup import back_up

    with reachable():
        made = back_up(read_settings(), file, datetime.now(UTC))
    if json:
        return as_json(made)
    print(f"已备份 Backed up: {file} ({made.database} {made.schema}, 附件 attachments {made.attachments:,})")


def db_restore(file: Annotated[Path, typer.Argument(exists=True, dir_okay=False)],
               force: Annotated[bool, typer.Option("--force", help="覆盖现有数据 (overwrite what is there)")] = False,
               json: Json = False) -> None:
    """恢复备份; 数据库须为空, 且没有服务在运行 (put a backup back into an empty database, while nothing runs)."""
    from wangge.backup import restore

    with reachable():
        made = restore(read_settings(), file, force)
    if json:
        return as_json(made)
    print(f"已恢复 Restored: {file} ({made.database} {made.schema}, {made.made_at})")
