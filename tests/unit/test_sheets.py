"""Sheets out and in again: nothing changes on the way, and no cell is a formula."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from data.sheet import BadFile, read_rows
from data.sheet_writing import guarded, write
from governance.exchange.templates import TEMPLATES, WORDS, template, written

FORMS = ("csv", "xlsx", "jsonl", "geojson")
HARMFUL = ("=1+1", "=HYPERLINK(\"http://x\")", "+86 138", "-1+cmd|' /C calc'!A0", "@SUM(A1)", "'=1", "''=1", "\t=1")


def laid(folder: Path, form: str, rows: list[dict[str, object]], columns: tuple[str, ...] = ("a", "b")) -> Path:
    path = folder / f"sheet.{form}"
    path.write_bytes(b"".join(write(rows, columns, form)))
    return path


@pytest.mark.parametrize("form", FORMS)
def test_what_goes_out_comes_in(tmp_path: Path, form: str) -> None:
    path = laid(tmp_path, form, [{"a": "井盖, \"破损\"\n第二行", "b": ["x", "y"]}, {"a": True, "b": None},
                                 {"a": -5, "b": "-5.25"}])
    assert [{name: row[name] for name in ("a", "b")} for _, row in read_rows(path)] == [
        {"a": "井盖, \"破损\"\n第二行", "b": "x|y"}, {"a": "yes", "b": ""}, {"a": "-5", "b": "-5.25"}]


@pytest.mark.parametrize("cell", HARMFUL)
@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_no_cell_is_a_formula_and_none_is_changed(tmp_path: Path, form: str, cell: str) -> None:
    path = laid(tmp_path, form, [{"a": cell, "b": "x"}])
    assert read_rows(path)[0][1]["a"] == cell
    shown = load_workbook(path).active["A2"].value if form == "xlsx" else path.read_text("utf-8-sig").splitlines()[1]
    assert shown.lstrip('"').startswith("'")


@given(st.text(alphabet="=+-@'1a\t ", max_size=8))
def test_the_mark_is_put_on_and_taken_off(cell: str) -> None:
    from data.sheet import GUARDED

    marked = guarded(cell)
    assert not marked.startswith(("=", "+", "@"))
    assert (marked[1:] if GUARDED.match(marked) else marked) == cell


@pytest.mark.parametrize(("name", "content"), [
    ("a.jsonl", b'{"a": 1}\n{"a": '), ("a.jsonl", b'[1]\n'), ("a.jsonl", b""), ("a.geojson", b"{}"),
    ("a.geojson", b'{"features": [{"geometry": {"coordinates": 1}, "properties": {}}]}'),
    ("a.xlsx", b"PK\x03\x04 cut off"), ("a.xlsx", b"not a zip"), ("a.csv", b"a,b\n1\n"), ("a.csv", b"a\n\x00\n"),
    ("a.jsonl", b'{"a": "\\u0000"}\n'), ("a.csv", "a\n\xff\n".encode("latin-1")),
])
def test_a_broken_file_is_told_with_its_line(tmp_path: Path, name: str, content: bytes) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(BadFile) as bad:
        read_rows(path)
    assert all(problem.line >= 1 and problem.reason and problem.reason_en for problem in bad.value.problems)


def test_a_zip_that_is_no_workbook_and_one_that_swells_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("x.txt", "x")
    with pytest.raises(BadFile, match="not a readable XLSX"):
        read_rows(path)
    with (zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed,
          packed.open("xl/workbook.xml", "w", force_zip64=True) as swollen):
        for _ in range(600):
            swollen.write(bytes(1 << 20))
    with pytest.raises(BadFile, match="too large"):
        read_rows(path)


def test_empty_cells_at_the_end_of_a_row_are_empty(tmp_path: Path) -> None:
    book = Workbook()
    book.active.append(["a", "b", "c"])
    book.active.append(["1"])
    book.save(tmp_path / "a.xlsx")
    assert read_rows(tmp_path / "a.xlsx") == [(2, {"a": "1", "b": "", "c": ""})]


def test_a_named_sheet_of_a_workbook(tmp_path: Path) -> None:
    book = Workbook()
    book.create_sheet("standards").append(["code"])
    book["standards"].append(["1"])
    book.save(tmp_path / "a.xlsx")
    assert read_rows(tmp_path / "a.xlsx", "standards") == [(2, {"code": "1"})]


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_template_has_an_example_explanations_and_drop_downs(tmp_path: Path, name: str) -> None:
    wanted = template(name)
    for form in ("csv", "xlsx"):
        path = tmp_path / f"{name}.{form}"
        path.write_bytes(b"".join(written(wanted, form)))
        assert [row for _, row in read_rows(path)] == [{c: wanted.example.get(c, "") for c in wanted.columns}]
    book = load_workbook(tmp_path / f"{name}.xlsx")
    assert len(book["data"].data_validations.dataValidation) == len(wanted.choices)
    explained = list(book["说明 Explanations"].iter_rows(min_row=2, values_only=True))
    assert [row[0] for row in explained] == list(wanted.columns)
    assert all(row[1] and row[2] for row in explained)


def test_every_example_takes_what_its_drop_downs_offer() -> None:
    for wanted in TEMPLATES.values():
        for column, values in wanted.choices.items():
            assert wanted.example.get(column, "") in ("", *values), (wanted.name, column)
            assert len(",".join(values)) <= 255  # a spreadsheet takes no more
    assert json.dumps(WORDS, ensure_ascii=False)
