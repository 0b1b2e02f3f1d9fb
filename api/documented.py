"""What OpenAPI says of every route: its errors as problem documents, its name, its summary in both languages."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from fastapi.routing import APIRoute

from api.errors import MEDIA_TYPE, TITLES

Responses = dict[int | str, dict[str, Any]]
PROBLEM = {"$ref": "#/components/schemas/Problem"}


def problems(*statuses: int) -> Responses:
    """Responses with a problem document, for `responses=`."""
    return {status: {"description": " ".join(TITLES[status]), "content": {MEDIA_TYPE: {"schema": PROBLEM}}}
            for status in statuses}


#: Everybody may meet these.
ALWAYS = problems(413, 422, 500, 503)
#: Every route that asks who calls.
SIGNED_IN = problems(401, 403)


def file_of(media_types: Iterable[str]) -> Responses:
    """The answer that is a file."""
    return {200: {"description": "文件 (the file)", "content": {media_type: {} for media_type in media_types}}}


def unchanged() -> Responses:
    """The answer to If-None-Match."""
    return {304: {"description": "未变 (not modified)"}}


def operation_id(route: APIRoute) -> str:
    """The name of the function: unique in the room, and a good name in generated clients."""
    return route.name
