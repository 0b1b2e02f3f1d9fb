"""A case on the table: the incident with its clocks and the steps just taken. In memory only."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime
from typing import Any

from governance import clocks
from governance.audit import FIRST_HASH, chain
from governance.calendar import Limit, Unit
from governance.city import City
from governance.clocks import Clock
from governance.incident import Attachment, Incident, Transition
from governance.outbox import OutboxRow
from governance.people import Actor
from governance.process import Action, ClockRule, by_result
from governance.requests import LAPSED, WITHDRAWN, Request

#: How a step came out when nothing else is said of it.
PASSED, FAILED = "passed", "failed"


@dataclass(frozen=True)
class ActionFields:
    """What an action may be given. Which of them it needs or takes, its process says."""

    reason: str | None = None
    department: str | None = None
    assisting: tuple[str, ...] | None = None
    subcategory: str | None = None
    standard: str | None = None
    passed: bool | None = None
    days: int | None = None
    until: datetime | None = None
    main: uuid.UUID | None = None
    request: int | None = None
    level: str | None = None
    contacted: bool | None = None
    score: int | None = None
    description: str | None = None
    stage: str | None = None
    attachments: tuple[uuid.UUID, ...] | None = None
    lon: float | None = None
    lat: float | None = None
    datum: str | None = None

    def __post_init__(self) -> None:
        """Blanks are no reason, and who assists is named once."""
        object.__setattr__(self, "reason", (self.reason or "").strip() or None)
        if self.assisting is not None:
            object.__setattr__(self, "assisting", tuple(dict.fromkeys(self.assisting)))

    def given(self) -> dict[str, Any]:
        """The fields that were given, as plain values."""
        values = {f.name: getattr(self, f.name) for f in fields(self)}
        return {name: _plain(value) for name, value in values.items() if value not in (None, "", ())}


@dataclass
class Case:
    """The incident, its clocks and requests, the files it has and the files just brought, and what has been written
    so far. `main` is the incident that a merge names, or that this one follows. `result` says how the step at hand
    came out (passed, failed, the kind of a request decided …), `noted` what its transition keeps beside its fields,
    `lesson` what the incident's words have turned out to mean."""

    incident: Incident
    clocks: list[Clock] = field(default_factory=list)
    requests: list[Request] = field(default_factory=list)
    attached: list[Attachment] = field(default_factory=list)
    brought: list[Attachment] = field(default_factory=list)
    main: Incident | None = None
    last_hash: str = FIRST_HASH
    last_at: datetime | None = None
    transitions: list[Transition] = field(default_factory=list)
    outbox: list[OutboxRow] = field(default_factory=list)
    result: str = PASSED
    noted: dict[str, Any] = field(default_factory=dict)
    lesson: str | None = None
    #: What the first transition keeps of how the report was made.
    opening: dict[str, Any] = field(default_factory=dict)

    @property
    def files(self) -> list[Attachment]:
        """All that it has, the ones just brought last."""
        return [*self.attached, *self.brought]

    def photos(self, files: Iterable[Attachment]) -> list[Attachment]:
        return [a for a in files if a.kind == "image"]


def move(case: Case, action: Action, now: datetime, city: City) -> None:
    """The incident goes to the action's target state; its instant is stamped. What has ended waits for nothing."""
    incident = case.incident
    incident.status = action.target(incident.status, case.result)
    incident.outcome = city.process(incident.process).states[incident.status].outcome
    if stamp := by_result(action.stamp, case.result, ""):
        setattr(incident, stamp, now)


def wind_clocks(case: Case, action: Action, now: datetime, city: City) -> None:
    """Stop, pause, resume and start the clocks that the action names; with the incident's end they all stop."""
    named = {what: by_result(getattr(action, what), case.result, ()) for what in ("stop", "pause", "resume", "start")}
    for clock in [c for c in case.clocks if c.stopped_at is None]:
        if clock.stage in named["stop"] or case.incident.outcome is not None:
            clocks.stop(clock, now, city.calendar)
        elif clock.stage in named["pause"] and clock.paused_at is None:
            clocks.pause(clock, now, city.calendar)
        elif clock.stage in named["resume"] and clock.paused_at is not None:
            clocks.resume(clock, now, city.calendar)
            note_handle_due(case.incident, clock, city)
    for stage in named["start"]:
        _start(case, city.process(case.incident.process).clocks[stage], now, city)
    case.incident.due_at = clocks.earliest_due(case.clocks)


