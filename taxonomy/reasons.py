"""Why a subcategory was suggested: the words that speak for it, and those that speak against it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from taxonomy.category import Category
from taxonomy.words import Feature, words_of

#: Words are named that carry at least this part of what the strongest one carries.
PART = 0.25
MOST_FOR, MOST_AGAINST = 4, 3
#: Single characters that say nothing to a reader.
EMPTY = frozenset("的了来去着过是有在都也就还又很太上下里这那个把被让给和跟到从一我你他它们人儿吗呢吧啊")


@dataclass(frozen=True)
class Reason:
    """One sentence, in both languages."""

    zh: str
    en: str


SAME = Reason("同样的描述曾由人工定为该小类", "A person has put the same description here before.")


class Explainer:
    """The words of one plain text, and what its features carry to them."""

    def __init__(self, text: str, found: Sequence[Feature]) -> None:
        self.text, self.starts = text, np.array([one.start for one in found])
        self.ends = np.array([one.end for one in found])
        places = words_of(text)
        telling = [place for place in places if text[slice(*place)] not in EMPTY]
        first: dict[str, tuple[int, int]] = {}
        for start, end in telling or places:
            first.setdefault(text[start:end], (start, end))
        self.words = [(word, *place) for word, place in first.items()]

    def reasons(self, said: np.ndarray, column: int, ranked: Sequence[Category], excluded: str | None,
                same: bool) -> tuple[Reason, ...]:
        """The reasons for the class of a column of `said` (a row a feature, a column a class, the best ones first)."""
        leaf = ranked[column]
        reasons = [SAME] if same else []
        speak_for = self.strongest(said[:, column], MOST_FOR)
        if speak_for:
            reasons.append(Reason(f"{_quoted(speak_for)} 支持{leaf.name}",
                                  f"{_quoted(speak_for)} speak for {name_en(leaf)}"))
        if len(ranked) > 1:
            reasons += self._against(said, column, ranked, speak_for)
        if excluded is not None:
            reasons.append(Reason(f"清单排除词 “{excluded}” 不支持{leaf.name}",
                                  f"“{excluded}” is excluded by the list from {name_en(leaf)}"))
        return tuple(reasons)

    def strongest(self, said: np.ndarray, most: int) -> list[str]:
        """The words of the text that carry most, in their order in the text."""
        each = said / (self.ends - self.starts)
        steps = np.bincount(self.starts, each, len(self.text) + 1) - np.bincount(self.ends, each, len(self.text) + 1)
        until = np.concatenate(([0.0], np.cumsum(np.cumsum(steps)[:-1])))
        carried = sorted(((float(until[end] - until[start]), start, word) for word, start, end in self.words),
                         reverse=True)[:most]
        strong = [one for one in carried if one[0] > 1e-6 and one[0] >= PART * carried[0][0]]
        return [word for _, _, word in sorted(strong, key=lambda one: one[1])]

    def _against(self, said: np.ndarray, column: int, ranked: Sequence[Category],
                 speak_for: Sequence[str]) -> list[Reason]:
        """Against the class of a column, seen from its nearest rival."""
        leaf, rival = ranked[column], 0 if column else 1
        words = [word for word in self.strongest(said[:, rival] - said[:, column], MOST_AGAINST)
                 if word not in speak_for]
        if not words:
            return []
        return [Reason(f"{_quoted(words)} 不支持{leaf.name}, 更像{ranked[rival].name}",
                       f"{_quoted(words)} speak against it, rather for {name_en(ranked[rival])}")]


def name_en(leaf: Category) -> str:
    return leaf.name_en or leaf.name


def _quoted(words: Sequence[str]) -> str:
    return "".join(f"“{word}”" for word in words)
