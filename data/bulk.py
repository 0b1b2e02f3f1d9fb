"""Many rows at once: in slices, so that no statement grows without end, and told as they go."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar

from sqlalchemy import insert
from sqlmodel import Session, SQLModel

Item = TypeVar("Item")

ROWS_AT_ONCE = 1000

#: Told while rows are written: how many are done, of how many.
Told = Callable[[int, int], None]


def silent(done: int, of: int) -> None:
    """For who wants no progress."""


def write_rows(session: Session, table: type[SQLModel], rows: Sequence[dict[str, Any]], told: Told = silent) -> None:
    """Insert rows; the caller commits. The table is named itself, not its class: that would send rows with empty
    columns one by one."""
    for done, some in enumerate(slices(rows)):
        session.execute(insert(table.__table__), some)  # type: ignore[attr-defined]
        told(done * ROWS_AT_ONCE + len(some), len(rows))


def slices(items: Sequence[Item]) -> Iterator[Sequence[Item]]:
    return (items[start:start + ROWS_AT_ONCE] for start in range(0, len(items), ROWS_AT_ONCE))
