"""A list from its sheets and back: every row is checked, and everything that is wrong is told at once.

Two sheets make a list: the categories (a tree of any depth; a node without children is a subcategory) and the
standards at its leaves. A third names the functions of departments that a subcategory may be given to.
"""

from __future__ import annotations

import csv
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from data.cells import Problems, Row, rows_of
from data.sheet import BadFile, read_rows
from taxonomy.category import Category
from taxonomy.plain_tree import level_columns, read_plain_tree
from taxonomy.standard import ANY_AREA, Standard

CATEGORY_COLUMNS: Final = (
    "code", "parent", "name", "name_en", "definition", "definition_en", "synonyms", "local_names", "excludes", "kind",
    "function", "level", "assisting", "duty_bearer", "settle", "file_at_once", "public", "sensitivity", "photo")
STANDARD_COLUMNS: Final = (
    "code", "subcategory", "area", "condition", "limit_value", "limit_unit", "basis", "source", "evidence",
    "closing_condition", "check_distance_m")
FUNCTION_COLUMNS: Final = ("code", "name", "name_en")
#: Only a leaf has these; of a node above they must be empty.
LEAF_COLUMNS: Final = CATEGORY_COLUMNS[6:]

KINDS: Final = ("component", "event", "service")
OWNERS: Final = ("city", "district", "street", "community")
SENSITIVITIES: Final = ("normal", "restricted")
PHOTOS: Final = ("required", "optional")
AREAS: Final = ("A", "B", "C")
UNITS_OF_TIME: Final = ("urgent_hour", "natural_day", "work_hour", "work_day")
BASES: Final = ("found", "estimate")
#: The list whose subcategory codes start with their category's.
PREFIXED_LIST: Final = "grid"


@dataclass(frozen=True)
class FunctionRow:
    """What a department answers for; `level` and `department` say who usually does."""

    code: str
    name: str
    name_en: str
    level: str
    department: str


def read_list(categories_csv: Path | str, standards_csv: Path | str | None,
              functions_csv: Path | str | Sequence[FunctionRow],
              taxonomy: str = PREFIXED_LIST) -> tuple[list[Category], list[Standard]]:
    """The records of a list, as version 0. BadFile tells every problem; those of the standards begin `standards.`.
    The functions are those of a sheet, or known already. A list that nothing is filed under may have no standards;
    then it may also be a plain tree (taxonomy/plain_tree.py)."""
    if standards_csv is None and level_columns(categories_csv):
        return read_plain_tree(categories_csv, taxonomy), []
    problems = Problems()
    named = read_functions(functions_csv) if isinstance(functions_csv, Path | str) else functions_csv
    functions = {f.code for f in named}
    rows = _rows(categories_csv, CATEGORY_COLUMNS, problems)
    lines = [] if standards_csv is None else _rows(standards_csv, STANDARD_COLUMNS, problems.of("standards"))
    problems_of_files = len(problems.found)
    parents = {row.cells["parent"] for row in rows}
    categories = [_category(row, taxonomy, at, row.cells["code"] not in parents, functions)
                  for at, row in enumerate(rows)]
    _check_tree(rows, taxonomy)
    standards = [_standard(row, taxonomy) for row in lines]
    if standards_csv is not None and not problems_of_files:
        # a sheet that is cut off would make every row of the other one wrong
        _check_standards(lines, categories)
        _check_leaves(rows, categories, standards)
    problems.raise_if_any(", ".join(Path(sheet).name for sheet in (categories_csv, standards_csv) if sheet is not None))
    return categories, standards


def read_functions(functions_csv: Path | str) -> list[FunctionRow]:
    """The functions of departments. BadFile tells every problem."""
    problems = Problems()
    functions = _functions(functions_csv, problems)
    problems.raise_if_any(Path(functions_csv).name)
    return functions


