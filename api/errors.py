"""One map from the errors of the rules to HTTP, as RFC 9457 problem documents, in the caller's language."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from sqlalchemy.exc import DBAPIError, OperationalError
from starlette.exceptions import HTTPException
from starlette.requests import Request

from api.language import Language, language_of
from api.messages import code_of, problems_of
from governance import errors
from governance.errors import FieldProblem, WanggeError

log = logging.getLogger("wangge.api")
MEDIA_TYPE = "application/problem+json"

#: The nearest class that is listed here decides.
STATUS: dict[type[WanggeError], int] = {
    errors.Invalid: 422,
    errors.NotAuthenticated: 401,
    errors.AccountLocked: 429,
    errors.TooMany: 429,
    errors.NotAllowed: 403,
    errors.NotFound: 404,
    errors.Conflict: 409,
    errors.CalendarGap: 409,  # the request is sound; the city's calendar is not there yet
    errors.TooLarge: 413,
    errors.UnsupportedMedia: 415,
    errors.NotReady: 503,
}
TITLES = {
    401: ("未登录", "Unauthorized"), 403: ("无权操作", "Forbidden"), 404: ("未找到", "Not Found"),
    405: ("不支持的方法", "Method Not Allowed"), 409: ("冲突", "Conflict"), 413: ("内容过大", "Content Too Large"),
    415: ("不支持的文件类型", "Unsupported Media Type"), 422: ("请求内容有误", "Unprocessable Content"),
    429: ("请求过多", "Too Many Requests"), 500: ("系统错误", "Internal Server Error"),
    503: ("服务暂不可用", "Service Unavailable"),
}
#: What the router itself refuses.
ROUTER = {
    404: ("not_found", "没有这个地址", "There is no such address."),
    405: ("method_not_allowed", "该地址不支持此方法", "This address does not take this method."),
    413: ("too_large", "请求内容过大", "The request is too large."),
    422: ("invalid_request", "请求内容无法读取", "The request cannot be read."),
}
INTERNAL = ("internal_error", "系统内部错误, 请稍后再试", "Something went wrong on our side.")
#: SQLSTATE of PostgreSQL; SQLite calls it an OperationalError.
NO_SUCH_TABLE = "42P01"
UNAVAILABLE = ("unavailable", "数据库暂不可用, 请稍后再试", "The database is not available; try again.")


def status_of(error: type[WanggeError]) -> int:
    return next(STATUS[cls] for cls in error.__mro__ if cls in STATUS)


def document(status: int, code: str, zh: str, en: str, language: Language,
             problems: Sequence[FieldProblem] = (), extra: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """A problem document."""
    pick = 1 if language == "en" else 0
    return {"type": "about:blank", "title": TITLES[status][pick], "status": status, "code": code,
            "detail": (zh, en)[pick],
            "errors": [{"field": p.field, "message": p.en if pick else p.zh} for p in problems], **(extra or {})}


def document_of(error: WanggeError, language: Language) -> dict[str, Any]:
    return document(status_of(type(error)), error.code, error.zh, error.en, language, error.problems, error.extra)


def answer(request: Request, status: int, said: tuple[str, str, str], problems: Sequence[FieldProblem] = (),
           headers: Mapping[str, str] | None = None) -> JSONResponse:
    body = document(status, *said, language_of(request), problems)
    return JSONResponse(body, status, headers, MEDIA_TYPE)


def on_wangge_error(request: Request, error: WanggeError) -> JSONResponse:
    status, headers = status_of(type(error)), {}
    if status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    if "retry_after" in error.extra:
        headers["Retry-After"] = str(error.extra["retry_after"])
    return JSONResponse(document_of(error, language_of(request)), status, headers, MEDIA_TYPE)


def on_invalid_request(request: Request, error: RequestValidationError) -> JSONResponse:
    found = error.errors()
    problems = problems_of(found)
    zh = "; ".join(f"{p.field}: {p.zh}" for p in problems[:5])
    en = "; ".join(f"{p.field}: {p.en}" for p in problems[:5])
    return answer(request, 422, (code_of(found), zh, en), problems)


def on_http_exception(request: Request, error: HTTPException) -> JSONResponse:
    """The router's own refusals. FastAPI says 400 of a body that is no UTF-8, or no form: that is a 422 here."""
    status = 422 if error.status_code == 400 else error.status_code
    said = ROUTER.get(status, INTERNAL)
    status = status if status in ROUTER else 500
    problems = [FieldProblem("body", said[1], said[2])] if status == 422 else []
    return answer(request, status, said, problems, error.headers)


def on_database_error(request: Request, error: DBAPIError) -> JSONResponse:
    """A database that is away, busy for too long, or has no schema yet is a 503; anything else is our mistake."""
    if isinstance(error, OperationalError) or getattr(error.orig, "sqlstate", None) == NO_SUCH_TABLE:
        log.error("the database refused: %s", error.orig)
        return answer(request, 503, UNAVAILABLE, headers={"Retry-After": "5"})
    log.error("the database did not understand us", exc_info=error)
    return on_unexpected(request, error)


def on_unexpected(request: Request, error: Exception) -> JSONResponse:
    """Starlette logs the traceback; the caller learns no details."""
    return answer(request, 500, INTERNAL)


def install(app: FastAPI) -> None:
    """Every way out with an error is a problem document."""
    handlers: dict[Any, Any] = {
        WanggeError: on_wangge_error, RequestValidationError: on_invalid_request, HTTPException: on_http_exception,
        DBAPIError: on_database_error, Exception: on_unexpected,
    }
    for error, handler in handlers.items():
        app.add_exception_handler(error, handler)
