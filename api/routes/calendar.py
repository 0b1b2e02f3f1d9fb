"""The working calendar: when time counts."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from api.dependencies import MayReadReference
from api.documented import ALWAYS, SIGNED_IN, unchanged
from api.etags import fresh_or, tag_of
from api.schemas.calendar import CalendarOut, CalendarQuery, DayOut
from governance.calendar import LIBRARY_YEARS, WorkCalendar
from governance.working_days import AHEAD, working_days

router = APIRouter(prefix="/api/v1", tags=["calendar"], responses={**ALWAYS, **SIGNED_IN})


@router.get("/calendar", response_model=CalendarOut, responses=unchanged(),
            summary="工作日历 The working calendar, day by day")
def read_calendar(request: Request, caller: MayReadReference, wanted: Annotated[CalendarQuery, Query()]) -> Response:
    """Enough to count working time down to the second. Ask with If-None-Match."""
    calendar = caller.city.calendar
    since = wanted.since or caller.now.astimezone(calendar.tz).date()
    until = wanted.until or since + AHEAD
    tag = tag_of("calendar", caller.city.revision, max(LIBRARY_YEARS), since, until)
    return fresh_or(request, tag, lambda: body_of(calendar, since, until), "application/json")


def body_of(calendar: WorkCalendar, since: date, until: date) -> bytes:
    days, unpublished = working_days(calendar, since, until)
    return CalendarOut(timezone=calendar.tz.key, days=[DayOut(**asdict(day)) for day in days],
                       unpublished=unpublished).model_dump_json().encode()
