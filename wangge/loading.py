"""What all loads share: what a load says that it did, rows in slices, and the last steps of its transaction."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import insert
from sqlmodel import Session, SQLModel

from governance.audit import AuditEntry
from governance.city import raise_revision
from grids.audit import Finding

ROWS_AT_ONCE = 1000

#: Told while rows are written: how many are done, of how many.
Told = Callable[[int, int], None]


@dataclass(frozen=True)
class Loaded:
    """What a load did. `version` is None for what has no versions; `changed` is false when all was there already;
    `warnings` are for somebody to look at, and did not stop the load.
    """

    what: str
    rows: dict[str, int]
    version: int | None = None
    changed: bool = True
    warnings: tuple[Finding, ...] = ()


def silent(done: int, of: int) -> None:
    """For who wants no progress."""


def write_rows(session: Session, table: type[SQLModel], rows: Sequence[dict[str, Any]], told: Told = silent) -> None:
    for start in range(0, len(rows), ROWS_AT_ONCE):
        session.execute(insert(table), rows[start:start + ROWS_AT_ONCE])
        told(min(start + ROWS_AT_ONCE, len(rows)), len(rows))


def slices(items: Sequence[str]) -> Iterator[Sequence[str]]:
    return (items[start:start + ROWS_AT_ONCE] for start in range(0, len(items), ROWS_AT_ONCE))


def finish(session: Session, loaded: Loaded, now: datetime) -> Loaded:
    """The last steps of every load, in its transaction."""
    raise_revision(session)
    session.add(AuditEntry(at=now.astimezone(UTC), role="admin", event="load", subject=loaded.what,
                           detail={"rows": loaded.rows, "version": loaded.version}))
    session.commit()
    return loaded
