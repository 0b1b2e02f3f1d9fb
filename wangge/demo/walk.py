"""The demo's people take an incident through the real journey, step by step, at past instants.

Everything goes through `governance.journey`, as it would through the API: the rules refuse what they refuse.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from io import BytesIO
from typing import Any, Final

from sqlalchemy import func, select
from sqlmodel import Session, col

from api.files import keep, record
from governance import journey, watch
from governance.case import ActionFields
from governance.clocks import Clock
from governance.incident import Incident
from governance.intake import IncidentReport
from governance.people import Actor
from governance.possible import possible_actions
from governance.requests import Request
from grids.datum import Datum, from_wgs84
from grids.naming import short_name
from wangge.demo import together
from wangge.demo.cast import METRE, Stage
from wangge.demo.photos import draw
from wangge.demo.stories import Story, after_morning


class NotYet(Exception):
    """The next step lies in the future: the story stops here."""


class Walk:
    """One incident, from its report as far as its story goes."""

    def __init__(self, session: Session, stage: Stage, story: Story, at: datetime) -> None:
        self.session, self.stage, self.story, self.at = session, stage, story, at
        self.chance, self.cast, self.city = stage.chance, stage.cast, stage.city
        self.incident: Incident
        self.main: Incident | None = None

    def go(self) -> Incident:
        """Tell the story. The caller commits."""
        self.report()
        try:
            for step in self.story.steps.split():
                self.steps[step](self)
        except NotYet:
            pass
        self.watched(self.stage.now)
        if self.incident.outcome is None:
            self.stage.open.append(self.incident)
        return self.incident

    # ---- the report ------------------------------------------------------------------------------------------------

    def report(self) -> None:
        if self.story.steps == "merge":
            self.main = self.chance.choice([i for i in self.stage.open if i.lon is not None])
        community = self.place()
        code, words = self.what()
        actor = self.reporter(community)
        sent = IncidentReport(
            id=self.stage.id(), subcategory=code if actor.role == "grid_worker" or self.chance.random() < 0.4 else None,
            description=words.format(place=short_name(self.city.places[community].name)), captured_at=self.at,
            attachments=self.photos(actor, actor.role == "grid_worker" or self.chance.random() < 0.5),
            **self.where(actor, community))
        self.code = code
        self.incident = journey.report(self.session, self.city, actor, sent, self.at)[0].incident

    def place(self) -> str:
        """The community."""
        if self.main is not None:
            return self.main.unit[:12]
        return self.story.community or self.chance.choice(self.cast.communities())

    def what(self) -> tuple[str, str]:
        """A subcategory and what is said of it; who settles on the spot reports what may be settled."""
        tree = self.city.tree("grid")
        if self.main is not None:
            return self.main.subcategory or "", f"再次反映: {self.main.description}"
        settles = self.story.reporter == "settler"
        asked = [(code, words) for code, words in self.stage.sentences["report"]
                 if (leaf := tree.leaf(code)) is not None and (not settles or leaf.settle)
                 and self.story.subcategory in ("", code)]
        return self.chance.choice(asked)

    def reporter(self, community: str) -> Actor:
        if self.story.reporter == "resident":
            near = [place for role, place in self.cast.by_place if role == "resident" and place[:9] == community[:9]]
            return self.one("resident", self.chance.choice(near))
        return self.dispatcher(community) if self.story.reporter == "hotline" else self.one("grid_worker", community)

    def where(self, actor: Actor, community: str) -> dict[str, Any]:
        """The hotline names a cell and an address; a phone sends its point, a resident's in the datum of its map."""
        cell = self.chance.choice(self.stage.cells(community))
        code = self.city.shapes[0][cell]
        if self.story.reporter == "hotline":
            return {"unit": code, "source": "hotline", "address": f"{self.city.path_names(code)}附近"}
        lon, lat = self.stage.point_in(cell)
        if self.main is not None and self.main.lon is not None and self.main.lat is not None:
            lon, lat = self.main.lon, self.main.lat
        datum: Datum = "gcj02" if actor.role == "resident" else "wgs84"
        lon, lat = from_wgs84(lon, lat, datum)
        return {"lon": lon, "lat": lat, "datum": datum, "accuracy_m": round(self.chance.uniform(4, 30), 1)}

    # ---- the steps -------------------------------------------------------------------------------------------------

    def desk(self, **given: Any) -> None:
        """The street's desk brings it to a department, as far as the system has not done so by itself."""
        if self.incident.status == "reported":
            self.wait(2, 13)
            self.act(self.dispatcher(), "file", subcategory=None if self.incident.subcategory else self.code)
        if self.incident.status == "filed":
            self.wait(2, 13)
            self.act(self.dispatcher(), "dispatch", **{"department": self.candidate(), **given})

    def desk_again(self) -> None:
        """After a return: to somebody else, with the reason."""
        self.desk(department=self.other_than(self.incident.returned_by), reason=self.stage.say("dispatch_again"))

    def sign(self) -> None:
        self.wait(5, 55)
        self.act(self.handler(), "sign")

    def return_(self) -> None:
        self.wait(20, 120)
        self.act(self.handler(), "return", reason=self.stage.say("return"))

    def transfer(self) -> None:
        self.wait(30, 180)
        self.act(self.dispatcher(), "transfer", department=self.other_than(self.incident.department),
                 reason=self.stage.say("transfer"))

    def feed_back(self, kind: str = "feed_back") -> None:
        """Well within the limit; most things take no more than a day."""
        together.assist(self)
        due = self.incident.handle_due_at or self.at
        left = max((due - self.at) / timedelta(minutes=1), 20)
        self.wait(0.2 * min(left, 1200), 0.6 * min(left, 2400))
        self.act(self.handler(), "feed_back", reason=self.stage.say(kind), photo=True)

    def feed_back_again(self) -> None:
        self.feed_back("feed_back_again")

    def late_feed_back(self) -> None:
        together.assist(self)
        self.at = max(self.at, self.incident.handle_due_at or self.at)
        self.wait(60, 2400)
        self.act(self.handler(), "feed_back", reason=self.stage.say("feed_back"), photo=True)

    def pass_(self) -> None:
        self.wait(6, 28)
        self.act(self.worker(), "check", passed=True, reason=self.stage.say("pass"), photo=True, **self.here())

    def fail(self) -> None:
        self.wait(6, 28)
        self.act(self.worker(), "check", passed=False, reason=self.stage.say("fail"), photo=True, **self.here())

    def ask_verify(self) -> None:
        self.wait(2, 10)
        self.act(self.dispatcher(), "ask_verify", reason=self.stage.say("ask_verify"))

    def verify(self, passed: bool) -> None:
        self.ask_verify()
        self.wait(8, 28)
        self.act(self.worker(), "verify", passed=passed, photo=True, **self.here(),
                 reason=self.stage.say("verify_yes" if passed else "verify_no"))

    def settle(self) -> None:
        if self.incident.status == "reported":
            self.wait(2, 13)
            self.act(self.dispatcher(), "file")
        self.wait(4, 12)
        self.act(self.sender(), "settle", reason=self.stage.say("settle"), photo=True)

    def void(self) -> None:
        self.wait(3, 14)
        self.act(self.dispatcher(), "void", reason=self.stage.say("void"))

    def merge(self) -> None:
        assert self.main is not None
        self.wait(3, 14)
        self.act(self.dispatcher(), "merge", main=self.main.id, reason=self.stage.say("merge"))

    def rate(self, scores: tuple[int, ...]) -> None:
        self.wait(60, 2000)
        score = self.chance.choice(scores)
        self.act(self.sender(), "rate", score=score, reason=self.stage.say(f"rate_{score}"))

    def reopen(self) -> None:
        self.wait(600, 3000)
        self.act(self.dispatcher(), "reopen", reason=self.stage.say("reopen"))

    def comment(self) -> None:
        self.wait(3, 40)
        self.act(self.dispatcher(), "comment", reason=self.stage.say("comment"))

    # ---- how a step is taken ---------------------------------------------------------------------------------------

    def wait(self, least: float, most: float) -> None:
        """So many minutes, and on to the morning if it is night. NotYet if that is after the present."""
        self.at = after_morning(self.at + timedelta(minutes=self.chance.uniform(least, most)), self.chance)
        if self.at > self.stage.now:
            raise NotYet
        self.watched(self.at)

    def watched(self, until: datetime) -> None:
        """What the watch would have done by then: warnings, urging, escalation, resumption."""
        while (due := self.next_look()) is not None and due <= until:
            watch.look(self.session, self.city, self.incident.id, due)

    def next_look(self) -> datetime | None:
        looks = [self.session.scalar(select(func.min(of.watch_at)).where(col(of.incident_id) == self.incident.id))
                 for of in (Clock, Request)]
        return min((at for at in looks if at is not None), default=None)

    def offered(self, actor: Actor, action: str) -> bool:
        """Whether the actor may do this now: for what the rules allow for a while only, one may come too late."""
        possible = possible_actions(self.session, self.city, actor, self.incident, self.at)
        return action in {one.action for one in possible}

    def act(self, actor: Actor, action: str, *, photo: bool = False, **given: Any) -> None:
        fields = ActionFields(**given, attachments=self.photos(actor, photo, clean=given.get("passed") is not False))
        self.incident = journey.act(self.session, self.city, actor, self.incident.id, action, self.incident.version,
                                    fields, self.at).incident

    def photos(self, actor: Actor, wanted: bool, clean: bool = False) -> tuple[uuid.UUID, ...]:
        """One new photograph, kept as the API keeps it."""
        if not wanted:
            return ()
        attachment = record(keep(BytesIO(draw(self.chance, clean)), self.stage.settings), actor.id, self.at)
        self.session.add(attachment)
        self.session.flush()
        return (attachment.id,)

    def here(self) -> dict[str, Any]:
        """Where a checker stands: within a few metres of the incident, or in its cell when it has no point."""
        place = self.city.places[self.incident.unit]
        lon, lat = self.incident.lon or place.lon, self.incident.lat or place.lat
        return {"lon": lon + self.chance.uniform(-8, 8) * METRE, "lat": lat + self.chance.uniform(-8, 8) * METRE}

    # ---- who takes it ----------------------------------------------------------------------------------------------

    def one(self, role: str, place: str) -> Actor:
        return self.chance.choice(self.cast.by_place[role, place])

    def dispatcher(self, unit: str = "") -> Actor:
        return self.one("dispatcher", (unit or self.incident.unit)[:9])

    def worker(self) -> Actor:
        return self.one("grid_worker", self.incident.unit[:12])

    def handler(self, department: str | None = None) -> Actor:
        """Somebody of the department, of the lead if none is named."""
        return self.chance.choice(self.cast.by_department[department or self.incident.department or ""])

    def sender(self) -> Actor:
        """Who reported it."""
        return self.cast.by_id[self.incident.reporter or uuid.UUID(int=0)]

    def candidate(self) -> str:
        """The first department that the rule offers, else the street's own office."""
        offered = [c["department"] for c in self.incident.decision.get("candidates", ())]
        return offered[0] if offered else self.office()

    def other_than(self, department: str | None) -> str:
        """Whom the desk asks next: the street's office, or its enforcement team after the office."""
        return self.office() if department != self.office() else f"{self.incident.unit[:9]}-enforcement"

    def street(self) -> str:
        return self.incident.unit[:9]

    def office(self) -> str:
        return f"{self.street()}-street_office"

    steps: Final[dict[str, Callable[[Walk], None]]] = {
        "desk": desk, "desk_again": desk_again, "sign": sign, "return": return_, "transfer": transfer,
        "feed_back": feed_back, "feed_back_again": feed_back_again, "late_feed_back": late_feed_back, "pass": pass_,
        "fail": fail, "ask_verify": ask_verify, "verify_yes": lambda walk: walk.verify(True),
        "verify_no": lambda walk: walk.verify(False), "settle": settle, "void": void, "merge": merge,
        "rate_good": lambda walk: walk.rate((4, 5, 5)), "rate_bad": lambda walk: walk.rate((2,)), "reopen": reopen,
        "comment": comment, **together.STEPS,
    }
