"""Sheets that a city edits: CSV, XLSX, JSON Lines or GeoJSON points in, rows with their line numbers out, and bad rows
told one by one. They are written by `data.sheet_writing`.
"""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

#: What an XLSX file may unpack to; a million rows of a sheet are some 300 MB.
MOST_BYTES = 1 << 29
#: A mark that keeps a spreadsheet from running a cell as a formula (`data.sheet_writing` puts it there).
GUARDED = re.compile(r"'+[=+\-@\t\r]")


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


def read_rows(source: Path | str, sheet: str | None = None) -> list[tuple[int, dict[str, str]]]:
    """Rows of a file as (line, {column: text}), by its ending: CSV (UTF-8, with or without a mark; the header is line
    1), XLSX (the active sheet, or the one of that name), JSON Lines, GeoJSON points (the line is the feature's number).
    """
    path = Path(source)
    try:
        if path.suffix.lower() in _DOCUMENTS:
            return _sound(_documents(path, _DOCUMENTS[path.suffix.lower()]), path.name)
        table = list(_xlsx(path, sheet) if path.suffix.lower() == ".xlsx" else _csv(path))
    except UnicodeDecodeError as error:
        raise _bad(path, "文件不是 UTF-8 编码或被截断; 请在 Excel 中另存为 CSV UTF-8, 或用 XLSX",
                   f"not UTF-8, or cut off ({error.reason}): save it as CSV UTF-8 or XLSX") from None
    except (zipfile.BadZipFile, zlib.error, EOFError, KeyError, ValueError, TypeError, SyntaxError) as error:
        raise _bad(path, "不是可读的 XLSX 文件", f"not a readable XLSX file: {error}") from None
    return _sound(_rows(table, path.name), path.name)


def _sound(rows: list[tuple[int, dict[str, str]]], name: str) -> list[tuple[int, dict[str, str]]]:
    """No database keeps a NUL in a text."""
    problems = [RowProblem(line, column, "含有不可用的字符 NUL", "holds a NUL character")
                for line, cells in rows for column, cell in cells.items() if "\0" in cell]
    if problems:
        raise BadFile(problems, name)
    return rows


def _bad(path: Path, reason: str, reason_en: str, line: int = 1) -> BadFile:
    return BadFile([RowProblem(line, "", reason, reason_en)], path.name)


def _rows(table: list[tuple[int, list[str]]], name: str) -> list[tuple[int, dict[str, str]]]:
    if not table:
        raise BadFile([RowProblem(1, "", "文件是空的", "the file is empty")], name)
    header = table[0][1]
    problems = [RowProblem(line, "", f"应有 {len(header)} 列, 实有 {len(cells)} 列",
                           f"expected {len(header)} columns, found {len(cells)}: is the file cut off?")
                for line, cells in table[1:] if len(cells) != len(header)]
    if problems:
        raise BadFile(problems, name)
    return [(line, dict(zip(header, map(_unguarded, cells), strict=True))) for line, cells in table[1:]]


def _unguarded(cell: str) -> str:
    return cell[1:] if cell.startswith("'") and GUARDED.match(cell) else cell


def _csv(path: Path) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(path.read_text(encoding="utf-8-sig"), newline=""), strict=True)
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield reader.line_num, [cell.strip() for cell in cells]
    except csv.Error as error:
        raise BadFile([RowProblem(reader.line_num, "", "CSV 格式有误, 文件可能被截断",
                                  f"broken CSV, perhaps cut off: {error}")], path.name) from None


def _xlsx(path: Path, name: str | None) -> Iterator[tuple[int, list[str]]]:
    from openpyxl import load_workbook

    with zipfile.ZipFile(path) as packed:
        if sum(entry.file_size for entry in packed.infolist()) > MOST_BYTES:
            raise _bad(path, "XLSX 展开后过大", "the XLSX file is too large when unpacked")
    book: Any = load_workbook(path, read_only=True, data_only=True)
    sheet, width = book[name] if name else book.active, 0
    for line, row in enumerate(sheet.iter_rows(values_only=True), start=1):
        cells = ["" if cell is None else str(cell).strip() for cell in row]
        width = width or len([cell for cell in cells if cell])
        if any(cells):
            yield line, [*cells, *[""] * (width - len(cells))][:width]
    book.close()


# ---- documents -----------------------------------------------------------------------------------------------------

def _json_lines(path: Path) -> Iterator[tuple[int, Any]]:
    with path.open(encoding="utf-8-sig") as lines:
        for number, line in enumerate(lines, start=1):
            if line.strip():
                try:
                    yield number, json.loads(line)
                except ValueError as error:
                    raise _bad(path, "不是有效的 JSON, 文件可能被截断", f"not valid JSON, perhaps cut off: {error}",
                               number) from None


def _points(path: Path) -> Iterator[tuple[int, Any]]:
    """The properties of each feature, with its point as `lon` and `lat`."""
    try:
        features = json.loads(path.read_text(encoding="utf-8-sig"))["features"]
        for number, feature in enumerate(features, start=1):
            lon, lat = feature["geometry"]["coordinates"][:2] if feature.get("geometry") else (None, None)
            yield number, {**feature["properties"], "lon": lon, "lat": lat}
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise _bad(path, "不是由点组成的 GeoJSON FeatureCollection",
                   f"not a GeoJSON FeatureCollection of points: {error}") from None


_DOCUMENTS: dict[str, Callable[[Path], Iterator[tuple[int, Any]]]] = {
    ".jsonl": _json_lines, ".ndjson": _json_lines, ".geojson": _points}


def _documents(path: Path, read: Callable[[Path], Iterator[tuple[int, Any]]]) -> list[tuple[int, dict[str, str]]]:
    """Documents as rows: every row has every column that any of them has."""
    found = list(read(path))
    if not found:
        raise _bad(path, "文件是空的", "the file is empty")
    if wrong := next((line for line, one in found if not isinstance(one, dict)), None):
        raise _bad(path, "每行应为一个 JSON 对象", "every line must be a JSON object", wrong)
    columns = dict.fromkeys(name for _, one in found for name in one)
    return [(line, {name: _as_text(one.get(name)) for name in columns}) for line, one in found]


def _as_text(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return "|".join(map(str, value))
    return "" if value is None else str(value).strip()
