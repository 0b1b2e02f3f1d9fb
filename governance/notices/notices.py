"""Who is told what when a step is taken, or when time has brought something. The process says it; here it becomes
notices.

First the rules, records in and values out; then the way from the records and to them. A notice is one row for one
recipient of one step or event; its unique key is what makes telling twice harmless.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, SQLModel, col

from data.engine import is_postgresql
from governance.calendar import SHANGHAI
from governance.notices.audience import Recipient, audience
from governance.notices.facts import LATE, Step, rules_of
from governance.outbox import Notice
from governance.process import NoticeRule

UNIQUE = ["incident_id", "seq", "event", "recipient_kind", "recipient"]


@dataclass(frozen=True)
class Message:
    """What one recipient is told."""

    to: Recipient
    text: str
    text_en: str
    urgent: bool = False


# ---- rules ---------------------------------------------------------------------------------------------------------

def words_of(step: Step) -> tuple[dict[str, str], dict[str, str]]:
    """What the templates may say, in Chinese and in English (governance.notices.words). Never who reported it.

    Of a restricted incident neither what, why, nor where below the street: a notice leaves the system, and whoever
    opens the incident instead is in the audit log.
    """
    category, restricted, fields = step.subcategory, step.incident.sensitivity == "restricted", step.transition.fields
    due = when(due_of(step))
    both = {"number": step.incident.number, "department": step.department_name, "reason": step.transition.reason,
            "unit": " ".join(step.unit_names[:2] if restricted else step.unit_names), "until": when(until_of(step)),
            "days": str(fields.get("days", "")), "score": str(fields.get("score", ""))}
    action = step.process.actions.get(step.transition.action)
    stage = step.process.clocks.get(step.clock.stage) if step.clock else None
    zh = {**both, "subcategory": category.name if category else "未分类", "due": due or "未定",
          "action": action.name if action else "", "stage": stage.name if stage else ""}
    en = {**both, "subcategory": (category.name_en or category.name) if category else "unclassified",
          "due": due or "not set", "action": action.name_en if action else "", "stage": stage.name_en if stage else ""}
    if restricted:
        zh |= {"subcategory": "受限事项", "reason": "请登录查看"}
        en |= {"subcategory": "restricted item", "reason": "sign in to read"}
    return zh, en


def due_of(step: Step) -> datetime | None:
    """Of what the event is about; else when the lead must have handled it."""
    if step.event.startswith(LATE):
        return step.asked[0].due_at if step.asked else None
    clock = step.clock or step.handling
    return clock.due_at if clock else None


def until_of(step: Step) -> datetime | None:
    """The date that was asked for; of a request without one, by when it must be answered."""
    request = step.asked[0] if step.asked else None
    named = step.transition.fields.get("until") if not step.event or request is None else None
    named = named or (request.details.get("until") if request else None)
    return datetime.fromisoformat(named) if named else request.due_at if request else None


def when(at: datetime | None) -> str:
    """Local time, to the minute."""
    return at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M") if at else ""


def is_urgent(rule: NoticeRule, step: Step) -> bool:
    """The rule says so, or the incident must be handled in urgent hours, by night and on holidays."""
    return rule.urgent or (step.handling is not None and step.handling.limit_unit == "urgent_hour")


def messages(rules: Sequence[NoticeRule], audiences: Mapping[str, Sequence[Recipient]], step: Step) -> list[Message]:
    """One message for each recipient; whom two rules of a step name is told by the first."""
    zh, en = words_of(step)
    told: dict[Recipient, Message] = {}
    for rule in rules:
        for recipient in audiences[rule.to]:
            own = {"number": recipient.own_number} if recipient.own_number else {}
            told.setdefault(recipient, Message(
                recipient, rule.text.format_map(zh | own).strip(), rule.text_en.format_map(en | own).strip(),
                is_urgent(rule, step)))
    return list(told.values())


# ---- the records ---------------------------------------------------------------------------------------------------

def notices_of(session: Session, step: Step, now: datetime) -> list[Notice]:
    """The notices of a step or event, not yet written."""
    rules = rules_of(step)
    audiences = {rule.to: audience(session, rule.to, step) for rule in rules}
    return [Notice(incident_id=step.incident.id, seq=step.transition.seq, event=step.event, recipient_kind=m.to.kind,
                   recipient=m.to.code, text=m.text, text_en=m.text_en, urgent=m.urgent, created_at=now)
            for m in messages(rules, audiences, step)]


def write_new(session: Session, notices: Sequence[Notice]) -> list[Notice]:
    """Write those that nobody wrote yet, and give all of them as they stand; the caller commits. Who else is writing
    the same is waited for."""
    if not notices:
        return []
    insert_new(session, Notice, notices, UNIQUE)
    first = notices[0]
    return written(session, first.incident_id, first.seq, first.event)


def written(session: Session, incident_id: uuid.UUID, seq: int, event: str = "") -> list[Notice]:
    """The notices of a step or event that stand in the inboxes."""
    return list(session.scalars(select(Notice).where(
        col(Notice.incident_id) == incident_id, col(Notice.seq) == seq, col(Notice.event) == event
    ).order_by(col(Notice.id))))


def insert_new(session: Session, table: type[SQLModel], records: Sequence[SQLModel], unique: Sequence[str]) -> None:
    """Insert the records whose unique key is not there yet."""
    dialect: Any = postgresql if is_postgresql(session) else sqlite
    rows = [record.model_dump(exclude={"id"}) for record in records]
    session.execute(dialect.insert(table).values(rows).on_conflict_do_nothing(index_elements=list(unique)))
