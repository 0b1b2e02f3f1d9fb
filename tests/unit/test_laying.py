"""Changed rows over a sheet: what they name changes, everything else stays; what cannot be laid is told by row."""

from __future__ import annotations

import pytest

from governance.drafts.laying import Part, lay
from governance.errors import Invalid

COLUMNS = ("code", "parent", "name", "colour")
SHEET = [{"code": "01", "parent": "", "name": "市容", "colour": ""},
         {"code": "0101", "parent": "01", "name": "垃圾", "colour": "red"},
         {"code": "02", "parent": "", "name": "秩序", "colour": ""}]


def codes(part: Part) -> list[str]:
    return [row["code"] for row in lay(SHEET, part, COLUMNS, ("code",)).rows]


def refused(part: Part, key: tuple[str, ...] = ("code",)) -> list[tuple[str, str]]:
    with pytest.raises(Invalid) as wrong:
        lay(SHEET, part, COLUMNS, key)
    return [(problem.field, problem.zh) for problem in wrong.value.problems]


def test_a_known_row_takes_the_cells_that_it_is_given() -> None:
    laid = lay(SHEET, Part([{"code": "0101", "name": "暴露垃圾"}]), COLUMNS, ("code",))
    assert laid.rows[1] == {"code": "0101", "parent": "01", "name": "暴露垃圾", "colour": "red"}
    assert (laid.rows[0], laid.rows[2], laid.changed) == (SHEET[0], SHEET[2], [laid.rows[1]])


def test_a_new_row_stands_with_its_kin() -> None:
    assert codes(Part([{"code": "0102", "parent": "01"}])) == ["01", "0101", "0102", "02"]
    assert codes(Part([{"code": "0201", "parent": "02"}])) == ["01", "0101", "02", "0201"]
    assert codes(Part([{"code": "03"}])) == ["01", "0101", "02", "03"]
    both = Part([{"code": "03"}, {"code": "0301", "parent": "03"}])
    assert codes(both) == ["01", "0101", "02", "03", "0301"]


def test_rows_go_by_their_keys_and_by_the_first_part_of_a_key() -> None:
    assert codes(Part(removed=["0101"])) == ["01", "02"]
    standards = [{"code": "a", "area": area} for area in "ABC"] + [{"code": "b", "area": "*"}]
    for removed, left in (("a", ["b *"]), ("a B", ["a A", "a C", "b *"])):
        laid = lay(standards, Part(removed=[removed]), ("code", "area"), ("code", "area"))
        assert [f"{row['code']} {row['area']}" for row in laid.rows] == left


def test_what_cannot_be_laid_is_told_by_row_field_and_reason() -> None:
    assert refused(Part([{"code": "01", "size": 3}])) == [("rows.0.size", "没有这个字段")]
    assert refused(Part([{"name": "无码"}])) == [("rows.0.code", "必填")]
    assert refused(Part([{"code": "01"}, {"code": "01"}])) == [("rows.1.code", "“01” 重复")]
    assert refused(Part([{"code": "01"}], ["01"])) == [("removed.0", "同时在 rows 中")]
    assert refused(Part(removed=["09"])) == [("removed.0", "没有 09")]


def test_a_row_is_called_by_its_number_among_those_sent_or_by_its_key() -> None:
    laid = lay(SHEET, Part([{"code": "02", "name": "街面"}]), COLUMNS, ("code",))
    assert (laid.place(laid.rows[2], "name"), laid.place(laid.rows[0], "name")) == ("rows.0.name", "rows.01.name")
