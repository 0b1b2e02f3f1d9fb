"""All Tianjin from the shipped names and district outlines, subdivided once for all tests that want it."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from grids.exchange import read_outlines, read_units
from grids.locate import Locator
from grids.subdivide import Outline, subdivide

SEED = Path(__file__).parents[2] / "data" / "seed" / "tianjin"
UNITS = read_units(SEED / "units.csv")
DISTRICTS = {row.code: row.geometry for row in read_outlines(SEED / "districts.geojson")}


@dataclass(frozen=True)
class Tianjin:
    """The outlines of every level, and the locator of the cells."""

    outlines: list[Outline]
    locator: Locator

    def level(self, level: str) -> list[Outline]:
        return [outline for outline in self.outlines if outline.level == level]

    def shapes(self, level: str) -> NDArray[Any]:
        return np.array([outline.geometry for outline in self.level(level)], dtype=object)

    def areas(self, level: str) -> list[float]:
        return [outline.area_m2 for outline in self.level(level)]


@cache
def _build() -> Tianjin:
    outlines = subdivide(DISTRICTS, UNITS)
    cells = [outline for outline in outlines if outline.level == "cell"]
    locator = Locator(
        [cell.code for cell in cells], np.array([cell.geometry for cell in cells], dtype=object)
    )
    return Tianjin(outlines, locator)


@pytest.fixture(scope="session")
def tianjin() -> Tianjin:
    return _build()
