"""How large each illustrative unit shall be, and how many cells a community gets: chance, but plausible and
repeatable.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from grids.naming import is_town

MOST_CELLS: Final = 9  # in one community
_TOWN_AREA: Final = 0.3  # a town's community against a village of 1
_TOWN_CELLS: Final = 2.2
_STREET_EXTRA: Final = (
    3.0  # in mean communities: a street of one community is no sliver beside one of seventy
)
_NOISE: Final = {
    "community": 0.35,
    "cells": 0.4,
    "street": 0.25,
    "cell": 0.2,
}  # standard deviations of the logarithm


def count_cells(names: Sequence[str], total: int, random: Generator) -> list[int]:
    """How many cells each community gets, 1 to 9, more in towns, exactly `total` in all. ValueError when
    impossible.
    """
    if not len(names) <= total <= MOST_CELLS * len(names):
        raise ValueError(f"{len(names)} communities cannot have {total} cells, 1 to {MOST_CELLS} each")
    wishes = np.array([_TOWN_CELLS if is_town(name) else 1.0 for name in names]) * _noise(
        "cells", len(names), random
    )
    low, high = 0.0, MOST_CELLS / float(wishes.min()) + 1
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if _rounded(wishes * middle).sum() <= total else (low, middle)
    counts = _rounded(wishes * low)
    for at in np.argsort(counts - wishes * low, kind="stable"):
        counts[at] += counts[at] < MOST_CELLS and counts.sum() < total
    return [int(count) for count in counts]


def _rounded(wishes: NDArray[np.float64]) -> NDArray[np.int64]:
    return np.clip(np.rint(wishes), 1, MOST_CELLS).astype(np.int64)


def community_weights(streets: Sequence[Sequence[str]], random: Generator) -> list[list[float]]:
    """The relative area of each community of a district, from the names by street: a town's is smaller than
    a village.
    """
    return [
        [
            (_TOWN_AREA if is_town(name) else 1.0) * float(factor)
            for name, factor in zip(names, _noise("community", len(names), random), strict=True)
        ]
        for names in streets
    ]


def street_weights(communities: Sequence[Sequence[float]], random: Generator) -> list[float]:
    """The relative area of each street of a district, from the weights of its communities."""
    mean = float(np.mean([weight for street in communities for weight in street]))
    noise = _noise("street", len(communities), random)
    return [
        (sum(street) + _STREET_EXTRA * mean) * float(f) for street, f in zip(communities, noise, strict=True)
    ]


def cell_weights(count: int, random: Generator) -> list[float]:
    """The relative areas of the cells of one community."""
    return [float(weight) for weight in _noise("cell", count, random)]


def _noise(kind: str, count: int, random: Generator) -> NDArray[np.float64]:
    """Factors around 1, never more than two standard deviations away."""
    spread = _NOISE[kind]
    return np.exp(np.clip(random.normal(0.0, spread, count), -2 * spread, 2 * spread))
