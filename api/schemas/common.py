"""Kinds of fields that several documents share, and the problem document."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints
from pydantic_core import PydanticCustomError

from governance.calendar import SHANGHAI

#: Years that an instant may lie in; far outside, arithmetic on time zones fails.
YEARS = range(1970, 2200)


def _no_control(text: str) -> str:
    if any(ord(char) < 32 and char not in "\n\r\t" for char in text):
        raise PydanticCustomError("control_character", "contains control characters")
    return text


def _iso_text(value: Any) -> Any:
    """Text only: a bare number is no instant here."""
    if isinstance(value, datetime):
        return value
    if not isinstance(value, str) or value.strip().replace(".", "", 1).lstrip("+-").isdigit():
        raise PydanticCustomError("not_an_instant", "must be an ISO 8601 time with its offset")
    return value


def _iso_date(value: Any) -> Any:
    """A whole date as text: neither a bare number nor an instant."""
    if not isinstance(value, str) or not re.fullmatch(r"\d{4}-\d{2}-\d{2}", value) or int(value[:4]) not in YEARS:
        raise PydanticCustomError("not_a_date", "must be a date, such as 2026-03-03")
    return value


def _within_years(value: datetime) -> datetime:
    if value.year not in YEARS:
        raise PydanticCustomError("not_an_instant", "must be an ISO 8601 time with its offset")
    return value


NoControl = AfterValidator(_no_control)
Code = Annotated[str, StringConstraints(min_length=1, max_length=40), NoControl]
NewPassword = Annotated[str, StringConstraints(min_length=1, max_length=200), NoControl,
                        Field(description="至少 8 位 (at least 8 characters)")]
Line = Annotated[str, StringConstraints(max_length=200), NoControl]
Paragraph = Annotated[str, StringConstraints(max_length=2000), NoControl]
Instant = Annotated[AwareDatetime, BeforeValidator(_iso_text), AfterValidator(_within_years)]
Day = Annotated[date, BeforeValidator(_iso_date)]
Lon = Annotated[float, Field(ge=-180, le=180, allow_inf_nan=False, description="经度, 度 (longitude, degrees)")]
Lat = Annotated[float, Field(ge=-90, le=90, allow_inf_nan=False, description="纬度, 度 (latitude, degrees)")]
#: An instant that goes out: told in Chinese time, with its offset.
Moment = Annotated[datetime, AfterValidator(lambda at: at.astimezone(SHANGHAI))]
StrictLon = Annotated[Lon, Field(strict=True)]
StrictLat = Annotated[Lat, Field(strict=True)]
DatumName = Literal["wgs84", "gcj02", "bd09", "cgcs2000"]
Cursor = Annotated[str, StringConstraints(min_length=1, max_length=300), NoControl]
Limit = Annotated[int, Field(ge=1, le=200, description="每页条数 (rows a page)")]


class In(BaseModel):
    """What comes in: an unknown field is an error."""

    model_config = ConfigDict(extra="forbid")


class NoQuery(In):
    """An address that takes no query."""


class Out(BaseModel):
    """What goes out."""

    model_config = ConfigDict(extra="forbid")


class FieldError(BaseModel):
    field: str = Field(description="出错字段, 如 attachments.0 (the field that is wrong)")
    message: str


class Problem(BaseModel):
    """An error (RFC 9457). `code` is stable; `detail` follows Accept-Language. More members may follow, such as
    `current_version`."""

    model_config = ConfigDict(extra="allow")

    type: str
    title: str
    status: int
    code: str = Field(examples=["stale_version"])
    detail: str
    errors: list[FieldError]
