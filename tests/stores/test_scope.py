"""What a caller sees: the condition for the database and the rule for one record say the same."""

from __future__ import annotations

import random
from collections.abc import Mapping

import pytest
from sqlalchemy import Engine, select
from sqlmodel import Session

from data.engine import writing
from governance import scope
from governance.city import City
from governance.errors import NotAllowed
from governance.incident import Incident
from governance.journey import report
from governance.people import ROLES, Actor
from tests import town


def fill(session: Session, city: City, people: Mapping[str, Actor]) -> list[Incident]:
    """Reports of several people all over the town, some led or assisted by departments."""
    dice = random.Random(12)
    cells = [code for code, place in city.places.items() if place.level == "cell" and not place.voided]
    departments = sorted(city.departments)
    made = []
    for _ in range(60):
        reporter = people[dice.choice(["worker", "resident", "dispatcher"])]
        case, _new = report(session, city, reporter, town.report_of(town.NOISE, dice.choice(cells)), town.NOW)
        incident = session.get_one(Incident, case.incident.id)
        incident.department = dice.choice([None, *departments])
        incident.involved = dice.sample(departments, dice.randint(0, 2))
        made.append(incident)
    session.commit()
    return made


def test_the_list_and_the_single_incident_agree_for_everybody(
        engine: Engine, city: City, people: Mapping[str, Actor]) -> None:
    with writing(engine) as session:
        incidents = fill(session, city, people)
        for actor in people.values():
            listed = set(session.scalars(select(Incident.id).where(scope.visible(actor))))
            assert listed == {i.id for i in incidents if scope.may_see(actor, i)}, actor


def test_every_role_holds_permissions_and_none_is_unknown() -> None:
    assert set(scope.HOLDS) == set(ROLES)
    assert all(held <= set(scope.PERMISSIONS) for held in scope.HOLDS.values())


def test_the_auditor_reads_the_audit_log_and_nothing_else(people: Mapping[str, Actor]) -> None:
    for permission in scope.PERMISSIONS:
        if permission == "read_audit":
            scope.require(people["auditor"], permission)
        else:
            with pytest.raises(NotAllowed):
                scope.require(people["auditor"], permission)  # type: ignore[arg-type]
