"""Incidents of an older system from their sheet: every row is checked, and everything that is wrong is told by line.

A row is one incident as it stands there: its number, where its journey had come to, and when it came through each step.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any, Final, get_args

from data.cells import Problems, Row
from governance.calendar import SHANGHAI
from governance.city import City
from governance.errors import WanggeError
from governance.exchange.incidents_path import Path, path_to
from governance.intake import SOURCES, IncidentReport, where
from governance.process import Process
from grids.datum import Datum

TIMES: Final = ("captured_at", "reported_at", "filed_at", "dispatched_at", "signed_at", "handled_at", "closed_at")
COUNTS: Final = ("returns", "reworks", "urges", "extensions", "suspensions", "supervisions", "whistles", "reopened")
NEEDED: Final = ("number", "status", "source", "reported_at")
COLUMNS: Final = (
    "number", "process", "status", "subcategory", "standard", "description", "lon", "lat", "datum", "unit", "address",
    "source", "reporter_name", "reporter_phone", "department", "assisting", *TIMES, "handle_due_at", "on_time", *COUNTS,
    "score", "merged_into")
#: That an instant may lie in; far outside, arithmetic on time zones fails.
YEARS: Final = range(1970, 2200)
LONGEST: Final = {"number": 64, "description": 2000, "address": 200, "reporter_name": 40, "reporter_phone": 20}
NO_ID: Final = uuid.UUID(int=0)


@dataclass
class Old:
    """An incident of an older system, checked. `place` is where the city has it, `path` the steps to where it stands;
    that of one that has ended is not asked for."""

    line: int
    number: str
    process: Process
    status: str
    cells: dict[str, str]
    times: dict[str, datetime]
    place: dict[str, Any] = field(default_factory=dict)
    path: Path = ()
    subcategory: str | None = None
    department: str | None = None
    assisting: list[str] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)
    handle_due_at: datetime | None = None
    on_time: bool | None = None
    score: int | None = None
    merged_into: str | None = None
    attempt: int = 0

    @property
    def ended(self) -> bool:
        return self.process.states[self.status].outcome is not None


def check_rows(rows: Iterable[tuple[int, dict[str, str]]], city: City, now: datetime, problems: Problems) -> list[Old]:
    """Every incident that can be taken; what cannot is told."""
    found: dict[str, Old] = {}
    for line, cells in rows:
        row = Row(line, cells, problems)
        old = _old(row, city, now)
        if old is None:
            continue
        if old.number in found:
            row.wrong("number", f"与第 {found[old.number].line} 行重复",
                      f"the same number as in line {found[old.number].line}")
        found[old.number] = old
    return list(found.values())


def _old(row: Row, city: City, now: datetime) -> Old | None:
    """One incident; None if it cannot even be said what it is."""
    for column, most in LONGEST.items():
        row.text(column, needed=column == "number", most=most)
    process = city.processes.get(row.choice("process", city.processes, needed=False) or "grid_event")
    if process is None:
        return None
    status = row.choice("status", process.states)
    old = Old(row.line, row.text("number"), process, status, row.cells, _times(row, now))
    if status not in process.states:
        return None
    row.choice("source", SOURCES)
    _what(row, old, city)
    _where(row, old, city)
    _who(row, old, city)
    _how(row, old, now)
    _came_through(row, old)
    return old


# ---- the parts of a row --------------------------------------------------------------------------------------------

def _what(row: Row, old: Old, city: City) -> None:
    """A subcategory, which only what was never filed may lack, and its standard."""
    tree, code = city.tree(old.process.taxonomy), row.text("subcategory")
    unfiled = old.process.states[old.status].outcome in ("void", "merged") \
        or old.status == old.process.start.target(None, "passed")
    if not code:
        if "filed_at" in old.times or not unfiled:
            row.wrong("subcategory", "立案后的事件须有小类", "is needed once it was filed")
        elif not row.text("description"):
            row.wrong("description", "须有小类或文字描述", "or a subcategory is needed")
        return
    if tree.leaf(code) is None:
        row.wrong("subcategory", f"清单 {tree.taxonomy} 中没有小类 {code}",
                  f"there is no subcategory {code} in the list {tree.taxonomy}")
        return
    old.subcategory = code
    if (standard := row.text("standard")) and all(s.code != standard for s in tree.standards.get(code, ())):
        row.wrong("standard", f"不是小类 {code} 的标准", f"is not a standard of {code}")


def _where(row: Row, old: Old, city: City) -> None:
    """The place, found as for a report of today."""
    lon, lat = _degrees(row, "lon"), _degrees(row, "lat")
    datum = row.choice("datum", get_args(Datum), needed=False) or "wgs84"
    if any(row.cells.get(name) and value is None for name, value in (("lon", lon), ("lat", lat))) \
            or datum not in get_args(Datum):
        return
    sent = IncidentReport(NO_ID, lon=lon, lat=lat, datum=datum, unit=row.text("unit") or None)
    try:
        old.place = where(city, old.process, sent)
    except WanggeError as error:
        for problem in error.problems:
            row.wrong(problem.field, problem.zh, problem.en)


def _degrees(row: Row, column: str) -> float | None:
    value, most = row.text(column), 180 if column == "lon" else 90
    try:
        number = float(value) if value else None
    except ValueError:
        number = float("nan")
    if number is not None and not abs(number) <= most:
        row.wrong(column, f"“{value}” 应为 -{most} 至 {most} 的度数", f"{value!r} is not in degrees within {most}")
        return None
    return number


def _who(row: Row, old: Old, city: City) -> None:
    old.department = row.choice("department", city.departments, needed=False) or None
    old.assisting = [code for code in row.words("assisting", city.departments) if code != old.department]
    if not old.ended:
        old.path = path_to(old.process, old.status)
        if old.department is None and any("department" in action.fields for action, _, _ in old.path):
            row.wrong("department", "该状态的事件须有责任单位", "is needed in this state")


def _how(row: Row, old: Old, now: datetime) -> None:
    old.counts = {name: _whole(row, name, 0, 10_000) or 0 for name in COUNTS}
    old.score = _whole(row, "score", 1, 5)
    old.handle_due_at = _instant(row, "handle_due_at")
    said = row.choice("on_time", ("yes", "no"), needed=False)
    old.on_time = said == "yes" if said else _kept(old)
    old.merged_into = row.text("merged_into") or None
    if old.process.states[old.status].outcome == "merged" and old.merged_into is None:
        row.wrong("merged_into", "已并案的事件须写明主事件编号", "is needed for one that was merged")


def _kept(old: Old) -> bool | None:
    """Whether it was handled in time, where both times are known."""
    done = old.times.get("handled_at") or old.times.get("closed_at")
    return done <= old.handle_due_at if done and old.handle_due_at else None


def _whole(row: Row, column: str, least: int, most: int) -> int | None:
    value = row.text(column)
    if not value:
        return None
    if not (value.isascii() and value.isdigit() and least <= int(value[:9]) <= most and len(value) < 9):
        row.wrong(column, f"“{value}” 应为 {least} 至 {most} 的整数",
                  f"{value!r} is not a whole number from {least} to {most}")
        return None
    return int(value)


# ---- times ---------------------------------------------------------------------------------------------------------

def _times(row: Row, now: datetime) -> dict[str, datetime]:
    """The instants of its steps; none lies in the future."""
    row.text("reported_at", needed=True)
    times: dict[str, datetime] = {}
    for column in TIMES:
        at = _instant(row, column)
        if at is not None and at > now:
            row.wrong(column, "不能晚于当前时间", "lies in the future")
        elif at is not None:
            times[column] = at
    _in_order(row, times)
    return times


def _instant(row: Row, column: str) -> datetime | None:
    """ISO 8601; without an offset it is Chinese time."""
    value = row.text(column)
    if not value:
        return None
    try:
        at = datetime.fromisoformat(value)
    except ValueError:
        at = None
    if at is None or at.year not in YEARS:
        row.wrong(column, f"“{value}” 应为时间, 如 2024-05-01 08:30",
                  f"{value!r} is not a time such as 2024-05-01 08:30")
        return None
    return (at if at.tzinfo else at.replace(tzinfo=SHANGHAI)).astimezone(UTC)


def _in_order(row: Row, times: dict[str, datetime]) -> None:
    """Each step after the one before; of what was done again, only that none is before the report."""
    again = any(row.cells.get(name, "") not in ("", "0") for name in ("reworks", "reopened", "returns"))
    known = [name for name in TIMES if name in times]
    for before, after in pairwise(known):
        first = "reported_at" if again and "reported_at" in times and after not in TIMES[:2] else before
        if times[after] < times[first]:
            row.wrong(after, f"早于 {first}", f"is before {first}")


def _came_through(row: Row, old: Old) -> None:
    """The times that an incident in this state must have, or its clocks and figures could not be told."""
    stamps = [stamp for _, stamp, _ in old.path if stamp]
    if old.process.states[old.status].outcome == "closed":
        stamps = ["closed_at"]
    for stamp in stamps:
        if stamp not in old.times and not row.cells.get(stamp):
            row.wrong(stamp, "该状态的事件须有此时间", "is needed in this state")


def unknown_columns(columns: Sequence[str]) -> list[str]:
    """Columns that are not taken over."""
    return [name for name in columns if name not in COLUMNS]
