"""The clock of a stage: when it is due, when to warn, its pauses, and the verdict when it stops.

Rules: product.md "Deciding when" (each stage has its clock; warn at 80 %; the verdict is stored) and the
domain brief, section 3.3 (挂账, 核实 and a returned task pause a clock).

A clock counts whole seconds: every `now` is cut to its second, so pauses neither give nor take time. The
functions change the record they are given and return it; if they raise, the record is as it was.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import cast

from sqlalchemy import Index, text
from sqlmodel import Field, SQLModel

from data.columns import Amount, BigId, UtcDateTime
from governance.calendar import Limit, Unit, WorkCalendar
from governance.errors import CalendarGap

#: The share of the limit after which the holder is warned (product.md: "warn at 80 %").
WARN_SHARE = 0.8
ON_TIME, OVERDUE = "on_time", "overdue"
SECOND = timedelta(seconds=1)


class Clock(SQLModel, table=True):
    """The clock of one stage of one incident: running, paused (`paused_at`) or stopped (`stopped_at`)."""

    __table_args__ = (Index("clock_watch", "watch_at", postgresql_where=text("watch_at IS NOT NULL"),
                            sqlite_where=text("watch_at IS NOT NULL")),)

    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    incident_id: uuid.UUID = Field(index=True)
    #: accept | dispatch | sign | handle | check ...
    stage: str
    limit_value: Decimal = Field(sa_type=Amount)
    limit_unit: str
    started_at: datetime = Field(sa_type=UtcDateTime)
    #: Start of the current run.
    resumed_at: datetime = Field(sa_type=UtcDateTime)
    warn_at: datetime = Field(sa_type=UtcDateTime)
    due_at: datetime = Field(sa_type=UtcDateTime)
    #: Before the first extension; None if there was none.
    original_due_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    #: Granted beyond the limit, in the limit's own time.
    extra_seconds: int = 0
    #: When the watch must look at it next, and how often it has: warned, urged, escalated. None: never again.
    watch_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    watched: int = 0
    paused_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    stopped_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    #: Used before the current run, in the limit's own time (worked or continuous); after the stop, in all.
    used_seconds: int = 0
    #: None until it stops, then on_time | overdue.
    verdict: str | None = None
    #: Whom it measures.
    department: str | None = None


def limit_of(clock: Clock) -> Limit:
    """The clock's limit. ValueError if the record holds none that is valid."""
    return Limit(Decimal(clock.limit_value), cast(Unit, clock.limit_unit))


def start(
    incident_id: uuid.UUID, stage: str, limit: Limit, now: datetime, calendar: WorkCalendar,
    department: str | None = None,
) -> Clock:
    """A new clock that runs from `now`. CalendarGap if its due time lies in a year without a calendar."""
    begin, whole = _second(now), calendar.length(limit)
    warn_at = calendar.due_after(begin, whole * WARN_SHARE, limit.unit)
    return Clock(
        incident_id=incident_id, stage=stage, limit_value=limit.value, limit_unit=limit.unit,
        started_at=begin, resumed_at=begin, warn_at=warn_at, watch_at=warn_at,
        due_at=calendar.due_after(begin, whole, limit.unit),
        department=department,
    )


def pause(clock: Clock, now: datetime, calendar: WorkCalendar) -> Clock:
    """Hold a running clock: until it resumes no time is used. ValueError if it is paused or stopped."""
    if not is_running(clock):
        raise ValueError(f"the {clock.stage} clock does not run")
    at = _second(now)
    clock.used_seconds = used(clock, at, calendar) // SECOND
    clock.paused_at, clock.watch_at = at, None
    return clock


def resume(clock: Clock, now: datetime, calendar: WorkCalendar) -> Clock:
    """Let a paused clock run on. Its due and warning times move by the pause, in the limit's own time.

    A time that had passed before the pause stays where it was: what was overdue stays overdue.
    ValueError if the clock is not paused, or if `now` is before the pause.
    """
    at = _second(now)
    paused, limit = _paused_since(clock, at), limit_of(clock)
    whole, gone = granted(clock, calendar), clock.used_seconds * SECOND

    def moved(planned: datetime, share: timedelta) -> datetime:
        left = max(share - gone, timedelta())
        return planned if planned < paused else calendar.due_after(at, left, limit.unit)

    clock.warn_at, clock.due_at = moved(clock.warn_at, whole * WARN_SHARE), moved(clock.due_at, whole)
    clock.resumed_at, clock.paused_at = at, None
    clock.watch_at = next_look(clock, calendar)
    return clock


