"""Whose turn it is: what waits for a person, by what the processes say.

An incident waits for a role while a clock runs whose stage the role holds (`holder` in the process file), while a
request waits for the role's or the department's answer or decision, or for the confirmation of who asked; and for the
grid worker while it may be settled on the spot. What one may do besides (urge, comment, whistle …) waits for nobody.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, exists, false, or_, select
from sqlmodel import col

from governance import scope
from governance.city import City
from governance.clocks import Clock
from governance.incident import Incident
from governance.people import DEPARTMENT_ROLES, GRID_ROLES, Actor
from governance.process import Process
from governance.requests import ANSWERED, ASKED, GRANTED, Request

Condition = ColumnElement[bool]
#: The roles that hold a stage, by the words of `holder`; a community's lead backs up its workers.
HOLDERS: dict[str, tuple[str, ...]] = {
    "workers": GRID_ROLES, "nearest_workers": GRID_ROLES, "leads": ("community_lead",),
    "dispatchers": ("dispatcher",), "centre": ("district_centre",), "supervisors": ("supervisor",),
    "department": DEPARTMENT_ROLES, "heads": ("department_head",)}


@dataclass(frozen=True)
class Turn:
    """What of one process waits for one role.

    stages: whose clock it holds. answers: kinds of requests that are asked of a party. reviews: those that it decides,
    with the party that was asked and how many reviews went before. confirms: those that who asked confirms.
    settles: the states and subcategories that it may settle on the spot.
    """

    process: str
    stages: tuple[str, ...]
    answers: tuple[str, ...]
    reviews: tuple[tuple[str, str, int], ...]
    confirms: tuple[str, ...]
    settles: tuple[tuple[str, ...], tuple[str, ...]]


def turns_of(city: City, role: str) -> tuple[Turn, ...]:
    """For each process of the city."""
    return tuple(_turn(city, process, role) for process in city.processes.values())


def waiting_for(actor: Actor, turns: tuple[Turn, ...]) -> Condition:
    """The incidents that wait for this person, as a condition on the table `incident`."""
    within = _led(actor) if actor.role in DEPARTMENT_ROLES else scope.in_unit(actor.unit)
    found = [and_(col(Incident.process) == turn.process, or_(*parts))
             for turn in turns if (parts := [*_running(turn, within), *_asked(turn, actor), *_settles(turn, within)])]
    return or_(false(), *found)


# ---- what the process says -----------------------------------------------------------------------------------------

def stages_of(process: Process, role: str) -> tuple[str, ...]:
    """The stages that a role holds: while such a clock runs, the role must act."""
    return tuple(clock.stage for clock in process.clocks.values() if role in HOLDERS.get(clock.holder, ()))


def _turn(city: City, process: Process, role: str) -> Turn:
    rules = process.requests.values()
    actions = [action for action in process.actions.values() if role in action.by]
    return Turn(
        process.code,
        stages=stages_of(process, role),
        answers=tuple(rule.kind for rule in rules if not rule.reviews),
        reviews=tuple((rule.kind, rule.of, number) for rule in rules
                      for number, roles in enumerate(rule.reviews) if role in roles),
        confirms=tuple(kind for action in actions if action.decides and action.decides[0] == GRANTED
                       for kind in action.decides[1] if not process.requests[kind].reviews),
        settles=_settled(city, process, role))


def _settled(city: City, process: Process, role: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    states = tuple(state for action in process.actions.values()
                   if role in action.by and "not_settleable" in action.unless for state in action.from_states if state)
    tree = city.lists.get(process.taxonomy)
    return states, tuple(leaf.code for leaf in tree.leaves() if leaf.settle) if states and tree else ()


# ---- as conditions -------------------------------------------------------------------------------------------------

def _led(actor: Actor) -> Condition:
    return col(Incident.department) == actor.department


def _running(turn: Turn, within: Condition) -> Iterator[Condition]:
    """A clock runs of a stage that it holds; only open incidents have one."""
    if turn.stages:
        yield and_(within, col(Incident.outcome).is_(None), exists().where(
            col(Clock.incident_id) == col(Incident.id), col(Clock.stage).in_(turn.stages),
            col(Clock.stopped_at).is_(None), col(Clock.paused_at).is_(None)).correlate(Incident))


def _asked(turn: Turn, actor: Actor) -> Iterator[Condition]:
    """A request waits; closed incidents have some, too (an appeal)."""
    kind, party, state = col(Request.kind), col(Request.party), col(Request.state)
    waiting = [and_(party == of, state == ASKED, kind == code, col(Request.reviews) == number)
               for code, of, number in turn.reviews]
    if turn.answers:
        waiting.append(and_(party.in_([actor.department or actor.role]), state == ASKED, kind.in_(turn.answers)))
    if turn.confirms:
        waiting.append(and_(col(Request.asked_by) == actor.id, state == ANSWERED, kind.in_(turn.confirms)))
    within = _involved(actor) if actor.role in DEPARTMENT_ROLES else scope.in_unit(actor.unit)
    if waiting:
        yield and_(within, col(Incident.id).in_(select(col(Request.incident_id)).where(or_(*waiting))))


def _involved(actor: Actor) -> Condition:
    return or_(_led(actor), scope.assists(actor.department or ""))


def _settles(turn: Turn, within: Condition) -> Iterator[Condition]:
    """What was returned may not be settled any more."""
    states, subcategories = turn.settles
    if subcategories:
        yield and_(within, col(Incident.status).in_(states), col(Incident.subcategory).in_(subcategories),
                   col(Incident.returned_by).is_(None))
