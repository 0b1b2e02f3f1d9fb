"""Sheets out, row by row: CSV and XLSX for people, JSON Lines for programs, GeoJSON for maps.

What is written is what `data.sheet.read_rows` reads. A cell that a spreadsheet would run as a formula is marked with an
apostrophe before it (CWE-1236); reading takes the mark off again.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any, Final

Row = Mapping[str, Any]

MEDIA_TYPES: Final = {
    "csv": "text/csv; charset=utf-8", "jsonl": "application/x-ndjson", "geojson": "application/geo+json",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}
#: So that a spreadsheet takes the file for UTF-8.
MARK: Final = "\ufeff"
FORMULA: Final = re.compile(r"'*[=+\-@\t\r]")
NEGATIVE: Final = re.compile(r"-\d+(\.\d+)?")
PIECE: Final = 64 * 1024


def guarded(cell: str) -> str:
    """The cell, marked if a spreadsheet would run it. A negative number is only a number."""
    return f"'{cell}" if FORMULA.match(cell) and not NEGATIVE.fullmatch(cell) else cell


def cell_of(value: Any) -> str:
    """A value as the text of a cell: words joined by `|`, yes or no, instants in ISO 8601."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, (list, tuple)):
        return "|".join(map(str, value))
    if isinstance(value, datetime | date):
        return value.isoformat()
    return "" if value is None else str(value)


def write(rows: Iterable[Row], columns: Sequence[str], form: str) -> Iterator[bytes]:
    """The file in pieces. Only XLSX is put together on disk before its first piece. `form` is one of MEDIA_TYPES."""
    return {"csv": _csv, "jsonl": _json_lines, "geojson": _geojson, "xlsx": _xlsx}[form](rows, columns)


def _csv(rows: Iterable[Row], columns: Sequence[str]) -> Iterator[bytes]:
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    buffer.write(MARK)
    writer.writerow(columns)
    for row in rows:
        writer.writerow([guarded(cell_of(row.get(name))) for name in columns])
        if buffer.tell() > PIECE:
            yield _taken(buffer)
    yield _taken(buffer)


def _json_lines(rows: Iterable[Row], columns: Sequence[str]) -> Iterator[bytes]:
    for row in rows:
        yield (_json({name: row.get(name) for name in columns}) + "\n").encode()


def _geojson(rows: Iterable[Row], columns: Sequence[str]) -> Iterator[bytes]:
    """Points at `lon` and `lat`; a row without a place is a feature without a geometry."""
    yield b'{"type":"FeatureCollection","features":['
    for number, row in enumerate(rows):
        point = {"type": "Point", "coordinates": [row["lon"], row["lat"]]} if row.get("lon") is not None else None
        properties = {name: row.get(name) for name in columns if name not in ("lon", "lat")}
        text = _json({"type": "Feature", "geometry": point, "properties": properties})
        yield (("," if number else "") + "\n" + text).encode()
    yield b"\n]}\n"


def _xlsx(rows: Iterable[Row], columns: Sequence[str]) -> Iterator[bytes]:
    from openpyxl import Workbook
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

    book = Workbook(write_only=True)
    sheet = book.create_sheet("data")
    sheet.append(list(columns))
    for row in rows:
        sheet.append([ILLEGAL_CHARACTERS_RE.sub("", guarded(cell_of(row.get(name)))) for name in columns])
    with NamedTemporaryFile(suffix=".xlsx") as file:
        book.save(Path(file.name))
        while piece := file.read(PIECE):
            yield piece


def _taken(buffer: io.StringIO) -> bytes:
    text = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    return text.encode()


def _json(document: Row) -> str:
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"), default=_plain)


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return float(value)
    return cell_of(value)
