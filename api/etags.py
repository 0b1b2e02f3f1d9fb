"""Answers that are sent only when they have changed."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import Response

#: A browser keeps the answer for itself and asks each time whether it still holds.
CACHING = "private, no-cache"


def tag_of(*parts: object) -> str:
    """A strong ETag of everything that the answer depends on."""
    return f'"{hashlib.sha256("/".join(map(str, parts)).encode()).hexdigest()[:24]}"'


def fresh_or(request: Request, tag: str, body: Callable[[], bytes], media_type: str) -> Response:
    """304 when the caller has this version; else the body, which is only made then."""
    headers = {"ETag": tag, "Cache-Control": CACHING, "Vary": "Authorization, Cookie"}
    if _has(request.headers.get("if-none-match", ""), tag):
        return Response(status_code=304, headers=headers)
    return Response(body(), headers=headers, media_type=media_type)


def _has(sent: str, tag: str) -> bool:
    known = [part.strip().removeprefix("W/") for part in sent.split(",")]
    return tag in known or "*" in known
