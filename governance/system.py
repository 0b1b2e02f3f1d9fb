"""How the system stands, for an administrator: its database, what waits to be told, what of the city is in it."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import date, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement, func, select, text
from sqlmodel import Session, SQLModel, col

from data.engine import is_postgresql
from governance.city import CalendarDay, City, revision_of
from governance.errors import CalendarGap
from governance.heartbeats import WATCH, last_beat
from governance.incident import Incident
from governance.notices.delivery import DEAD, SENDING, WAITING, Delivery
from governance.outbox import OutboxRow, waiting_since
from governance.people import Account, Department
from governance.watch import due_now
from grids.unit import BoundaryVersion
from taxonomy.category import TaxonomyVersion

#: Looks of the watch that are counted; more than so many is too many anyway.
MOST_COUNTED = 1000


@dataclass(frozen=True)
class Database:
    kind: str
    version: str
    size_bytes: int


def database(session: Session) -> Database:
    if is_postgresql(session):
        row = session.execute(text("SELECT current_setting('server_version'), pg_database_size(current_database())"))
        found = row.one()
        return Database("postgresql", str(found[0]), int(found[1]))
    found = session.execute(text("SELECT sqlite_version(), (SELECT page_count FROM pragma_page_count()) * "
                                 "(SELECT page_size FROM pragma_page_size())")).one()
    return Database("sqlite", str(found[0]), int(found[1]))


def software() -> str:
    """The version of this program; of a checkout that is not installed, what it calls itself."""
    try:
        return version("wangge")
    except PackageNotFoundError:
        return "checkout"


def disk(folder: Path) -> tuple[int, int]:
    """Free and total bytes where the data folder lies, or will lie."""
    there = next(path for path in (folder.resolve(), *folder.resolve().parents) if path.exists())
    usage = shutil.disk_usage(there)
    return usage.free, usage.total


def waiting(session: Session, now: datetime) -> dict[str, Any]:
    """What waits to be told: rows for the relay, deliveries, looks of the watch. All of it by partial indexes: what is
    told already costs nothing."""
    since = waiting_since(session)
    due = {(state, held): int(number) for state, held, number in session.execute(select(
        col(Delivery.state), col(Delivery.held), func.count()).where(
            col(Delivery.next_at).is_not(None)).group_by(col(Delivery.state), col(Delivery.held)))}
    return {"relay": {"waiting": _count(session, OutboxRow, col(OutboxRow.relayed_at).is_(None)),
                      "lag_seconds": max(0.0, (now - since).total_seconds()) if since else 0.0},
            "deliveries": {"waiting": due.get((WAITING, False), 0), "held": due.get((WAITING, True), 0),
                           "sending": sum(due.get((SENDING, held), 0) for held in (True, False)),
                           "dead": _count(session, Delivery, col(Delivery.state) == DEAD)},
            "watch": {"last_round_at": last_beat(session, WATCH),
                      "due": len(due_now(session, now, MOST_COUNTED))}}


def counts(session: Session, city: City) -> dict[str, int]:
    units = [place for place in city.places.values() if not place.voided]
    return {"incidents": _count(session, Incident),
            "open_incidents": _count(session, Incident, col(Incident.outcome).is_(None)),
            "accounts": _count(session, Account),
            "active_accounts": _count(session, Account, col(Account.active).is_(True)),
            "departments": _count(session, Department), "units": len(units),
            "cells": sum(place.level == "cell" for place in units)}


def versions(session: Session, city: City, now: datetime) -> dict[str, Any]:
    """Which version of each of the city's data is in force, and since when; of the calendar the years around now."""
    lists = session.scalars(select(TaxonomyVersion).where(col(TaxonomyVersion.current)).order_by(
        col(TaxonomyVersion.taxonomy)))
    boundary = session.scalars(select(BoundaryVersion).where(col(BoundaryVersion.current))).one()
    return {
        "revision": revision_of(session),
        "taxonomies": [{"list": one.taxonomy, "version": one.version, "loaded_at": one.loaded_at, "source": one.source,
                        "subcategories": sum(1 for _ in city.lists[one.taxonomy].leaves())
                        if one.taxonomy in city.lists else 0} for one in lists],
        "boundaries": {"version": boundary.version, "loaded_at": boundary.loaded_at, "source": boundary.source,
                       "illustrative": boundary.illustrative},
        "calendar": {"years": [year for year in range(now.year - 1, now.year + 3) if _published(city, year)],
                     "own_days": _count(session, CalendarDay)},
        "processes": [{"code": one.code, "name": one.name, "name_en": one.name_en, "version": one.version}
                      for one in city.processes.values()]}


def _published(city: City, year: int) -> bool:
    try:
        city.calendar.is_workday(date(year, 7, 1))
    except CalendarGap:
        return False
    return True


def _count(session: Session, table: type[SQLModel], *conditions: ColumnElement[bool]) -> int:
    return session.scalar(select(func.count()).select_from(table).where(*conditions)) or 0
