"""Figures as sheets: CSV and XLSX with Chinese headings, numbers as numbers, and on a second sheet (at the end of a
CSV) the period, the filter, when it was counted, and the formulas."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from data.sheet_writing import guarded
from governance.figures.closure import Figure
from governance.figures.compare import Compared
from governance.figures.counts import COUNTS, RATES, words_of
from governance.figures.league import LeagueRow
from governance.figures.meta import Formula, Meta
from governance.figures.stages import NAMES, StageRow, StageTime
from governance.figures.trend import RATED, TrendRow

FORMATS = ("csv", "xlsx")
MEDIA_TYPES = {"csv": "text/csv; charset=utf-8",
               "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}
MARK = "\ufeff"
PERCENT = "0.0%"
WIDTH = 14
FORMULA_HEADINGS = ("指标", "口径", "figure", "formula")


@dataclass(frozen=True)
class Column:
    """A heading and how its number is shown: `percent` for a rate."""

    heading: str
    percent: bool = False


@dataclass(frozen=True)
class Sheet:
    """A table for people."""

    title: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Any]]
    notes: Sequence[tuple[str, str]] = ()
    formulas: Sequence[Formula] = field(default_factory=list)


# ---- the answers as sheets -----------------------------------------------------------------------------------------

KEYS = (Column("编码"), Column("名称"))
LAST = {"last_month": "上期", "last_year": "去年同期"}


def of_closure(rows: Iterable[Figure], total: Figure, meta: Meta) -> Sheet:
    columns = [*KEYS, *(Column(words_of(name)[0], name in RATES) for name in (*COUNTS, *RATES))]
    return _sheet(meta, columns, [[row.key, row.name, *row.counts.values(), *row.rates.values()]
                                  for row in (*rows, total)])


def of_compared(rows: Iterable[Compared], total: Compared, meta: Meta, compare: str) -> Sheet:
    """Each figure with its earlier value and the difference (of rates, in percentage points) after it."""
    names, last = (*COUNTS, *RATES), LAST[compare]
    columns = [*KEYS, *(column for name in names for column in (
        Column(words_of(name)[0], name in RATES), Column(f"{words_of(name)[0]} ({last})", name in RATES),
        Column(f"{words_of(name)[0]} 增减" + (" (百分点)" if name in RATES else ""))))]
    return _sheet(meta, columns, [[row.now.key, row.now.name, *(
        {**each.counts, **each.rates}[name] if isinstance(each, Figure) else each[name]
        for name in names for each in (row.now, row.before, row.difference))] for row in (*rows, total)])


def of_trend(rows: Iterable[TrendRow], meta: Meta) -> Sheet:
    headings = ("时段", "起", "上报", "立案", "作废", "并案", "其中结案", "本期结案", "在办", "在办超期", "应结",
                "按期结案")
    columns = [*map(Column, headings), *(Column(words_of(rate)[0], percent=True) for rate in RATED)]
    return _sheet(meta, columns, [[
        row.bucket, row.start.isoformat(), row.reported, row.filed, row.voided, row.merged, row.closed_of_reported,
        row.closed_in_bucket, row.open, row.overdue, row.due, row.closed_on_time,
        *(getattr(row, rate) for rate in RATED)] for row in rows])


def of_league(rows: Iterable[LeagueRow], total: LeagueRow, meta: Meta) -> Sheet:
    columns = [Column("名次"), *KEYS, Column("分子"), Column("分母"), Column("比率", True),
               Column("区间下限 (95%)", True), Column("区间上限 (95%)", True), Column("样本过小")]
    columns += [column for last in LAST.values() for column in (Column(last, True), Column(f"较{last} (百分点)"))]
    return _sheet(meta, columns, [[
        row.rank, row.key, row.name, row.numerator, row.denominator, row.value, row.low, row.high,
        "是" if row.small else "", *(cell for past in (row.last_month, row.last_year)
                                    for cell in ((past.value, past.points) if past else (None, None)))]
        for row in (*rows, total)])


def of_stages(rows: Iterable[StageRow], total: StageRow, meta: Meta) -> Sheet:
    headings = ("环节", "件数", "用时中位数 (秒)", "用时九成位 (秒)", "计时中位数 (秒)", "计时九成位 (秒)")
    listed = ((row, stage, row.stages.get(stage, StageTime(stage))) for row in (*rows, total) for stage in NAMES)
    return _sheet(meta, [*KEYS, *map(Column, headings)], [[
        row.key, row.name, NAMES[stage][0], time.count, time.median_seconds, time.p90_seconds,
        time.own_median_seconds, time.own_p90_seconds] for row, stage, time in listed])


def _sheet(meta: Meta, columns: Sequence[Column], rows: Sequence[Sequence[Any]]) -> Sheet:
    return Sheet(meta.title, columns, rows, meta.notes(), meta.formulas)


# ---- writing -------------------------------------------------------------------------------------------------------

def write(sheets: Sequence[Sheet], form: str) -> bytes:
    """One file of one sheet or more. `form` is one of FORMATS."""
    writers: Mapping[str, Callable[[Sequence[Sheet]], bytes]] = {"csv": _csv, "xlsx": _xlsx}
    return writers[form](sheets)


def _text(value: Any) -> Any:
    """Text that a spreadsheet will not run; numbers stay numbers."""
    return guarded(value) if isinstance(value, str) else value


def _csv(sheets: Sequence[Sheet]) -> bytes:
    buffer = io.StringIO()
    buffer.write(MARK)
    writer = csv.writer(buffer, lineterminator="\n")
    for number, sheet in enumerate(sheets):
        writer.writerows([[], [sheet.title]] if number else [[sheet.title]] if len(sheets) > 1 else [])
        writer.writerow([column.heading for column in sheet.columns])
        writer.writerows([_text(cell) for cell in row] for row in sheet.rows)
    writer.writerow([])
    writer.writerows([_text(cell) for cell in row] for row in _about(sheets))
    return buffer.getvalue().encode()


def _about(sheets: Sequence[Sheet]) -> list[Sequence[Any]]:
    """What the sheets share, once."""
    notes = dict.fromkeys(note for sheet in sheets for note in sheet.notes)
    formulas = dict.fromkeys((f.zh, f.formula, f.en, f.formula_en) for sheet in sheets for f in sheet.formulas)
    return [*notes, *([[], FORMULA_HEADINGS] if formulas else []), *formulas]


def _xlsx(sheets: Sequence[Sheet]) -> bytes:
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    for sheet in sheets:
        page = book.create_sheet(sheet.title[:31])
        page.freeze_panes = "C2"
        _fill(page, [[column.heading for column in sheet.columns], *sheet.rows],
              [column.percent for column in sheet.columns])
    _fill(book.create_sheet("说明 About"), _about(sheets), [False] * len(FORMULA_HEADINGS))
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def _fill(page: Any, rows: Iterable[Sequence[Any]], percent: Sequence[bool]) -> None:
    """The first row in bold; a rate is shown in percent. Text stays text, whatever it begins with."""
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter

    for number in range(len(percent)):
        page.column_dimensions[get_column_letter(number + 1)].width = WIDTH
    for line, row in enumerate(rows):
        cells = []
        for value, is_rate in zip(row, percent, strict=False):
            cell = WriteOnlyCell(page, value=_text(value))
            if line == 0:
                cell.font = Font(bold=True)
            elif is_rate:
                cell.number_format = PERCENT
            cells.append(cell)
        page.append(cells)
