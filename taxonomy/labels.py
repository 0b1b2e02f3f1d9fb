"""A sheet of labelled texts: every row is checked, and everything that is wrong is told at once."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from data.cells import Problems, Row, rows_of
from data.sheet import read_rows
from taxonomy.classify import Labelled, labelled, path_to
from taxonomy.tree import Tree

#: What stands between the names of a path: 城乡建设/安全生产.
_STEP = re.compile(r"\s*[/>＞]\s*")
#: A label that names several categories, or none.
_NONE: tuple[str, ...] = ()


def read_labelled(source: Path, tree: Tree, text: str = "text", label: str | None = None) -> list[Labelled]:
    """Texts and what they mean. The label is a code or a name of any level, or a path of names; it stands in the
    column `label` of the call, else in `code` or `label` of the sheet. BadFile tells every bad row."""
    problems = Problems()
    table = read_rows(source)
    columns = set(table[0][1]) if table else set()
    column = label or ("code" if "code" in columns else "label")
    rows = rows_of(table, (text, column), problems)
    known = names_of(tree)
    found = [_labelled(row, text, column, tree, known) for row in rows]
    problems.raise_if_any(source.name)
    return [one for one in found if one is not None]


def names_of(tree: Tree) -> dict[str, tuple[str, ...]]:
    """The codes that a label may mean: by code, by path of names, by name (of the highest level that has it)."""
    found: dict[str, tuple[str, ...]] = {}
    by_depth: dict[str, dict[int, list[str]]] = {}
    for code in tree.categories:
        path = [tree.name(above) for above in path_to(tree, code)]
        by_depth.setdefault(path[-1], {}).setdefault(len(path), []).append(code)
        for start in range(len(path) - 1):
            key = "/".join(path[start:])
            found[key] = (*found.get(key, _NONE), code)
    for name, depths in by_depth.items():
        found[name] = tuple(depths[min(depths)])
    return found | {code: (code,) for code in tree.categories}


def _labelled(row: Row, text: str, column: str, tree: Tree, known: Mapping[str, tuple[str, ...]]) -> Labelled | None:
    said, label = row.text(text, needed=True), row.text(column, needed=True)
    codes = known.get("/".join(_STEP.split(label)), _NONE) if label else _NONE
    if label and not codes:
        row.wrong(column, f"清单 {tree.taxonomy} 中没有“{label}”", f"there is no {label!r} in the list {tree.taxonomy}")
    elif len(codes) > 1:
        row.wrong(column, f"“{label}”有多个, 请写编码或上级/名称",
                  f"{label!r} names {len(codes)} categories: write the code, or parent/name")
    one = labelled(said, codes[0]) if said and len(codes) == 1 else None
    if one is not None and not len(one.numbers):
        row.wrong(text, "没有可学的词", "has no word to learn from")
        return None
    return one