def write_list(categories: Iterable[Category], standards: Iterable[Standard], categories_csv: Path,
               standards_csv: Path) -> None:
    """The sheets of a list, as `read_list` takes them."""
    _write(categories_csv, CATEGORY_COLUMNS, [_cells(c, CATEGORY_COLUMNS, c.leaf)
                                              for c in sorted(categories, key=lambda c: c.position)])
    _write(standards_csv, STANDARD_COLUMNS, [_cells(s, STANDARD_COLUMNS) for s in
                                             sorted(standards, key=lambda s: (s.subcategory, s.code, s.area))])


def cells_of(record: Category | Standard) -> dict[str, str]:
    """One row of its sheet."""
    if isinstance(record, Standard):
        return dict(zip(STANDARD_COLUMNS, _cells(record, STANDARD_COLUMNS), strict=True))
    return dict(zip(CATEGORY_COLUMNS, _cells(record, CATEGORY_COLUMNS, record.leaf), strict=True))


# ---- rows to records -----------------------------------------------------------------------------------------------

def _rows(path: Path | str, columns: Sequence[str], problems: Problems) -> list[Row]:
    try:
        return rows_of(read_rows(path), columns, problems)
    except BadFile as bad:
        problems.take(bad)
        return []


def _functions(path: Path | str, problems: Problems) -> list[FunctionRow]:
    rows = _rows(path, FUNCTION_COLUMNS, problems)
    _check_once(rows, "code")
    return [FunctionRow(row.text("code", needed=True, most=40), row.text("name", needed=True), row.text("name_en"),
                        row.choice("level", OWNERS, needed=False), row.text("department")) for row in rows]


def _category(row: Row, taxonomy: str, position: int, leaf: bool, functions: set[str]) -> Category:
    category = Category(
        taxonomy=taxonomy, version=0, code=row.text("code", needed=True, most=20),
        parent=row.text("parent", most=20) or None, position=position, leaf=leaf, name=row.text("name", needed=True),
        name_en=row.text("name_en"), definition=row.text("definition", needed=leaf),
        definition_en=row.text("definition_en"))
    if leaf:
        _describe_leaf(category, row, functions)
    else:
        for column in LEAF_COLUMNS:
            if row.text(column):
                row.wrong(column, "有下级的类不填此列", "is filled only for a leaf")
    return category


def _describe_leaf(category: Category, row: Row, functions: set[str]) -> None:
    category.synonyms, category.local_names = row.words("synonyms"), row.words("local_names")
    category.excludes, category.assisting = row.words("excludes"), row.words("assisting", functions)
    category.kind, category.function = row.choice("kind", KINDS), row.choice("function", functions)
    category.level, category.duty_bearer = row.choice("level", OWNERS), row.text("duty_bearer")
    category.settle, category.file_at_once = row.yes("settle"), row.yes("file_at_once")
    category.public, category.sensitivity = row.yes("public"), row.choice("sensitivity", SENSITIVITIES)
    category.photo = row.choice("photo", PHOTOS)
    if category.public and category.sensitivity == "restricted":
        row.wrong("public", "受限事项不能公开", "a restricted subcategory cannot be public")
    if both := {*category.synonyms, *category.local_names} & {*category.excludes}:
        row.wrong("excludes", f"“{min(both)}” 同时是同义词", f"{min(both)!r} is a synonym as well")


def _standard(row: Row, taxonomy: str) -> Standard:
    basis = row.choice("basis", BASES)
    return Standard(
        taxonomy=taxonomy, version=0, code=row.text("code", needed=True, most=24),
        area=row.choice("area", (*AREAS, ANY_AREA)), subcategory=row.text("subcategory", needed=True, most=20),
        condition=row.text("condition", needed=True), limit_value=row.amount("limit_value"),
        limit_unit=row.choice("limit_unit", UNITS_OF_TIME), basis=basis,
        source=row.text("source", needed=basis == "found"), evidence=row.text("evidence", needed=True),
        closing_condition=row.text("closing_condition", needed=True),
        check_distance_m=float(row.amount("check_distance_m")) if row.text("check_distance_m") else None)


