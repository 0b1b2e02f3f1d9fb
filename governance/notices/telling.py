"""A step is told: its notices are written, and with them the deliveries, in one transaction of the caller's."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select
from sqlmodel import Session, col

from governance.notices import notices, webhooks
from governance.notices.choice import NoticeChoice, configured, default_choice, goes_out, ways
from governance.notices.delivery import LOG, WEBHOOK, Delivery
from governance.notices.facts import Step, read_step
from governance.notices.webhooks import Webhook
from governance.outbox import Notice
from governance.people import DEPARTMENT_ROLES, Account
from governance.process import Process
from governance.settings import Settings


@dataclass(frozen=True)
class Person:
    """Somebody who is told, and how this person wants to be."""

    account: Account
    choice: NoticeChoice


def tell_step(session: Session, processes: Mapping[str, Process], settings: Settings, incident_id: uuid.UUID, seq: int,
              event: str, now: datetime) -> None:
    """Write what a step or event calls for, once, however often this runs. LookupError if there is no such step."""
    step = read_step(session, processes, incident_id, seq, event)
    told = notices.write_new(session, notices.notices_of(session, step, now))
    people = people_of(session, told, settings)
    planned = [d for notice in told for d in deliveries_of(notice, concerned(notice, people, told), settings, now)]
    hooks = webhooks.hooks_of(webhooks.subscribed(session), step.incident)
    planned += [to_webhook(hook, step, now) for hook in hooks]
    if planned:
        notices.insert_new(session, Delivery, planned, ["once"])


# ---- rules ---------------------------------------------------------------------------------------------------------

def deliveries_of(notice: Notice, people: Iterable[Person], settings: Settings, now: datetime) -> Iterator[Delivery]:
    """One line of the log, and one message for each person by each of the ways that the person chose."""
    yield delivery(notice, LOG, "", now)
    if notice.recipient_kind == "reporter" and "sms" in configured(settings):
        at = goes_out(default_choice(uuid.UUID(notice.recipient), settings), now, notice.urgent)
        yield delivery(notice, "sms", notice.recipient, at, held=at > now)
    for person in people:
        at = goes_out(person.choice, now, notice.urgent)
        for channel in ways(person.choice, person.account.phone, settings):
            yield delivery(notice, channel, str(person.account.id), at, held=at > now)


def concerned(notice: Notice, people: Iterable[Person], told: Sequence[Notice]) -> list[Person]:
    """Whom a notice is for: the person, or those of the department who are not told of the same thing in person."""
    if notice.recipient_kind != "department":
        return [p for p in people if notice.recipient_kind == "account" and str(p.account.id) == notice.recipient]
    in_person = {other.recipient for other in told if other.recipient_kind == "account"}
    return [p for p in people if p.account.department == notice.recipient and p.account.role in DEPARTMENT_ROLES
            and str(p.account.id) not in in_person]


def delivery(notice: Notice, channel: str, recipient: str, at: datetime, held: bool = False) -> Delivery:
    return Delivery(once=f"{notice.id}-{channel}-{recipient}".rstrip("-"), notice_id=notice.id,
                    incident_id=notice.incident_id, seq=notice.seq, event=notice.event, channel=channel,
                    recipient=recipient, urgent=notice.urgent, held=held, next_at=at, created_at=notice.created_at)


def to_webhook(hook: Webhook, step: Step, now: datetime) -> Delivery:
    return webhook_delivery(hook, step.incident.id, step.transition.seq, step.event, now)


def webhook_delivery(hook: Webhook, incident_id: uuid.UUID, seq: int, event: str, now: datetime) -> Delivery:
    """`once` is what the receiver knows it by, also when it is sent again or replayed."""
    once = f"{hook.id}-{incident_id}-{seq}" + (f"-{event}" if event else "")
    return Delivery(once=once, incident_id=incident_id, seq=seq, event=event, channel=WEBHOOK, recipient=str(hook.id),
                    next_at=now, created_at=now)


# ---- the records ---------------------------------------------------------------------------------------------------

def people_of(session: Session, told: Sequence[Notice], settings: Settings) -> list[Person]:
    """Everybody whom these notices concern, with their wishes: one query."""
    departments = {n.recipient for n in told if n.recipient_kind == "department"}
    accounts = {uuid.UUID(n.recipient) for n in told if n.recipient_kind == "account"}
    if not departments and not accounts:
        return []
    rows = session.execute(select(Account, NoticeChoice).join(
        NoticeChoice, col(NoticeChoice.account) == col(Account.id), isouter=True).where(
        col(Account.active), or_(col(Account.id).in_(accounts), col(Account.department).in_(departments))
    ).order_by(col(Account.phone)))
    return [Person(account, choice or default_choice(account.id, settings)) for account, choice in rows]
