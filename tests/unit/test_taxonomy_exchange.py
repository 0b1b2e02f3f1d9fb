"""A city edits its list in two sheets: what is right comes in, and everything that is wrong is told by line."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from data.sheet import BadFile
from taxonomy.category import Category
from taxonomy.exchange import CATEGORY_COLUMNS, STANDARD_COLUMNS, read_functions, read_list, write_list
from taxonomy.standard import Standard
from wangge.load import FUNCTIONS, SEED

Shipped = tuple[list[Category], list[Standard]]
CATEGORIES, STANDARDS = SEED / "taxonomy" / "grid.csv", SEED / "taxonomy" / "grid_standards.csv"

#: Subcategories that people confuse; where one code stands, it is the whole name that is confused.
CONFUSABLE = (
    ("01001", "01003", "01002"), ("01002", "01019"), ("01005", "01039"), ("01015", "01038"), ("01016", "01017"),
    ("01023", "02024", "02025"), ("01027", "02035"), ("02005", "02006"), ("02011", "02012"),
    ("02019", "02020", "02022"), ("03001", "03003", "03002"), ("03023", "03025"), ("03013", "03014"),
    ("04001", "04002", "04003"), ("04013", "04016"), ("04015", "04018"), ("05004", "05016"), ("05006", "05015"),
    ("05007", "05008"), ("06009", "06028"), ("06015", "06017", "06016"), ("06024", "07014"), ("06025", "06027"),
    ("07003", "08017", "08020"), ("07017", "08020"), ("08001", "08002"), ("08013", "08025"), ("08021", "02014"),
    ("09002", "09003"),
)


# ---- the list that we ship -----------------------------------------------------------------------------------------

@pytest.fixture(scope="module")
def shipped() -> tuple[list[Category], list[Standard]]:
    return read_list(CATEGORIES, STANDARDS, FUNCTIONS)


def test_our_list_has_nine_categories_and_exactly_239_subcategories(
        shipped: Shipped) -> None:
    categories, _ = shipped
    assert sum(c.parent is None for c in categories) == 9
    assert sum(c.leaf for c in categories) == 239


def test_every_subcategory_of_ours_has_a_standard_in_every_area(shipped: Shipped) -> None:
    categories, standards = shipped
    for category in (c for c in categories if c.leaf):
        for area in "ABC":
            assert any(s.subcategory == category.code and s.area in (area, "*") for s in standards)


def test_a_limit_that_was_found_says_where_and_an_estimate_says_that_it_is_one(
        shipped: Shipped) -> None:
    for standard in shipped[1]:
        assert standard.source
        assert (standard.basis == "estimate") == standard.source.startswith("our estimate")


@pytest.mark.parametrize("codes", CONFUSABLE, ids="/".join)
def test_what_people_confuse_is_told_apart(codes: tuple[str, ...], shipped: Shipped) -> None:
    categories = {c.code: c for c in shipped[0]}
    definitions = [categories[code].definition for code in codes]
    assert all(definitions)
    assert len(set(definitions)) == len(codes)


def test_no_word_points_to_two_subcategories(shipped: Shipped) -> None:
    owner: dict[str, str] = {}
    for category in (c for c in shipped[0] if c.leaf):
        for word in {category.name, *category.synonyms, *category.local_names}:
            assert owner.setdefault(word, category.code) == category.code, word


def test_what_is_written_is_what_was_read(shipped: Shipped, tmp_path: Path) -> None:
    write_list(*shipped, tmp_path / "grid.csv", tmp_path / "grid_standards.csv")
    assert (tmp_path / "grid.csv").read_bytes() == CATEGORIES.read_bytes()
    assert (tmp_path / "grid_standards.csv").read_bytes() == STANDARDS.read_bytes()


# ---- a list that a city edits --------------------------------------------------------------------------------------

LEAF = {"code": "0101", "parent": "01", "name": "暴露垃圾", "name_en": "Rubbish", "definition": "散落的垃圾。",
        "kind": "event", "function": "sanitation", "level": "district", "settle": "no", "file_at_once": "yes",
        "public": "yes", "sensitivity": "normal", "photo": "required"}
TOP = {"code": "01", "name": "市容环境"}
STANDARD = {"code": "0101-1", "subcategory": "0101", "area": "*", "condition": "有散落垃圾", "limit_value": "4",
            "limit_unit": "work_hour", "basis": "estimate", "evidence": "前后照片", "closing_condition": "清净"}


class Sheets:
    """A list's two sheets in a folder, as a city might leave them."""

    def __init__(self, folder: Path) -> None:
        self.categories, self.standards = folder / "list.csv", folder / "standards.csv"

    def write(self, categories: list[dict[str, str]], standards: list[dict[str, str]]) -> None:
        for path, columns, rows in ((self.categories, CATEGORY_COLUMNS, categories),
                                    (self.standards, STANDARD_COLUMNS, standards)):
            with path.open("w", encoding="utf-8", newline="") as sheet:
                writer = csv.DictWriter(sheet, columns, restval="", lineterminator="\n")
                writer.writeheader()
                writer.writerows(rows)

    def read(self, name: str = "grid") -> tuple[list[Category], list[Standard]]:
        return read_list(self.categories, self.standards, FUNCTIONS, name)

    def problems(self, name: str = "grid") -> list[tuple[int, str, str]]:
        with pytest.raises(BadFile) as bad:
            self.read(name)
        assert all(problem.reason and problem.reason_en for problem in bad.value.problems)
        return [(problem.line, problem.field, problem.reason_en) for problem in bad.value.problems]


