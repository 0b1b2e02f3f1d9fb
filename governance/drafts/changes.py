"""What changed, as those who watch are told of it: each step, and what time brought, with all that decides who sees it.

The relay writes one entry for every outbox row, the API reads them; this is what they agree on. The step is as it was
taken; where the incident lies, who leads it and when it is due are as they stand when the entry is made. An entry may
come twice and two may change places: of one incident, the higher `version` is the later. Of a restricted incident only
is told that it changed; whoever wants to know more reads it, and that read is in the audit log (product.md "Never").
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import and_, select
from sqlmodel import Session, col

from governance import scope
from governance.incident import Incident, Transition
from governance.outbox import OutboxRow
from governance.people import Actor

#: Where the entries are, and in what form: another form gets another number, since old entries stay for a while.
STREAM, FIELD = "wangge:live:1", "change"


@dataclass(frozen=True)
class Change:
    """One change. `department`, `involved`, `reporter` and `unit` decide who sees it, as with an incident."""

    id: uuid.UUID
    number: str
    status: str
    version: int
    action: str
    unit: str
    open: bool
    restricted: bool
    due_at: datetime | None
    at: datetime
    reporter: uuid.UUID | None
    department: str | None
    involved: tuple[str, ...]

    def is_overdue(self, now: datetime) -> bool:
        return self.open and self.due_at is not None and self.due_at < now


def sees(actor: Actor, unit: str | None, change: Change) -> bool:
    """Whether a caller who watches a unit (None: all that the caller may see) is told of the change."""
    return (unit is None or change.unit.startswith(unit)) and scope.may_see(actor, change)


def changes_of(session: Session, rows: Sequence[OutboxRow]) -> list[Change]:
    """What the rows announce, in their order. One query."""
    step = and_(col(Transition.incident_id) == col(OutboxRow.incident_id), col(Transition.seq) == col(OutboxRow.seq),
                col(OutboxRow.event) == "")
    found = session.execute(
        select(OutboxRow, Incident, Transition).join_from(
            OutboxRow, Incident, col(Incident.id) == col(OutboxRow.incident_id)).outerjoin(Transition, step).where(
            col(OutboxRow.id).in_([row.id for row in rows])).order_by(col(OutboxRow.id)))
    return [_change(row, incident, transition) for row, incident, transition in found]


def _change(row: OutboxRow, incident: Incident, step: Transition | None) -> Change:
    """Of a step, what it did; of what time brought, what it is called and how the incident stands."""
    status, version, action, at = (step.to_state, step.seq, step.action, step.at) if step else (
        incident.status, incident.version, row.event, row.created_at)
    return Change(incident.id, incident.number, status, version, action, incident.unit, incident.outcome is None,
                  incident.sensitivity == "restricted", incident.due_at, at, incident.reporter, incident.department,
                  tuple(incident.involved))


def packed(change: Change) -> str:
    """As it stands in the stream."""
    return json.dumps(vars(change), ensure_ascii=False, separators=(",", ":"), default=_plain)


def unpacked(text: str | bytes) -> Change:
    said = json.loads(text)
    said["id"] = uuid.UUID(said["id"])
    said["reporter"] = said["reporter"] and uuid.UUID(said["reporter"])
    said["due_at"] = said["due_at"] and datetime.fromisoformat(said["due_at"])
    said["at"] = datetime.fromisoformat(said["at"])
    said["involved"] = tuple(said["involved"])
    return Change(**said)


def _plain(value: Any) -> str:
    return value.astimezone(UTC).isoformat() if isinstance(value, datetime) else str(value)
