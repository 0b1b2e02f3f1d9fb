"""What the kinds of drafts share: what one is made from, what it would change, whom that concerns."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlmodel import Session, col

from data.bulk import Told, silent
from governance.incident import Incident
from governance.settings import Settings
from grids.datum import Datum

#: What a draft holds: plain values, as JSON can say them.
Content = dict[str, Any]
Row = Mapping[str, Any]
#: Changes that a preview names; the rest is only counted.
MOST_CHANGES = 500
MOST_NUMBERS = 20


@dataclass(frozen=True)
class Options:
    """How a file is to be taken. `name` of the list; `system` that incidents come from; `complete`: a department that
    is not in the sheet is removed; of outlines the coordinate system and datum over what the file claims, and the unit
    that they are limited to (`grids.preparing.Source`)."""

    name: str = "grid"
    system: str = ""
    complete: bool = False
    crs: str | None = None
    datum: Datum = "wgs84"
    within: str | None = None


@dataclass(frozen=True)
class Tools:
    """What comparing and writing may need beside the database: the settings in force, the time, who is told how far."""

    settings: Settings
    now: datetime
    told: Told = silent


@dataclass(frozen=True)
class Change:
    """One thing that is added, changed (in these fields) or removed. `before` and `after` are the values of the fields
    that differ, where they are plain enough to stand side by side."""

    what: str
    change: str
    code: str
    name: str
    fields: tuple[str, ...] = ()
    before: Row = field(default_factory=dict)
    after: Row = field(default_factory=dict)


@dataclass(frozen=True)
class Affected:
    """The open incidents that a change concerns, and how many due times would be others."""

    open_incidents: int = 0
    due_times: int = 0
    numbers: tuple[str, ...] = ()


@dataclass
class Preview:
    """What a draft would do. `rows` is what was read; `warnings` are sentences in Chinese and English."""

    rows: dict[str, int]
    changes: list[Change] = field(default_factory=list)
    affects: Affected = field(default_factory=Affected)
    warnings: list[tuple[str, str]] = field(default_factory=list)
    #: Beyond the changes that are named.
    more: dict[str, Any] = field(default_factory=dict)

    def document(self) -> dict[str, Any]:
        counts: dict[str, Counter[str]] = {}
        for one in self.changes:
            counts.setdefault(one.what, Counter())[one.change] += 1
        return {"rows": self.rows, "changed": bool(self.changes), "counts": {w: dict(c) for w, c in counts.items()},
                "changes": [_document(one) for one in self.changes[:MOST_CHANGES]],
                "affects": asdict(self.affects) | {"numbers": list(self.affects.numbers)},
                "warnings": [{"zh": zh, "en": en} for zh, en in self.warnings], "more": self.more}


def _document(one: Change) -> dict[str, Any]:
    values = {name: dict(row) for name, row in (("before", one.before), ("after", one.after)) if row}
    return {"what": one.what, "change": one.change, "code": one.code, "name": one.name,
            "fields": list(one.fields)} | values


@dataclass(frozen=True)
class Written:
    """What applying wrote: the version, if the kind has versions, and what rolling back needs."""

    before: Content
    version: int | None = None


@dataclass(frozen=True)
class Kind:
    """A kind of draft: how its files are read and compared (both may find a BadFile), written and taken back
    (Conflict). `parts` are the names of its files; one of `needs` must be there."""

    code: str
    name: str
    parts: tuple[str, ...]
    needs: tuple[str, ...]
    read: Callable[[Session, Mapping[str, Path], Options], Content]
    compare: Callable[[Session, Content, Tools], Preview]
    write: Callable[[Session, Content, Tools], Written]
    restore: Callable[[Session, Content, Content, Tools], None]
    #: Whether two drafts of this kind concern the same thing, so that the later one stands on the earlier.
    overlap: Callable[[Content, Content], bool] = lambda one, other: True
    versioned: bool = False


def differences(what: str, before: Mapping[str, Row], after: Mapping[str, Row],
                remove: bool = True) -> list[Change]:
    """What is added, changed and removed, by code, in the order of the codes."""
    found: list[Change] = []
    for code in sorted({*before, *after}):
        old, new = before.get(code), after.get(code)
        if new is None:
            if remove and old is not None:
                found.append(Change(what, "removed", code, _name(old)))
        elif old is None:
            found.append(Change(what, "added", code, _name(new)))
        elif fields := tuple(key for key in new if new[key] != old.get(key)):
            found.append(Change(what, "changed", code, _name(new), fields, _plain(old, fields), _plain(new, fields)))
    return found


def _plain(row: Row, fields: Iterable[str]) -> Row:
    """The values that JSON can say: texts, numbers and lists of such. What is deeper is told by its name only."""
    return {key: list(row[key]) if isinstance(row[key], list | tuple) else row[key]
            for key in fields if key in row and _is_plain(row[key])}


def _is_plain(value: Any) -> bool:
    if isinstance(value, list | tuple):
        return all(each is None or isinstance(each, str | int | float) for each in value)
    return value is None or isinstance(value, str | int | float)


def _name(row: Row) -> str:
    return str(row.get("name", ""))


def touched(changes: Iterable[Change], what: str, *kinds: str) -> set[str]:
    """The codes of what is changed or removed, or of the named kinds of change only."""
    return {one.code for one in changes if one.what == what and one.change in (kinds or ("changed", "removed"))}


def concerned(session: Session, column: str, codes: Collection[str], *conditions: Any) -> list[str]:
    """The numbers of the open incidents whose column has one of the codes."""
    if not codes:
        return []
    rows = session.execute(select(col(Incident.number), col(getattr(Incident, column))).where(
        col(Incident.outcome).is_(None), col(getattr(Incident, column)).is_not(None), *conditions))
    return sorted(number for number, code in rows if code in codes)


def affected(numbers: Iterable[str], due: Collection[str] = ()) -> Affected:
    """Counted, and the first of them named."""
    known = sorted(set(numbers))
    return Affected(len(known), len(set(due)), tuple(known[:MOST_NUMBERS]))
