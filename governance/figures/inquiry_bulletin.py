"""The month of the inquiries by department: answered in time, and how the askers rated it (问政四川: 按时办结率,
群众满意度).

A rate is told with its two counts. On time is by the limit that began at the approval: of what fell due in the month,
what had been answered by then. Satisfaction counts the fairly satisfied (3 of 5) by nine tenths, as the return visits
do (domain brief 2.5).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import astuple, dataclass
from datetime import date, datetime, time

from sqlalchemy import ColumnElement, and_, case, func, or_, select
from sqlmodel import Session, col

from governance import scope
from governance.calendar import SHANGHAI
from governance.errors import InvalidField
from governance.incident import Incident
from governance.residents.inquiries import PROCESS

SATISFIED, FAIRLY, FAIRLY_WEIGHT = 4, 3, 0.9


@dataclass(frozen=True)
class Counts:
    """What one department had to do with in the month."""

    approved: int = 0
    answered: int = 0
    due: int = 0
    on_time: int = 0
    rated: int = 0
    satisfied: int = 0
    fairly: int = 0

    @property
    def on_time_rate(self) -> float | None:
        return self.on_time / self.due if self.due else None

    @property
    def satisfaction_rate(self) -> float | None:
        return (self.satisfied + FAIRLY_WEIGHT * self.fairly) / self.rated if self.rated else None


def month_of(text: str) -> tuple[datetime, datetime]:
    """From its first instant to the next month's, local. InvalidField for no month, such as 2026-13."""
    try:
        first = date.fromisoformat(f"{text}-01")
    except ValueError:
        raise InvalidField("month", "应为 年-月, 如 2026-03", "must be a month such as 2026-03", "bad_month") from None
    following = date(first.year + first.month // 12, first.month % 12 + 1, 1)
    return datetime.combine(first, time(), SHANGHAI), datetime.combine(following, time(), SHANGHAI)


def bulletin(session: Session, month: str, unit: str, now: datetime) -> dict[str, Counts]:
    """Department ("" has none yet) -> its counts, of the inquiries in a unit and all below it. What is not due yet
    counts once it has been answered."""
    start, end = month_of(month)
    counted = [func.coalesce(func.sum(case((condition, 1), else_=0)), 0)
               for condition in _conditions(start, end, now)]
    rows = session.execute(select(func.coalesce(col(Incident.department), ""), *counted).where(
        col(Incident.process) == PROCESS, col(Incident.filed_at).is_not(None), scope.in_unit(unit)
    ).group_by(col(Incident.department)))
    found = {str(row[0]): Counts(*map(int, row[1:])) for row in rows}
    return {department: counts for department, counts in sorted(found.items()) if any(astuple(counts))}


def total(rows: Iterable[Counts]) -> Counts:
    return Counts(*(sum(column) for column in zip(*map(astuple, rows), strict=True)))


def _conditions(start: datetime, end: datetime, now: datetime) -> list[ColumnElement[bool]]:
    """One for each count, in the order of Counts."""
    filed, handled, due, closed = (col(c) for c in (Incident.filed_at, Incident.handled_at, Incident.handle_due_at,
                                                    Incident.closed_at))
    was_due = and_(due >= start, due < end, or_(due <= now, handled.is_not(None)))
    rated = and_(closed >= start, closed < end, col(Incident.score).is_not(None))
    return [and_(filed >= start, filed < end), and_(handled >= start, handled < end), was_due,
            and_(was_due, handled <= due), rated, and_(rated, col(Incident.score) >= SATISFIED),
            and_(rated, col(Incident.score) == FAIRLY)]
