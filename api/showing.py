"""Incidents as they are shown: with names beside codes, and without what the caller may not know."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlmodel import Session

from api.dependencies import Caller
from api.schemas.incidents import (
    ActorOut,
    ClockOut,
    DecisionOut,
    IncidentFile,
    IncidentOut,
    ReporterOut,
    RequestOut,
    TransitionOut,
)
from data.engine import writing
from governance import queries, scope
from governance.city import City
from governance.clocks import Clock, is_overdue
from governance.incident import Attachment, Incident, Transition
from governance.people import ROLES, Actor
from governance.requests import Request
from governance.residents.view import public_steps
from grids.codes import WIDTHS, Level

#: Fields that are shown as the record has them.
AS_THEY_ARE = (
    "id", "number", "process", "status", "outcome", "version", "taxonomy", "taxonomy_version", "subcategory",
    "category", "standard", "sensitivity", "description", "address", "lon", "lat", "unit", "placement", "department",
    "assisting", "source", "on_time", "returns", "reworks", "urges", "extensions", "suspensions", "supervisions",
    "whistles", "escalations", "reopened", "exempt", "score", "visited_at", "visit_contacted", "visit_solved",
    "visit_score", "involved", "desk", "merged_into",
    "captured_at", "reported_at", "filed_at", "dispatched_at", "signed_at", "handled_at", "closed_at", "due_at",
    "handle_due_at")
STAGES_ABOVE: tuple[Level, ...] = ("cell", "community", "street", "district")


def show_all(session: Session, caller: Caller, incidents: Sequence[Incident]) -> list[IncidentOut]:
    """Incidents with their clocks, requests and files: three queries, however many."""
    ids = [incident.id for incident in incidents]
    clocks = queries.clocks_of(session, caller.actor, *ids)
    requests = queries.requests_of(session, caller.actor, *ids)
    files = queries.attachments_of(session, caller.actor, *ids)
    return [show(caller, one, clocks[one.id], requests[one.id], files[one.id]) for one in incidents]


def show(caller: Caller, incident: Incident, clocks: Sequence[Clock], requests: Sequence[Request],
         files: Sequence[Attachment]) -> IncidentOut:
    city = caller.city
    record: dict[str, Any] = {name: getattr(incident, name) for name in AS_THEY_ARE}
    return IncidentOut(
        **record, **names(city, incident), **above(incident.unit), reporter=reporter(caller.actor, incident),
        overdue=overdue(incident, caller.now),
        decision=None if caller.actor.role == "resident" else decision(incident),
        clocks=[clock_out(city, incident, clock, caller.now) for clock in clocks],
        requests=[] if caller.actor.role == "resident" else [request_out(city, incident, r) for r in requests],
        attachments=[file_out(file) for file in files])


def names(city: City, incident: Incident) -> dict[str, Any]:
    """What people call the codes. The list may be of a later version than the incident's: then its names."""
    tree, process = city.lists.get(incident.taxonomy), city.processes.get(incident.process)
    state = process.states.get(incident.status) if process else None
    return {
        "status_name": state.name if state else incident.status,
        "subcategory_name": tree.name(incident.subcategory) if tree and incident.subcategory else None,
        "category_name": tree.name(incident.category) if tree and incident.category else None,
        "unit_name": city.path_names(incident.unit),
        "department_name": city.department_name(incident.department) if incident.department else None,
    }


def above(unit: str) -> dict[str, Any]:
    """The codes of the levels that the unit has."""
    return {level: unit[:WIDTHS[level]] if len(unit) >= WIDTHS[level] else None for level in STAGES_ABOVE}


def knows_reporter(actor: Actor, incident: Incident) -> bool:
    """Roles that need it, and the reporter."""
    own = actor.id is not None and actor.id == incident.reporter
    return own or "read_reporter" in scope.HOLDS.get(actor.role, frozenset())


def reporter(actor: Actor, incident: Incident) -> ReporterOut | None:
    if not knows_reporter(actor, incident):
        return None
    return ReporterOut(id=incident.reporter, name=incident.reporter_name, phone=incident.reporter_phone)


