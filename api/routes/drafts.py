"""Drafts of the city's data: files in, a preview out; applied in one transaction, rolled back in one step."""

from __future__ import annotations

import uuid
from typing import Annotated, Any

from fastapi import APIRouter, Form, Query
from sqlmodel import Session
from starlette.datastructures import UploadFile

from api.dependencies import Caller, MayAdminister
from api.documented import ALWAYS, SIGNED_IN, problems
from api.schemas.common import NoQuery
from api.schemas.drafts import (
    DraftIn,
    DraftOut,
    DraftPage,
    DraftRow,
    DraftsQuery,
    PreviewOut,
    ProblemsOut,
    RowsIn,
)
from api.uploads import laid_out
from data.engine import reading, writing
from data.sheet import BadFile
from governance.city import revision_of
from governance.drafts import drafts
from governance.drafts.draft import Draft
from governance.drafts.kind import Options, Tools
from governance.drafts.laying import Part
from governance.drafts.rows import Edit

PATH = "/api/v1/drafts"
router = APIRouter(prefix=PATH, tags=["drafts"], responses={**ALWAYS, **SIGNED_IN})
NO_SUCH = problems(404)
IN_THE_WAY = problems(404, 409)


@router.post("", status_code=201, summary="导入文件为草稿 Make a draft of files")
def make_draft(sent: Annotated[DraftIn, Form(media_type="multipart/form-data")], caller: MayAdminister,
               _: Annotated[NoQuery, Query()]) -> DraftOut:
    """The files are read and checked, and compared with what is in force. Nothing changes yet. A file with a bad row
    makes a draft that tells every problem and cannot be applied."""
    with laid_out({name: value for name, value in sent if value is None or isinstance(value, UploadFile)}) as files:
        options = Options(sent.list, sent.system, sent.complete, sent.crs, sent.datum, sent.within)
        with reading(caller.engine) as session:
            try:
                proposal = drafts.propose(session, sent.kind, files, options, _tools(caller))
            except BadFile as bad:
                proposal = drafts.broken(session, sent.kind, bad, options)
    with writing(caller.engine) as session:
        draft = drafts.keep(session, proposal, caller.actor, caller.now)
        return _answered(session, draft)


@router.post("/rows", status_code=201, summary="修改若干行为草稿 Make a draft of changed rows")
def make_draft_of_rows(sent: RowsIn, caller: MayAdminister, _: Annotated[NoQuery, Query()]) -> DraftOut:
    """The same draft as of a file: previewed, applied, rolled back. A row that is wrong is refused, with its number,
    its field and the reason, and no draft is made."""
    edit = Edit(sent.kind, sent.list, Part(sent.rows, sent.removed), Part(sent.standards.rows, sent.standards.removed))
    with reading(caller.engine) as session:
        proposal = drafts.propose_rows(session, edit, _tools(caller))
    with writing(caller.engine) as session:
        return _answered(session, drafts.keep(session, proposal, caller.actor, caller.now))


@router.get("", responses=NO_SUCH, summary="草稿列表 List drafts")
def list_drafts(caller: MayAdminister, wanted: Annotated[DraftsQuery, Query()]) -> DraftPage:
    """The newest first."""
    with reading(caller.engine) as session:
        found, following = drafts.listed(session, wanted.kind, wanted.state, wanted.limit, wanted.cursor)
        now = revision_of(session)
    return DraftPage(items=[DraftRow(**_row(draft, now)) for draft in found], next_cursor=following)


@router.get("/{draft}", responses=NO_SUCH, summary="草稿及预览 A draft and what it would change")
def read_draft(draft: uuid.UUID, caller: MayAdminister, _: Annotated[NoQuery, Query()]) -> DraftOut:
    with reading(caller.engine) as session:
        return _shown(drafts.find(session, draft), revision_of(session))


@router.post("/{draft}/compare", responses=IN_THE_WAY, summary="重新比较 Compare a draft again")
def compare_draft(draft: uuid.UUID, caller: MayAdminister, _: Annotated[NoQuery, Query()]) -> DraftOut:
    """With the city's data as they are now."""
    with writing(caller.engine) as session:
        return _answered(session, drafts.compare(session, draft, _tools(caller)))


@router.post("/{draft}/apply", responses=IN_THE_WAY, summary="应用草稿 Bring a draft into force")
def apply_draft(draft: uuid.UUID, caller: MayAdminister, _: Annotated[NoQuery, Query()]) -> DraftOut:
    """In one transaction. 409 `stale_draft` if the city's data have changed since it was compared."""
    with writing(caller.engine) as session:
        return _answered(session, drafts.apply(session, draft, caller.actor, _tools(caller)))


@router.post("/{draft}/rollback", responses=IN_THE_WAY, summary="回滚草稿 Take an applied draft back")
def roll_draft_back(draft: uuid.UUID, caller: MayAdminister, _: Annotated[NoQuery, Query()]) -> DraftOut:
    """In one step: everything as it was before. 409, and why, if something later stands on it."""
    with writing(caller.engine) as session:
        return _answered(session, drafts.rollback(session, draft, caller.actor, _tools(caller)))


@router.delete("/{draft}", status_code=204, responses=IN_THE_WAY, summary="放弃草稿 Discard a draft")
def discard_draft(draft: uuid.UUID, caller: MayAdminister, _: Annotated[NoQuery, Query()]) -> None:
    with writing(caller.engine) as session:
        drafts.discard(session, draft, caller.actor, caller.now)
        session.commit()


def _tools(caller: Caller) -> Tools:
    return Tools(caller.settings, caller.now)


def _answered(session: Session, draft: Draft) -> DraftOut:
    session.flush()
    shown = _shown(draft, revision_of(session))
    session.commit()
    return shown


def _shown(draft: Draft, revision: int) -> DraftOut:
    preview = PreviewOut.model_validate(draft.preview) if draft.preview else None
    return DraftOut(**_row(draft, revision), preview=preview, problems=ProblemsOut.model_validate(draft.problems))


def _row(draft: Draft, revision: int) -> dict[str, Any]:
    names = DraftRow.model_fields.keys() - {"bad_rows", "stale"}
    return {**{name: getattr(draft, name) for name in names}, "bad_rows": draft.problems.get("count", 0),
            "stale": draft.state == "draft" and draft.revision != revision}
