"""The city's own working days from their sheet: days that differ, and years that it has published as a whole."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from data.cells import Problems, Row, rows_of
from data.sheet import read_rows
from governance.city import CalendarDay, CalendarYear

COLUMNS: Final = ("date", "kind", "name")
YEAR: Final = re.compile(r"[12][0-9]{3}")


def read_days(path: Path | str) -> tuple[list[CalendarDay], list[CalendarYear]]:
    """Days (`2027-01-01,holiday,元旦`) and whole years (`2027,year,…`). BadFile tells every problem.

    A year row says that the file lists every exception of that year to Monday to Friday.
    """
    problems = Problems()
    days: list[CalendarDay] = []
    years: list[CalendarYear] = []
    seen: set[str] = set()
    table = read_rows(path)
    for row in rows_of(table, COLUMNS, problems) if table else ():
        if row.cells["date"] in seen:
            row.wrong("date", f"“{row.cells['date']}” 重复", f"{row.cells['date']!r} comes twice")
        seen.add(row.cells["date"])
        if row.cells["kind"] == "year":
            years += _year(row)
        elif (day := row.day("date")) is not None:
            kind = row.choice("kind", ("work", "holiday", "year"))
            days.append(CalendarDay(day=day, kind=kind, name=row.text("name")))
    problems.raise_if_any(Path(path).name)
    return days, years


def _year(row: Row) -> list[CalendarYear]:
    if not YEAR.fullmatch(row.cells["date"]):
        row.wrong("date", "应为四位年份", "is not a year of four digits")
        return []
    return [CalendarYear(year=int(row.cells["date"]), name=row.text("name"))]
