"""What the city has learned of words: from labelled files, closed incidents and every correction of a dispatcher.

A lesson keeps numbers, never the words themselves (taxonomy/words.py). The rankers of a process are snapshots; whoever
ranks next after a lesson was committed gets one that has heard it.
"""

from __future__ import annotations

import threading
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
from sqlalchemy import Column, Engine, Index, LargeBinary, insert, select
from sqlmodel import Field, Session, SQLModel, col

from data.columns import BigId, UtcDateTime
from data.engine import reading
from governance.audit import AuditEntry
from governance.city import City, raise_revision, read_tree
from governance.errors import InvalidField
from governance.incident import Incident
from governance.people import Actor
from taxonomy import words
from taxonomy.category import TaxonomyVersion
from taxonomy.classify import Labelled, Ranker, labelled
from taxonomy.tree import Tree

#: Where a lesson may come from, and how much it counts; a synonym of the list counts 1.
SOURCES = {"list": 0.6, "file": 1.0, "closed": 1.0, "correction": 2.0}
#: Transactions that began before the newest lesson may commit after it; so far back we look again.
LOOK_BACK = 200
ROWS_AT_ONCE = 1000


class Lesson(SQLModel, table=True):
    """A text that was labelled, without its words. Of the same text the latest label counts."""

    __tablename__ = "lesson"
    __table_args__ = (Index("lesson_taxonomy", "taxonomy", "id"),)

    id: int | None = Field(default=None, sa_column=Column(BigId, primary_key=True, autoincrement=True))
    taxonomy: str = Field(max_length=40)
    code: str = Field(max_length=20, description="of any level of the list")
    numbers: bytes = Field(sa_column=Column(LargeBinary, nullable=False), description="hashes of parts of the text")
    digest: str = Field(max_length=32, description="the same for the same text")
    reading: int = Field(description="the way that the text was read in")
    weight: float
    source: str = Field(max_length=10, description="list, file, closed or correction")
    incident_id: uuid.UUID | None = Field(default=None, description="of a correction or a closed incident")
    at: datetime = Field(sa_type=UtcDateTime)


# ---- learning ------------------------------------------------------------------------------------------------------

@dataclass(frozen=True)
class Learned:
    """What a load of lessons did: rows given, how many were new, and the labels among the new ones."""

    taxonomy: str
    rows: int
    new: int
    labels: int


def note_label(session: Session, taxonomy: str, text: str, code: str, source: str, now: datetime,
               incident: uuid.UUID | None = None) -> None:
    """One more lesson, in the caller's transaction. A text without words teaches nothing."""
    one = labelled(text, code, SOURCES[source])
    if len(one.numbers):
        session.add(Lesson(**_row(taxonomy, one, source, now, incident)))


def learn(session: Session, taxonomy: str, lessons: Sequence[Labelled], source: str, actor: Actor,
          now: datetime) -> Learned:
    """Many lessons at once, noted in the audit log. What is known already is not learned again."""
    return _learn(session, taxonomy, [(one, None) for one in lessons], source, actor, now)


def learn_closed(session: Session, tree: Tree, actor: Actor, now: datetime) -> Learned:
    """From what the closed incidents of a list said and were in the end. Restricted ones are left alone."""
    rows = session.execute(select(col(Incident.id), col(Incident.description), col(Incident.subcategory)).where(
        col(Incident.taxonomy) == tree.taxonomy, col(Incident.outcome) == "closed", col(Incident.description) != "",
        col(Incident.subcategory).is_not(None), col(Incident.sensitivity) == "normal").order_by(col(Incident.serial)))
    found = [(labelled(row.description, row.subcategory, SOURCES["closed"]), row.id) for row in rows
             if tree.leaf(row.subcategory)]
    return _learn(session, tree.taxonomy, [(one, known) for one, known in found if len(one.numbers)], "closed", actor,
                  now)


def _learn(session: Session, taxonomy: str, lessons: Sequence[tuple[Labelled, uuid.UUID | None]], source: str,
           actor: Actor, now: datetime) -> Learned:
    known = {lesson.digest: lesson.code for lesson in _lessons(session, taxonomy)[1]}
    fresh = {one.digest: (one, incident) for one, incident in lessons if known.get(one.digest) != one.code}
    rows = [_row(taxonomy, one, source, now, incident) for one, incident in fresh.values()]
    for start in range(0, len(rows), ROWS_AT_ONCE):
        session.execute(insert(Lesson), rows[start:start + ROWS_AT_ONCE])
    done = Learned(taxonomy, len(lessons), len(rows), len({row["code"] for row in rows}))
    if rows and source != "list":  # loading a list is noted by its load
        raise_revision(session)
        session.add(AuditEntry(at=now.astimezone(UTC), actor=actor.id, role=actor.role, event="learn", subject=taxonomy,
                               detail={"rows": done.rows, "new": done.new, "labels": done.labels, "source": source}))
    return done


