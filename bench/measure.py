"""One measure: ours and the bare one in turn, several times; the median of each and of the ratios."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class Measure:
    """`ours` and `bare` in `unit`; `ratio` is ours/bare, the median over the rounds, with its least and greatest."""

    name: str
    unit: str
    ours: float
    bare: float
    ratio: float
    ratio_min: float
    ratio_max: float
    rounds: int
    note: str = ""

    def document(self) -> dict[str, Any]:
        return {name: round(value, 4) if isinstance(value, float) else value for name, value in asdict(self).items()}


def side_by_side(name: str, unit: str, ours: Callable[[], float], bare: Callable[[], float], rounds: int = 5,
                 note: str = "") -> Measure:
    """`ours` and `bare` each give a figure in `unit`; they run in turn, after one run of each that is not counted."""
    ours(), bare()
    pairs = [(ours(), bare()) for _ in range(rounds)]
    ratios = [mine / other for mine, other in pairs]
    return Measure(name, unit, statistics.median(p[0] for p in pairs), statistics.median(p[1] for p in pairs),
                   statistics.median(ratios), min(ratios), max(ratios), rounds, note)


def seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def per_second(count: int, work: Callable[[], object]) -> float:
    return count / seconds(work)
