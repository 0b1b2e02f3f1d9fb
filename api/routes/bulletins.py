"""Monthly bulletins: a supervisor freezes a month; everybody in its unit reads it."""

from __future__ import annotations

import base64
import json
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query
from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from api.dependencies import Caller, MayIssueBulletin, MayReadFigures
from api.documented import ALWAYS, SIGNED_IN, Responses, problems
from api.routes.figures import FILES
from api.schemas.bulletins import (
    BulletinHead,
    BulletinIn,
    BulletinOut,
    BulletinPage,
    BulletinQuery,
    BulletinsQuery,
    Month,
    MovedOut,
)
from api.schemas.common import NoQuery
from api.sheets import as_file, as_paper, form_of
from data.engine import reading, writing
from governance.errors import InvalidField, NotFound
from governance.figures import bulletin as bulletins
from governance.figures.bulletin import Bulletin
from governance.figures.bulletin_pdf import pdf_of
from governance.figures.bulletin_sheet import sheets_of
from governance.figures.counts import FORMULAS
from governance.figures.filters import name_of
from governance.figures.paper import MEDIA_TYPE
from governance.figures.sheets import MEDIA_TYPES

#: What a bulletin comes as, beside what every figure does.
PAPER = {MEDIA_TYPE: "pdf"}
router = APIRouter(prefix="/api/v1/bulletins", tags=["figures"], responses={**ALWAYS, **SIGNED_IN})


FILES_AND_PAPER: Responses = {200: {**FILES[200], "content": {**FILES[200]["content"], MEDIA_TYPE: {}}}}


@router.post("", status_code=201, responses=problems(409), summary="发布月度通报 Issue a month's bulletin")
def issue_bulletin(sent: BulletinIn, caller: MayIssueBulletin, response: Response,
                   _: Annotated[NoQuery, Query()]) -> BulletinOut:
    """All figures, leagues and stage times of a month that is over, as they are counted now. Issued once; a correction
    is a further edition and needs a reason."""
    with writing(caller.engine) as session:
        made = bulletins.issue(session, caller.city, caller.actor, sent.month, sent.unit, sent.process, sent.reason,
                               caller.now)
        session.commit()
    with reading(caller.engine) as session:
        editions = bulletins.read(session, caller.actor, made.month, made.unit, made.process, made.edition)[1]
    response.headers["Location"] = f"{router.prefix}/{made.month}?unit={made.unit}&edition={made.edition}"
    return shown(caller, made, editions, [])


@router.get("", summary="月度通报列表 List the bulletins issued")
def list_bulletins(caller: MayReadFigures, wanted: Annotated[BulletinsQuery, Query()]) -> BulletinPage:
    """The newest month first: those of the caller's units, of the units below and of the units above."""
    after = read_cursor(wanted.cursor) if wanted.cursor is not None else None
    with reading(caller.engine) as session:
        found = bulletins.issued(session, caller.actor, wanted.unit, wanted.month, wanted.limit + 1, after)
    page = found[:wanted.limit]
    return BulletinPage(items=[head(caller, each) for each in page],
                        next_cursor=cursor_of(page[-1]) if len(found) > wanted.limit else None)


@router.get("/{month}", response_model=BulletinOut, responses={**problems(404), **FILES_AND_PAPER},
            summary="一份月度通报 One bulletin")
def read_bulletin(request: Request, month: Annotated[Month, Path()], caller: MayReadFigures,
                  wanted: Annotated[BulletinQuery, Query()]) -> BulletinOut | Response:
    """As it was issued, and, for who may count its unit, every number that would be another today. As PDF it is what
    is printed: A4, every rate with its numerator and denominator."""
    unit, form = wanted.unit or caller.actor.unit, form_of(request, wanted.form, PAPER)
    with reading(caller.engine) as session:
        found, editions = chosen(session, caller, month, unit, wanted, form)
        if form in MEDIA_TYPES:
            return as_file(sheets_of(found), form, name_of_file(found))
        moved = bulletins.moved_since(session, caller.city, caller.actor, found,
                                      caller.now) if wanted.live and found.edition else None
    if form == "pdf":
        return as_paper(pdf_of(found, moved), name_of_file(found))
    return shown(caller, found, editions, moved)


def chosen(session: Session, caller: Caller, month: str, unit: str, wanted: BulletinQuery,
           form: str) -> tuple[Bulletin, list[Bulletin]]:
    """The edition that is asked for; on paper, if that is wanted, the figures of a month that is not issued."""
    try:
        return bulletins.read(session, caller.actor, month, unit, wanted.process, wanted.edition)
    except NotFound:
        if not (wanted.unissued and form == "pdf" and wanted.edition is None):
            raise
        return bulletins.unissued(session, caller.city, caller.actor, month, unit, wanted.process, caller.now), []


def name_of_file(found: Bulletin) -> str:
    return f"{found.document['unit_name']}{found.month}通报"


def head(caller: Caller, found: Bulletin) -> BulletinHead:
    return BulletinHead(**_head(caller, found))


def _head(caller: Caller, found: Bulletin) -> dict[str, Any]:
    said = {name: getattr(found, name) for name in BulletinHead.model_fields if name != "unit_name"}
    return {**said, "process": found.process or None, "unit_name": name_of(caller.city, "cell", found.unit, None)}


def shown(caller: Caller, found: Bulletin, editions: list[Bulletin],
          moved: list[dict[str, Any]] | None) -> BulletinOut:
    return BulletinOut(**_head(caller, found), sound=found.sound, editions=[head(caller, each) for each in editions],
                       formulas_changed=found.formula_version != FORMULAS, document=found.document,
                       moved=None if moved is None else [MovedOut(**each) for each in moved])


def cursor_of(last: Bulletin) -> str:
    key = json.dumps([last.month, last.unit, last.process, last.edition])
    return base64.urlsafe_b64encode(key.encode()).decode().rstrip("=")


def read_cursor(cursor: str) -> tuple[str, str, str, int]:
    try:
        month, unit, process, edition = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        if all(isinstance(part, str) and "\0" not in part for part in (month, unit, process)):
            return month, unit, process, min(int(edition), 2**31 - 1)
    except (ValueError, TypeError, RecursionError):
        pass
    raise InvalidField("cursor", "不是本列表给出的游标", "is not a cursor of this list", "bad_cursor")
