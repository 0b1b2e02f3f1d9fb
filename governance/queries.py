"""Reading incidents: lists, one by id or number, and what belongs to them. Only what the caller may see.

Every query takes the caller and is limited by `scope.visible`. Lists go on from the last row they gave (keyset), so
the thousandth page costs what the first does, and an incident that comes in meanwhile shifts nothing. PostgreSQL and
SQLite give the same rows.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, Protocol, TypeVar

from sqlalchemy import ColumnElement, and_, insert, or_, select
from sqlmodel import Session, SQLModel, col

from data.engine import is_postgresql
from governance import scope, sorting
from governance.audit import AuditEntry
from governance.clocks import Clock
from governance.errors import InvalidField, NotFound
from governance.figures import lists as figures_lists
from governance.figures.filters import By
from governance.incident import Attachment, Incident, Transition
from governance.on_the_map import places
from governance.people import Actor
from governance.requests import Request
from governance.turns import Turn, waiting_for

Record = TypeVar("Record", bound=SQLModel)
Condition = ColumnElement[bool]

MOST_ROWS = 200


@dataclass(frozen=True)
class IncidentFilter:
    """What a list shows. None: no matter."""

    unit: str | None = None
    status: str | None = None
    open: bool | None = None
    overdue: bool | None = None
    category: str | None = None
    subcategory: str | None = None
    department: str | None = None
    source: str | None = None
    process: str | None = None
    mine: bool = False
    turns: tuple[Turn, ...] | None = None
    reported_from: datetime | None = None
    reported_to: datetime | None = None
    bbox: tuple[float, float, float, float] | None = None
    near: tuple[float, float, float] | None = None
    q: str | None = None
    sort: str = "-reported_at"
    at: tuple[float, float] | None = None
    figure: str | None = None
    by: By | None = None
    key: str | None = None
    of_list: str | None = None
    since: datetime | None = None
    until: datetime | None = None


class Shown(Protocol):
    """What an account of a restricted read needs of an incident."""

    @property
    def number(self) -> str: ...
    @property
    def sensitivity(self) -> str: ...


# ---- lists ---------------------------------------------------------------------------------------------------------

def list_incidents(session: Session, actor: Actor, wanted: IncidentFilter, now: datetime, limit: int = 50,
                   cursor: str | None = None) -> tuple[list[Incident], str | None]:
    """A page of the incidents that the caller sees, and the cursor of the next page (None: this was the last).

    Sorts are those of governance.sorting; nulls come last, ties are broken by id.
    """
    if not 1 <= limit <= MOST_ROWS:
        raise InvalidField("limit", f"应为 1 至 {MOST_ROWS}", f"must be from 1 to {MOST_ROWS}")
    order = sorting.order_of(wanted.sort, wanted.at, narrow=is_narrow(wanted))
    query = select(Incident, order.key).where(*seen_and_wanted(session, actor, wanted, now))
    found = session.execute(sorting.sorted_by(query, order, cursor).limit(limit + 1)).all()
    following = sorting.cursor_after(order, found[limit - 1]) if len(found) > limit else None
    return [row[0] for row in found[:limit]], following


def is_narrow(wanted: IncidentFilter) -> bool:
    """Whether it leaves few enough of a city's incidents to measure the distance of each."""
    return bool(wanted.open or wanted.overdue or wanted.mine or wanted.turns is not None or wanted.near or wanted.bbox)


def seen_and_wanted(session: Session, actor: Actor, wanted: IncidentFilter, now: datetime) -> list[Condition]:
    """What the caller may see, of what a filter asks."""
    return [scope.visible(actor), *conditions(wanted, actor, now), *places(wanted, is_postgresql(session))]


def conditions(wanted: IncidentFilter, actor: Actor, now: datetime) -> Iterator[Condition]:
    """Everything that a filter asks, except where on the map."""
    _no_nul(wanted)
    for name in ("status", "category", "subcategory", "department", "source", "process"):
        of_figure = name == "department" and wanted.figure is not None  # of whose clock, if the figure is of clocks
        if (value := getattr(wanted, name)) is not None and not of_figure:
            yield col(getattr(Incident, name)) == value
    if wanted.unit is not None:
        yield _below(wanted.unit)
    yield from figures_lists.conditions(wanted, actor, now)
    if wanted.open is not None:
        yield col(Incident.outcome).is_(None) if wanted.open else col(Incident.outcome).is_not(None)
    if wanted.overdue is not None:
        yield overdue(now) if wanted.overdue else not_overdue(now)
    if wanted.mine:
        yield or_(col(Incident.reporter) == actor.id, col(Incident.handler) == actor.id)
    if wanted.turns is not None:
        yield waiting_for(actor, wanted.turns)
    if wanted.reported_from is not None:
        yield col(Incident.reported_at) >= wanted.reported_from
    if wanted.reported_to is not None:
        yield col(Incident.reported_at) < wanted.reported_to
    if wanted.q is not None and (words := wanted.q.strip()):
        yield or_(col(Incident.number).startswith(words, autoescape=True),
                  col(Incident.description).icontains(words, autoescape=True),
                  col(Incident.address).icontains(words, autoescape=True))


