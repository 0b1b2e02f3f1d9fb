"""The monthly bulletin: a month's figures frozen as they were counted, issued for a unit by a supervisor.

The figures themselves go on: an incident of the month that is closed later counts as closed from then on. What was
announced stands here, with the version of the formulas, the instant of counting and a hash; it never changes. A mistake
is mended by a correction: a further edition, with its reason, beside the ones before. Months are local.

For the process `public_inquiry` it is the bulletin by on-time rate and satisfaction that 问政四川 publishes.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from typing import Any, cast

from sqlalchemy import ColumnElement, Select, and_, or_, select, tuple_
from sqlalchemy.exc import IntegrityError
from sqlmodel import Field, Session, SQLModel, col

from data.columns import Code, Document, UtcDateTime
from data.engine import is_postgresql
from governance import scope
from governance.audit import AuditEntry, digest
from governance.city import City
from governance.errors import Conflict, InvalidField, NotAllowed, NotFound
from governance.figures.closure import TOTAL, closure, figure
from governance.figures.compare import month_of
from governance.figures.counts import COUNTS, FORMULAS, RATES
from governance.figures.filters import By, FigureFilter, check_scope, name_of
from governance.figures.league import counted_with_past, table
from governance.figures.stages import stage_times
from governance.people import DEPARTMENT_ROLES, Actor
from grids.codes import LEVELS, code_range, level_of, path_of, within

#: Of every process together.
ALL = ""


class Bulletin(SQLModel, table=True):
    """One edition. Append-only: the database itself refuses a change."""

    __tablename__ = "bulletin"

    month: str = Field(primary_key=True, max_length=7, description="2026-03, in local time")
    unit: str = Field(primary_key=True, sa_type=Code)
    process: str = Field(default=ALL, primary_key=True, max_length=40, description="empty: every process")
    edition: int = Field(default=1, primary_key=True)
    issued_at: datetime = Field(sa_type=UtcDateTime)
    issued_by: uuid.UUID | None = None
    issuer: str = ""
    reason: str = Field(default="", description="why the edition before was corrected")
    formula_version: int
    document: dict[str, Any] = Field(sa_type=Document)
    hash: str = Field(max_length=64)

    @property
    def sound(self) -> bool:
        """Whether the document is the one that was issued."""
        return digest(self.document) == self.hash


# ---- issuing -------------------------------------------------------------------------------------------------------

def issue(session: Session, city: City, actor: Actor, month: str, unit: str, process: str | None, reason: str,
          now: datetime) -> Bulletin:
    """Freeze a month that is over. Give it a session that has done nothing yet: all is counted from one state of the
    database. Conflict if it is issued already and no reason for a correction is given."""
    scope.require(actor, "issue_bulletin")
    since, until = _period(month)
    if until > now:
        raise InvalidField("month", "该月尚未结束", "is not over yet", "month_not_over")
    wanted = FigureFilter(unit=unit, process=process, since=since, until=until)
    check_scope(city, actor, wanted)
    if process is not None:
        city.process(process)
    if is_postgresql(session):
        session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
    edition = _next_edition(session, month, unit, process or ALL, reason.strip())
    document = frozen(session, city, actor, wanted, now) | {"month": month, "edition": edition}
    made = Bulletin(month=month, unit=unit, process=process or ALL, edition=edition, issued_at=now, issued_by=actor.id,
                    issuer=actor.name, reason=reason.strip(), formula_version=FORMULAS, document=document,
                    hash=digest(document))
    return _written(session, made, actor, now)


def unissued(session: Session, city: City, actor: Actor, month: str, unit: str, process: str | None,
             now: datetime) -> Bulletin:
    """The same figures as they are now, of a month that nobody has issued, also of one that is not over: edition 0,
    without issuer and hash, and kept nowhere. For who may count the whole unit."""
    scope.require(actor, "read_figures")
    since, until = _period(month)
    if since > now:
        raise InvalidField("month", "该月尚未开始", "has not begun yet", "month_not_begun")
    wanted = FigureFilter(unit=unit, process=process, since=since, until=until)
    check_scope(city, actor, wanted)
    if actor.role in DEPARTMENT_ROLES:
        raise NotAllowed("现时统计限于本单元的管理人员", "These figures are for people of the unit.")
    if process is not None:
        city.process(process)
    document = frozen(session, city, actor, wanted, now) | {"month": month, "edition": 0}
    return Bulletin(month=month, unit=unit, process=process or ALL, edition=0, issued_at=now, issuer="", reason="",
                    formula_version=FORMULAS, document=document, hash="")


def _period(month: str) -> tuple[datetime, datetime]:
    try:
        since, until = month_of(date.fromisoformat(f"{month}-01"))
    except ValueError:
        raise InvalidField("month", "应为月份 YYYY-MM", "must be a month YYYY-MM") from None
    return since.astimezone(UTC), until.astimezone(UTC)


def _next_edition(session: Session, month: str, unit: str, process: str, reason: str) -> int:
    last = session.scalar(select(col(Bulletin.edition)).where(*_same(month, unit, process)).order_by(
        col(Bulletin.edition).desc()).limit(1))
    if last is not None and not reason:
        raise Conflict("该月通报已发布, 不能更改; 更正须说明理由",
                       "This month's bulletin is issued and cannot change; a correction needs a reason.")
    if last is None and reason:
        raise InvalidField("reason", "首次发布没有可更正的通报", "there is no bulletin to correct")
    return (last or 0) + 1


def _written(session: Session, made: Bulletin, actor: Actor, now: datetime) -> Bulletin:
    try:
        session.add(made)
        session.flush()
    except IntegrityError:
        session.rollback()
        raise Conflict("他人刚刚发布了该月通报", "Somebody has just issued this month's bulletin.") from None
    session.add(AuditEntry(at=now, actor=actor.id, role=actor.role, event="issue_bulletin",
                           subject=f"{made.month} {made.unit} {made.process}".strip(),
                           detail={"edition": made.edition, "hash": made.hash, "reason": made.reason}))
    return made


# ---- what is frozen ------------------------------------------------------------------------------------------------

def frozen(session: Session, city: City, actor: Actor, wanted: FigureFilter, now: datetime) -> dict[str, Any]:
    """Every figure, league and stage time of the month, as plain values."""
    unit = str(wanted.unit)
    units, since, until = below(unit), cast(datetime, wanted.since), cast(datetime, wanted.until)
    document: dict[str, Any] = {
        "unit": unit, "unit_name": name_of(city, "cell", unit, None), "process": wanted.process,
        "from": since.isoformat(), "to": until.isoformat(), "counted_at": now.astimezone(UTC).isoformat(),
        "formula_version": FORMULAS, "minimum": city.settings.league_minimum, "closure": {}, "league": [], "stages": {}}
    for by in dict.fromkeys((units, "department", "category", "subcategory", "source")):
        document["closure"][by] = _closure(session, city, actor, by, wanted, now)
    for by in (units, "department"):
        document["league"] += _leagues(session, city, actor, by, wanted, now)
        rows, total = stage_times(session, city, actor, by, wanted)
        document["stages"][by] = {"rows": [row.document() for row in rows], "total": total.document()}
    return document


def below(unit: str) -> By:
    """The level whose units a bulletin of this unit tells apart."""
    return cast(By, LEVELS[min(LEVELS.index(level_of(unit)) + 1, len(LEVELS) - 1)])


def _closure(session: Session, city: City, actor: Actor, by: By, wanted: FigureFilter,
             now: datetime) -> dict[str, Any]:
    rows, total = closure(session, city, actor, by, wanted, now)
    return {"rows": [row.document() for row in rows], "total": total.document()}


def _leagues(session: Session, city: City, actor: Actor, by: By, wanted: FigureFilter,
             now: datetime) -> Iterator[dict[str, Any]]:
    here, past = counted_with_past(session, city, actor, by, wanted, now, COUNTS)
    for rate in RATES.values():
        rows, total = table(city, by, rate, city.settings.league_minimum, here, past)
        yield {"by": by, "rate": rate.name, "rows": [row.document() for row in rows], "total": total.document()}


# ---- reading -------------------------------------------------------------------------------------------------------

def read(session: Session, actor: Actor, month: str, unit: str, process: str | None,
         edition: int | None = None) -> tuple[Bulletin, list[Bulletin]]:
    """An edition (default: the last) and all editions there are. NotFound where none was issued."""
    scope.require(actor, "read_figures")
    if not _issued_to(actor, unit):
        raise NotAllowed("该网格不在您的管辖范围内", "The unit is outside your scope.")
    editions = list(session.scalars(select(Bulletin).where(*_same(month, unit, process or ALL)).order_by(
        col(Bulletin.edition))))
    found = [each for each in editions if edition in (None, each.edition)]
    if not found:
        raise NotFound(f"通报 {month} {unit}")
    return found[-1], editions


def issued(session: Session, actor: Actor, unit: str | None, month: str | None, limit: int,
           after: Sequence[Any] | None = None) -> list[Bulletin]:
    """The bulletins issued to the caller, the newest month first; from the one after this key."""
    scope.require(actor, "read_figures")
    key = tuple_(col(Bulletin.month), col(Bulletin.unit), col(Bulletin.process), col(Bulletin.edition))
    query: Select[Bulletin] = select(Bulletin).where(_issued_to_sql(actor))
    for column, value in ((col(Bulletin.unit), unit), (col(Bulletin.month), month)):
        if value is not None:
            query = query.where(column == value.replace("\0", ""))
    if after is not None:
        query = query.where(key < tuple(after))
    order = (col(Bulletin.month), col(Bulletin.unit), col(Bulletin.process), col(Bulletin.edition))
    return list(session.scalars(query.order_by(*(column.desc() for column in order)).limit(limit)))


def _same(month: str, unit: str, process: str) -> list[ColumnElement[bool]]:
    named = ((Bulletin.month, month), (Bulletin.unit, unit), (Bulletin.process, process))
    return [col(column) == value.replace("\0", "") for column, value in named]


def _issued_to(actor: Actor, unit: str) -> bool:
    """A bulletin is issued to everybody who works in its unit, and to those above it."""
    try:
        return within(unit, actor.unit) or within(actor.unit, unit)
    except ValueError:
        return False


def _issued_to_sql(actor: Actor) -> ColumnElement[bool]:
    low, high = code_range(actor.unit)
    inside = and_(col(Bulletin.unit) >= low, col(Bulletin.unit) < high)
    return or_(inside, col(Bulletin.unit).in_(path_of(actor.unit)))


# ---- what has moved since ------------------------------------------------------------------------------------------

def moved_since(session: Session, city: City, actor: Actor, bulletin: Bulletin,
                now: datetime) -> list[dict[str, Any]] | None:
    """Every number of the bulletin's units that the same question would get another answer for today: `frozen` and
    `live`; the total has no key. None for a caller who may not count the whole unit."""
    if actor.role in DEPARTMENT_ROLES or not within(bulletin.unit, actor.unit):
        return None
    by, document = below(bulletin.unit), bulletin.document
    since, until = (datetime.fromisoformat(document[name]) for name in ("from", "to"))
    wanted = FigureFilter(unit=bulletin.unit, process=bulletin.process or None, since=since, until=until)
    rows, total = closure(session, city, actor, by, wanted, now)
    live = {row.key: row.document() for row in rows}
    then = {row["key"]: row for row in document["closure"][by]["rows"]}
    pairs = [(document["closure"][by]["total"], total.document())]
    for key in dict.fromkeys((*then, *live)):
        nothing = figure(key, name_of(city, by, key, None), None, {}).document()
        pairs.append((then.get(key, nothing), live.get(key, nothing)))
    return [moved for before, after in pairs if (moved := _moved(before, after))["numbers"]]


def _moved(frozen: dict[str, Any], live: dict[str, Any]) -> dict[str, Any]:
    """Only what has; a number that the bulletin did not know yet is none of it."""
    numbers = {name: {"frozen": frozen[name], "live": live[name]} for name in (*COUNTS, *RATES)
               if name in frozen and frozen[name] != live[name]}
    return {"key": live["key"], "name": live["name"], "is_total": live["name"] == TOTAL, "numbers": numbers}
