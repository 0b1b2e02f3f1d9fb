"""No request body larger than its route can use; a problem document, not a dropped connection, says so."""

from __future__ import annotations

from collections.abc import Collection

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.errors import on_http_exception

MB = 1024 * 1024
#: Room for the frame of a multipart body around its file.
FRAME = 64 * 1024


class BodyLimit:
    """Refuses by Content-Length before reading, and counts while reading what has no length."""

    def __init__(self, app: ASGIApp, uploads: Collection[str], upload_bytes: int, other_bytes: int = MB) -> None:
        self.app, self.uploads = app, uploads
        self.upload_bytes, self.other_bytes = upload_bytes + FRAME, other_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        limit = self.upload_bytes if scope["path"] in self.uploads else self.other_bytes
        declared = Headers(scope=scope).get("content-length", "0")
        if declared.isdigit() and int(declared) > limit:
            refusal = on_http_exception(Request(scope), HTTPException(413))
            await refusal(scope, receive, send)
        else:
            await self.app(scope, _counted(receive, limit), send)


def _counted(receive: Receive, limit: int) -> Receive:
    taken = 0

    async def counted() -> Message:
        nonlocal taken
        message = await receive()
        taken += len(message.get("body", b""))
        if taken > limit:
            raise HTTPException(413)
        return message

    return counted