def overdue(now: datetime) -> Condition:
    """Open, and a running clock is past its due time."""
    return and_(col(Incident.outcome).is_(None), col(Incident.due_at) < now)


def not_overdue(now: datetime) -> Condition:
    return or_(col(Incident.outcome).is_not(None), col(Incident.due_at).is_(None), col(Incident.due_at) >= now)


def _below(unit: str) -> Condition:
    try:
        return scope.in_unit(unit)
    except ValueError:
        raise InvalidField("unit", f"没有网格 {unit}", f"there is no unit {unit}", "unknown_unit") from None


def _no_nul(wanted: IncidentFilter) -> None:
    """PostgreSQL's text holds no NUL; nothing that is stored could match it."""
    for each in fields(wanted):
        if "\0" in str(getattr(wanted, each.name)):
            raise InvalidField(each.name, "含有不可用的字符", "holds a character that cannot be used")


# ---- one incident and what belongs to it ---------------------------------------------------------------------------

def find_incident(session: Session, actor: Actor, id_or_number: uuid.UUID | str) -> Incident:
    """The incident of this id or number. NotFound when there is none, or the caller may not know of it."""
    wanted = str(id_or_number)
    try:
        one = col(Incident.id) == uuid.UUID(wanted)
    except ValueError:
        one = col(Incident.number) == wanted.replace("\0", "")
    incident = session.scalar(select(Incident).where(one, scope.visible(actor)))
    if incident is None:
        raise NotFound(f"事件 {wanted}")
    return incident


def transitions_of(session: Session, actor: Actor, *ids: uuid.UUID) -> dict[uuid.UUID, list[Transition]]:
    """The steps of each incident, in order. One query, however many ids."""
    return _belonging(session, actor, Transition, ids, col(Transition.seq))


def clocks_of(session: Session, actor: Actor, *ids: uuid.UUID) -> dict[uuid.UUID, list[Clock]]:
    """The clocks of each incident, in the order in which they were started."""
    return _belonging(session, actor, Clock, ids, col(Clock.id))


def attachments_of(session: Session, actor: Actor, *ids: uuid.UUID) -> dict[uuid.UUID, list[Attachment]]:
    """The files of each incident, by step, then by time."""
    return _belonging(session, actor, Attachment, ids, col(Attachment.seq), col(Attachment.uploaded_at),
                      col(Attachment.id))


def _belonging(session: Session, actor: Actor, of: type[Record], ids: Sequence[uuid.UUID],
               *order: Any) -> dict[uuid.UUID, list[Record]]:
    """Every id asked is a key; an incident that the caller may not see has nothing."""
    belonging: dict[uuid.UUID, list[Record]] = {ident: [] for ident in ids}
    owner: Any = of.incident_id  # type: ignore[attr-defined]
    query = select(of).join(Incident, col(Incident.id) == owner).where(owner.in_(ids), scope.visible(actor))
    for record in session.scalars(query.order_by(*order)) if ids else ():
        belonging[record.incident_id].append(record)  # type: ignore[attr-defined]
    return belonging


def requests_of(session: Session, actor: Actor, *ids: uuid.UUID) -> dict[uuid.UUID, list[Request]]:
    """What was asked in each incident, by step."""
    return _belonging(session, actor, Request, ids, col(Request.seq), col(Request.party))


def note_restricted_read(session: Session, actor: Actor, incidents: Iterable[Shown], now: datetime) -> None:
    """Account for the restricted ones among what is shown. Call it in a session that may write."""
    read: list[dict[str, Any]] = [
        {"at": now, "actor": actor.id, "role": actor.role, "event": "read_restricted", "detail": {},
         "subject": one.number}
        for one in incidents if one.sensitivity == "restricted"]
    if read:
        session.execute(insert(AuditEntry), read)
