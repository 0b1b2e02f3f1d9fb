"""Steps of the demo's stories in which one party asks another: time, a pause, help, a presence, an answer."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from sqlalchemy import select
from sqlmodel import col

from governance.people import ENGINE
from governance.requests import ASKED, Request
from grids.codes import WIDTHS

if TYPE_CHECKING:
    from governance.people import Actor
    from wangge.demo.walk import Walk


def requests_of(walk: Walk, kind: str) -> list[Request]:
    return list(walk.session.scalars(select(Request).where(
        col(Request.incident_id) == walk.incident.id, col(Request.kind) == kind).order_by(col(Request.seq))))


def assist(walk: Walk) -> None:
    """Whom the desk asked feeds back, since the lead waits for that; whom the rule named helps now and then."""
    for request in requests_of(walk, "assist"):
        if request.state == ASKED and (request.asked_role != ENGINE.role or walk.chance.random() < 0.1):
            walk.wait(5, 40)
            walk.act(walk.handler(request.party), "assist", reason=walk.stage.say("assist"))


def extend(walk: Walk, verdict: str) -> None:
    """Asked for while the limit runs. Where it ran out meanwhile, as by night, the story goes on without."""
    walk.wait(5, 20)
    asker = walk.handler()
    if not walk.offered(asker, "extend"):
        return
    walk.act(asker, "extend", days=walk.chance.choice((1, 1, 2, 3)), reason=walk.stage.say("extend"))
    asked = walk.incident.version
    walk.wait(5, 30)
    walk.act(walk.dispatcher(), verdict, request=asked, reason=walk.stage.say(verdict))


def suspend(walk: Walk, days: float) -> None:
    """Granted; it resumes by itself on its review date."""
    walk.wait(5, 20)
    until = walk.at + timedelta(days=days)
    walk.act(walk.handler(), "suspend", until=until, reason=walk.stage.say("suspend"))
    asked = walk.incident.version
    walk.wait(5, 30)
    walk.act(walk.dispatcher(), "grant", request=asked, reason=walk.stage.say("grant"))
    walk.wait(days * 24 * 60, days * 24 * 60 + 60)


def whistle(walk: Walk) -> None:
    """The street's office and its enforcement team are called to the place, come, and are scored."""
    walk.wait(5, 20)
    called = tuple(sorted({walk.office(), f"{walk.street()}-enforcement"} - {walk.incident.department}))
    walk.act(walk.dispatcher(), "whistle", assisting=called, reason=walk.stage.say("whistle"))
    asked = walk.incident.version
    for party in called:
        walk.wait(5, 22)
        walk.act(walk.handler(party), "check_in", reason=walk.stage.say("check_in"), **walk.here())
    walk.wait(20, 60)
    walk.act(walk.dispatcher(), "confirm", request=asked, score=walk.chance.choice((3, 4, 5, 5)))


def supervise(walk: Walk, answered: bool) -> None:
    walk.wait(200, 900)
    walk.act(_above(walk, "supervisor"), "supervise", reason=walk.stage.say("supervise"))
    asked = walk.incident.version
    if answered:
        walk.wait(30, 200)
        walk.act(walk.handler(), "reply", reason=walk.stage.say("reply"))
        walk.wait(30, 200)
        walk.act(_above(walk, "supervisor"), "confirm", request=asked, reason=walk.stage.say("confirm"))


def appeal(walk: Walk) -> None:
    walk.wait(60, 600)
    walk.act(walk.handler(), "appeal", reason=walk.stage.say("appeal"))
    asked = walk.incident.version
    for reviewer in (walk.dispatcher(), _above(walk, "district_centre")):
        walk.wait(30, 300)
        walk.act(reviewer, "uphold", request=asked, reason=walk.stage.say("uphold"))


def visit(walk: Walk) -> None:
    """The desk calls the resident back; some are not reached."""
    walk.wait(300, 2000)
    if walk.chance.random() < 0.15:
        return walk.act(walk.dispatcher(), "return_visit", contacted=False, reason="无人接听")
    solved = walk.chance.random() < 0.93
    score = walk.chance.choice((5, 5, 5, 4, 4, 3)) if solved else 3
    return walk.act(walk.dispatcher(), "return_visit", contacted=True, passed=solved, score=score)


def _above(walk: Walk, role: str) -> Actor:
    """Somebody of the role whose scope holds the place: the district's, else the city's."""
    for level in ("district", "city"):
        if found := walk.cast.by_place.get((role, walk.incident.unit[:WIDTHS[level]])):
            return walk.chance.choice(found)
    raise LookupError(f"the demo has no {role}")


def ask_assist(walk: Walk) -> None:
    walk.wait(5, 30)
    others = {walk.office(), f"{walk.street()}-enforcement"} - {walk.incident.department, *walk.incident.assisting}
    if others:
        walk.act(walk.dispatcher(), "ask_assist", assisting=(min(others),), reason=walk.stage.say("ask_assist"))


STEPS: Final[dict[str, Callable[[Walk], None]]] = {
    "ask_assist": ask_assist,
    "extend": lambda walk: extend(walk, "grant"), "extend_no": lambda walk: extend(walk, "refuse"),
    "suspend": lambda walk: suspend(walk, 3), "suspend_long": lambda walk: suspend(walk, 60), "whistle": whistle,
    "supervise": lambda walk: supervise(walk, True), "supervise_open": lambda walk: supervise(walk, False),
    "appeal": appeal, "visit": visit}
