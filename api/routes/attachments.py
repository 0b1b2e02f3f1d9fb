"""Files: sent before the report or action that they belong to, and shown to who may see its incident."""

from __future__ import annotations

import uuid
from typing import Annotated

from fastapi import APIRouter, File, Query, UploadFile
from sqlmodel import Session
from starlette.responses import FileResponse

from api import files, showing
from api.dependencies import Caller, MayReadIncidents, MayReport
from api.documented import ALWAYS, SIGNED_IN, file_of, problems
from api.schemas.attachments import AttachmentOut
from api.schemas.common import NoQuery
from data.engine import reading, writing
from governance import scope
from governance.errors import NotFound
from governance.incident import Attachment, Incident

PATH = "/api/v1/attachments"
router = APIRouter(prefix=PATH, tags=["attachments"], responses={**ALWAYS, **SIGNED_IN})
FILES = file_of(files.KINDS)


@router.post("", status_code=201, responses=problems(415), summary="上传附件 Send a file")
def send_attachment(file: Annotated[UploadFile, File(description="图片, 视频, 录音或 PDF")], caller: MayReport,
                    _: Annotated[NoQuery, Query()]) -> AttachmentOut:
    """What it is shows by its content, whatever its name. Up to 20 MB, video 100 MB. `bytes` and `sha256` are those
    of the file as it is served: pictures are kept without EXIF."""
    attachment = files.record(files.keep(file.file, caller.settings), caller.actor.id, caller.now)
    with writing(caller.engine) as session:
        session.add(attachment)
        session.commit()
    return AttachmentOut(**{name: getattr(attachment, name) for name in AttachmentOut.model_fields})


@router.get("/{attachment_id}", responses={**problems(404), **FILES}, response_class=FileResponse,
            summary="取附件 Read a file")
def read_attachment(attachment_id: uuid.UUID, caller: MayReadIncidents,
                    _: Annotated[NoQuery, Query()]) -> FileResponse:
    """For who may see its incident; before it belongs to one, for who sent it."""
    with reading(caller.engine) as session:
        attachment, incident = find(session, caller, attachment_id)
    if incident is not None:
        showing.account_for(caller, [incident])
    place = files.place_of(caller.settings, attachment.sha256)
    if not place.is_file():
        raise NotFound(f"附件 {attachment_id}")
    return FileResponse(place, media_type=attachment.media_type, headers={
        "Cache-Control": "private, max-age=86400", "Content-Security-Policy": "default-src 'none'; sandbox",
        "Content-Disposition": "attachment" if attachment.kind == "document" else "inline"})


def find(session: Session, caller: Caller, attachment_id: uuid.UUID) -> tuple[Attachment, Incident | None]:
    """NotFound also for who may not know of it."""
    attachment = session.get(Attachment, attachment_id)
    incident = session.get(Incident, attachment.incident_id) if attachment and attachment.incident_id else None
    if attachment is not None:
        own = attachment.uploaded_by is not None and attachment.uploaded_by == caller.actor.id
        if own or (incident is not None and scope.may_see(caller.actor, incident)):
            return attachment, incident
    raise NotFound(f"附件 {attachment_id}")
