"""Changed rows laid over a sheet: a row that is known takes the cells that it is given, another one is added, keys that
are named go. What nobody names stays as it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from governance.errors import FieldProblem, Invalid

Cells = dict[str, Any]


@dataclass(frozen=True)
class Part:
    """The rows of one sheet that are to be others. A row names its key and what changes; `removed` are keys."""

    rows: Sequence[Cells] = field(default_factory=list)
    removed: Sequence[str] = field(default_factory=list)

    @property
    def empty(self) -> bool:
        return not self.rows and not self.removed


@dataclass(frozen=True)
class Laid:
    """A sheet with changed rows: all of it, and by key which of the rows sent a row is."""

    rows: list[Cells]
    sent: Mapping[str, int]
    key: Sequence[str]
    where: str

    @property
    def changed(self) -> list[Cells]:
        """Only the rows that were sent."""
        return [row for row in self.rows if key_of(row, self.key) in self.sent]

    def place(self, row: Cells, column: str) -> str:
        """What a column of a row is called in an answer: by its number among those sent, or else by its key."""
        key = key_of(row, self.key)
        of = f"{self.where}rows.{self.sent[key]}" if key in self.sent else f"{self.where or 'rows.'}{key}"
        return ".".join(filter(None, (of, column)))


def key_of(row: Mapping[str, Any], key: Iterable[str]) -> str:
    return " ".join(str(row.get(name, "")).strip() for name in key)


def lay(rows: Iterable[Cells], part: Part, columns: Sequence[str], key: Sequence[str], where: str = "") -> Laid:
    """Invalid names every row that cannot be laid: an unknown field, no key, a key twice or unknown."""
    sheet = {key_of(row, key): row for row in rows}
    if problems := [*_problems(part, columns, key, where), *_not_there(part, sheet, where)]:
        raise invalid(problems)
    sent: dict[str, int] = {}
    for number, row in enumerate(part.rows):
        named = key_of(row, key)
        sent[named] = number
        if named in sheet:
            sheet[named] = sheet[named] | row
        else:
            sheet = _added(sheet, named, dict.fromkeys(columns, "") | row)
    gone = {name for name in sheet for removed in part.removed if _means(removed, name)}
    return Laid([row for name, row in sheet.items() if name not in gone], sent, key, where)


def _means(removed: str, key: str) -> bool:
    """A key, or the first of several: a standard without its area is the standard in every area."""
    return removed.strip() in (key, key.partition(" ")[0])


def _added(sheet: dict[str, Cells], key: str, row: Cells) -> dict[str, Cells]:
    """A new row stands after the last of its kind: what has the same parent, or else the parent itself."""
    parent = str(row.get("parent") or "")
    kin = [at for at, one in enumerate(sheet.values()) if parent and parent in (one.get("parent"), one.get("code"))]
    items, place = list(sheet.items()), (kin[-1] + 1 if kin else len(sheet))
    return dict([*items[:place], (key, row), *items[place:]])


def _problems(part: Part, columns: Sequence[str], key: Sequence[str], where: str) -> Iterator[FieldProblem]:
    seen: set[str] = set()
    for number, row in enumerate(part.rows):
        at = f"{where}rows.{number}"
        yield from (FieldProblem(f"{at}.{name}", "没有这个字段", "is not a known field")
                    for name in row if name not in columns)
        missing = [name for name in key if not str(row.get(name) or "").strip()]
        yield from (FieldProblem(f"{at}.{name}", "必填", "is required") for name in missing)
        named = key_of(row, key)
        if not missing and named in seen:
            yield FieldProblem(f"{at}.{key[0]}", f"“{named}” 重复", f"{named!r} comes twice")
        seen.add(named)
    for number, removed in enumerate(part.removed):
        if any(_means(removed, named) for named in seen):
            yield FieldProblem(f"{where}removed.{number}", "同时在 rows 中", "stands among the rows as well")


def _not_there(part: Part, sheet: Mapping[str, Cells], where: str) -> Iterator[FieldProblem]:
    known = {name for key in sheet for name in (key, key.partition(" ")[0])}
    for number, removed in enumerate(part.removed):
        if removed.strip() not in known:
            yield FieldProblem(f"{where}removed.{number}", f"没有 {removed}", f"there is no {removed}")


def invalid(problems: Sequence[FieldProblem]) -> Invalid:
    """All of them, and the first few in a sentence."""
    return Invalid("; ".join(f"{p.field}: {p.zh}" for p in problems[:5]),
                   "; ".join(f"{p.field}: {p.en}" for p in problems[:5]), *problems)