def _row(taxonomy: str, one: Labelled, source: str, now: datetime, incident: uuid.UUID | None) -> dict[str, Any]:
    return {"taxonomy": taxonomy, "code": one.code, "numbers": one.numbers.astype("<u4").tobytes(),
            "digest": one.digest, "reading": words.READING, "weight": SOURCES[source], "source": source,
            "incident_id": incident, "at": now}


# ---- ranking -------------------------------------------------------------------------------------------------------

def ranker(session: Session, city: City, taxonomy: str) -> Ranker:
    """The ranker of a list in force, with all that was learned until now. InvalidField if there is no such list."""
    return _rankers(session).up_to_date(session, city.tree(taxonomy))


def warm(session: Session, city: City) -> None:
    """Make the rankers of all lists, so that the first caller does not wait."""
    for taxonomy in city.lists:
        ranker(session, city, taxonomy)


def current_tree(session: Session, taxonomy: str) -> Tree:
    """A list in force, without the rest of the city. InvalidField if there is no such list."""
    version = session.scalar(select(col(TaxonomyVersion.version)).where(
        col(TaxonomyVersion.taxonomy) == taxonomy, col(TaxonomyVersion.current)))
    if version is None:
        raise InvalidField("list", f"没有事项清单 {taxonomy}", f"there is no list {taxonomy}", "unknown_list")
    return read_tree(session, taxonomy, version)


def ranker_of(session: Session, tree: Tree) -> Ranker:
    """A ranker of its own with all lessons, for a single question."""
    return Ranker(tree, _lessons(session, tree.taxonomy)[1])


@dataclass(frozen=True)
class _Kept:
    """One ranker, what it was made of, and the lessons that it has heard."""

    tree: Tree
    ranker: Ranker
    heard: frozenset[int]


class _Rankers:
    """The rankers of one database in this process: each is made anew when its list or its lessons have moved on."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: dict[str, _Kept] = {}

    def up_to_date(self, session: Session, tree: Tree) -> Ranker:
        kept = self._kept.get(tree.taxonomy)
        if kept is None or kept.tree.version != tree.version or not _newest(session, kept) <= kept.heard:
            with self._lock:
                kept = self._kept[tree.taxonomy] = self._renewed(session, tree)
        return kept.ranker

    def _renewed(self, session: Session, tree: Tree) -> _Kept:
        """Only what is committed is heard: what the caller's own transaction wrote may still be taken back."""
        with reading(_engine(session)) as committed:
            heard, lessons = _lessons(committed, tree.taxonomy)
        kept = self._kept.get(tree.taxonomy)
        if kept is not None and kept.tree.version == tree.version and kept.heard == heard:
            return kept
        return _Kept(tree, Ranker(tree, lessons), heard)


def _newest(session: Session, kept: _Kept) -> set[int]:
    """The newest lessons, and those before them that may have been committed after them."""
    since = max(kept.heard, default=0) - LOOK_BACK
    return set(session.scalars(select(col(Lesson.id)).where(
        col(Lesson.taxonomy) == kept.tree.taxonomy, col(Lesson.id) > since)).all())  # type: ignore[arg-type]


def _lessons(session: Session, taxonomy: str) -> tuple[frozenset[int], list[Labelled]]:
    """All lessons of a list in their order, and their ids."""
    rows = session.execute(select(
        col(Lesson.id), col(Lesson.code), col(Lesson.numbers), col(Lesson.digest), col(Lesson.weight),
        col(Lesson.reading)).where(col(Lesson.taxonomy) == taxonomy).order_by(col(Lesson.id))).all()
    return frozenset(row.id for row in rows), [
        Labelled(row.code, np.frombuffer(row.numbers, "<u4"), row.digest, row.weight)
        for row in rows if row.reading == words.READING]


_every: WeakKeyDictionary[Any, _Rankers] = WeakKeyDictionary()
_every_lock = threading.Lock()


def _rankers(session: Session) -> _Rankers:
    """Those of the session's database; an engine with other options has the same pool."""
    with _every_lock:
        return _every.setdefault(_engine(session).pool, _Rankers())


def _engine(session: Session) -> Engine:
    bind = session.get_bind()
    return bind if isinstance(bind, Engine) else bind.engine
