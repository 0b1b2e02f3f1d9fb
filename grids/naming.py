"""Names and numbers of illustrative units: what a community is by its name, cell names, cell numbers, area
classes.
"""

from __future__ import annotations

import re
from typing import Any, Final

import numpy as np
import shapely
from numpy.typing import NDArray

_TOWN: Final = re.compile(r"(居委会|居民委员会|社区|社区委员会|生活区|街委员会)$")
_ENDINGS: Final = (
    (re.compile(r"社区(居民委员会|居委会|委员会)$"), "社区"),
    (re.compile(r"村?(村民委员会|村委会)$"), "村"),
    (re.compile(r"(居民委员会|居委会|委员会)$"), "社区"),
)
_CLASS_A: Final = frozenset({"120101", "120102", "120103", "120104", "120105", "120106"})
_CLASS_B: Final = frozenset({"120110", "120111", "120112", "120113", "120116"})


def is_town(community: str) -> bool:
    """Whether a community's name is that of a residents' committee (社区, 居委会) and not a village's
    (村委会).
    """
    return _TOWN.search(community) is not None


def short_name(community: str) -> str:
    """A community's name without its committee: 大悲院社区居委会 is 大悲院社区, 小王庄村委会 is 小王庄村."""
    for ending, kept in _ENDINGS:
        if ending.search(community):
            return ending.sub(kept, community)
    return community


def cell_name(community: str, number: int) -> str:
    """The name of a cell: 大悲院社区第3网格."""
    return f"{short_name(community)}第{number}网格"


def area_class_of(code: str) -> str:
    """Area class of a Tianjin unit: A the six inner districts, B the ring and Binhai, C the rest; none for
    the city.

    Illustrative: GB/T 30428.8 has classes A, B and C, which areas are in which is the city's to say.
    """
    if len(code) < 6:
        return ""
    return "A" if code[:6] in _CLASS_A else "B" if code[:6] in _CLASS_B else "C"


def number_cells(cells: NDArray[Any]) -> list[int]:
    """The number of each cell within its community, from 1: by rows from north to south, in a row from west
    to east.

    GB/T 30428.1 counts west to east, then north to south; cells whose middles differ by less than half
    the mean height of a cell count as one row.
    """
    boxes = shapely.bounds(cells)
    middles = (boxes[:, :2] + boxes[:, 2:]) / 2
    row_height = float(np.mean(boxes[:, 3] - boxes[:, 1])) / 2
    north_first = np.argsort(-middles[:, 1], kind="stable")
    rows = np.zeros(len(cells), dtype=np.int64)
    row, top = 0, middles[north_first[0], 1]
    for cell in north_first:
        if top - middles[cell, 1] > row_height:
            row, top = row + 1, middles[cell, 1]
        rows[cell] = row
    order = np.lexsort((middles[:, 0], rows))
    return [int(number) + 1 for number in np.argsort(order, kind="stable")]
