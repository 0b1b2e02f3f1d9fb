"""The doctor: is everything there that Wangge needs, and if not, what to do."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import Engine, func, select, text
from sqlalchemy.exc import ArgumentError, SQLAlchemyError
from sqlmodel import Session, col

from data.engine import make_engine, reading
from data.migrations import current, head
from governance.calendar import SHANGHAI, WorkCalendar
from governance.city import read_calendar
from governance.errors import CalendarGap, Invalid, NotReady
from governance.people import Account, Department
from governance.settings import Settings
from grids.unit import BoundaryVersion, Unit
from taxonomy.category import Category, TaxonomyVersion
from wangge.terminal import read_settings

OLDEST_PYTHON = (3, 11)


@dataclass(frozen=True)
class Finding:
    """One line. `ok` is None for what is no fault but should be known; `todo` says what to do."""

    ok: bool | None
    zh: str
    en: str
    todo: str = ""

    def __str__(self) -> str:
        mark = {True: "✔", False: "✘", None: "!"}[self.ok]
        return f"{mark} {self.zh} ({self.en})" + (f"\n    → {self.todo}" if self.todo else "")


def examine(now: datetime) -> list[Finding]:
    """Every check in order; those that need what is missing are left out."""
    findings = [_python()]
    try:
        settings = read_settings()
    except Invalid as error:
        return [*findings, Finding(False, "设置有误", "settings", f"{error.zh} ({error.en})")]
    findings += [Finding(True, "设置有效", "settings are valid"), *_folders(settings), _redis(settings)]
    return [*findings, *_database(settings, now)]


def _python() -> Finding:
    version = ".".join(map(str, sys.version_info[:3]))
    good = sys.version_info >= OLDEST_PYTHON
    return Finding(good, f"Python {version}", "interpreter", "" if good else "需要 Python 3.11 或更新版本")


def _folders(settings: Settings) -> Iterator[Finding]:
    """The folders, or the nearest one above that exists, can be written to."""
    for folder in (settings.data_dir, settings.attachments_dir):
        there = next(path for path in (folder.resolve(), *folder.resolve().parents) if path.exists())
        good = there.is_dir() and os.access(there, os.W_OK | os.X_OK)
        yield Finding(good, f"文件夹可写 {folder}", "writable folder", "" if good else f"chown/chmod {there}")


def _redis(settings: Settings) -> Finding:
    from redis import Redis
    from redis.exceptions import RedisError

    from workers.server import server_binary

    if not settings.redis_url:
        binary = Path(server_binary())
        good = os.access(binary, os.X_OK)
        return Finding(good, f"内置 Redis 可用 {binary.name}", "embedded Redis",
                       "" if good else "安装 redis-server, 或设置 WANGGE_REDIS_URL")
    try:
        with Redis.from_url(settings.redis_url, socket_connect_timeout=3, socket_timeout=3) as client:
            client.ping()
    except (RedisError, ValueError, OSError) as error:
        return Finding(False, "Redis 连接失败", f"Redis: {error}", "检查 WANGGE_REDIS_URL (check it)")
    return Finding(True, "Redis 可用", "Redis answers")


# ---- the database --------------------------------------------------------------------------------------------------

def _database(settings: Settings, now: datetime) -> list[Finding]:
    try:
        engine = make_engine(settings.database)
    except NotReady as error:
        return [Finding(False, error.zh, error.en)]
    except ArgumentError as error:
        return [Finding(False, "数据库地址有误", f"database: {error}", "检查 WANGGE_DATABASE_URL (check it)")]
    try:
        found = current(engine)
        if found != head():
            return [Finding(False, f"数据库结构 {found or '空'}, 需要 {head()}", "schema", "wangge db upgrade")]
        findings = [Finding(True, f"数据库可用, 结构 {found}", f"database is at head ({engine.dialect.name})")]
        with reading(engine) as session:
            checks: list[Callable[[Session], Finding]] = [_list, _grids, _people]
            findings += [*_postgis(engine), *(check(session) for check in checks)]
            return findings + _calendar(read_calendar(session), now)
    except (SQLAlchemyError, OSError) as error:
        why = str(error).splitlines()[0]
        return [Finding(False, "数据库连接失败", f"database: {why}", "检查 WANGGE_DATABASE_URL (check it)")]
    finally:
        engine.dispose()


def _postgis(engine: Engine) -> Iterator[Finding]:
    if engine.dialect.name != "postgresql":
        return
    with engine.connect() as connection:
        version = connection.execute(text("SELECT extversion FROM pg_extension WHERE extname = 'postgis'")).scalar()
    yield Finding(version is not None, f"PostGIS {version or '未安装'}", "PostGIS",
                  "" if version else "CREATE EXTENSION postgis")


def _list(session: Session) -> Finding:
    number = session.scalar(
        select(func.count()).select_from(Category).join(TaxonomyVersion, (
            col(TaxonomyVersion.taxonomy) == col(Category.taxonomy)) & (
            col(TaxonomyVersion.version) == col(Category.version))).where(
                col(TaxonomyVersion.current), col(Category.leaf))) or 0
    return _count(number, "小类", "subcategories", "wangge load taxonomy CATEGORIES STANDARDS")


def _grids(session: Session) -> Finding:
    number = session.scalar(select(func.count()).select_from(Unit).join(
        BoundaryVersion, col(BoundaryVersion.version) == col(Unit.version)).where(
            col(BoundaryVersion.current), col(Unit.level) == "cell", col(Unit.voided_at).is_(None))) or 0
    return _count(number, "单元网格", "cells", "wangge load grids UNITS OUTLINES")


def _people(session: Session) -> Finding:
    departments = session.scalar(select(func.count()).select_from(Department)) or 0
    accounts = session.scalar(select(func.count()).select_from(Account).where(col(Account.active))) or 0
    good = bool(departments and accounts)
    return Finding(good, f"{departments:,} 个责任单位, {accounts:,} 个账号", "departments and accounts",
                   "" if good else "wangge load people DEPARTMENTS --accounts ACCOUNTS; wangge user add")


def _count(number: int, zh: str, en: str, todo: str) -> Finding:
    return Finding(bool(number), f"{number:,} 个{zh}", en, "" if number else todo)


def _calendar(calendar: WorkCalendar, now: datetime) -> list[Finding]:
    """This year is needed; the next one too, some weeks before it begins."""
    today = now.astimezone(SHANGHAI).date()
    findings = []
    for year, missing in ((today.year, False), (today.year + 1, None if today.month < 12 else False)):
        try:
            calendar.is_workday(today.replace(year=year, month=7, day=1))
            findings.append(Finding(True, f"{year} 年工作日历", f"calendar of {year}"))
        except CalendarGap:
            findings.append(Finding(missing, f"{year} 年工作日历尚未发布或未导入", f"no calendar of {year} yet",
                                    "国务院办公厅通知发布后: wangge load calendar FILE (once it is published)"))
    return findings
