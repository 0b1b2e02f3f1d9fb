"""Deliveries that did not arrive, and the webhooks of other systems: for administrators."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Annotated

from fastapi import APIRouter, Path, Query
from sqlalchemy import ColumnElement
from sqlmodel import col
from starlette.responses import Response

from api.dependencies import MayAdminister
from api.documented import ALWAYS, SIGNED_IN, problems
from api.routes.audit import read_cursor
from api.schemas.common import NoQuery
from api.schemas.deliveries import (
    DeliveriesQuery,
    DeliveryOut,
    DeliveryPage,
    ReplayIn,
    ReplayOut,
    WebhookIn,
    WebhookMade,
    WebhookOut,
    WebhookPage,
)
from data.engine import reading, writing
from governance.notices import mailroom
from governance.notices.delivery import WAITING, WEBHOOK, Delivery
from governance.notices.webhooks import Webhook

router = APIRouter(prefix="/api/v1", tags=["deliveries"], responses={**ALWAYS, **SIGNED_IN})
Key = Annotated[int, Path(ge=1, le=2**62)]


@router.get("/deliveries", summary="通知的送达情况 What is on its way, and what did not arrive")
def list_deliveries(caller: MayAdminister, wanted: Annotated[DeliveriesQuery, Query()]) -> DeliveryPage:
    """Newest first. `state=dead` are those that were given up."""
    before = read_cursor(wanted.cursor) if wanted.cursor is not None else None
    with reading(caller.engine) as session:
        found = mailroom.list_deliveries(session, caller.actor, list(conditions(wanted)), wanted.limit + 1, before)
    page = found[:wanted.limit]
    return DeliveryPage(items=[delivery_out(row, number) for row, number in page],
                        next_cursor=str(page[-1][0].id) if len(found) > wanted.limit else None)


@router.post("/deliveries/{delivery}/resend", responses=problems(404, 409), summary="重发 Send again")
def resend_delivery(caller: MayAdminister, delivery: Key, _: Annotated[NoQuery, Query()]) -> DeliveryOut:
    """A dead one goes out again, from its first try; a webhook's also when it was sent."""
    with writing(caller.engine) as session:
        row, number = mailroom.resend(session, caller.actor, delivery, caller.now)
        session.commit()
    return delivery_out(row, number)


@router.post("/webhooks", status_code=201, summary="订阅 Subscribe another system")
def add_webhook(caller: MayAdminister, sent: WebhookIn, _: Annotated[NoQuery, Query()]) -> WebhookMade:
    """It is told by signed POSTs of everything that happens in a unit. The secret is shown this once."""
    with writing(caller.engine) as session:
        hook = mailroom.subscribe(session, caller.city, caller.actor, sent.name, sent.url, sent.unit, sent.processes,
                                  caller.now)
        session.commit()
    return WebhookMade(**webhook_out(hook).model_dump(), secret=hook.secret)


@router.get("/webhooks", summary="订阅列表 The webhooks")
def list_webhooks(caller: MayAdminister, _: Annotated[NoQuery, Query()]) -> WebhookPage:
    """Those of the own scope. Secrets are not shown again."""
    with reading(caller.engine) as session:
        hooks = mailroom.hooks_of(session, caller.actor)
    return WebhookPage(items=[webhook_out(hook) for hook in hooks], next_cursor=None)


@router.delete("/webhooks/{webhook}", status_code=204, responses=problems(404), summary="退订 End a subscription")
def end_webhook(caller: MayAdminister, webhook: uuid.UUID, _: Annotated[NoQuery, Query()]) -> Response:
    """Nothing more is sent, also not what waits."""
    with writing(caller.engine) as session:
        mailroom.end(session, caller.actor, webhook, caller.now)
        session.commit()
    return Response(status_code=204)


@router.post("/webhooks/{webhook}/replay", responses=problems(404), summary="重放 Replay a range")
def replay_webhook(caller: MayAdminister, webhook: uuid.UUID, sent: ReplayIn,
                   _: Annotated[NoQuery, Query()]) -> ReplayOut:
    """Everything that happened in that time comes again, each event under the id that it had."""
    with writing(caller.engine) as session:
        count = mailroom.replay(session, caller.actor, webhook, sent.since, sent.until, caller.now)
        session.commit()
    return ReplayOut(count=count)


def conditions(wanted: DeliveriesQuery) -> Iterator[ColumnElement[bool]]:
    if wanted.state is not None:
        held = wanted.state == "held"
        yield col(Delivery.state) == (WAITING if held else wanted.state)
        if wanted.state in ("held", WAITING):
            yield col(Delivery.held).is_(held)
    if wanted.channel is not None:
        yield col(Delivery.channel) == wanted.channel
    if wanted.webhook is not None:
        yield col(Delivery.channel) == WEBHOOK
        yield col(Delivery.recipient) == str(wanted.webhook)


def delivery_out(row: Delivery, number: str) -> DeliveryOut:
    state = "held" if row.held and row.state == WAITING else row.state
    record = row.model_dump(include={"id", "channel", "recipient", "seq", "event", "urgent", "attempts", "next_at",
                                     "last_error", "created_at", "sent_at"})
    return DeliveryOut.model_validate({**record, "state": state, "incident": row.incident_id, "number": number})


def webhook_out(hook: Webhook) -> WebhookOut:
    return WebhookOut.model_validate(
        hook.model_dump(include={"id", "name", "url", "unit", "processes", "created_at"}))
