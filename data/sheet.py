"""Sheets that a city edits: CSV or XLSX in, rows with their line numbers out, and bad rows told one by one."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class RowProblem:
    """What is wrong in one row: the line of the file, the column, and why (Chinese, English)."""

    line: int
    field: str
    reason: str
    reason_en: str

    def __str__(self) -> str:
        zh, en = (f" {self.field}", f", {self.field}") if self.field else ("", "")
        return f"第 {self.line} 行{zh}: {self.reason} (line {self.line}{en}: {self.reason_en})"


class BadFile(Exception):
    """A file with problems. Nothing of it was loaded."""

    def __init__(self, problems: Sequence[RowProblem], source: str = "") -> None:
        self.problems = list(problems)
        self.source = source
        super().__init__(f"{source}: {len(self.problems)} problem(s)\n" + "\n".join(map(str, self.problems[:20])))


def read_rows(source: Path | str) -> list[tuple[int, dict[str, str]]]:
    """Rows of a CSV (UTF-8, with or without a mark) or XLSX file as (line, {column: text}); the header is line 1."""
    path = Path(source)
    try:
        table = list(_xlsx(path) if path.suffix.lower() == ".xlsx" else _csv(path))
    except UnicodeDecodeError as error:
        raise BadFile([RowProblem(1, "", "文件不是 UTF-8 编码或被截断; 请在 Excel 中另存为 CSV UTF-8, 或用 XLSX",
                                  f"not UTF-8, or cut off ({error.reason}): save it as CSV UTF-8 or XLSX")],
                      path.name) from None
    except (zipfile.BadZipFile, KeyError) as error:
        raise BadFile([RowProblem(1, "", "不是可读的 XLSX 文件", f"not a readable XLSX file: {error}")],
                      path.name) from None
    return _rows(table, path.name)


def _rows(table: list[tuple[int, list[str]]], name: str) -> list[tuple[int, dict[str, str]]]:
    if not table:
        raise BadFile([RowProblem(1, "", "文件是空的", "the file is empty")], name)
    header = table[0][1]
    problems = [RowProblem(line, "", f"应有 {len(header)} 列, 实有 {len(cells)} 列",
                           f"expected {len(header)} columns, found {len(cells)}: is the file cut off?")
                for line, cells in table[1:] if len(cells) != len(header)]
    if problems:
        raise BadFile(problems, name)
    return [(line, dict(zip(header, cells, strict=True))) for line, cells in table[1:]]


def _csv(path: Path) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(path.read_text(encoding="utf-8-sig"), newline=""), strict=True)
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield reader.line_num, [cell.strip() for cell in cells]
    except csv.Error as error:
        raise BadFile([RowProblem(reader.line_num, "", "CSV 格式有误, 文件可能被截断",
                                  f"broken CSV, perhaps cut off: {error}")], path.name) from None


def _xlsx(path: Path) -> Iterator[tuple[int, list[str]]]:
    from openpyxl import load_workbook

    sheet: Any = load_workbook(path, read_only=True, data_only=True).active
    width = 0
    for line, row in enumerate(sheet.iter_rows(values_only=True), start=1):
        cells = ["" if cell is None else str(cell).strip() for cell in row]
        width = width or len([cell for cell in cells if cell])
        if any(cells):
            yield line, cells[:width]