def overdue(incident: Incident, now: datetime) -> bool:
    return incident.outcome is None and incident.due_at is not None and incident.due_at < now


def decision(incident: Incident) -> DecisionOut | None:
    said = incident.decision
    if not said:
        return None
    return DecisionOut(subcategory=incident.subcategory, department=said.get("department"), by=said.get("by"),
                       confidence=said.get("confidence"), reasons=said.get("reasons", []), rule=said.get("rule"),
                       overruled=bool(said.get("overruled")), candidates=said.get("candidates", []),
                       suggestions=said.get("suggestions", []), little=said.get("little"))


def clock_out(city: City, incident: Incident, clock: Clock, now: datetime) -> ClockOut:
    process = city.processes.get(incident.process)
    rule = process.clocks.get(clock.stage) if process else None
    return ClockOut.model_validate({
        "stage": clock.stage, "name": rule.name if rule else clock.stage, "department": clock.department,
        "limit_value": clock.limit_value, "limit_unit": clock.limit_unit, "started_at": clock.started_at,
        "warn_at": clock.warn_at, "due_at": clock.due_at, "original_due_at": clock.original_due_at,
        "paused_at": clock.paused_at,
        "stopped_at": clock.stopped_at, "overdue": is_overdue(clock, now), "verdict": clock.verdict})


def request_out(city: City, incident: Incident, request: Request) -> RequestOut:
    process = city.processes.get(incident.process)
    rule = process.requests.get(request.kind) if process else None
    party = ROLES.get(request.party) or city.department_name(request.party)
    return RequestOut(
        request=request.seq, kind_name=rule.name if rule else request.kind, party_name=party,
        **{name: getattr(request, name) for name in RequestOut.model_fields
           if name not in ("request", "kind_name", "party_name")})


def file_out(file: Attachment) -> IncidentFile:
    return IncidentFile(id=file.id, kind=file.kind, media_type=file.media_type, bytes=file.bytes, sha256=file.sha256,
                        seq=file.seq, uploaded_at=file.uploaded_at)


def steps_out(caller: Caller, incident: Incident, steps: Sequence[Transition]) -> list[TransitionOut]:
    """The steps that the caller may see. A resident sees those that moved the incident or told the reporter, without
    who took them and without inner notes."""
    if caller.actor.role != "resident":
        return [transition_out(caller, incident, step) for step in steps]
    shown = {s.seq: s for s in public_steps(caller.city.process(incident.process), incident, steps)}
    return [for_resident(transition_out(caller, incident, step), shown[step.seq].reason, step.actor == caller.actor.id)
            for step in steps if step.seq in shown]


def for_resident(step: TransitionOut, reason: str, own: bool) -> TransitionOut:
    hidden: dict[str, Any] = {"reason": reason, "fields": {}, "department": None}
    return step.model_copy(update=hidden if own else {**hidden, "actor": None})


def transition_out(caller: Caller, incident: Incident, step: Transition) -> TransitionOut:
    """A step. Where the reporter is not to be known, the reporter's steps carry no name."""
    process = caller.city.processes.get(incident.process)
    action = process.actions.get(step.action) if process else None
    hidden = step.actor == incident.reporter and not knows_reporter(caller.actor, incident)
    return TransitionOut(
        seq=step.seq, action=step.action, action_name=action.name if action else step.action,
        from_state=step.from_state, to_state=step.to_state,
        actor=None if hidden else ActorOut(id=step.actor, name=step.actor_name), role=step.role,
        department=step.department, reason=step.reason, fields=step.fields, at=step.at, hash=step.hash)


def account_for(caller: Caller, incidents: Sequence[queries.Shown]) -> None:
    """Reads of restricted incidents are in the audit log before they are answered."""
    restricted = [incident for incident in incidents if incident.sensitivity == "restricted"]
    if restricted:
        with writing(caller.engine) as session:
            queries.note_restricted_read(session, caller.actor, restricted, caller.now)
            session.commit()


