"""What is in force, as the rows of its sheets: what goes out can come in again and changes nothing.

Reference data first; then incidents, streamed, within the caller's scope and without what the caller may not know.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import insert, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from governance import queries, scope
from governance.audit import AuditEntry
from governance.calendar import SHANGHAI
from governance.city import CalendarDay, CalendarYear, City
from governance.drafts.taxonomy import current_version
from governance.errors import InvalidField
from governance.exchange.calendar import COLUMNS as DAY_COLUMNS
from governance.exchange.incidents import COLUMNS as INCIDENT_COLUMNS
from governance.exchange.people import ACCOUNT_COLUMNS, DEPARTMENT_COLUMNS
from governance.incident import Incident
from governance.people import Account, Actor, Department, Duty
from governance.queries import IncidentFilter
from taxonomy.category import Category, Function
from taxonomy.exchange import CATEGORY_COLUMNS, FUNCTION_COLUMNS, STANDARD_COLUMNS, cells_of
from taxonomy.standard import Standard

Row = dict[str, Any]
#: Beside the columns that come in again: names for people, and the number in the older system.
NAMES: Final = ("status_name", "subcategory_name", "unit_name", "department_name", "imported_number")
ROWS_AT_ONCE: Final = 1000
PARTS: Final = {"taxonomy": ("categories", "functions"), "standards": ("standards",),
                "people": ("departments", "accounts"), "calendar": ("days",)}


@dataclass(frozen=True)
class Sheet:
    """Rows and the columns that they have."""

    name: str
    columns: Sequence[str]
    rows: Iterator[Row]


# ---- reference data ------------------------------------------------------------------------------------------------

def sheet(session: Session, kind: str, part: str | None = None, taxonomy: str = "grid",
          version: int | None = None) -> Sheet:
    """A sheet of what is in force; of a list also of an older version. InvalidField if there is no such sheet."""
    chosen = part or PARTS[kind][0]
    if chosen not in PARTS[kind]:
        raise InvalidField("part", f"应为 {'、'.join(PARTS[kind])}", f"must be one of {', '.join(PARTS[kind])}",
                           "unknown_part")
    if kind in ("taxonomy", "standards"):
        return _of_list(session, chosen, taxonomy, version)
    columns, rows = SHEETS[chosen]
    return Sheet(chosen, columns, rows(session))


def _of_list(session: Session, part: str, taxonomy: str, version: int | None) -> Sheet:
    chosen = current_version(session, taxonomy) if version is None else version
    table, columns, order = _LIST[part]
    records = session.scalars(select(table).filter_by(taxonomy=taxonomy, version=chosen).order_by(*order)).all()
    if not records:
        raise InvalidField("list", f"没有事项清单 {taxonomy}", f"there is no list {taxonomy}", "unknown_list")
    rows = (record.model_dump(include=set(columns)) if isinstance(record, Function) else cells_of(record)
            for record in records)
    return Sheet(f"{taxonomy}-{part}", columns, rows)


_LIST: Final[dict[str, tuple[Any, Sequence[str], Sequence[Any]]]] = {
    "categories": (Category, CATEGORY_COLUMNS, (col(Category.position),)),
    "functions": (Function, FUNCTION_COLUMNS, (col(Function.code),)),
    "standards": (Standard, STANDARD_COLUMNS, (col(Standard.subcategory), col(Standard.code), col(Standard.area))),
}


def _departments(session: Session) -> Iterator[Row]:
    """Those that answer for something; what is kept of the others is only their name."""
    duties: dict[str, tuple[set[str], set[str]]] = {}
    for duty in session.scalars(select(Duty)):
        functions, units = duties.setdefault(duty.department, (set(), set()))
        functions.add(duty.function)
        units.add(duty.unit)
    for one in session.scalars(select(Department).order_by(col(Department.code))):
        if one.code in duties:
            functions, units = duties[one.code]
            yield one.model_dump() | {"functions": sorted(functions),
                                      "jurisdiction": sorted(units) if units != {one.unit} else []}


def accounts_of(session: Session, phones: Sequence[str] | None = None) -> Iterator[Row]:
    """Of these phones, or all, without passwords: an empty one keeps what is there."""
    query = select(Account).order_by(col(Account.phone))
    for one in session.scalars(query if phones is None else query.where(col(Account.phone).in_(phones))):
        yield one.model_dump(include={"phone", "name", "role", "unit", "department", "active"}) | {"password": ""}


def _days(session: Session) -> Iterator[Row]:
    for year in session.scalars(select(CalendarYear).order_by(col(CalendarYear.year))):
        yield {"date": str(year.year), "kind": "year", "name": year.name}
    for day in session.scalars(select(CalendarDay).order_by(col(CalendarDay.day))):
        yield {"date": day.day.isoformat(), "kind": day.kind, "name": day.name}


SHEETS: Final[dict[str, tuple[Sequence[str], Callable[[Session], Iterator[Row]]]]] = {
    "departments": ((*DEPARTMENT_COLUMNS, "jurisdiction"), _departments),
    "accounts": ((*ACCOUNT_COLUMNS, "password", "active"), accounts_of),
    "days": (DAY_COLUMNS, _days),
}


# ---- incidents -----------------------------------------------------------------------------------------------------

def account_for_export(session: Session, actor: Actor, wanted: IncidentFilter, now: datetime) -> set[str]:
    """Write down that so many were taken out, and each restricted one that is among them; gives the numbers of these.
    The caller commits before a row goes out."""
    restricted = set(session.scalars(select(col(Incident.number)).where(
        *_conditions(actor, wanted, now), col(Incident.sensitivity) == "restricted")))
    by: dict[str, Any] = {"at": now, "actor": actor.id, "role": actor.role}
    entries = [by | {"event": "read_restricted", "subject": number, "detail": {"export": True}}
               for number in sorted(restricted)]
    said = {name: str(value) for name, value in vars(wanted).items() if value not in (None, False)}
    entries.append(by | {"event": "export", "subject": "incidents",
                         "detail": {"filter": said, "restricted": len(restricted)}})
    session.execute(insert(AuditEntry), entries)
    return restricted


def incidents(session: Session, city: City, actor: Actor, wanted: IncidentFilter, now: datetime,
              accounted: set[str]) -> Sheet:
    """The incidents that the caller may see, in the order in which they were reported; read as they are written out.
    A restricted one that nobody has accounted for does not go out."""
    main = aliased(Incident)
    query = select(Incident, col(main.number)).outerjoin(main, col(main.id) == col(Incident.merged_into)).where(
        *_conditions(actor, wanted, now)).order_by(col(Incident.reported_at), col(Incident.id))
    found = session.execute(query.execution_options(yield_per=ROWS_AT_ONCE))
    return Sheet("incidents", (*INCIDENT_COLUMNS, *NAMES), _rows(city, actor, found, accounted))


def _rows(city: City, actor: Actor, found: Any, accounted: set[str]) -> Iterator[Row]:
    """A session holds what it has read only weakly, so no more than one part is in memory."""
    for some in found.partitions(ROWS_AT_ONCE):
        for incident, main in some:
            if incident.sensitivity != "restricted" or incident.number in accounted:
                yield _row(city, actor, incident) | {"merged_into": main or ""}


def _conditions(actor: Actor, wanted: IncidentFilter, now: datetime) -> list[Any]:
    return [scope.visible(actor), *queries.conditions(wanted, actor, now)]


def _row(city: City, actor: Actor, incident: Incident) -> Row:
    values = {name: getattr(incident, name, None) for name in INCIDENT_COLUMNS}
    values = {name: value.astimezone(SHANGHAI) if isinstance(value, datetime) else value
              for name, value in values.items()}
    if not _knows_reporter(actor, incident):
        values |= {"reporter_name": "", "reporter_phone": ""}
    return values | {"datum": "wgs84" if incident.lon is not None else ""} | _names(city, incident)


def _knows_reporter(actor: Actor, incident: Incident) -> bool:
    own = actor.id is not None and actor.id == incident.reporter
    return own or "read_reporter" in scope.HOLDS.get(actor.role, frozenset())


def _names(city: City, incident: Incident) -> Row:
    tree, process = city.lists.get(incident.taxonomy), city.processes.get(incident.process)
    state = process.states.get(incident.status) if process else None
    return {"status_name": state.name if state else incident.status,
            "subcategory_name": tree.name(incident.subcategory) if tree and incident.subcategory else "",
            "unit_name": city.path_names(incident.unit), "department_name": city.department_name(incident.department),
            "imported_number": incident.decision.get("imported", {}).get("number", "")}

