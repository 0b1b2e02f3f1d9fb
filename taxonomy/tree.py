"""A list in memory: the tree of its categories and the standards at its leaves."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property

from taxonomy.category import Category, Function
from taxonomy.standard import ANY_AREA, Standard


class Tree:
    """One version of one list. Lookups only; it is never changed."""

    def __init__(self, taxonomy: str, version: int, categories: Iterable[Category],
                 standards: Iterable[Standard], functions: Iterable[Function] = ()) -> None:
        self.taxonomy, self.version = taxonomy, version
        self.categories = {c.code: c for c in sorted(categories, key=lambda c: c.position)}
        self.functions = {f.code: f.name for f in functions}
        self.standards: dict[str, list[Standard]] = {}
        for standard in sorted(standards, key=lambda s: (s.code, s.area)):
            self.standards.setdefault(standard.subcategory, []).append(standard)

    def leaf(self, code: str) -> Category | None:
        """The subcategory of this code; None if there is none or it is not a leaf."""
        category = self.categories.get(code)
        return category if category is not None and category.leaf else None

    def top(self, code: str) -> str:
        """The category (first level) that a code belongs to."""
        while parent := self.categories[code].parent:
            code = parent
        return code

    def name(self, code: str | None) -> str:
        category = self.categories.get(code or "")
        return category.name if category else code or ""

    def standards_for(self, subcategory: str, area: str) -> list[Standard]:
        """The standards of a subcategory that hold in an area class, in the order of their codes."""
        return [s for s in self.standards.get(subcategory, ()) if s.area in (area, ANY_AREA)]

    def standard(self, subcategory: str, area: str, code: str | None = None) -> Standard | None:
        """The standard of this code in this area class; without a code the first one."""
        found = self.standards_for(subcategory, area)
        return next((s for s in found if code in (None, s.code)), None)

    @cached_property
    def children(self) -> dict[str | None, list[Category]]:
        below: dict[str | None, list[Category]] = {}
        for category in self.categories.values():
            below.setdefault(category.parent, []).append(category)
        return below

    def leaves(self) -> Iterator[Category]:
        return (c for c in self.categories.values() if c.leaf)
