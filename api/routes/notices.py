"""The own inbox, and how one wants to be told."""

from __future__ import annotations

import uuid
from typing import Annotated, Any

from fastapi import APIRouter, Query

from api import showing
from api.dependencies import Caller, MayReadIncidents, SignedIn
from api.documented import ALWAYS, SIGNED_IN, problems
from api.routes.audit import read_cursor
from api.routes.incidents import IdOrNumber
from api.schemas.common import NoQuery
from api.schemas.notices import (
    ChannelOut,
    ChoiceIn,
    ChoiceOut,
    InboxPage,
    InboxQuery,
    NoticeOut,
    ReadIn,
    ToldOut,
    UnreadOut,
)
from data.engine import reading, writing
from governance import queries
from governance.errors import MissingField
from governance.notices import inbox
from governance.notices.choice import NoticeChoice, address_of, check_choice, configured, default_choice, is_on
from governance.notices.delivery import PERSONAL
from governance.notices.told import told_of

router = APIRouter(prefix="/api/v1", tags=["notices"], responses={**ALWAYS, **SIGNED_IN})


@router.get("/notices", summary="我的通知 My notices")
def read_notices(caller: SignedIn, wanted: Annotated[InboxQuery, Query()]) -> InboxPage:
    """Newest first: one's own, and those of one's department."""
    before = read_cursor(wanted.cursor) if wanted.cursor is not None else None
    with reading(caller.engine) as session:
        found = inbox.page(session, caller.actor, wanted.unread, wanted.limit + 1, before)
        unread = inbox.count_unread(session, caller.actor)
    page = found[:wanted.limit]
    return InboxPage(items=[notice_out(row) for row in page], unread=unread,
                     next_cursor=str(page[-1][0].id) if len(found) > wanted.limit else None)


@router.post("/notices/read", summary="标为已读 Mark as read")
def mark_notices_read(caller: SignedIn, sent: ReadIn, _: Annotated[NoQuery, Query()]) -> UnreadOut:
    """For oneself: what a colleague has read stays unread here. Ids of others' notices are passed over."""
    if not sent.ids and sent.up_to is None:
        raise MissingField("ids", "ids 和 up_to 须至少给出一个", "or up_to is needed")
    with writing(caller.engine) as session:
        inbox.mark_read(session, caller.actor, sent.ids, sent.up_to, caller.now)
        unread = inbox.count_unread(session, caller.actor)
        session.commit()
    return UnreadOut(unread=unread)


@router.get("/incidents/{incident}/notices", responses=problems(404), summary="事件的通知 Who was told of an incident")
def read_incident_notices(incident: IdOrNumber, caller: MayReadIncidents,
                          _: Annotated[NoQuery, Query()]) -> list[ToldOut]:
    """In the order of telling; to whom, and by how many it was read."""
    with reading(caller.engine) as session:
        found = queries.find_incident(session, caller.actor, incident)
        told = told_of(session, caller.actor, found, showing.knows_reporter(caller.actor, found))
    showing.account_for(caller, [found])
    return [ToldOut.model_validate(one, from_attributes=True) for one in told]


@router.get("/me/notices", summary="我的通知方式 How I am told")
def read_notice_choice(caller: SignedIn, _: Annotated[NoQuery, Query()]) -> ChoiceOut:
    """By which channels, not at night, at once or gathered, in which language. Who has not chosen: the city's way."""
    with reading(caller.engine) as session:
        choice = session.get(NoticeChoice, caller.actor.id)
    return choice_out(caller, choice or default_choice(own_id(caller), caller.settings))


@router.put("/me/notices", summary="设置我的通知方式 Choose how I am told")
def choose_notices(caller: SignedIn, sent: ChoiceIn, _: Annotated[NoQuery, Query()]) -> ChoiceOut:
    """All wishes at once. It holds for what is told from now on; what waits goes where the new choice says."""
    channels: dict[str, Any] = {name: channel.model_dump() for name, channel in sent.channels.items()}
    check_choice(channels, sent.quiet_from, sent.quiet_to, caller.settings)
    choice = NoticeChoice(account=own_id(caller), channels=channels, **sent.model_dump(exclude={"channels"}))
    with writing(caller.engine) as session:
        inbox.keep_choice(session, choice, caller.now)
        session.commit()
    return choice_out(caller, choice)


def own_id(caller: Caller) -> uuid.UUID:
    assert caller.actor.id is not None  # who is signed in has an account
    return caller.actor.id


def notice_out(row: inbox.Row) -> NoticeOut:
    notice, number, read_at = row
    return NoticeOut.model_validate({
        "id": notice.id, "incident": notice.incident_id, "number": number, "seq": notice.seq, "event": notice.event,
        "text": notice.text, "text_en": notice.text_en, "urgent": notice.urgent, "to": notice.recipient_kind,
        "at": notice.created_at, "read_at": read_at})


def choice_out(caller: Caller, choice: NoticeChoice) -> ChoiceOut:
    has = configured(caller.settings)
    channels = {channel: ChannelOut(on=is_on(choice, channel, caller.settings), available=channel in has,
                                    address=address_of(choice, channel, caller.actor.phone)) for channel in PERSONAL}
    wishes = choice.model_dump(include={"quiet_from", "quiet_to", "digest", "digest_at", "language"})
    return ChoiceOut.model_validate({**wishes, "channels": channels})
