"""Eight people report at one moment, again and again: nothing is lost, no number comes twice, nobody is refused."""

from __future__ import annotations

import threading

from sqlalchemy import Engine, func, select
from sqlmodel import col

from data.engine import reading, writing
from governance.audit import first_broken
from governance.city import City
from governance.clocks import Clock
from governance.incident import Incident, Transition
from governance.journey import report
from governance.outbox import OutboxRow
from governance.people import Actor
from tests import town

WRITERS, EACH = 8, 15


def report_often(engine: Engine, city: City, who: Actor, start: threading.Barrier, told: list[str]) -> None:
    start.wait()
    for _ in range(EACH):
        with writing(engine) as session:
            case, new = report(session, city, who, town.report_of(), town.NOW)
            session.commit()
        assert new
        told.append(case.incident.number)


def test_eight_writers_at_once(engine: Engine, city: City, people: dict[str, Actor]) -> None:
    told: list[str] = []
    start = threading.Barrier(WRITERS)
    threads = [threading.Thread(target=report_often, args=(engine, city, people["dispatcher"], start, told))
               for _ in range(WRITERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()  # an error in a thread fails the test: warnings are errors

    with reading(engine) as session:
        numbers = list(session.scalars(select(Incident.number)))
        assert sorted(numbers) == sorted(told)
        assert len(set(numbers)) == WRITERS * EACH
        # each has its one transition, its clock for accepting and its row for the relay
        for record in (Transition, Clock, OutboxRow):
            assert session.scalar(select(func.count()).select_from(record)) == WRITERS * EACH
        assert all(first_broken([step]) is None for step in session.scalars(select(Transition)))


def test_the_same_report_sent_eight_times_is_one_incident(engine: Engine, city: City, people: dict[str, Actor]) -> None:
    """A phone with a bad line sends again before it has an answer."""
    sent, start, answers = town.report_of(), threading.Barrier(WRITERS), []

    def send() -> None:
        start.wait()
        with writing(engine) as session:
            case, new = report(session, city, people["resident"], sent, town.NOW)
            session.commit()
        answers.append((case.incident.number, new))

    threads = [threading.Thread(target=send) for _ in range(WRITERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(new for _, new in answers) == [False] * (WRITERS - 1) + [True]
    assert len({number for number, _ in answers}) == 1
    with reading(engine) as session:
        assert session.scalar(select(func.count(col(Incident.id)))) == 1
