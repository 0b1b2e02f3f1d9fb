"""Nobody changes what happened without its being seen: the transitions are chained by hash."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from sqlalchemy import Engine, text, update
from sqlmodel import Session, col, select

from governance.audit import first_broken
from governance.incident import Incident, Transition
from tests import town
from tests.journey.walk import Walk

#: A field of the third step (the dispatch), and what somebody would rather have it say.
FORGED: dict[str, Any] = {
    "action": "settle", "from_state": "reported", "to_state": "closed", "actor": uuid.uuid4(), "actor_name": "李四",
    "role": "dispatcher", "department": "traffic", "reason": "补记", "fields": {"department": "traffic"},
    "at": town.NOW.replace(minute=30), "hash": "f" * 64,
}


def break_in(session: Session) -> None:
    """What only somebody with the keys of the database can do: take the guard away."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("ALTER TABLE transition DISABLE TRIGGER transition_append_only"))
    else:
        session.execute(text("DROP TRIGGER transition_append_only_update"))
        session.execute(text("DROP TRIGGER transition_append_only_delete"))


def broken_after(engine: Engine, incident: Incident, *tampering: Any) -> int | None:
    with Session(engine) as session:
        break_in(session)
        for statement in tampering:
            session.execute(statement)
        steps = select(Transition).where(Transition.incident_id == incident.id).order_by(col(Transition.seq))
        return first_broken(session.exec(steps))


def step(incident: Incident, seq: int) -> Any:
    return (col(Transition.incident_id) == incident.id) & (col(Transition.seq) == seq)


def test_every_field_of_a_transition_is_covered() -> None:
    assert set(FORGED) == set(Transition.model_fields) - {"incident_id", "seq"}


def test_the_chain_holds_on_a_long_way(walk: Walk) -> None:
    incident = walk.closed_for("resident")
    walk.act("resident", "rate", incident, score=1, reason="“没扫净”\n🙁")
    walk.act("dispatcher", "comment", incident, reason="已电话回访", attachments=walk.photos("dispatcher", 2))
    assert len(walk.actions(incident)) == 9
    assert first_broken(walk.history(incident)) is None


@pytest.mark.parametrize("field", FORGED)
def test_a_changed_field_breaks_the_chain(walk: Walk, engine: Engine, field: str) -> None:
    incident = walk.handled()
    forged = update(Transition).where(step(incident, 3)).values({field: FORGED[field]})
    assert broken_after(engine, incident, forged) == 3


def test_a_removed_step_breaks_the_chain(walk: Walk, engine: Engine) -> None:
    incident = walk.handled()
    removed = text("DELETE FROM transition WHERE seq = 2")
    assert broken_after(engine, incident, removed) == 2


def test_steps_that_change_places_break_the_chain(walk: Walk, engine: Engine) -> None:
    incident = walk.handled()
    swapped = [update(Transition).where(step(incident, a)).values(seq=b) for a, b in ((2, 99), (3, 2), (99, 3))]
    assert broken_after(engine, incident, *swapped) == 2
