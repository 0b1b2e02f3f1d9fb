"""A city in one file: its database and its attachments. Taken while it runs, and put back where there is nothing yet.

SQLite is copied through its own backup, PostgreSQL dumped by `pg_dump`; both give one state of the database. The
attachments are copied after it: they are only ever added, so none is missing that the database names.
"""

from __future__ import annotations

import io
import json
import os
import shutil
import sqlite3
import subprocess
import tarfile
from collections.abc import Sequence
from contextlib import closing
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import Any, Final

from sqlalchemy import inspect, make_url, text

from data.engine import make_engine
from data.migrations import current, head
from governance.errors import Conflict, Invalid, NotReady
from governance.settings import Settings

MANIFEST: Final = "manifest.json"
DUMPS: Final = {"sqlite": "database.sqlite", "postgresql": "database.dump"}
ATTACHMENTS: Final = "attachments"
#: Tables that are there before anything of ours is.
NOT_OURS: Final = {"spatial_ref_sys"}


@dataclass(frozen=True)
class Manifest:
    """What a backup holds."""

    database: str
    schema: str
    made_at: str
    attachments: int


# ---- taking one ----------------------------------------------------------------------------------------------------

def back_up(settings: Settings, file: Path, now: datetime) -> Manifest:
    """Write a backup (.tar.gz), whole or not at all. NotReady if the database is empty, or `pg_dump` is missing."""
    kind, schema = _state(settings)
    if schema is None:
        raise NotReady("数据库是空的, 没有可备份的", "The database is empty; there is nothing to back up.")
    with TemporaryDirectory(dir=file.absolute().parent, prefix=".backup-") as folder:
        dump, whole = Path(folder, DUMPS[kind]), Path(folder, "whole")
        (_dump_sqlite if kind == "sqlite" else _dump_postgresql)(settings, dump)
        files = _attachments(settings)
        manifest = Manifest(kind, schema, now.isoformat(), len(files))
        with tarfile.open(whole, "w:gz", compresslevel=3) as archive:
            _add_manifest(archive, manifest)
            archive.add(dump, dump.name)
            for one in files:
                archive.add(one, f"{ATTACHMENTS}/{one.relative_to(settings.attachments_dir).as_posix()}")
        os.replace(whole, file)
    return manifest


def _attachments(settings: Settings) -> list[Path]:
    """Kept files; those that are just coming in have a dot before their names."""
    return sorted(p for p in settings.attachments_dir.rglob("*") if p.is_file() and not p.name.startswith("."))


def _add_manifest(archive: tarfile.TarFile, manifest: Manifest) -> None:
    content = json.dumps(asdict(manifest)).encode()
    entry = tarfile.TarInfo(MANIFEST)
    entry.size = len(content)
    archive.addfile(entry, io.BytesIO(content))


def _dump_sqlite(settings: Settings, dump: Path) -> None:
    with closing(sqlite3.connect(_sqlite_file(settings))) as source, closing(sqlite3.connect(dump)) as target:
        source.backup(target)


def _dump_postgresql(settings: Settings, dump: Path) -> None:
    _run(settings, ["pg_dump", "--format=custom", "--no-owner", "--no-privileges", f"--file={dump}"])


# ---- putting it back -----------------------------------------------------------------------------------------------

def restore(settings: Settings, file: Path, force: bool = False) -> Manifest:
    """Put a backup back. Conflict if the database holds anything already (`force` overwrites it), or is of another kind
    than the backup; Invalid if the file is no backup. Until the database is in place, nothing has changed in it."""
    kind, schema = _state(settings)
    with TemporaryDirectory(prefix="wangge-restore-") as folder:
        manifest = _unpack(file, Path(folder))
        if manifest.database != kind:
            raise Conflict(f"备份来自 {manifest.database}, 不能恢复到 {kind}",
                           f"The backup is of {manifest.database}; it cannot go into {kind}.")
        if manifest.schema > head():
            raise Conflict(f"备份的数据库结构 {manifest.schema} 比本程序 {head()} 新, 请先升级程序",
                           f"The backup's schema {manifest.schema} is newer than this program's {head()}.")
        if force and schema not in (None, manifest.schema):
            raise Conflict(f"目标数据库结构为 {schema}, 备份为 {manifest.schema}; 请恢复到空的数据库",
                           f"The database is at {schema}, the backup at {manifest.schema}; use an empty database.")
        if not force and (schema is not None or _tables(settings)):
            raise Conflict("目标数据库不是空的; 确实要覆盖请加 --force",
                           "The database is not empty; --force overwrites it.")
        _keep_attachments(settings, Path(folder, ATTACHMENTS))
        (_load_sqlite if kind == "sqlite" else _load_postgresql)(settings, Path(folder, DUMPS[kind]))
    return manifest


