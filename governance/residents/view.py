"""What the public may read of an incident: where it stands, the steps that moved it, and reasons that were meant for
whoever reported it. Never a name of a worker, never an inner note.

The process says it, as it says everything: a reason may be read where a notice tells it to the reporter, or where the
step is the reply (it stamps `handled_at`). Of a restricted incident nobody reads a reason here.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlmodel import Session, col

from governance import journey
from governance.calendar import SHANGHAI
from governance.case import ActionFields, Case
from governance.city import City
from governance.errors import NotFound, WrongState
from governance.incident import Incident, Transition
from governance.people import Account, Actor
from governance.process import Action, Process
from governance.residents.masking import mask


@dataclass(frozen=True)
class PublicStep:
    """A step as the public reads it; `reason` is empty where it is an inner one."""

    seq: int
    action: str
    name: str
    name_en: str
    state: str
    state_en: str
    at: datetime
    reason: str


@dataclass(frozen=True)
class PublicView:
    """A report as its reporter follows it. Merged into another, `lead` is the other one: its state is what counts."""

    own: Incident
    lead: Incident
    process: Process
    steps: list[PublicStep]
    reply: str
    rate_until: datetime | None

    @property
    def state(self) -> str:
        return self.lead.status


# ---- rules ---------------------------------------------------------------------------------------------------------

def tells_reporter(action: Action) -> bool:
    return any(rule.to == "reporter" for rule in action.notify)


def is_reply(action: Action) -> bool:
    """The department's word on what it did, or its answer."""
    return "handled_at" in action.stamp.values()


def reason_is_public(action: Action) -> bool:
    return is_reply(action) or any(rule.to == "reporter" and "{reason}" in rule.text for rule in action.notify)


def public_steps(process: Process, incident: Incident, transitions: Iterable[Transition]) -> list[PublicStep]:
    """The steps that moved it or that the reporter was told of, in order."""
    steps = []
    for step in transitions:
        action, state = process.actions.get(step.action), process.state(step.to_state)
        if action is None or (step.from_state == step.to_state and not tells_reporter(action)):
            continue
        readable = incident.sensitivity == "normal" and reason_is_public(action)
        steps.append(PublicStep(step.seq, action.code, action.name, action.name_en, state.name, state.name_en, step.at,
                                mask(step.reason) if readable else ""))
    return steps


def reply_of(process: Process, lead: Incident, steps: Iterable[PublicStep]) -> str:
    """The last reply; none while it is being taken up again."""
    replies = [step.reason for step in steps if step.action in process.actions
               and is_reply(process.actions[step.action])]
    return replies[-1] if replies and lead.handled_at is not None else ""


def rating_of(process: Process, state: str) -> Action | None:
    """The action by which the reporter says how well it was solved."""
    return next((a for a in process.possible(state, "resident") if "score" in a.fields), None)


def sentences(view: PublicView, city: City, now: datetime) -> tuple[str, str]:
    """Where it stands, in plain words, Chinese and English."""
    lead, state = view.lead, view.process.state(view.state)
    zh, en = [state.name], [state.name_en]
    if view.own.merged_into is not None:
        zh, en = ["已并入同一问题办理", state.name], ["joined with the same problem", state.name_en]
    if lead.outcome is None and lead.department is not None:
        name = city.department_name(lead.department)
        zh, en = [*zh, f"由{name}办理"], [*en, f"with {name}"]
    if lead.outcome is None and lead.handle_due_at is not None and lead.handled_at is None:
        due = local(lead.handle_due_at)
        late = lead.handle_due_at < now
        zh = [*zh, f"应于 {due} 前办理" + (", 现已超期" if late else "")]
        en = [*en, f"due by {due}" + (", overdue" if late else "")]
    if view.rate_until is not None:
        zh = [*zh, f"可在 {local(view.rate_until)} 前评价, 不满意将重新办理"]
        en = [*en, f"you may rate it until {local(view.rate_until)}; if you are dissatisfied it is taken up again"]
    return "; ".join(zh), "; ".join(en)


def local(at: datetime) -> str:
    return at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")


# ---- the records ---------------------------------------------------------------------------------------------------

def view_of(session: Session, city: City, incident_id: uuid.UUID, now: datetime) -> PublicView:
    """The report as its reporter follows it, with the steps of the incident that it was merged into."""
    own = session.get_one(Incident, incident_id)
    lead = main_of(session, own)
    process = city.process(lead.process)
    steps = public_steps(city.process(own.process), own, _transitions(session, own))
    if lead is not own:
        joined = steps[-1].at if steps else own.reported_at
        steps += [s for s in public_steps(process, lead, _transitions(session, lead))
                  if s.at >= joined and s.action != process.start.code]
    return PublicView(own, lead, process, steps, reply_of(process, lead, steps),
                      rate_until(city, process, own, lead, now))


def main_of(session: Session, incident: Incident) -> Incident:
    """The incident that decides: itself, or at the end of the chain of merges."""
    seen = {incident.id}
    while incident.merged_into is not None and incident.merged_into not in seen:
        seen.add(incident.merged_into)
        incident = session.get_one(Incident, incident.merged_into)
    return incident


def rate_until(city: City, process: Process, own: Incident, lead: Incident, now: datetime) -> datetime | None:
    """Until when the report may be rated; None if it may not yet, or no more."""
    if lead.closed_at is None or rating_of(process, own.status) is None:
        return None
    until = lead.closed_at + timedelta(days=city.settings.reopen_days)
    return until if now <= until else None


def rate(session: Session, city: City, incident_id: uuid.UUID, score: int, reason: str | None, now: datetime) -> Case:
    """The reporter's rating, as the process has it. WrongState before the end and when its days are over.

    The row is locked before it is read: whoever rates has seen no version, so none can be stale.
    """
    own = session.scalars(select(Incident).where(col(Incident.id) == incident_id).with_for_update()).one()
    process, lead = city.process(own.process), main_of(session, own)
    action = rating_of(process, own.status)
    until = lead.closed_at and lead.closed_at + timedelta(days=city.settings.reopen_days)
    if action is None or until is None:
        raise WrongState("尚未办结, 办结后可评价", "It has not been closed yet; it can be rated then.")
    if now > until:
        raise WrongState(f"评价期已过 (办结后 {city.settings.reopen_days} 天)",
                         f"It could be rated for {city.settings.reopen_days} days after it was closed.")
    account = session.get(Account, own.reporter)
    if account is None:
        raise NotFound(own.number)
    return journey.act(session, city, Actor.of(account), own.id, action.code, own.version,
                       ActionFields(score=score, reason=reason), now)


def _transitions(session: Session, incident: Incident) -> Sequence[Transition]:
    return session.scalars(select(Transition).where(col(Transition.incident_id) == incident.id)
                           .order_by(col(Transition.seq))).all()