def extend(clock: Clock, days: int, calendar: WorkCalendar) -> Clock:
    """Grant so many days more in the limit's own time: work days where it counts those, else natural days.

    The due time before the first extension is kept beside the new one (product.md, extend). Who was warned will be
    warned again before the new due time. ValueError unless the clock runs.
    """
    if not is_running(clock):
        raise ValueError(f"the {clock.stage} clock does not run")
    limit = limit_of(clock)
    day: Unit = "natural_day" if limit.unit in ("natural_day", "urgent_hour") else "work_day"
    extra = clock.extra_seconds + calendar.length(Limit(Decimal(days), day)) // SECOND
    whole, gone = calendar.length(limit) + extra * SECOND, clock.used_seconds * SECOND
    due_at = calendar.due_after(clock.resumed_at, whole - gone, limit.unit)
    clock.warn_at = calendar.due_after(clock.resumed_at, max(whole * WARN_SHARE - gone, timedelta()), limit.unit)
    clock.original_due_at, clock.due_at = clock.original_due_at or clock.due_at, due_at
    clock.extra_seconds, clock.watched, clock.watch_at = extra, 0, clock.warn_at
    return clock


def granted(clock: Clock, calendar: WorkCalendar) -> timedelta:
    """The limit with its extensions, in its own time."""
    return calendar.length(limit_of(clock)) + clock.extra_seconds * SECOND


def next_look(clock: Clock, calendar: WorkCalendar) -> datetime | None:
    """When the watch must look again: at the warning, at expiry, when overdue by the limit again. None: never."""
    if clock.watched < 2:
        return (clock.warn_at, clock.due_at)[clock.watched]
    if clock.watched > 2:
        return None
    try:
        return calendar.due_after(clock.due_at, granted(clock, calendar), limit_of(clock).unit)
    except CalendarGap:  # what is overdue already can wait for the calendar
        return None


def stop(clock: Clock, now: datetime, calendar: WorkCalendar) -> Clock:
    """End the stage and store the verdict; exactly at the due time is on time. ValueError if it has stopped.

    A paused clock stops with what it had used: on time, unless it was overdue already when it was paused.
    """
    if clock.stopped_at is not None:
        raise ValueError(f"the {clock.stage} clock has stopped")
    at = _second(now)
    if clock.paused_at is not None:
        _paused_since(clock, at)
    verdict = OVERDUE if is_overdue(clock, at) else ON_TIME
    clock.used_seconds = used(clock, at, calendar) // SECOND
    clock.stopped_at, clock.verdict, clock.watch_at = at, verdict, None
    return clock


def is_overdue(clock: Clock, now: datetime) -> bool:
    """Whether the due time has passed by `now`; in a pause, by its beginning; once stopped, as judged."""
    if clock.stopped_at is not None:
        return clock.verdict == OVERDUE
    return (clock.paused_at or _second(now)) > clock.due_at


def used(clock: Clock, now: datetime, calendar: WorkCalendar) -> timedelta:
    """Time used so far, in the limit's own time (worked or continuous). A pause or stop holds it."""
    before = clock.used_seconds * SECOND
    if clock.paused_at is not None or clock.stopped_at is not None:
        return before
    return before + calendar.spent(clock.resumed_at, _second(now), limit_of(clock).unit)


def remaining(clock: Clock, now: datetime, calendar: WorkCalendar) -> timedelta:
    """Time left, in the limit's own time; negative by as much as the limit is overrun."""
    return granted(clock, calendar) - used(clock, now, calendar)


def earliest_due(clocks: Iterable[Clock]) -> datetime | None:
    """The nearest due time among the clocks that run; None if none does."""
    return min((clock.due_at for clock in clocks if is_running(clock)), default=None)


def is_running(clock: Clock) -> bool:
    """Neither paused nor stopped."""
    return clock.paused_at is None and clock.stopped_at is None


def _paused_since(clock: Clock, at: datetime) -> datetime:
    """When the pause began. ValueError if the clock is not paused, or if `at` is before the pause."""
    if clock.paused_at is None or clock.stopped_at is not None:
        raise ValueError(f"the {clock.stage} clock is not paused")
    if at < clock.paused_at:
        raise ValueError(f"time runs forwards: {at} is before the pause at {clock.paused_at}")
    return clock.paused_at


def _second(now: datetime) -> datetime:
    if now.utcoffset() is None:
        raise ValueError(f"an instant needs its time zone: {now}")
    return now.astimezone(UTC).replace(microsecond=0)