# ---- what rows say together ----------------------------------------------------------------------------------------

def _check_once(rows: Sequence[Row], *columns: str) -> None:
    times = Counter(tuple(row.cells[c] for c in columns) for row in rows)
    seen: set[tuple[str, ...]] = set()
    for row in rows:
        key = tuple(row.cells[c] for c in columns)
        if key in seen and times[key] > 1:
            row.wrong(columns[0], f"“{' '.join(key)}” 重复", f"{' '.join(key)!r} comes twice")
        seen.add(key)


def _check_tree(rows: Sequence[Row], taxonomy: str) -> None:
    _check_once(rows, "code")
    parent_of = {row.cells["code"]: row.cells["parent"] for row in rows}
    for row in rows:
        code, parent = row.cells["code"], row.cells["parent"]
        if parent and parent not in parent_of:
            row.wrong("parent", f"没有上级类 {parent}", f"there is no category {parent}")
        elif _in_circle(code, parent_of):
            row.wrong("parent", "上级类成环", "its parents form a circle")
        elif taxonomy == PREFIXED_LIST and not code.startswith(parent):
            row.wrong("code", f"应以上级类编码 {parent} 开头", f"must start with its parent's code {parent}")


def _in_circle(code: str, parent_of: Mapping[str, str]) -> bool:
    at, steps = parent_of.get(code, ""), 0
    while at and at != code and steps <= len(parent_of):
        at, steps = parent_of.get(at, ""), steps + 1
    return bool(at)


def _check_standards(rows: Sequence[Row], categories: Sequence[Category]) -> None:
    """Each belongs to one leaf and holds either everywhere or in each of the areas A, B and C."""
    _check_once(rows, "code", "area")
    leaf_of = {c.code: c.leaf for c in categories}
    areas, owner = defaultdict(set), {row.cells["code"]: row.cells["subcategory"] for row in reversed(rows)}
    for row in rows:
        areas[row.cells["code"]].add(row.cells["area"])
        if not leaf_of.get(row.cells["subcategory"], False):
            known, code = row.cells["subcategory"] in leaf_of, row.cells["subcategory"]
            row.wrong("subcategory", f"{code} {'不是小类 (有下级)' if known else '不存在'}",
                      f"{code} {'is not a leaf' if known else 'is unknown'}")
        if owner[row.cells["code"]] != row.cells["subcategory"]:
            row.wrong("subcategory", "同一标准属于两个小类", "one standard belongs to two subcategories")
    for code, row in {row.cells["code"]: row for row in rows}.items():
        if areas[code] != {ANY_AREA} and areas[code] != set(AREAS):
            has = "、".join(sorted(areas[code]))
            row.wrong("area", f"标准 {code} 应只有 *, 或 A、B、C 各一行, 现有 {has}",
                      f"the standard {code} needs the area *, or A, B and C; it has {has}")


def _check_leaves(rows: Sequence[Row], categories: Sequence[Category], standards: Sequence[Standard]) -> None:
    having = {standard.subcategory for standard in standards}
    for row, category in zip(rows, categories, strict=True):
        if category.leaf and category.code not in having:
            row.wrong("code", f"小类 {category.code} 没有立案/结案标准",
                      f"the subcategory {category.code} has no standard")


# ---- records to rows -----------------------------------------------------------------------------------------------

def _cells(record: Category | Standard, columns: Sequence[str], leaf: bool = True) -> list[str]:
    return [_cell(getattr(record, column)) if leaf or column not in LEAF_COLUMNS else "" for column in columns]


def _cell(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return "|".join(value)
    if isinstance(value, float):
        return f"{value:g}"
    return "" if value is None else str(value)


def _write(path: Path, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as sheet:
        writer = csv.writer(sheet, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(rows)
