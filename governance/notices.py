"""Who is told what when a step is taken. The process says it (`notify`); here it becomes notices.

First the rules, records in and values out; then the few queries that find the records. A notice is one row for one
recipient of one step; its unique key is what makes telling twice harmless.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col

from data.engine import is_postgresql
from governance.calendar import SHANGHAI
from governance.clocks import Clock
from governance.incident import Incident, Transition
from governance.outbox import Notice
from governance.people import Account, Department
from governance.process import NoticeRule, Process
from grids.codes import path_of
from grids.unit import Unit
from taxonomy.category import Category

#: Whom a rule's `to` means, besides the department and the reporter: people of a role whose scope holds the place.
ROLE_OF = {"workers": "grid_worker", "dispatchers": "dispatcher"}
#: Of these the nearest are told (the cell's, else the community's …); of the others everyone.
NEAREST_ONLY = ("workers",)
UNIQUE = ["incident_id", "seq", "recipient_kind", "recipient", "channel"]


@dataclass(frozen=True)
class Recipient:
    """A department by its code, or an account by its id. Who reported the same thing under another number, which was
    merged into this incident, is told of that number."""

    kind: str
    code: str
    own_number: str | None = field(default=None, compare=False)


@dataclass(frozen=True)
class Message:
    """What one recipient is told."""

    to: Recipient
    text: str
    text_en: str


@dataclass(frozen=True)
class Step:
    """A step and what is needed to speak of it: the lead department at that step, the names, the due time."""

    incident: Incident
    transition: Transition
    lead: str | None
    department_name: str
    subcategory: Category | None
    unit_names: tuple[str, ...]
    due_at: datetime | None


# ---- rules ---------------------------------------------------------------------------------------------------------

def rules_of(process: Process, transition: Transition) -> tuple[NoticeRule, ...]:
    """The notices that this step calls for: all of its action, or those for how it came out."""
    action = process.actions.get(transition.action)
    result = "failed" if transition.fields.get("passed") is False else "passed"
    return tuple(rule for rule in action.notify if rule.when in (None, result)) if action else ()


def lead_of(transition: Transition, before: Transition | None) -> str | None:
    """The lead department at that step, whatever became of the incident since.

    A dispatch names it; a return leaves none behind, so it is the one before.
    """
    named: str | None = transition.fields.get("department")
    return named or transition.department or (before.department if before else None)


def nearest(scopes: Iterable[tuple[uuid.UUID, str]]) -> list[uuid.UUID]:
    """Of accounts with their scopes, all holding the place: those of the lowest unit."""
    found = list(scopes)
    lowest = max((len(unit) for _, unit in found), default=0)
    return [account for account, unit in found if len(unit) == lowest]


def words_of(step: Step) -> tuple[dict[str, str], dict[str, str]]:
    """What the templates may say, in Chinese and in English. Never who reported it.

    Of a restricted incident neither what, why, nor where below the street: a notice leaves the system, and whoever
    opens the incident instead is in the audit log.
    """
    category, restricted = step.subcategory, step.incident.sensitivity == "restricted"
    due = step.due_at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M") if step.due_at else ""
    both = {"number": step.incident.number, "department": step.department_name,
            "unit": " ".join(step.unit_names[:2] if restricted else step.unit_names)}
    zh = {**both, "subcategory": category.name if category else "未分类", "due": due or "未定",
          "reason": step.transition.reason}
    en = {**both, "subcategory": (category.name_en or category.name) if category else "unclassified",
          "due": due or "not set", "reason": step.transition.reason}
    if restricted:
        zh |= {"subcategory": "受限事项", "reason": "请登录查看"}
        en |= {"subcategory": "restricted item", "reason": "sign in to read"}
    return zh, en


def messages(rules: Sequence[NoticeRule], audience: Mapping[str, Sequence[Recipient]], step: Step) -> list[Message]:
    """One message for each recipient; whom two rules of a step name is told by the first."""
    zh, en = words_of(step)
    told: dict[Recipient, Message] = {}
    for rule in rules:
        for recipient in audience[rule.to]:
            own = {"number": recipient.own_number} if recipient.own_number else {}
            told.setdefault(recipient, Message(recipient, rule.text.format_map(zh | own),
                                               rule.text_en.format_map(en | own)))
    return list(told.values())


# ---- the records ---------------------------------------------------------------------------------------------------

def notices_of(session: Session, processes: Mapping[str, Process], incident_id: uuid.UUID, seq: int, channel: str,
               now: datetime) -> list[Notice]:
    """The notices of a step, not yet written. LookupError if there is no such step."""
    incident = session.get(Incident, incident_id)
    steps = {t.seq: t for t in session.scalars(select(Transition).where(
        col(Transition.incident_id) == incident_id, col(Transition.seq).in_([seq - 1, seq])))}
    if incident is None or seq not in steps:
        raise LookupError(f"incident {incident_id} has no step {seq}")
    process = processes[incident.process]
    rules = rules_of(process, steps[seq])
    if not rules:
        return []
    step = _read_step(session, process, incident, steps[seq], steps.get(seq - 1))
    audience = {rule.to: _audience(session, rule.to, step) for rule in rules}
    return [Notice(incident_id=incident_id, seq=seq, recipient_kind=m.to.kind, recipient=m.to.code, channel=channel,
                   text=m.text, text_en=m.text_en, created_at=now) for m in messages(rules, audience, step)]


def write_new(session: Session, notices: Sequence[Notice]) -> None:
    """Write those that nobody wrote yet; the caller commits. Who else is writing the same is waited for."""
    if not notices:
        return
    dialect: Any = postgresql if is_postgresql(session) else sqlite
    rows = [notice.model_dump(exclude={"id"}) for notice in notices]
    session.execute(dialect.insert(Notice).values(rows).on_conflict_do_nothing(index_elements=UNIQUE))


def unsent(session: Session, incident_id: uuid.UUID, seq: int, channel: str) -> list[int]:
    """The keys of a step's notices that have not gone out."""
    return list(session.scalars(select(col(Notice.id)).where(
        col(Notice.incident_id) == incident_id, col(Notice.seq) == seq, col(Notice.channel) == channel,
        col(Notice.sent_at).is_(None)).order_by(col(Notice.id))))


