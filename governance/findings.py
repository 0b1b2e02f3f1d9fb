"""What is there of all that Wangge needs, and if not, what to do: for the doctor at the terminal and for the screen."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, text
from sqlmodel import Session, col

from data.engine import is_postgresql
from governance.calendar import SHANGHAI, WorkCalendar
from governance.city import read_calendar
from governance.errors import CalendarGap, NotReady
from governance.heartbeats import SILENT_AFTER, WATCH, last_beat
from governance.people import Account, Department
from governance.process_fault import BadProcess
from governance.process_versions import processes_in
from governance.settings import Settings
from grids.unit import BoundaryVersion, Unit
from taxonomy.category import Category, TaxonomyVersion

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


# ---- the machine ---------------------------------------------------------------------------------------------------

def of_python() -> Finding:
    version = ".".join(map(str, sys.version_info[:3]))
    good = sys.version_info >= OLDEST_PYTHON
    return Finding(good, f"Python {version}", "interpreter", "" if good else "需要 Python 3.11 或更新版本")


def of_folders(settings: Settings) -> Iterator[Finding]:
    """The folders, or the nearest one above that exists, can be written to."""
    for folder in (settings.data_dir, settings.attachments_dir):
        there = next(path for path in (folder.resolve(), *folder.resolve().parents) if path.exists())
        good = there.is_dir() and os.access(there, os.W_OK | os.X_OK)
        yield Finding(good, f"文件夹可写 {folder}", "writable folder", "" if good else f"chown/chmod {there}")


# ---- the database --------------------------------------------------------------------------------------------------

def of_schema(found: str | None, wanted: str, kind: str) -> Finding:
    if found != wanted:
        return Finding(False, f"数据库结构 {found or '空'}, 需要 {wanted}", "schema", "wangge db upgrade")
    return Finding(True, f"数据库可用, 结构 {found}", f"database is at head ({kind})")


def of_city(session: Session, settings: Settings, now: datetime) -> list[Finding]:
    """Of a database with its schema: what of a city is in it."""
    checks: list[Callable[[Session], Finding]] = [_list, _grids, _people]
    return [*_postgis(session), *(check(session) for check in checks), _processes(session, settings),
            *of_calendar(read_calendar(session), now)]


def _postgis(session: Session) -> Iterator[Finding]:
    if not is_postgresql(session):
        return
    version = session.execute(text("SELECT extversion FROM pg_extension WHERE extname = 'postgis'")).scalar()
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


def _processes(session: Session, settings: Settings) -> Finding:
    """Each can be used by this program, and its list is there."""
    try:
        processes = processes_in(session, settings)
    except NotReady as error:
        return Finding(False, error.zh, error.en)
    except BadProcess as bad:
        return Finding(False, f"流程文件 {bad.name} 不可用", f"a process file cannot be used: {bad}",
                       "wangge process check FILE")
    lists = set(session.scalars(select(col(TaxonomyVersion.taxonomy)).where(col(TaxonomyVersion.current))))
    waiting = sorted({process.taxonomy for process in processes.values()} - lists)
    if waiting:
        return Finding(None, f"{len(processes)} 个流程, 清单未导入: {'、'.join(waiting)}",
                       f"processes; lists not loaded: {', '.join(waiting)}", "wangge load taxonomy FILE --list NAME")
    return Finding(True, f"{len(processes)} 个流程", "processes")


def of_calendar(calendar: WorkCalendar, now: datetime) -> list[Finding]:
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


def of_watch(session: Session, now: datetime) -> Finding:
    """Whether the watch goes round. At rest it is no fault, but nobody is warned then."""
    last = last_beat(session, WATCH)
    if last is None:
        return Finding(None, "时限巡查尚未运行", "the watch has not run yet", "wangge serve")
    local = last.astimezone(SHANGHAI)
    if now - last > SILENT_AFTER:
        return Finding(None, f"时限巡查已停止, 最后一轮 {local:%Y-%m-%d %H:%M}",
                       f"the watch has stopped; its last round was at {local:%Y-%m-%d %H:%M}", "wangge serve")
    return Finding(True, f"时限巡查正常, 最后一轮 {local:%H:%M:%S}", "the watch goes round")
