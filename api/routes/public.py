"""Residents without an account: a code to the phone, and with it a short session as a resident."""

from __future__ import annotations

import logging
import secrets
from datetime import datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, BackgroundTasks, Query
from sqlmodel import Session
from starlette.requests import Request

from api import security
from api.documented import ALWAYS, problems
from api.routes import public_form, public_inquiries, public_places, public_reports
from api.schemas.common import NoQuery
from api.schemas.public import CodeIn, CodeOut, ResidentSession, ResidentSignIn
from api.visitors import Anybody
from data.engine import writing
from governance.people import Account, LoginSession
from governance.residents import phone_codes
from governance.residents.phone_codes import SendCode

log = logging.getLogger("wangge.api")
phones = APIRouter(prefix="/api/v1/public", tags=["public"], responses={**ALWAYS, **problems(429)})


@phones.post("/codes", status_code=202, summary="发送验证码 Send a code to a phone")
def send_code(sent: CodeIn, visitor: Anybody, request: Request, later: BackgroundTasks,
              _: Annotated[NoQuery, Query()]) -> CodeOut:
    """Six digits by SMS, valid ten minutes. The same answer for every phone. A phone and an address get one a minute,
    five an hour, ten a day (settings); then 429 with `Retry-After`."""
    phone, settings = phone_codes.mobile(sent.phone), visitor.settings
    with writing(visitor.engine) as session:
        code = phone_codes.ask(session, phone, visitor.address, (settings.code_limits, settings.code_limits_address),
                               visitor.now)
        session.commit()
    later.add_task(deliver, request.app.state.send_code, phone, code)
    return CodeOut(phone=phone_codes.masked(phone), valid_minutes=int(phone_codes.LIVES.total_seconds() // 60),
                   code=code if settings.show_codes else None)


@phones.post("/sessions", status_code=201, responses=problems(401, 403), summary="用验证码登录 Sign in with a code")
def open_resident_session(sent: ResidentSignIn, visitor: Anybody, _: Annotated[NoQuery, Query()]) -> ResidentSession:
    """A short session as a resident; five wrong tries use a code up. Files are sent with it (`/api/v1/attachments`),
    then the report. The phone of a member of staff opens none."""
    phone = phone_codes.mobile(sent.phone)
    root, ends = visitor.city.root, visitor.now + timedelta(minutes=visitor.settings.public_session_minutes)
    with writing(visitor.engine) as session:
        refusal = phone_codes.prove(session, phone, sent.code.strip(), visitor.now)
        if refusal is None:
            account = phone_codes.resident_of(session, phone, root, visitor.now)
            token = open_session(session, account, ends, visitor.now)
        security.note(session, None if refusal else account, phone, "code_failed" if refusal else "sign_in_code",
                      visitor.now)
        session.commit()  # a failed try is stored before it is told, so that none is free
    if refusal is not None:
        raise refusal
    return ResidentSession(token=token, expires_at=ends)


def open_session(session: Session, account: Account, ends: datetime, now: datetime) -> str:
    """The token of a session that ends sooner than that of the staff."""
    token = secrets.token_urlsafe(security.TOKEN_BYTES)
    session.add(LoginSession(token_hash=security.token_hash(token), account=account.id, created_at=now,
                             expires_at=ends))
    return token


def deliver(send: SendCode, phone: str, code: str) -> None:
    """Sent after the answer, so that no gateway's slowness tells anything. What fails is asked for again."""
    try:
        send(phone, code)
    except Exception:
        log.exception("the code for %s was not sent", phone_codes.masked(phone))


#: Everything that residents without an account may call, and the moderator's part of it.
router = APIRouter()
for part in (phones, public_form.router, public_places.router, public_reports.router, public_inquiries.board,
             public_inquiries.pages):
    router.include_router(part)
