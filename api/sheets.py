"""Answers as files: a figure that is asked for as CSV or XLSX, by `format` or by Accept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response

from governance.figures.paper import MEDIA_TYPE
from governance.figures.sheets import MEDIA_TYPES, Sheet, write

TYPES = {media_type.partition(";")[0]: form for form, media_type in MEDIA_TYPES.items()}
NOTHING_ELSE: Mapping[str, str] = MappingProxyType({})


def form_of(request: Request, asked: str | None, more: Mapping[str, str] = NOTHING_ELSE) -> str:
    """json, csv or xlsx, or what else there is by media type: what is asked goes before what is accepted; the first
    that we have is taken."""
    if asked is not None:
        return asked
    types = {**TYPES, **more}
    accepted = (part.partition(";")[0].strip().lower() for part in request.headers.get("accept", "").split(","))
    return next((types[each] for each in accepted if each in types), "json")


def as_file(sheets: Sequence[Sheet], form: str, name: str) -> Response:
    """The sheets as a file that is saved under this name."""
    return Response(write(sheets, form), media_type=MEDIA_TYPES[form], headers={
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(name)}.{form}", "Vary": "Accept"})


def as_paper(content: bytes, name: str) -> Response:
    """A PDF, shown by the browser and saved under this name."""
    return Response(content, media_type=MEDIA_TYPE, headers={
        "Content-Disposition": f"inline; filename*=UTF-8''{quote(name)}.pdf", "Vary": "Accept"})