def lock_unsent(session: Session, key: int) -> Notice | None:
    """The notice, locked until the caller commits; None if somebody else has sent it by now."""
    return session.scalar(select(Notice).where(col(Notice.id) == key, col(Notice.sent_at).is_(None))
                          .with_for_update())


def phone_of(session: Session, notice: Notice) -> str:
    """The phone of the account that a notice goes to; a department has none."""
    if notice.recipient_kind != "account":
        return ""
    return session.scalar(select(col(Account.phone)).where(col(Account.id) == uuid.UUID(notice.recipient))) or ""


def _read_step(session: Session, process: Process, incident: Incident, transition: Transition,
               before: Transition | None) -> Step:
    lead = lead_of(transition, before)
    department = session.get(Department, lead) if lead else None
    return Step(incident, transition, lead, department.name if department else "", _subcategory(session, incident),
                _unit_names(session, incident), _due_at(session, process, incident, transition, lead))


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


def _due_at(session: Session, process: Process, incident: Incident, transition: Transition,
            lead: str | None) -> datetime | None:
    """When the lead of that step must have handled it: its own clock, not that of who has it now."""
    stages = [stage for stage, rule in process.clocks.items() if rule.by_standard]
    return session.scalar(select(col(Clock.due_at)).where(
        col(Clock.incident_id) == incident.id, col(Clock.stage).in_(stages), col(Clock.department) == lead,
        col(Clock.started_at) <= transition.at).order_by(col(Clock.id).desc()).limit(1))


def _reporters(session: Session, incident: Incident) -> list[Recipient]:
    """Its own reporter first, then those whose reports were merged into it."""
    merged = session.execute(select(col(Incident.reporter), col(Incident.number)).where(
        col(Incident.merged_into) == incident.id).order_by(col(Incident.serial)))
    found = [(incident.reporter, None), *((reporter, number) for reporter, number in merged)]
    return [Recipient("account", str(reporter), number) for reporter, number in found if reporter is not None]


def _audience(session: Session, to: str, step: Step) -> list[Recipient]:
    if to == "department":
        return [Recipient("department", step.lead)] if step.lead else []
    if to == "reporter":
        return _reporters(session, step.incident)
    rows = session.execute(select(col(Account.id), col(Account.unit)).where(
        col(Account.role) == ROLE_OF[to], col(Account.active), col(Account.unit).in_(path_of(step.incident.unit))
    ).order_by(col(Account.phone))).all()
    scopes = [(account, unit) for account, unit in rows]
    accounts = nearest(scopes) if to in NEAREST_ONLY else [account for account, _ in scopes]
    return [Recipient("account", str(account)) for account in accounts]