@pytest.fixture
def sheets(tmp_path: Path) -> Sheets:
    return Sheets(tmp_path)


@pytest.mark.parametrize(("column", "value", "reason"), [
    ("kind", "thing", "'thing' is not a known value"),
    ("function", "magic", "'magic' is not a known value"),
    ("assisting", "sanitation|magic", "'magic' is not a known value"),
    ("level", "cell", "'cell' is not a known value"),
    ("settle", "maybe", "'maybe' is not a known value"),
    ("photo", "", "is required"),
    ("name", "", "is required"),
    ("definition", "", "is required"),
    ("parent", "02", "there is no category 02"),
])
def test_a_wrong_cell_of_a_subcategory_is_told_with_its_line_and_column(
        sheets: Sheets, column: str, value: str, reason: str) -> None:
    sheets.write([TOP, LEAF | {column: value}], [STANDARD])
    assert (3, column, reason) in sheets.problems()


@pytest.mark.parametrize(("column", "value", "reason"), [
    ("limit_value", "four", "'four' is not a number above 0 with at most two decimals"),
    ("limit_value", "0", "'0' is not a number above 0 with at most two decimals"),
    ("limit_value", "1.234", "'1.234' is not a number above 0 with at most two decimals"),
    ("limit_value", "NaN", "'NaN' is not a number above 0 with at most two decimals"),
    ("limit_unit", "moon", "'moon' is not a known value"),
    ("basis", "rumour", "'rumour' is not a known value"),
    ("check_distance_m", "-5", "'-5' is not a number above 0 with at most two decimals"),
    ("evidence", "", "is required"),
    ("subcategory", "01", "01 is not a leaf"),
    ("subcategory", "0909", "0909 is unknown"),
])
def test_a_wrong_cell_of_a_standard_is_told_with_its_line_and_column(
        sheets: Sheets, column: str, value: str, reason: str) -> None:
    sheets.write([TOP, LEAF], [STANDARD | {column: value}])
    assert (2, f"standards.{column}", reason) in sheets.problems()


def test_every_problem_of_every_sheet_is_told_at_once(sheets: Sheets) -> None:
    sheets.write([TOP, LEAF | {"kind": "x", "level": "y"}, LEAF], [STANDARD | {"limit_value": "-"}])
    told = sheets.problems()
    assert {(3, "kind"), (3, "level"), (4, "code"), (2, "standards.limit_value")} == {(p[0], p[1]) for p in told}


def test_a_subcategory_without_a_standard_is_refused(sheets: Sheets) -> None:
    sheets.write([TOP, LEAF, LEAF | {"code": "0102", "name": "积存渣土"}], [STANDARD])
    assert sheets.problems() == [(4, "code", "the subcategory 0102 has no standard")]


