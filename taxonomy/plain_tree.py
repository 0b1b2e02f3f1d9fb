"""A list that is only a tree: one column of names for each level, and perhaps the leaf's code."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from data.cells import Problems, Row, rows_of
from data.sheet import BadFile, read_rows
from taxonomy.category import Category

_LEVEL: Final = re.compile(r"level[1-9]")
#: Without a function nobody answers for it by rule, so the desk of the street decides.
DESK: Final = "street"


def level_columns(source: Path | str) -> list[str]:
    """The columns `level1`, `level2` … of a sheet; none if it is a sheet of categories, or cannot be read."""
    try:
        table = read_rows(source)
    except BadFile:
        return []
    columns = list(table[0][1]) if table else []
    return [] if "parent" in columns else sorted(name for name in columns if _LEVEL.fullmatch(name))


def read_plain_tree(source: Path | str, taxonomy: str) -> list[Category]:
    """The categories as version 0, in the order of the sheet. A code is made of the places among the siblings (two or
    three digits a level), so the same sheet gives the same codes; a column `code` gives the leaves' own."""
    problems, levels = Problems(), level_columns(source)
    rows = rows_of(read_rows(source), levels, problems)
    paths = [_path(row, levels) for row in rows]
    _check_once(rows, paths)
    problems.raise_if_any(Path(source).name)
    return _categories(rows, paths, taxonomy)


def _path(row: Row, levels: list[str]) -> tuple[str, ...]:
    """The names from the top down. A branch may end early, but leaves out no level."""
    names = [row.text(level) for level in levels]
    while names and not names[-1]:
        names.pop()
    for level, name in zip(levels, names or [""], strict=False):
        if not name:
            row.wrong(level, "必填", "is required")
    return tuple(names)


def _check_once(rows: list[Row], paths: list[tuple[str, ...]]) -> None:
    seen: set[tuple[str, ...]] = set()
    above = {path[:end] for path in paths for end in range(1, len(path))}
    codes: set[str] = set()
    for row, path in zip(rows, paths, strict=True):
        code = row.text("code", most=20)
        if path in seen:
            row.wrong("level1", f"“{'/'.join(path)}” 重复", f"{'/'.join(path)!r} comes twice")
        elif path in above:
            row.wrong("level1", f"“{'/'.join(path)}” 既是小类又有下级", f"{'/'.join(path)!r} is a leaf and has leaves")
        elif code and code in codes:
            row.wrong("code", f"“{code}” 重复", f"{code!r} comes twice")
        seen.add(path)
        codes.add(code)


def _categories(rows: list[Row], paths: list[tuple[str, ...]], taxonomy: str) -> list[Category]:
    codes = _codes(paths)
    own = {path: row.text("code") for row, path in zip(rows, paths, strict=True) if row.text("code")}
    leaves = set(paths)
    named = {path: own.get(path, code) for path, code in codes.items()}
    return [Category(taxonomy=taxonomy, version=0, code=code, parent=named.get(path[:-1]), position=position,
                     leaf=path in leaves, name=path[-1], level=DESK if path in leaves else "")
            for position, (path, code) in enumerate(named.items())]


def _codes(paths: list[tuple[str, ...]]) -> dict[tuple[str, ...], str]:
    """A code for every node of the tree, each node before those below it."""
    siblings: dict[tuple[str, ...], list[tuple[str, ...]]] = {}
    for path in paths:
        for end in range(1, len(path) + 1):
            below = siblings.setdefault(path[:end - 1], [])
            if path[:end] not in below:
                below.append(path[:end])
    width = max(2, len(str(max(map(len, siblings.values()), default=0))))
    codes: dict[tuple[str, ...], str] = {(): ""}
    pending = list(siblings.get((), ()))
    while pending:
        node = pending.pop(0)
        codes[node] = codes[node[:-1]] + f"{siblings[node[:-1]].index(node) + 1:0{width}}"
        pending = [*siblings.get(node, ()), *pending]
    del codes[()]
    return codes
