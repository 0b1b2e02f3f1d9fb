"""Taking actions: on one incident in the version that was seen, or the same on many."""

from __future__ import annotations

import logging
import uuid
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query
from sqlalchemy import select
from sqlmodel import Session, col
from starlette.requests import Request

from api import showing
from api.dependencies import Caller, MayAct
from api.documented import ALWAYS, SIGNED_IN, problems
from api.errors import INTERNAL, document, document_of
from api.language import Language, language_of
from api.routes.incidents import IdOrNumber
from api.schemas.actions import ActionIn, ManyIn, ManyOut, ResultOut
from api.schemas.common import Code, NoQuery, Problem
from api.schemas.incidents import IncidentOut
from data.engine import writing
from governance import journey, scope
from governance.case import ActionFields
from governance.errors import InvalidField, NotFound, WanggeError
from governance.incident import Incident

log = logging.getLogger("wangge.api")
router = APIRouter(prefix="/api/v1/incidents", tags=["actions"], responses={**ALWAYS, **SIGNED_IN, **problems(409)})
ActionCode = Annotated[Code, Path(description="操作, 如 dispatch (as the process names it)")]


@router.post("/actions/{action}", summary="批量操作 The same action on many")
def act_on_many(action: ActionCode, sent: ManyIn, caller: MayAct, request: Request,
                _: Annotated[NoQuery, Query()]) -> ManyOut:
    """Each is a transaction of its own and has its own result, in the order of `ids`; none is skipped."""
    once(sent.ids)
    given, versions, language = sent.fields(), sent.versions or {}, language_of(request)
    results = [result(caller, ident, action, versions.get(ident), given, language) for ident in sent.ids]
    succeeded = sum(r.ok for r in results)
    return ManyOut(results=results, succeeded=succeeded, failed=len(results) - succeeded)


@router.post("/{incident}/actions/{action}", responses=problems(404), summary="执行操作 Take an action")
def act_on_incident(incident: IdOrNumber, action: ActionCode, sent: ActionIn, caller: MayAct,
                    _: Annotated[NoQuery, Query()]) -> IncidentOut:
    """`version` is the one that the caller has seen; if somebody was faster, 409 with `current_version`."""
    with writing(caller.engine) as session:
        ident = id_of(session, caller, incident)
        case = journey.act(session, caller.city, caller.actor, ident, action, sent.version, sent.fields(), caller.now)
        shown = showing.show(caller, case.incident, case.clocks, case.requests, case.files)
        session.commit()
    return shown


def id_of(session: Session, caller: Caller, id_or_number: str) -> uuid.UUID:
    """The id; of a number, if the caller may know of it. The record itself is only read under its lock."""
    try:
        return uuid.UUID(id_or_number)
    except ValueError:
        found = session.scalar(select(col(Incident.id)).where(col(Incident.number) == id_or_number,
                                                              scope.visible(caller.actor)))
    if found is None:
        raise NotFound(f"事件 {id_or_number}")
    return found


def once(ids: list[uuid.UUID]) -> None:
    """No incident twice, so that every id has one result."""
    seen: set[uuid.UUID] = set()
    for index, ident in enumerate(ids):
        if ident in seen:
            raise InvalidField(f"ids.{index}", "重复", "comes twice", "duplicate_id")
        seen.add(ident)


def result(caller: Caller, ident: uuid.UUID, action: str, version: int | None, given: ActionFields,
           language: Language) -> ResultOut:
    """One of many, committed or refused by itself."""
    try:
        changed = act_once(caller, ident, action, version, given)
    except WanggeError as error:
        return refused(ident, document_of(error, language))
    except Exception:
        # what was done before stays done and must be told, so one that breaks does not break the answer
        log.exception("%s on %s failed", action, ident)
        return refused(ident, document(500, *INTERNAL, language))
    return ResultOut(id=ident, ok=True, status=changed.status, version=changed.version)


def refused(ident: uuid.UUID, problem: dict[str, Any]) -> ResultOut:
    return ResultOut(id=ident, ok=False, error=Problem.model_validate(problem))


def act_once(caller: Caller, ident: uuid.UUID, action: str, version: int | None, given: ActionFields) -> Incident:
    with writing(caller.engine) as session:
        if version is None:
            version = session.scalar(select(col(Incident.version)).where(col(Incident.id) == ident)) or 0
        case = journey.act(session, caller.city, caller.actor, ident, action, version, given, caller.now)
        session.commit()
    return case.incident
