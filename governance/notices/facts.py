"""What must be known of a step, or of what time brought, to speak of it: the records, gathered once."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlmodel import Session, col

from governance.case import FAILED, PASSED
from governance.clocks import Clock
from governance.incident import Incident, Transition
from governance.people import Department
from governance.process import NoticeRule, Process
from governance.requests import ASKED, GRANTED, PENDING, Request
from grids.codes import path_of
from grids.unit import Unit
from taxonomy.category import Category

#: What the names of events begin with: warn:STAGE, remind:SEQ and late:SEQ:TIMES, SEQ of the step that asked.
WARN, REMIND, LATE = "warn", "remind", "late"
#: The steps of an action (governance.steps) that name a lead department, and those that leave the incident without.
NAMES_LEAD, LEAVES_LEAD = {"send"}, {"give_back", "start_over", "leave_main"}


@dataclass(frozen=True)
class Step:
    """A step, or an event after it, and what belongs to it.

    lead: the lead department at that step. clock: the one that the step or event is about. asked: the requests that it
    opens or is about.
    """

    process: Process
    incident: Incident
    transition: Transition
    event: str = ""
    lead: str | None = None
    department_name: str = ""
    subcategory: Category | None = None
    unit_names: tuple[str, ...] = ()
    handling: Clock | None = None
    clock: Clock | None = None
    asked: Sequence[Request] = field(default_factory=tuple)


# ---- rules ---------------------------------------------------------------------------------------------------------

def rules_of(step: Step) -> tuple[NoticeRule, ...]:
    """The notices that a step or event calls for: all of them, or those for how it came out."""
    kind, _, about = step.event.partition(":")
    if kind == WARN:
        clock = step.process.clocks.get(about)
        return clock.warn if clock else ()
    if kind in (REMIND, LATE):
        rule = step.process.requests.get(step.asked[0].kind) if step.asked else None
        return getattr(rule, kind) if rule else ()
    action = step.process.actions.get(step.transition.action)
    return tuple(rule for rule in action.notify if rule.when in (None, result_of(step.transition))) if action else ()


def result_of(transition: Transition) -> str:
    """How a step came out: as it was recorded, else passed or failed."""
    noted: str | None = transition.fields.get("result")
    return noted or (FAILED if transition.fields.get("passed") is False else PASSED)


def lead_of(process: Process, steps: Sequence[Transition]) -> str | None:
    """The lead department at the last of these steps, whatever became of the incident since.

    A dispatch names it; a return leaves none behind, so at the return itself it is the one before.
    """
    for back, step in enumerate(reversed(steps)):
        action = process.actions.get(step.action)
        does = set(action.does) if action else set()
        if does & NAMES_LEAD and (named := step.fields.get("department")):
            return str(named)
        if back and does & LEAVES_LEAD:
            return None
    return None


def stage_of(process: Process, transition: Transition, event: str, clocks: Sequence[Clock]) -> str | None:
    """The stage that a step or event is about: named by it, or the nearest due of those that run; None: no matter."""
    kind, _, about = event.partition(":")
    if event:
        return about if kind == WARN else None
    action = process.actions.get(transition.action)
    if action is None or "stage" not in action.fields:
        return None
    if named := transition.fields.get("stage"):
        return str(named)
    running = [c for c in clocks if c.stopped_at is None and c.paused_at is None and c.started_at <= transition.at]
    return min(running, key=lambda c: c.due_at).stage if running else None


# ---- the records ---------------------------------------------------------------------------------------------------

def read_step(session: Session, processes: Mapping[str, Process], incident_id: uuid.UUID, seq: int,
              event: str = "") -> Step:
    """A step with its facts. LookupError if there is no such step."""
    incident = session.get(Incident, incident_id)
    steps = list(session.scalars(select(Transition).where(
        col(Transition.incident_id) == incident_id, col(Transition.seq) <= seq).order_by(col(Transition.seq))))
    if incident is None or not steps or steps[-1].seq != seq:
        raise LookupError(f"incident {incident_id} has no step {seq}")
    process, taken = processes[incident.process], steps[-1]
    lead = lead_of(process, steps)
    department = session.get(Department, lead) if lead else None
    clocks = list(session.scalars(select(Clock).where(col(Clock.incident_id) == incident.id).order_by(col(Clock.id))))
    stage = stage_of(process, taken, event, clocks)
    return Step(process, incident, taken, event, lead, department.name if department else "",
                _subcategory(session, incident), _unit_names(session, incident),
                _handling(process, clocks, taken, lead),
                _last([c for c in clocks if c.stage == stage and (event or c.started_at <= taken.at)]),
                _asked(session, incident, taken, event))


def _last(clocks: Sequence[Clock]) -> Clock | None:
    return clocks[-1] if clocks else None


def _subcategory(session: Session, incident: Incident) -> Category | None:
    """As its list's version had it that the incident was filed under."""
    if incident.subcategory is None:
        return None
    return session.get(Category, (incident.taxonomy, incident.taxonomy_version, incident.subcategory))


def _unit_names(session: Session, incident: Incident) -> tuple[str, ...]:
    """The names from the district down."""
    names = session.scalars(select(col(Unit.name)).where(
        col(Unit.version) == incident.boundary_version, col(Unit.code).in_(path_of(incident.unit)[1:])
    ).order_by(col(Unit.code)))
    return tuple(names)


def _handling(process: Process, clocks: Sequence[Clock], transition: Transition, lead: str | None) -> Clock | None:
    """The clock of the lead of that step, by the incident's standard: its own, not that of who has it now."""
    stages = {stage: rule for stage, rule in process.clocks.items() if rule.by_standard}
    return _last([c for c in clocks if c.stage in stages and c.started_at <= transition.at
                  and (c.department == lead or stages[c.stage].carries)])


def _asked(session: Session, incident: Incident, transition: Transition, event: str) -> list[Request]:
    """The requests that an event is about and that still wait; those that the step opened, or that it names."""
    kind, _, about = event.partition(":")
    query = select(Request).where(col(Request.incident_id) == incident.id).order_by(col(Request.party))
    if event:
        states = {REMIND: (*PENDING, GRANTED), LATE: (ASKED,)}.get(kind, ())
        seq = int(about.partition(":")[0]) if states else 0
        return list(session.scalars(query.where(col(Request.seq) == seq, col(Request.state).in_(states))))
    named = transition.fields.get("request")
    found = list(session.scalars(query.where(col(Request.seq) == (transition.seq if named is None else named))))
    if party := transition.fields.get("department") if named is not None else None:
        found = [request for request in found if request.party == party]
    return found