def _unpack(file: Path, folder: Path) -> Manifest:
    try:
        with tarfile.open(file, "r:gz") as archive:
            for entry in archive:
                if entry.isfile() and _expected(entry.name):
                    archive.extract(entry, folder, filter="data")
        content: dict[str, Any] = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        manifest = Manifest(**content)
        if not (folder / DUMPS[manifest.database]).is_file():
            raise KeyError(manifest.database)
        return manifest
    except (tarfile.TarError, EOFError, OSError, ValueError, KeyError, TypeError) as error:
        raise Invalid("不是完整的备份文件", f"This is not a whole backup: {type(error).__name__}.") from None


def _expected(name: str) -> bool:
    return name in (MANIFEST, *DUMPS.values()) or PurePosixPath(name).parts[0] == ATTACHMENTS


def _keep_attachments(settings: Settings, folder: Path) -> None:
    """Files are named by their content, so one that is there already is the same."""
    for one in sorted(p for p in folder.rglob("*") if p.is_file()):
        place = settings.attachments_dir / one.relative_to(folder)
        if not place.exists():
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.move(one, place)


def _load_sqlite(settings: Settings, dump: Path) -> None:
    with closing(sqlite3.connect(dump)) as source:
        if source.execute("PRAGMA integrity_check").fetchone() != ("ok",):
            raise Invalid("备份中的数据库已损坏", "The database in the backup is damaged.")
        with closing(sqlite3.connect(_sqlite_file(settings))) as target:
            source.backup(target)


def _load_postgresql(settings: Settings, dump: Path) -> None:
    """In one transaction: what was there goes only when all that was kept is in. Extensions are the server's affair:
    one is made if it is not there, none is dropped."""
    engine = make_engine(settings.database, pool_size=1)
    with engine.begin() as connection:
        connection.execute(text("CREATE EXTENSION IF NOT EXISTS postgis"))
    engine.dispose()
    contents = dump.with_suffix(".list")
    listed = _run(settings, ["pg_restore", "--list", str(dump)]).splitlines(keepends=True)
    contents.write_text("".join(line for line in listed if "EXTENSION" not in line), encoding="utf-8")
    _run(settings, ["pg_restore", "--single-transaction", "--clean", "--if-exists", "--no-owner", "--no-privileges",
                    f"--use-list={contents}", "--dbname", make_url(settings.database).database or "", str(dump)])


# ---- the databases -------------------------------------------------------------------------------------------------

def _state(settings: Settings) -> tuple[str, str | None]:
    """The kind of the database, and the revision of its schema (None: it has none)."""
    engine = make_engine(settings.database, pool_size=1)
    try:
        return engine.dialect.name, current(engine)
    finally:
        engine.dispose()


def _tables(settings: Settings) -> set[str]:
    engine = make_engine(settings.database, pool_size=1)
    try:
        return set(inspect(engine).get_table_names()) - NOT_OURS
    finally:
        engine.dispose()


def _sqlite_file(settings: Settings) -> str:
    return str(make_url(settings.database).database)


def _run(settings: Settings, command: Sequence[str]) -> str:
    """A program of PostgreSQL's. The password goes through its environment, where no list of processes shows it."""
    if shutil.which(command[0]) is None:
        raise NotReady(f"找不到 {command[0]}, 请安装 PostgreSQL 客户端程序",
                       f"{command[0]} is not on the PATH; install the client programs of PostgreSQL.")
    url = make_url(settings.database)
    given = {"PGHOST": url.query.get("host") or url.host, "PGPORT": url.port, "PGUSER": url.username,
             "PGPASSWORD": url.password, "PGDATABASE": url.database}
    environment = {**os.environ, **{name: str(value) for name, value in given.items() if value}}
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    if done.returncode:
        why = done.stderr.strip().splitlines()[-1:] or [f"{command[0]}: {done.returncode}"]
        raise NotReady(f"{command[0]} 失败: {why[0]}", f"{command[0]} failed: {why[0]}")
    return done.stdout
