"""What words have said so far: how often each thing that can be counted stood in the texts of each class.

Naive Bayes on texts whose weights are scaled to one length; for few classes with long texts its complement form (what
a word says against all other classes). Chosen over centroids, ridge and logistic regression: see docs/classifier.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from taxonomy.filler import FILLER, FILLER_WEIGHT
from taxonomy.words import CHARACTER, WEIGHTS

#: What is added to every count, so that a word never heard of a class does not rule the class out.
SMOOTHING, SMOOTHING_OF_COMPLEMENT = 0.04, 0.1
#: How much of their weight characters keep in the complement form.
CHARACTERS_OF_COMPLEMENT = 0.25
#: A text of more different characters than these has nearly all the common ones: all its characters count less.
MANY_CHARACTERS = 30


@dataclass(frozen=True)
class Heard:
    """A text that was heard to mean a class: its numbers, the place of the class, and how much it counts."""

    numbers: np.ndarray
    place: int
    weight: float


@dataclass(frozen=True)
class Reading:
    """A text weighed: how much each of its numbers counts (0: never heard of), and the score of every class."""

    weights: np.ndarray
    scores: np.ndarray


class Evidence:
    """Counts of numbers by class. It is never changed; with thousands of texts it is built in well under a second."""

    def __init__(self, classes: int, heard: Sequence[Heard], complement: bool = False) -> None:
        lengths = [len(h.numbers) for h in heard]
        self.numbers, which, times = np.unique(
            np.concatenate([np.zeros(0, np.uint32), *(h.numbers for h in heard)]), return_inverse=True,
            return_counts=True)
        kinds = WEIGHTS * np.array([CHARACTERS_OF_COMPLEMENT if complement else 1.0, 1.0, 1.0, 1.0])
        self.rarity = np.log((len(heard) + 1) / (times + 1)) * kinds[self.numbers & 3]
        self.rarity *= np.where(np.isin(self.numbers, FILLER), FILLER_WEIGHT, 1.0)
        counts = _scaled(self.rarity[which], self.numbers[which], lengths)
        counts *= np.repeat([h.weight for h in heard], lengths)
        places = np.repeat(np.array([h.place for h in heard], np.int64), lengths)
        pairs, where = np.unique(which * classes + places, return_inverse=True)
        self.places = pairs % classes
        self.starts = np.searchsorted(pairs // classes, np.arange(len(self.numbers) + 1))
        self.gains, self.floor = (_against_others if complement else _for_itself)(
            np.bincount(where, counts, len(pairs)), self.places, pairs // classes, len(self.numbers), classes)

    def read(self, numbers: np.ndarray) -> Reading:
        """The log-likelihood of a text's numbers under every class."""
        at, known = self._find(numbers)
        weights = _scaled(self.rarity[at] * known, numbers, [len(numbers)]) if len(self.numbers) else known * 0.0
        rows, pairs = self._pairs(at, known)
        said = np.bincount(self.places[pairs], weights[rows] * self.gains[pairs], len(self.floor))
        return Reading(weights, said - weights.sum() * self.floor)

    def knows(self, numbers: np.ndarray) -> bool:
        """Whether any of them was ever heard."""
        return bool(self._find(numbers)[1].any())

    def speaks(self, numbers: np.ndarray, weights: np.ndarray, places: Sequence[int]) -> np.ndarray:
        """How much each number speaks for each of some classes: a row a number, a column a class."""
        rows, pairs = self._pairs(*self._find(numbers))
        said = np.zeros((len(numbers), len(places)))
        for column, place in enumerate(places):
            mine = self.places[pairs] == place
            said[rows[mine], column] = weights[rows[mine]] * self.gains[pairs[mine]]
        return said

    def _pairs(self, at: np.ndarray, known: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The pairs of all known numbers one after another, and the row that each belongs to."""
        rows = np.flatnonzero(known)
        starts = self.starts[at[rows]]
        many = self.starts[at[rows] + 1] - starts if len(rows) else starts
        ends = np.cumsum(many)
        return np.repeat(rows, many), np.repeat(starts - ends + many, many) + np.arange(many.sum())

    def _find(self, numbers: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Where each number stands, and whether it was ever heard."""
        if not len(self.numbers):
            return np.zeros(len(numbers), np.int64), np.zeros(len(numbers), bool)
        at = np.minimum(np.searchsorted(self.numbers, numbers), len(self.numbers) - 1)
        return at, self.numbers[at] == numbers


def _for_itself(counts: np.ndarray, places: np.ndarray, numbers: np.ndarray, of_numbers: int,
                classes: int) -> tuple[np.ndarray, np.ndarray]:
    """What each pair of number and class gains over a number never heard of the class, and the floor of each class."""
    totals = np.bincount(places, counts, classes)
    return np.log1p(counts / SMOOTHING), np.log(totals + SMOOTHING * (of_numbers + 1))


def _against_others(counts: np.ndarray, places: np.ndarray, numbers: np.ndarray, of_numbers: int,
                    classes: int) -> tuple[np.ndarray, np.ndarray]:
    """The same by what the numbers say of all the other classes."""
    of_all = np.bincount(numbers, counts, of_numbers) + SMOOTHING_OF_COMPLEMENT
    others = of_all.sum() - np.bincount(places, counts, classes)
    return np.log(of_all[numbers]) - np.log(of_all[numbers] - counts), -np.log(others)


def _scaled(weights: np.ndarray, numbers: np.ndarray, lengths: Sequence[int]) -> np.ndarray:
    """The weights of one text after another, each text's scaled to the length one."""
    texts = np.repeat(np.arange(len(lengths)), lengths)
    characters = (numbers & 3) == CHARACTER
    many = np.bincount(texts, characters, len(lengths))[texts]
    weights = np.where(characters & (many > MANY_CHARACTERS), weights * MANY_CHARACTERS / np.maximum(many, 1), weights)
    length = np.sqrt(np.bincount(texts, weights ** 2, len(lengths)))
    scaled: np.ndarray = weights / np.where(length > 0, length, 1.0)[texts]
    return scaled