def test_areas_leave_no_class_uncovered_and_none_twice(sheets: Sheets) -> None:
    sheets.write([TOP, LEAF], [STANDARD | {"area": "A"}, STANDARD | {"area": "C"}])
    reason = "the standard 0101-1 needs the area *, or A, B and C; it has A、C"
    assert sheets.problems() == [(3, "standards.area", reason)]
    sheets.write([TOP, LEAF], [STANDARD, STANDARD])
    assert [problem[1] for problem in sheets.problems()] == ["standards.code"]


def test_a_limit_said_to_be_found_must_name_its_source(sheets: Sheets) -> None:
    sheets.write([TOP, LEAF], [STANDARD | {"basis": "found"}])
    assert sheets.problems() == [(2, "standards.source", "is required")]


def test_a_word_cannot_speak_for_and_against_a_subcategory(sheets: Sheets) -> None:
    sheets.write([TOP, LEAF | {"synonyms": "垃圾没人收|脏", "excludes": "脏"}], [STANDARD])
    assert [problem[:2] for problem in sheets.problems()] == [(3, "excludes")]


def test_what_is_restricted_cannot_be_public(sheets: Sheets) -> None:
    sheets.write([TOP, LEAF | {"sensitivity": "restricted"}], [STANDARD])
    assert sheets.problems() == [(3, "public", "a restricted subcategory cannot be public")]


def test_a_tree_may_be_deep_and_a_branch_takes_no_incidents(sheets: Sheets) -> None:
    deep = [{"code": "x", "name": "诉求"}, {"code": "y", "parent": "x", "name": "住房"},
            LEAF | {"code": "77", "parent": "y"}]
    sheets.write(deep, [STANDARD | {"subcategory": "77", "code": "77-1"}])
    categories, standards = sheets.read("petitions")
    assert [(c.code, c.parent) for c in categories] == [("x", None), ("y", "x"), ("77", "y")]
    assert [c.code for c in categories if c.leaf] == ["77"]
    assert standards[0].taxonomy == "petitions"
    sheets.write([deep[0], deep[1] | {"function": "sanitation"}, deep[2]], [STANDARD | {"subcategory": "77"}])
    assert sheets.problems("petitions") == [(3, "function", "is filled only for a leaf")]


def test_only_the_list_of_the_grid_wants_codes_that_begin_with_the_category(sheets: Sheets) -> None:
    sheets.write([TOP, LEAF | {"code": "9901"}], [STANDARD | {"subcategory": "9901"}])
    assert sheets.problems() == [(3, "code", "must start with its parent's code 01")]
    assert sheets.read("petitions")


def test_parents_in_a_circle_are_refused(sheets: Sheets) -> None:
    sheets.write([TOP | {"parent": "02"}, {"code": "02", "parent": "01", "name": "公用"}, LEAF], [STANDARD])
    assert {problem[:2] for problem in sheets.problems("petitions")} == {(line, "parent") for line in (2, 3, 4)}


@pytest.mark.parametrize("share", [0.25, 0.5, 0.75, 0.999])
def test_a_file_that_was_cut_off_is_refused(sheets: Sheets, share: float) -> None:
    whole = CATEGORIES.read_bytes()
    sheets.categories.write_bytes(whole[:int(len(whole) * share)].decode(errors="ignore").encode())
    with pytest.raises(BadFile):
        read_list(sheets.categories, STANDARDS, FUNCTIONS)


def test_missing_columns_and_an_empty_file_are_told(sheets: Sheets) -> None:
    sheets.write([TOP, LEAF], [STANDARD])
    sheets.categories.write_text("code,name\n01,市容环境\n", encoding="utf-8")
    assert (1, "definition", "the column is missing") in sheets.problems()
    sheets.categories.write_text("", encoding="utf-8")
    assert sheets.problems() == [(1, "", "the file is empty")]


def test_a_function_named_twice_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "functions.csv"
    text = FUNCTIONS.read_text(encoding="utf-8")
    path.write_text(text + text.splitlines()[1] + "\n", encoding="utf-8")
    with pytest.raises(BadFile, match="comes twice"):
        read_functions(path)
