"""Answers as files: a figure that is asked for as CSV or XLSX, by `format` or by Accept."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response

from governance.figures.sheets import MEDIA_TYPES, Sheet, write

TYPES = {media_type.partition(";")[0]: form for form, media_type in MEDIA_TYPES.items()}


def form_of(request: Request, asked: str | None) -> str:
    """json, csv or xlsx: what is asked goes before what is accepted; the first that we have is taken."""
    if asked is not None:
        return asked
    accepted = (part.partition(";")[0].strip().lower() for part in request.headers.get("accept", "").split(","))
    return next((TYPES[each] for each in accepted if each in TYPES), "json")


def as_file(sheets: Sequence[Sheet], form: str, name: str) -> Response:
    """The sheets as a file that is saved under this name."""
    return Response(write(sheets, form), media_type=MEDIA_TYPES[form], headers={
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(name)}.{form}", "Vary": "Accept"})
