"""From the words of a report to the subcategories of a list: ranked, with a confidence and the reasons in words.

A `Ranker` starts from the list's own words (names, synonyms, definitions) and from what has been learned. It is a
snapshot that never changes, so threads share it; learning makes a new one. It works offline, under 5 ms a text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from taxonomy import words
from taxonomy.category import Category
from taxonomy.evidence import Evidence, Heard
from taxonomy.reasons import Explainer, Reason
from taxonomy.tree import Tree

#: How sure a difference of scores makes us: fitted on folds of the seed's sentences, checked on the development set.
SHARPNESS = 1.9
#: Below this confidence of the best one (of the best category, where branches were taught) we know too little.
FLOOR = 0.5
#: The same description as one that was labelled: at least this much of the confidence goes where the label put it.
SAME = 0.6
#: What a word of the list's excludes takes from a subcategory's score.
AGAINST = 0.5
#: What the list's own words count; how much learned sentences do, stands in governance/learning.py.
OWN_NAME, OWN_WORD, OWN_DEFINITION, OWN_PARENT = 2.0, 1.0, 2.0, 0.5

#: A definition's clauses that send the reader to a neighbour (… 归 …) speak of the neighbour's words.
_ELSEWHERE = re.compile("[，；]?[^，；]*归[^，；]*")

NO_WORDS = Reason("文字中没有认识的词, 请补充说明", "There is no word in it that we know; please say more.")
UNSURE = Reason("把握不足, 请人工选择", "We are not sure enough; please choose.")


@dataclass(frozen=True)
class Labelled:
    """A text that somebody has labelled, as it is kept: `code` is of any level of the list."""

    code: str
    numbers: np.ndarray
    digest: str
    weight: float = 1.0


def labelled(text: str, code: str, weight: float = 1.0) -> Labelled:
    return Labelled(code, words.numbers(text), words.digest(text), weight)


@dataclass(frozen=True)
class Suggestion:
    """One subcategory that it may be. `confidence` is from 0 to 1; those of all subcategories add up to 1."""

    subcategory: str
    name: str
    name_en: str
    category: str
    confidence: float
    reasons: tuple[Reason, ...]


@dataclass(frozen=True)
class Ranking:
    """The best first. `little` says why we know too little to rely on it; None when we know enough."""

    suggestions: tuple[Suggestion, ...]
    little: Reason | None = None
    categories: tuple[tuple[str, float], ...] = field(default=(), repr=False)

    def sure(self, enough: float) -> Suggestion | None:
        """The best one, if we are at least that sure of it and know enough."""
        first = self.suggestions[0] if self.suggestions and self.little is None else None
        return first if first is not None and first.confidence >= enough else None

    def document(self) -> dict[str, Any]:
        """As plain values, to be kept with an incident."""
        return {"ranked": [{"subcategory": one.subcategory, "name": one.name, "confidence": one.confidence,
                            "reasons": [reason.zh for reason in one.reasons]} for one in self.suggestions],
                "little": self.little.zh if self.little else None}


class Ranker:
    """Ranks the leaves of one version of a list. The latest lesson of a text counts; codes that are gone do not."""

    def __init__(self, tree: Tree, lessons: Iterable[Labelled] = ()) -> None:
        self.tree, self.leaves = tree, list(tree.leaves())
        self._place = {leaf.code: place for place, leaf in enumerate(self.leaves)}
        self._latest = {lesson.digest: lesson for lesson in lessons if lesson.code in tree.categories}
        own = [Heard(numbers, self._place[code], weight) for code, numbers, weight in _own_words(tree)]
        learned = [Heard(one.numbers, self._place[one.code], one.weight) for one in self._latest.values()
                   if one.code in self._place]
        self._evidence = Evidence(len(self.leaves), [*own, *learned])
        self._excludes = [(place, word) for place, leaf in enumerate(self.leaves) for word in leaf.excludes]
        self._tops = [tree.top(leaf.code) for leaf in self.leaves]
        self._branches = [_Branches(self, depth) for depth in self._branch_depths()]

    def rank(self, text: str, limit: int = 3) -> Ranking:
        """The subcategories that a text may mean; none at all when no word of it is known."""
        read = words.plain(text)
        found = words.features(read)
        numbers = np.array([one.number for one in found], np.uint32)
        reading = self._evidence.read(numbers)
        longer = numbers[(numbers & 3) != words.CHARACTER]
        if not any(evidence.knows(longer) for evidence in (self._evidence, *(b.evidence for b in self._branches))):
            return Ranking((), NO_WORDS)
        excluded = {place: word for place, word in self._excludes if word in read}
        share = self._shares(reading.scores, excluded, numbers)
        same = self._latest.get(words.digest(text))
        if same is not None and same.code in self._place:
            share = (1 - SAME) * share
            share[self._place[same.code]] += SAME
        best = np.argsort(-share, kind="stable")[:max(limit, 2)].tolist()
        said = self._evidence.speaks(numbers, reading.weights, best)
        explainer, ranked = Explainer(read, found), [self.leaves[place] for place in best]
        suggestions = tuple(
            self._suggestion(place, share[place], explainer.reasons(
                said, column, ranked, excluded.get(place), same is not None and same.code == ranked[column].code))
            for column, place in enumerate(best[:limit]))
        categories = self._by_category(share)
        surest = categories[0][1] if self._branches else share[best[0]]  # a taught branch may be all there is to know
        return Ranking(suggestions, UNSURE if surest < FLOOR else None, categories)

    def _suggestion(self, place: int, share: float, reasons: tuple[Reason, ...]) -> Suggestion:
        leaf = self.leaves[place]
        return Suggestion(leaf.code, leaf.name, leaf.name_en, self._tops[place], round(float(share), 4), reasons)

    def _shares(self, scores: np.ndarray, excluded: Iterable[int], numbers: np.ndarray) -> np.ndarray:
        """The confidence of every leaf. Where branches were taught, each level shares out what it got from above."""
        scores = scores.copy()
        scores[list(excluded)] -= AGAINST
        share = softmax(scores)
        for branches in self._branches:
            share = branches.share_out(share, numbers)
        return share

    def _by_category(self, share: np.ndarray) -> tuple[tuple[str, float], ...]:
        total: dict[str, float] = {}
        for top, part in zip(self._tops, share.tolist(), strict=True):
            total[top] = total.get(top, 0.0) + part
        return tuple(sorted(total.items(), key=lambda item: -item[1]))

    def _branch_depths(self) -> list[int]:
        """The depths at which branches were taught, the deepest first."""
        taught = {len(path_to(self.tree, lesson.code)) - 1 for lesson in self._latest.values()
                  if lesson.code not in self._place}
        return sorted(taught, reverse=True)


class _Branches:
    """The nodes of one depth, taught by their own lessons and by all below them."""

    def __init__(self, ranker: Ranker, depth: int) -> None:
        tree = ranker.tree
        above = {code: path[depth] for code in tree.categories if len(path := path_to(tree, code)) > depth}
        nodes = {code: place for place, code in enumerate(dict.fromkeys(above.values()))}
        self.of_leaf = np.array([nodes.get(above.get(leaf.code, ""), -1) for leaf in ranker.leaves])
        own = [Heard(numbers, nodes[above[code]], weight) for code, numbers, weight in _own_words(tree)
               if code in above]
        learned = [Heard(one.numbers, nodes[above[one.code]], one.weight) for one in ranker._latest.values()
                   if one.code in above]
        self.evidence = Evidence(len(nodes), [*own, *learned], complement=True)

    def share_out(self, share: np.ndarray, numbers: np.ndarray) -> np.ndarray:
        """The leaves' confidence, such that each node has what its own evidence gives it."""
        wanted = softmax(self.evidence.read(numbers).scores)
        inside = self.of_leaf >= 0
        nodes = self.of_leaf[inside]
        had = np.bincount(nodes, share[inside], len(wanted))
        shared = share.copy()
        shared[inside] *= (wanted * share[inside].sum() / np.maximum(had, 1e-300))[nodes]
        shared /= shared.sum()
        return shared


def softmax(scores: np.ndarray) -> np.ndarray:
    """Confidences that add up to 1."""
    power = np.exp(SHARPNESS * (scores - scores.max()))
    shares: np.ndarray = power / power.sum()
    return shares


def path_to(tree: Tree, code: str) -> list[str]:
    """The codes from the top down to a category, itself last."""
    path = [code]
    while parent := tree.categories[path[-1]].parent:
        path.append(parent)
    return path[::-1]


def _own_words(tree: Tree) -> Iterator[tuple[str, np.ndarray, float]]:
    """What the list itself says of each leaf: code, numbers, weight."""
    for leaf in tree.leaves():
        for text, weight in _said_of(leaf, [tree.categories[code] for code in path_to(tree, leaf.code)[:-1]]):
            yield leaf.code, words.numbers(text), weight


def _said_of(leaf: Category, above: Sequence[Category]) -> Iterator[tuple[str, float]]:
    yield leaf.name, OWN_NAME
    yield from ((text, OWN_WORD) for text in (*leaf.synonyms, *leaf.local_names))
    if leaf.definition:
        yield _ELSEWHERE.sub("", leaf.definition), OWN_DEFINITION
    yield from ((category.name, OWN_PARENT) for category in above)
