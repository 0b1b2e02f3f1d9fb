"""What an administrator does with deliveries and webhooks: looks at the dead ones, sends again, subscribes, replays."""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Iterator, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, select, update
from sqlmodel import Session, col

from governance import scope
from governance.audit import AuditEntry
from governance.city import City
from governance.errors import InvalidField, NotAllowed, NotFound, WrongState
from governance.incident import Incident
from governance.notices.delivery import DEAD, DROPPED, SENDING, SENT, WAITING, WEBHOOK, Delivery
from governance.notices.notices import insert_new
from governance.notices.telling import webhook_delivery
from governance.notices.webhooks import Webhook, check_url, subscribed
from governance.outbox import OutboxRow
from governance.people import Actor
from grids.codes import within

SECRET_BYTES = 32
#: Of one replay; a longer range is replayed in parts.
MOST_REPLAYED, AT_ONCE = 10_000, 500


# ---- deliveries ----------------------------------------------------------------------------------------------------

def list_deliveries(session: Session, actor: Actor, wanted: Sequence[ColumnElement[bool]], limit: int,
                    before: int | None) -> list[tuple[Delivery, str]]:
    """Newest first, each with the number of its incident; only of incidents in the administrator's scope."""
    query = select(Delivery, col(Incident.number)).join(
        Incident, col(Incident.id) == col(Delivery.incident_id)).where(scope.visible(actor), *wanted)
    if before is not None:
        query = query.where(col(Delivery.id) < before)
    rows = session.execute(query.order_by(col(Delivery.id).desc()).limit(limit))
    return [(delivery, number) for delivery, number in rows]


def resend(session: Session, actor: Actor, key: int, now: datetime) -> tuple[Delivery, str]:
    """Let a dead delivery go out again, from its first try. A webhook's may go again also when it was sent: its
    receiver knows it by its id. WrongState for what is still on its way, or what a person has got."""
    found = session.execute(select(Delivery, col(Incident.number)).join(
        Incident, col(Incident.id) == col(Delivery.incident_id)).where(
        scope.visible(actor), col(Delivery.id) == key).with_for_update(of=Delivery)).one_or_none()
    if found is None:
        raise NotFound(str(key))
    row, number = found
    if row.state == SENDING or (row.state == SENT and row.channel != WEBHOOK):
        raise WrongState("正在发送或已送达, 不能重发", "It is being sent, or the person has got it.")
    row.state, row.attempts, row.next_at, row.held, row.last_error = WAITING, 0, now, False, ""
    note(session, actor, "resend", f"delivery {key}", now)
    return row, number


# ---- webhooks ------------------------------------------------------------------------------------------------------

def subscribe(session: Session, city: City, actor: Actor, name: str, url: str, unit: str | None,
              processes: Sequence[str], now: datetime) -> Webhook:
    """A new webhook, with a secret that is shown this once."""
    check_url(url, city.settings.webhook_private)
    where = unit if unit is not None else actor.unit
    if where not in city.places:
        raise InvalidField("unit", f"没有网格 {where}", f"there is no unit {where}", "unknown_unit")
    if not within(where, actor.unit):
        raise NotAllowed("网格不在您的管辖范围内", "The unit is outside your scope.")
    for process in processes:
        city.process(process)
    hook = Webhook(id=uuid.uuid4(), name=name, url=url, unit=where, processes=list(dict.fromkeys(processes)),
                   secret=secrets.token_urlsafe(SECRET_BYTES), created_by=actor.id, created_at=now)
    session.add(hook)
    note(session, actor, "webhook_added", str(hook.id), now)
    return hook


def hooks_of(session: Session, actor: Actor) -> list[Webhook]:
    """Those in the administrator's scope that have not ended."""
    return [hook for hook in subscribed(session) if within(hook.unit, actor.unit)]


def hook_of(session: Session, actor: Actor, key: uuid.UUID) -> Webhook:
    hook = session.get(Webhook, key)
    if hook is None or hook.ended_at is not None or not within(hook.unit, actor.unit):
        raise NotFound(str(key))
    return hook


def end(session: Session, actor: Actor, key: uuid.UUID, now: datetime) -> None:
    """Nothing more is sent to it, also not what waits."""
    hook_of(session, actor, key).ended_at = now
    note(session, actor, "webhook_ended", str(key), now)


def replay(session: Session, actor: Actor, key: uuid.UUID, since: datetime, until: datetime, now: datetime) -> int:
    """Send it everything that happened from `since` until before `until`, also what was before it subscribed; how much.
    What it has got already comes again under the same id."""
    hook = hook_of(session, actor, key)
    if until <= since:
        raise InvalidField("to", "须晚于开始时间", "must be after `from`", "bad_range")
    again = [webhook_delivery(hook, row.incident_id, row.seq, row.event, now)
             for row in _happened(session, hook, since, until)]
    if len(again) > MOST_REPLAYED:
        raise InvalidField("to", f"一次最多重放 {MOST_REPLAYED} 条, 请缩短时间范围",
                           f"more than {MOST_REPLAYED} events; take a shorter range", "too_many")
    for part in _parts(again):
        insert_new(session, Delivery, part, ["once"])
        session.execute(update(Delivery).where(
            col(Delivery.once).in_([one.once for one in part]), col(Delivery.state).in_((SENT, DEAD, DROPPED))
        ).values(state=WAITING, attempts=0, next_at=now, last_error=""))
    note(session, actor, "webhook_replayed", str(key), now)
    return len(again)


def _happened(session: Session, hook: Webhook, since: datetime, until: datetime) -> Sequence[OutboxRow]:
    wanted = [scope.in_unit(hook.unit), col(OutboxRow.created_at) >= since, col(OutboxRow.created_at) < until]
    if hook.processes:
        wanted.append(col(Incident.process).in_(hook.processes))
    return session.scalars(select(OutboxRow).join(Incident, col(Incident.id) == col(OutboxRow.incident_id)).where(
        *wanted).order_by(col(OutboxRow.id)).limit(MOST_REPLAYED + 1)).all()


def _parts(rows: Sequence[Delivery]) -> Iterator[Sequence[Delivery]]:
    return (rows[start:start + AT_ONCE] for start in range(0, len(rows), AT_ONCE))


def note(session: Session, actor: Actor, event: str, subject: str, now: datetime) -> None:
    session.add(AuditEntry(at=now, actor=actor.id, role=actor.role, event=event, subject=subject))
