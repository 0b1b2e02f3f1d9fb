"""The tree of grid units: who lies under whom, and what is wrong with a list of units."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final, Literal

import networkx as nx

from grids.codes import LEVELS, Level, level_of

ProblemKind = Literal["duplicate", "malformed", "level", "orphan", "order", "prefix", "cycle"]

_REASONS: Final[dict[ProblemKind, tuple[str, str]]] = {
    "duplicate": ("编码重复", "the code comes more than once"),
    "malformed": ("不是网格编码", "not the code of a grid unit"),
    "level": ("层级与编码位数不符", "the level does not fit the length of the code"),
    "orphan": ("上级单元不存在", "the unit above does not exist"),
    "order": ("上级单元不是高一级的单元", "the unit above is not one level up"),
    "prefix": ("编码不以上级编码开头", "the code does not start with that of the unit above"),
    "cycle": ("上下级关系成环", "the unit lies below itself"),
}


@dataclass(frozen=True)
class UnitName:
    """A unit as a list of names has it: code, parent's code (None for a city), level and name; no outline."""

    code: str
    parent: str | None
    level: Level
    name: str


@dataclass(frozen=True)
class Problem:
    """What is wrong with one unit of a list, in Chinese and English."""

    code: str
    kind: ProblemKind
    parent: str | None = None

    @property
    def reason(self) -> str:
        return _REASONS[self.kind][0]

    @property
    def reason_en(self) -> str:
        return _REASONS[self.kind][1]

    def __str__(self) -> str:
        above = f" (上级 {self.parent})" if self.parent else ""
        return f"{self.code}{above}: {self.reason} ({self.reason_en})"


class Hierarchy:
    """Units by code, in a tree. A bad list is accepted, so that `problems` can tell what is wrong with it.

    Every question about an unknown code is a KeyError.
    """

    def __init__(self, units: Iterable[UnitName]) -> None:
        self._units: dict[str, UnitName] = {}
        self._twice: list[str] = []
        for unit in units:
            if unit.code in self._units:
                self._twice.append(unit.code)
            self._units.setdefault(unit.code, unit)
        self._tree: nx.DiGraph[str] = nx.DiGraph()
        self._tree.add_nodes_from(self._units)
        self._tree.add_edges_from((u.parent, u.code) for u in self._units.values() if u.parent in self._units)

    def __contains__(self, code: str) -> bool:
        return code in self._units

    def __len__(self) -> int:
        return len(self._units)

    def unit(self, code: str) -> UnitName:
        """The unit of a code."""
        return self._units[code]

    def roots(self) -> list[str]:
        """The codes that nothing lies above, in order: one city, when all is well."""
        return sorted(code for code in self._units if not self._tree.in_degree(code))

    def children(self, code: str) -> list[str]:
        """The codes directly below, in order."""
        return sorted(self._tree.successors(self.unit(code).code))

    def path(self, code: str) -> list[str]:
        """The codes from the root down to the unit itself. ValueError in a cycle."""
        path = [self.unit(code).code]
        while above := next(iter(self._tree.predecessors(path[-1])), None):
            if above in path:
                raise ValueError(f"{code} lies below itself (上下级关系成环)")
            path.append(above)
        return path[::-1]

    def ancestors(self, code: str) -> list[str]:
        """The codes above, from the root down to the parent. ValueError in a cycle."""
        return self.path(code)[:-1]

    def descendants(self, code: str) -> list[str]:
        """All codes below, in order."""
        return sorted(nx.descendants(self._tree, self.unit(code).code))

    def cells_below(self, code: str) -> list[str]:
        """The codes of all cells in the unit, in order; a cell's own code for a cell."""
        below = [self.unit(code).code, *self.descendants(code)]
        return [each for each in below if self._units[each].level == "cell"]

    def problems(self) -> list[Problem]:
        """Everything that is wrong with the list, in the order of the codes; empty when all is well."""
        found = [Problem(code, "duplicate") for code in self._twice]
        for unit in self._units.values():
            found.extend(Problem(unit.code, kind, unit.parent) for kind in self._wrong(unit))
        for cycle in nx.simple_cycles(self._tree):
            found.append(Problem(min(cycle), "cycle", self._units[min(cycle)].parent))
        return sorted(found, key=lambda problem: (problem.code, problem.kind))

    def _wrong(self, unit: UnitName) -> Iterator[ProblemKind]:
        try:
            if level_of(unit.code) != unit.level:
                yield "level"
        except ValueError:
            yield "malformed"
        if unit.parent is None:
            if unit.level != LEVELS[0]:
                yield "orphan"
        elif unit.parent not in self._units:
            yield "orphan"
        else:
            yield from self._wrong_parent(unit, self._units[unit.parent])

    def _wrong_parent(self, unit: UnitName, parent: UnitName) -> Iterator[ProblemKind]:
        if LEVELS.index(unit.level) - LEVELS.index(parent.level) != 1:
            yield "order"
        if not unit.code.startswith(parent.code):
            yield "prefix"