def _start(case: Case, rule: ClockRule, now: datetime, city: City) -> None:
    """A clock of the same stage and department goes on, one that carries on whoever has it; else one of another
    department ends and a new one starts."""
    incident = case.incident
    held = next((c for c in case.clocks if c.stage == rule.stage and c.stopped_at is None), None)
    if held is not None and (rule.carries or held.department == incident.department):
        held.department = incident.department
        if held.paused_at is not None:
            clocks.resume(held, now, city.calendar)
    else:
        if held is not None:
            clocks.stop(held, now, city.calendar)
        held = clocks.start(incident.id, rule.stage, limit_for(incident, rule, city), now, city.calendar,
                            incident.department)
        case.clocks.append(held)
    note_handle_due(incident, held, city)


def note_handle_due(incident: Incident, clock: Clock, city: City) -> None:
    """The incident carries the due time of its handling, for the figures of on-time closure."""
    if city.process(incident.process).clocks[clock.stage].by_standard:
        incident.handle_due_at = clock.due_at


def note_verdict(case: Case, city: City) -> None:
    """Whether the lead department handled it in time: the verdict of its clock. A false stays false."""
    incident, rules = case.incident, city.process(case.incident.process).clocks
    verdicts = [c.verdict for c in case.clocks if rules[c.stage].by_standard and c.department == incident.department]
    if incident.department is not None and verdicts and verdicts[-1] is not None:
        incident.on_time = incident.on_time is not False and verdicts[-1] == clocks.ON_TIME


def limit_for(incident: Incident, rule: ClockRule, city: City) -> Limit:
    """The stage's own limit (another one where handling is urgent), or that of the standard in the incident's area."""
    tree = city.tree(incident.taxonomy)
    standard = tree.standard(incident.subcategory or "", incident.area_class, incident.standard)
    if standard is None or incident.standard is None:
        return rule.limit
    unit: Unit = standard.limit_unit  # type: ignore[assignment]
    if rule.by_standard:
        return Limit(standard.limit_value, unit)
    return rule.urgent if rule.urgent is not None and unit == "urgent_hour" else rule.limit


def involve(case: Case, city: City) -> None:
    """The departments beside the lead that see the incident: who assists, and of whom else something was asked. Whom
    the desk let go assists no more."""
    incident = case.incident
    asked = [r.party for r in case.requests if r.party in city.departments and r.state not in (WITHDRAWN, LAPSED)]
    let_go = {r.party for r in case.requests if r.state == WITHDRAWN} - set(asked)
    incident.assisting = [code for code in incident.assisting if code not in let_go]
    incident.involved = list(dict.fromkeys([*incident.assisting, *asked]))


def record(case: Case, action: Action, actor: Actor, given: ActionFields, before: str | None, now: datetime) -> None:
    """Append the transition to the chain, and the outbox row that says so. The version is the transition's number."""
    incident = case.incident
    incident.version = 1 if before is None else incident.version + 1
    if case.result not in (PASSED, FAILED):
        case.noted["result"] = case.result
    transition = Transition(
        incident_id=incident.id, seq=incident.version, action=action.code, from_state=before,
        to_state=incident.status, actor=actor.id, actor_name=actor.name, role=actor.role, department=actor.department,
        reason=given.reason or "", fields=_recorded(given) | case.noted | (case.opening if before is None else {}),
        at=now.astimezone(UTC), hash="")
    transition.hash = case.last_hash = chain(transition, case.last_hash)
    case.transitions.append(transition)
    case.outbox.append(OutboxRow(incident_id=incident.id, seq=incident.version, created_at=now))


def _recorded(given: ActionFields) -> dict[str, Any]:
    return {name: value for name, value in given.given().items() if name != "reason"}


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_plain(item) for item in value]
    return str(value) if isinstance(value, uuid.UUID) else value
