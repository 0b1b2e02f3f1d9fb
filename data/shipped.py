"""Where what is shipped lies: the seed of lists, processes, calendar, people, evaluation and Tianjin."""

from __future__ import annotations

from pathlib import Path
from typing import Final

SEED: Final = Path(__file__).resolve().parent / "seed"
