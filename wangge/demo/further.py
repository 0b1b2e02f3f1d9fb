"""The demo's inquiries (网络问政) and alarms (银发告警), taken through the same real journey as everything else."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final

from sqlmodel import Session

from data.sheet import read_rows
from governance import journey
from governance.intake import IncidentReport
from governance.people import Actor
from grids.datum import from_wgs84
from grids.naming import short_name
from wangge.demo.cast import Sentences, Stage
from wangge.demo.people import PEOPLE
from wangge.demo.stories import Story, before_evening
from wangge.demo.walk import Walk

#: Lists beside `grid`, each with its sheet of standards.
LISTS: Final = ("inquiry", "care")
QUESTIONS: Final = "1"

INQUIRIES: Final = (
    Story(6, "resident", "approve answer check rate_good", (9, 28)),
    Story(2, "resident", "approve answer check", (8, 20)),
    Story(1, "resident", "approve late_answer check rate_good", (16, 28)),
    Story(1, "resident", "approve return dispatch answer check", (14, 28)),
    Story(1, "resident", "approve extend answer check rate_good", (14, 28)),
    Story(1, "resident", "approve poor_answer redo answer check", (14, 28)),
    Story(1, "resident", "approve answer check rate_bad", (10, 14)),
    Story(2, "resident", "reject", (4, 20)),
    Story(2, "resident", "approve answer", (1, 2)),
    Story(2, "resident", "approve", (0.2, 2)),
    Story(1, "resident", "approve", (9, 12)),
    Story(2, "resident", "", (0, 0.3)),
)
ALARMS: Final = (
    Story(4, "sensor", "accept arrive feed_back call_back", (2, 28)),
    Story(1, "hotline", "late_accept arrive feed_back call_back", (2, 28)),
    Story(1, "sensor", "void", (2, 28)),
    Story(1, "hotline", "accept arrive feed_back", (0.1, 0.4)),
)


def sentences() -> Sentences:
    """What is asked, answered and alarmed, by kind: (subcategory, text)."""
    found: Sentences = {}
    for _, row in read_rows(PEOPLE / "public_texts.csv"):
        found.setdefault(row["kind"], []).append((row["subcategory"], row["text"]))
    return found


def play(session: Session, stage: Stage) -> int:
    """Tell all of them, the oldest first; how many. The caller commits."""
    stage.sentences.update(sentences())
    told = [(before_evening(stage.now - timedelta(days=stage.chance.uniform(*story.days)), stage.chance), of, story)
            for of, stories in ((Inquiry, INQUIRIES), (Alarm, ALARMS)) for story in stories for _ in range(story.times)]
    for at, of, story in sorted(told, key=lambda one: one[0]):
        of(session, stage, story, at).go()
    return len(told)


class Inquiry(Walk):
    """A resident asks a district: half of them pick the unit, for the others the rule finds it."""

    def report(self) -> None:
        community = self.chance.choice([place for role, place in self.cast.by_place if role == "resident"])
        self.code, words = self.chance.choice(self.stage.sentences["inquiry"])
        actor, district = self.one("resident", community), community[:6]
        sent = IncidentReport(
            id=self.stage.id(), process="public_inquiry", subcategory=self.code, unit=district,
            description=words.format(place=short_name(self.city.places[community].name)),
            department=self.unit_of(district) if self.chance.random() < 0.5 else None)
        self.incident = journey.report(self.session, self.city, actor, sent, self.at)[0].incident

    def unit_of(self, district: str) -> str:
        leaf = self.city.tree("inquiry").leaf(self.code)
        return self.city.duties[leaf.function if leaf else "", district][0]

    def centre(self) -> Actor:
        return self.one("district_centre", self.incident.unit[:6])

    def approve(self) -> None:
        self.wait(30, 300)
        self.act(self.centre(), "approve")

    def reject(self) -> None:
        self.wait(30, 300)
        self.act(self.centre(), "reject", reason=self.stage.say("inquiry_reject"))

    def return_(self) -> None:
        self.wait(60, 400)
        self.act(self.handler(), "return", reason=self.stage.say("inquiry_return"))

    def dispatch(self) -> None:
        self.wait(20, 120)
        self.act(self.centre(), "dispatch", department=self.unit_of(self.incident.unit),
                 reason=self.stage.say("inquiry_again"))

    def extend(self) -> None:
        self.wait(120, 600)
        asker = self.handler()
        if not self.offered(asker, "extend"):
            return
        self.act(asker, "extend", days=2, reason=self.stage.say("inquiry_extend"))
        self.wait(30, 200)
        self.act(self.centre(), "grant", request=self.incident.version)

    def answer(self, words: str = "") -> None:
        self.wait(400, 1400)
        kind = QUESTIONS if self.incident.category == QUESTIONS else "2"
        fitting = [text for of, text in self.stage.sentences["inquiry_answer"] if of == kind]
        self.act(self.handler(), "answer", reason=words or self.chance.choice(fitting))

    def late_answer(self) -> None:
        self.at = max(self.at, self.incident.handle_due_at or self.at)
        self.answer()

    def poor_answer(self) -> None:
        self.answer(self.stage.say("inquiry_poor"))

    def check(self, passed: bool = True) -> None:
        self.wait(30, 300)
        self.act(self.centre(), "check", passed=passed, reason=None if passed else self.stage.say("inquiry_redo"))

    def rate(self, scores: tuple[int, ...]) -> None:
        self.wait(60, 2000)
        score = self.chance.choice(scores)
        self.act(self.sender(), "rate", score=score, reason=self.stage.say(f"inquiry_rate_{score}"))

    steps: Final[dict[str, Callable[[Any], None]]] = {  # type: ignore[misc]
        "approve": approve, "reject": reject, "return": return_, "dispatch": dispatch, "extend": extend,
        "answer": answer, "late_answer": late_answer, "poor_answer": poor_answer, "check": check,
        "redo": lambda walk: walk.check(False), "rate_good": lambda walk: walk.rate((4, 5, 5)),
        "rate_bad": lambda walk: walk.rate((2,)),
    }


class Alarm(Walk):
    """Somebody at home calls for help, or a device does; the nearest worker goes there."""

    def report(self) -> None:
        community = self.chance.choice(self.cast.communities())
        code, words = self.chance.choice(self.stage.sentences["alarm"])
        lon, lat = from_wgs84(*self.stage.point_in(self.chance.choice(self.stage.cells(community))), "gcj02")
        sent = IncidentReport(id=self.stage.id(), process="care_alarm", subcategory=code, description=words, lon=lon,
                              lat=lat, datum="gcj02", source=self.story.reporter)
        by_device = self.story.reporter == "sensor"
        actor = self.one("sensor", self.city.root) if by_device else self.dispatcher(community)
        self.incident = journey.report(self.session, self.city, actor, sent, self.at)[0].incident

    def accept(self) -> None:
        self.wait(0.5, 2.5)
        self.go_there()

    def late_accept(self) -> None:
        """Nobody looked for some minutes: the lead and the street were called meanwhile."""
        self.wait(7, 8.5)
        self.go_there()

    def go_there(self) -> None:
        self.walker = self.worker()
        self.act(self.walker, "accept")

    def arrive(self) -> None:
        self.wait(4, 13)
        self.act(self.walker, "arrive", photo=False, **self.here())

    def feed_back(self, kind: str = "alarm_done") -> None:
        self.wait(5, 20)
        self.act(self.walker, "feed_back", reason=self.stage.say(kind))

    def call_back(self) -> None:
        self.wait(60, 500)
        lead = self.one("community_lead", self.incident.unit[:12])
        self.act(lead, "call_back", contacted=True, passed=True, score=self.chance.choice((4, 5, 5)))

    def void(self) -> None:
        self.wait(0.5, 2.5)
        self.act(self.worker(), "void", reason=self.stage.say("alarm_false"))

    steps: Final[dict[str, Callable[[Any], None]]] = {  # type: ignore[misc]
        "accept": accept, "late_accept": late_accept, "arrive": arrive, "feed_back": feed_back,
        "call_back": call_back, "void": void,
    }
