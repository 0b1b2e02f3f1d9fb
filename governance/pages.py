"""Cursors: where a page of a list ended, as a word that only this list understands."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from typing import Any

from governance.errors import InvalidField

#: What goes wrong while reading a cursor that somebody made up.
NONSENSE = (ValueError, TypeError, AttributeError, OverflowError, RecursionError)


class BadCursor(InvalidField):
    """It is not one of this list."""

    def __init__(self) -> None:
        super().__init__("cursor", "不是本列表给出的游标", "is not a cursor of this list", "bad_cursor")


def cursor_of(said: Sequence[Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(list(said)).encode()).decode().rstrip("=")


def read_cursor(cursor: str, parts: int) -> list[Any]:
    """What it says, in so many parts; BadCursor if it says nothing."""
    try:
        said = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except NONSENSE:
        raise BadCursor from None
    if not isinstance(said, list) or len(said) != parts:
        raise BadCursor
    return said
