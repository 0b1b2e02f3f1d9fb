"""Signing in, signing out, and who one is."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query
from starlette.responses import Response

from api import security
from api.dependencies import SignedIn, WithParts
from api.documented import ALWAYS, problems
from api.schemas.common import NoQuery
from api.schemas.sessions import Me, OwnPasswordIn, SessionOut, SignIn, User
from data.engine import reading, writing
from governance.city import City
from governance.errors import InvalidField, NotReady
from governance.people import ROLES, Actor
from governance.scope import HOLDS

router = APIRouter(prefix="/api/v1", tags=["sessions"], responses=ALWAYS)


@router.post("/sessions", status_code=201, responses=problems(401, 429), summary="登录 Sign in")
def sign_in(sent: SignIn, parts: WithParts, response: Response, _: Annotated[NoQuery, Query()]) -> SessionOut:
    """Five failures lock the account for 15 minutes. The token comes in the body and as a cookie; use either."""
    if sent.otp is not None:
        raise InvalidField("otp", "该账号未启用第二重验证", "is not enabled for this account", "otp_not_enabled")
    opened = parts.doorkeeper.sign_in(sent.phone, sent.password, parts.clock())
    with reading(parts.engine) as session:
        city = city_or_none(parts.cities, session)
    seconds = parts.settings.session_hours * 3600
    response.set_cookie(security.COOKIE, opened.token, max_age=seconds, path="/", httponly=True, samesite="strict",
                        secure=parts.settings.cookie_secure or parts.settings.speaks_tls)
    return SessionOut(token=opened.token, csrf_token=security.csrf_token(opened.token),
                      expires_at=opened.expires_at, user=User(**who(Actor.of(opened.account), city)))


@router.delete("/sessions/current", status_code=204, responses=problems(401, 403), summary="退出 Sign out")
def sign_out(caller: SignedIn, _: Annotated[NoQuery, Query()]) -> Response:
    """The token is worth nothing from now on."""
    with writing(caller.engine) as session:
        security.close_session(session, caller.token, caller.actor.id, caller.actor.role, caller.now)
        session.commit()
    answer = Response(status_code=204)
    answer.delete_cookie(security.COOKIE, path="/", httponly=True, samesite="strict")
    return answer


@router.get("/me", responses=problems(401), summary="我的账号 My account")
def me(caller: SignedIn, _: Annotated[NoQuery, Query()]) -> Me:
    """Who is signed in, what the role may do, and the CSRF token for writing by cookie."""
    return Me(**who(caller.actor, caller.city), permissions=sorted(HOLDS.get(caller.actor.role, ())),
              csrf_token=security.csrf_token(caller.token))


@router.post("/me/password", status_code=204, responses=problems(401, 403, 429),
             summary="修改我的密码 Change my password")
def change_own_password(sent: OwnPasswordIn, caller: SignedIn, _: Annotated[NoQuery, Query()]) -> Response:
    """Proved by the password of now; the other sessions of the account end. In the audit log, without the passwords."""
    caller.parts.doorkeeper.change_password(caller.actor.phone, caller.token, sent.old, sent.password, caller.now)
    return Response(status_code=204)


def who(actor: Actor, city: City | None) -> dict[str, Any]:
    place = city.places.get(actor.unit) if city else None
    return {"id": actor.id, "name": actor.name, "role": actor.role, "role_name": ROLES.get(actor.role, actor.role),
            "unit": actor.unit, "unit_name": place.name if place else actor.unit, "department": actor.department,
            "department_name": city.department_name(actor.department) if city and actor.department else None}


def city_or_none(cities: Any, session: Any) -> City | None:
    """An administrator signs in also before the city is loaded."""
    try:
        city: City = cities.at(session)
    except NotReady:
        return None
    return city
