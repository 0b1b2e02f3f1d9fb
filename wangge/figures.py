"""Figures on the command line: a plain table that fits any terminal, wide characters counted as two."""

from __future__ import annotations

from collections.abc import Container, Sequence
from typing import Any

from rich.cells import cell_len

from governance.figures.closure import Figure
from governance.figures.sheets import Sheet

#: heading, and the count or rate below it
COLUMNS = (
    ("上报", "reported"), ("立案", "filed"), ("作废", "voided"), ("并案", "merged"), ("派遣", "dispatched"),
    ("处置", "handled"), ("结案", "closed"), ("在办", "open"), ("超期", "overdue"), ("结案率", "closure_rate"),
    ("应结", "due"), ("按期结案", "closed_on_time"), ("按期结案率", "on_time_rate"),
    ("准确派遣率", "accurate_dispatch_rate"), ("返工率", "rework_rate"),
)
GAP = "  "
#: Columns of words, to the left.
WORDS = ("编码", "名称", "角色", "单元", "环节", "时段")


def render(rows: Sequence[Figure], total: Figure) -> str:
    """A line for each row, then the total. Names to the left, numbers to the right; a rate of nothing is a dash."""
    return _lined([["名称", *(heading for heading, _ in COLUMNS)], *(_cells(row) for row in (*rows, total))])


def table(sheet: Sheet) -> str:
    """Any sheet of figures, its rates in percent."""
    heads = [column.heading for column in sheet.columns]
    cells = [[_cell(value, column.percent) for value, column in zip(row, sheet.columns, strict=True)]
             for row in sheet.rows]
    return _lined([heads, *cells], {number for number, head in enumerate(heads) if head in WORDS})


def _lined(rows: Sequence[Sequence[str]], left: Container[int] = (0,)) -> str:
    widths = [max(map(cell_len, column)) for column in zip(*rows, strict=True)]
    lines = [_line(cells, widths, left) for cells in rows]
    return "\n".join([lines[0], "-" * cell_len(lines[0]), *lines[1:]])


def _cell(value: Any, percent: bool) -> str:
    if isinstance(value, float) and not percent:
        return f"{value:,.1f}"
    return value if isinstance(value, str) else _number(value)


def _cells(row: Figure) -> list[str]:
    numbers: dict[str, Any] = {**row.counts, **row.rates}
    return [row.name, *(_number(numbers[name]) for _, name in COLUMNS)]


def _number(value: float | None) -> str:
    if value is None:
        return "-"
    return f"{value:.1%}" if isinstance(value, float) else f"{value:,}"


def _line(cells: Sequence[str], widths: Sequence[int], left: Container[int]) -> str:
    padding = (" " * (width - cell_len(cell)) for cell, width in zip(cells, widths, strict=True))
    padded = zip(cells, padding, strict=True)
    return GAP.join(cell + pad if number in left else pad + cell for number, (cell, pad) in enumerate(padded))
