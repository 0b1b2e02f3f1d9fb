"""What every route is given: the parts of the application, and the caller with the permission that the route names."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from fastapi import Depends
from fastapi.security import APIKeyCookie, HTTPBearer
from sqlalchemy import Engine, bindparam, select
from sqlmodel import Session, col
from starlette.requests import Request

from api import security
from data.engine import glancing
from governance import scope
from governance.city import Cities, City, CityRevision
from governance.errors import NotAuthenticated
from governance.people import Account, Actor, LoginSession
from governance.scope import Permission
from governance.settings import Settings

#: Methods that change nothing and so need no CSRF token.
SAFE = ("GET", "HEAD", "OPTIONS")

_bearer = HTTPBearer(auto_error=False, description="登录所得令牌 (the token from signing in)")
_cookie = APIKeyCookie(name=security.COOKIE, auto_error=False,
                       description="同一令牌; 写操作另须 X-CSRF-Token (the same token; writing needs X-CSRF-Token)")


@dataclass(frozen=True)
class Parts:
    """The parts of one application: its settings, its one engine, its city in memory, its clock."""

    settings: Settings
    engine: Engine
    cities: Cities
    clock: Callable[[], datetime]
    doorkeeper: security.Doorkeeper


@dataclass(frozen=True)
class Caller:
    """Who calls, the city as it is now, and when this is."""

    actor: Actor
    city: City
    now: datetime
    token: str
    parts: Parts

    @property
    def engine(self) -> Engine:
        return self.parts.engine

    @property
    def settings(self) -> Settings:
        return self.parts.settings


def parts_of(request: Request) -> Parts:
    parts: Parts = request.app.state.parts
    return parts


WithParts = Annotated[Parts, Depends(parts_of)]


class Holds:
    """The caller, who holds a permission; None: everybody who is signed in (one's own session only)."""

    def __init__(self, permission: Permission | None) -> None:
        self.permission = permission

    def __call__(self, request: Request, _bearer: Annotated[Any, Depends(_bearer)] = None,
                 _cookie: Annotated[Any, Depends(_cookie)] = None) -> Caller:
        parts = parts_of(request)
        token, by_cookie = token_of(request)
        if by_cookie and request.method not in SAFE:
            security.check_csrf(token, request.headers.get(security.CSRF_HEADER))
        now = parts.clock()
        with glancing(parts.engine) as session:
            actor, revision = signed_in(session, token, now)
            if self.permission is not None:
                scope.require(actor, self.permission)
            return Caller(actor, parts.cities.at(session, revision), now, token, parts)


def token_of(request: Request) -> tuple[str, bool]:
    """The token, and whether it came as a cookie. A header goes first, also when it is of no use."""
    if (header := request.headers.get("authorization")) is not None:
        scheme, _, token = header.partition(" ")
        if scheme.lower() != "bearer" or not token.strip():
            raise NotAuthenticated
        return token.strip(), False
    if kept := request.cookies.get(security.COOKIE):
        return kept, True
    raise NotAuthenticated


#: Every request asks this, so it is put together once. The columns are the fields of an Actor, then the revision.
_SIGNED_IN = select(
    col(Account.id), col(Account.name), col(Account.role), col(Account.unit), col(Account.department),
    col(Account.phone), select(col(CityRevision.revision)).limit(1).scalar_subquery(),
).join(LoginSession, col(LoginSession.account) == col(Account.id)).where(
    col(LoginSession.token_hash) == bindparam("token_hash"), col(LoginSession.revoked_at).is_(None),
    col(LoginSession.expires_at) > bindparam("now"), col(Account.active))


def signed_in(session: Session, token: str, now: datetime) -> tuple[Actor, int]:
    """The account of a valid session and the city's revision, in one round trip."""
    row = session.execute(_SIGNED_IN, {"token_hash": security.token_hash(token), "now": now}).one_or_none()
    if row is None:
        raise NotAuthenticated("登录已失效, 请重新登录", "The session has ended; sign in again.")
    *account, revision = row
    return Actor(*account), revision or 0


SignedIn = Annotated[Caller, Depends(Holds(None))]
MayReport = Annotated[Caller, Depends(Holds("report"))]
MayReadIncidents = Annotated[Caller, Depends(Holds("read_incidents"))]
MayAct = Annotated[Caller, Depends(Holds("act"))]
MayReadFigures = Annotated[Caller, Depends(Holds("read_figures"))]
MayReadEvaluation = Annotated[Caller, Depends(Holds("read_evaluation"))]
MayIssueBulletin = Annotated[Caller, Depends(Holds("issue_bulletin"))]
MayReadReference = Annotated[Caller, Depends(Holds("read_reference"))]
MayPatrol = Annotated[Caller, Depends(Holds("patrol"))]
MayReadPatrols = Annotated[Caller, Depends(Holds("read_patrols"))]
MayReadAudit = Annotated[Caller, Depends(Holds("read_audit"))]
MayAdminister = Annotated[Caller, Depends(Holds("administer"))]
