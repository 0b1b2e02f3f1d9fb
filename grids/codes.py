"""Codes of grid units: 2, 6, 9, 12 or 15 digits, each starting with its parent's.

A city has the first 2 digits of GB/T 2260 (a prefecture-level city would need 4: not handled here), a
district 6, a street 6 + 3 (GB/T 10114), a community + 3, a cell + 3 (GB/T 30428.1: 001 to 999 within its
community).
"""

from __future__ import annotations

from typing import Final, Literal

Level = Literal["city", "district", "street", "community", "cell"]

LEVELS: Final[tuple[Level, ...]] = ("city", "district", "street", "community", "cell")
WIDTHS: Final[dict[Level, int]] = {"city": 2, "district": 6, "street": 9, "community": 12, "cell": 15}

_LEVEL_OF_WIDTH: Final[dict[int, Level]] = {width: level for level, width in WIDTHS.items()}


def level_of(code: str) -> Level:
    """The level that a code's length names. ValueError when it is no code of a grid unit."""
    if not (code.isascii() and code.isdigit()):
        raise ValueError(f"{code!r} is no grid code: digits only (网格编码只能是数字)")
    level = _LEVEL_OF_WIDTH.get(len(code))
    if level is None:
        raise ValueError(
            f"{code!r} is no grid code: {len(code)} digits instead of 2, 6, 9, 12 or 15 (编码位数不对)"
        )
    if level == "cell" and code.endswith("000"):
        raise ValueError(f"{code!r} is no grid code: cells are numbered from 001 (单元网格从 001 起编号)")
    return level


def is_code(code: str) -> bool:
    """Whether it is the code of a grid unit."""
    try:
        return bool(level_of(code))
    except ValueError:
        return False


def parent_of(code: str) -> str | None:
    """The code of the unit above, None for a city. ValueError for a malformed code."""
    above = LEVELS.index(level_of(code)) - 1
    return code[: WIDTHS[LEVELS[above]]] if above >= 0 else None


def path_of(code: str) -> tuple[str, ...]:
    """The codes from the city down to the unit itself. ValueError for a malformed code."""
    depth = LEVELS.index(level_of(code)) + 1
    return tuple(code[: WIDTHS[level]] for level in LEVELS[:depth])


def within(code: str, scope: str) -> bool:
    """Whether the unit is the scope's unit or lies below it. ValueError for a malformed code."""
    level_of(code)
    level_of(scope)
    return code.startswith(scope)


def code_range(scope: str) -> tuple[str, str]:
    """The half-open range [low, high) of strings that holds the scope's code and all below, nothing else.

    For an index range scan, `code >= low AND code < high`, in byte order. The upper end is the scope's
    code with its last character raised by one, so a 9 becomes a colon. ValueError for a malformed code.
    """
    level_of(scope)
    return scope, scope[:-1] + chr(ord(scope[-1]) + 1)
