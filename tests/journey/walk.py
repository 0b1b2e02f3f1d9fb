"""A walk through the journey: who does what, when; each step in a transaction of its own, as the API would do it."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import Engine, select
from sqlmodel import col

from data.engine import reading, writing
from governance.audit import first_broken
from governance.case import ActionFields
from governance.city import City
from governance.clocks import Clock
from governance.incident import Incident, Transition
from governance.intake import IncidentReport
from governance.journey import act, report
from governance.people import Actor
from tests import town


class Walk:
    """The town at work. `now` is the instant of the next step, until a test sets another."""

    def __init__(self, engine: Engine, city: City, people: dict[str, Actor]) -> None:
        self.engine, self.city, self.people, self.now = engine, city, people, town.NOW

    def report(self, who: str, subcategory: str | None, *, photos: int = 0, **sent: Any) -> Incident:
        return self.send(who, town.report_of(subcategory, attachments=self.photos(who, photos), **sent))[0]

    def send(self, who: str, sent: IncidentReport) -> tuple[Incident, bool]:
        with writing(self.engine) as session:
            case, new = report(session, self.city, self.people[who], sent, self.now)
            session.commit()
        return case.incident, new

    def act(self, who: str, action: str, incident: Incident, *, photos: int = 0, here: bool = False,
            version: int | None = None, **fields: Any) -> Incident:
        """Take an action on the incident as it stands; `here`: standing at its place."""
        if photos:
            fields["attachments"] = self.photos(who, photos)
        if here:
            fields.update(lon=incident.lon, lat=incident.lat)
        version = self.again(incident).version if version is None else version
        with writing(self.engine) as session:
            case = act(session, self.city, self.people[who], incident.id, action, version, ActionFields(**fields),
                       self.now)
            session.commit()
        return case.incident

    def photos(self, who: str, count: int = 1) -> tuple[uuid.UUID, ...]:
        with writing(self.engine) as session:
            return tuple(town.photo(session, self.people[who], self.now) for _ in range(count))

    def again(self, incident: Incident) -> Incident:
        """The incident as the database has it."""
        with reading(self.engine) as session:
            return session.get_one(Incident, incident.id)

    def history(self, incident: Incident) -> list[Transition]:
        with reading(self.engine) as session:
            return list(session.scalars(select(Transition).where(col(Transition.incident_id) == incident.id)
                                        .order_by(col(Transition.seq))))

    def actions(self, incident: Incident) -> list[str]:
        """The actions taken so far; that nobody has tampered with them is looked at in passing."""
        steps = self.history(incident)
        assert first_broken(steps) is None
        assert [step.seq for step in steps] == list(range(1, self.again(incident).version + 1))
        return [step.action for step in steps]

    def clocks(self, incident: Incident, stage: str) -> list[Clock]:
        with reading(self.engine) as session:
            return list(session.scalars(select(Clock).where(col(Clock.incident_id) == incident.id,
                                                            col(Clock.stage) == stage).order_by(col(Clock.id))))

    def at(self, clock_time: str, day: int = 3) -> datetime:
        """A local time of the week in which the town's Tuesday is the third of March."""
        hour, minute = map(int, clock_time.split(":"))
        return town.NOW.replace(day=day, hour=hour, minute=minute)

    # ---- stretches of the journey that many tests begin with

    def dispatched(self) -> Incident:
        """Rubbish that a grid worker reported: filed and dispatched at once."""
        return self.report("worker", town.RUBBISH, photos=1)

    def handled(self) -> Incident:
        incident = self.dispatched()
        self.act("cleaner", "sign", incident)
        return self.act("cleaner", "feed_back", incident, photos=1, reason="已清理")

    def closed_for(self, resident: str) -> Incident:
        """Rubbish that a resident reported, from there to closed."""
        incident = self.report(resident, town.RUBBISH)
        self.act("dispatcher", "file", incident)
        self.act("cleaner", "sign", incident)
        self.act("cleaner", "feed_back", incident, photos=1, reason="已清理")
        return self.act("worker", "check", incident, photos=1, here=True, passed=True)
