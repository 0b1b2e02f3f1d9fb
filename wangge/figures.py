"""Figures on the command line: a plain table that fits any terminal, wide characters counted as two."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rich.cells import cell_len

from governance.figures import Figure

#: heading, and the count or rate below it
COLUMNS = (
    ("上报", "reported"), ("立案", "filed"), ("作废", "voided"), ("并案", "merged"), ("派遣", "dispatched"),
    ("处置", "handled"), ("结案", "closed"), ("在办", "open"), ("超期", "overdue"), ("结案率", "closure_rate"),
    ("应结", "due"), ("按期结案", "closed_on_time"), ("按期结案率", "on_time_rate"),
    ("准确派遣率", "accurate_dispatch_rate"), ("返工率", "rework_rate"),
)
GAP = "  "


def render(rows: Sequence[Figure], total: Figure) -> str:
    """A line for each row, then the total. Names to the left, numbers to the right; a rate of nothing is a dash."""
    table = [["名称", *(heading for heading, _ in COLUMNS)], *(_cells(row) for row in (*rows, total))]
    widths = [max(map(cell_len, column)) for column in zip(*table, strict=True)]
    lines = [_line(cells, widths) for cells in table]
    return "\n".join([lines[0], "-" * cell_len(lines[0]), *lines[1:]])


def _cells(row: Figure) -> list[str]:
    numbers: dict[str, Any] = {**row.counts, **row.rates}
    return [row.name, *(_number(numbers[name]) for _, name in COLUMNS)]


def _number(value: float | None) -> str:
    if value is None:
        return "-"
    return f"{value:.1%}" if isinstance(value, float) else f"{value:,}"


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    padding = [" " * (width - cell_len(cell)) for cell, width in zip(cells, widths, strict=True)]
    first, *others = zip(cells, padding, strict=True)
    return GAP.join(["".join(first), *(pad + cell for cell, pad in others)])
