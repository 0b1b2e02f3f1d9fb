"""The demo: Tianjin in an empty data folder, made-up people, and some 300 incidents taken through the real journey.

What is real: names and codes of the units, outlines of the districts. What is made up: outlines below them,
departments, people, incidents. Run again, it keeps what is there.
"""

from __future__ import annotations

import json
import os
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from sqlalchemy import Engine, func, select
from sqlmodel import Session, col

from data.engine import make_engine, reading, writing
from data.migrations import upgrade
from governance.calendar import LIBRARY_YEARS
from governance.city import read_city
from governance.errors import Conflict
from governance.incident import Incident
from governance.outbox import OutboxRow, mark_relayed
from governance.people import Account
from governance.settings import Settings
from grids.unit import BoundaryVersion
from wangge.demo import further
from wangge.demo.cast import Cast, Stage
from wangge.demo.people import DemoAccount, write_people
from wangge.demo.stories import tell
from wangge.demo.walk import Walk
from wangge.load import SEED, Told, load_calendar, load_grids, load_people, load_taxonomy

SEED_OF_CHANCE: Final = 12
#: Told what is being done, and how far: done, of how many.
Progress = Callable[[str, int, int], None]


@dataclass
class Prepared:
    """What `prepare` found or made."""

    loaded: bool
    incidents: int
    states: dict[str, int] = field(default_factory=dict)
    made_up_years: list[int] = field(default_factory=list)


def prepare(settings: Settings, now: datetime | None = None, progress: Progress | None = None) -> Prepared:
    """Fill the data folder, if it is empty."""
    tell_progress = progress or (lambda what, done, of: None)
    tell_progress("数据库结构 Schema", 0, 1)
    upgrade(settings.database)
    engine = make_engine(settings.database)
    try:
        at = now or datetime.now(UTC)
        loaded = not _is_loaded(engine, settings)
        years = _load(engine, settings, at, tell_progress) if loaded else []
        if not _has_incidents(engine):
            _play(engine, settings, at, tell_progress)
        states = _states(engine)
        return Prepared(loaded, sum(states.values()), states, years)
    finally:
        engine.dispose()


def _is_loaded(engine: Engine, settings: Settings) -> bool:
    """People come last: with them the load was complete. Conflict if they are not the demo's."""
    with reading(engine) as session:
        people = session.scalar(select(func.count()).select_from(Account))
    if people and not accounts_file(settings).exists():
        raise Conflict("该数据库已有人员数据, 演示只能在空的数据库中建立",
                       "This database has people in it already; a demo is made only in an empty one.")
    return bool(people)


def _has_incidents(engine: Engine) -> bool:
    with reading(engine) as session:
        return session.scalar(select(col(Incident.id)).limit(1)) is not None


def _states(engine: Engine) -> dict[str, int]:
    with reading(engine) as session:
        rows = session.execute(select(col(Incident.status), func.count()).group_by(col(Incident.status)))
        return {row[0]: row[1] for row in rows}


# ---- the city ------------------------------------------------------------------------------------------------------

def _load(engine: Engine, settings: Settings, now: datetime, progress: Progress) -> list[int]:
    """Everything as `wangge load` does it. Gives the years whose calendar had to be made up."""
    def told(what: str) -> Told:
        progress(what, 0, 1)
        return lambda done, of: progress(what, done, of)

    taxonomy, tianjin = SEED / "taxonomy", SEED / "tianjin"
    load_taxonomy(engine, "grid", taxonomy / "grid.csv", taxonomy / "grid_standards.csv", now,
                  told=told("事项清单 Taxonomy"))
    for name in further.LISTS:
        load_taxonomy(engine, name, taxonomy / f"{name}.csv", taxonomy / f"{name}_standards.csv", now)
    if not _has_grids(engine):
        load_grids(engine, tianjin / "units.csv", tianjin / "districts.geojson", now, told("网格 Grids"))
    load_calendar(engine, SEED / "calendar" / "overrides.csv", now)
    with TemporaryDirectory() as folder:
        years = _publish_years(engine, Path(folder), now)
        departments, accounts, people = write_people(tianjin / "units.csv", Path(folder))
        write_accounts(settings, engine, people)
        load_people(engine, departments, accounts, now, told=told("部门和人员 People"))
    return years


def _has_grids(engine: Engine) -> bool:
    with reading(engine) as session:
        return session.scalar(select(col(BoundaryVersion.version)).limit(1)) is not None


def _publish_years(engine: Engine, folder: Path, now: datetime) -> list[int]:
    """A city waits for the State Council's notice; the demo takes Monday to Friday for a year that has none yet."""
    years = [year for year in range((now - timedelta(days=31)).year, now.year + 2) if year not in LIBRARY_YEARS]
    if years:
        sheet = folder / "calendar.csv"
        sheet.write_text("date,kind,name\n" + "".join(f"{year},year,仅供演示: 周一至周五\n" for year in years),
                         encoding="utf-8")
        load_calendar(engine, sheet, now)
    return years


# ---- the incidents -------------------------------------------------------------------------------------------------

def _play(engine: Engine, settings: Settings, now: datetime, progress: Progress) -> None:
    """All stories in one transaction: a demo that is broken off here has no incidents, and tells them next time."""
    with reading(engine) as session:
        city = read_city(session, settings)
        cast = Cast.of(session.scalars(select(Account).where(col(Account.active))))
    stage = Stage(settings, city, cast, random.Random(SEED_OF_CHANCE), now)
    stories = list(tell(stage.chance, now))
    with writing(engine) as session:
        for done, (at, story) in enumerate(stories, start=1):
            Walk(session, stage, story, at).go()
            progress("事件 Incidents", done, len(stories))
        further.play(session, stage)
        _tell_no_more(session, now)
        session.commit()


def _tell_no_more(session: Session, now: datetime) -> None:
    """What happened before yesterday has been told then: nobody gets a thousand notices when the demo starts."""
    old = session.scalars(select(OutboxRow).where(col(OutboxRow.created_at) < now - timedelta(days=1))).all()
    mark_relayed(session, old, now)


# ---- the accounts --------------------------------------------------------------------------------------------------

def accounts_file(settings: Settings) -> Path:
    return settings.data_dir / "demo-accounts.jsonl"


def write_accounts(settings: Settings, engine: Engine, people: list[DemoAccount]) -> None:
    """The accounts that can sign in, with their passwords, readable by the owner only."""
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    path = accounts_file(settings)
    path.unlink(missing_ok=True)
    lines = [json.dumps(_document(person), ensure_ascii=False) for person in people if person.password]
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write("\n".join(lines) + "\n")


def _document(person: DemoAccount) -> dict[str, Any]:
    return {"role": person.role, "phone": person.phone, "password": person.password, "name": person.name,
            "unit": person.unit, "department": person.department or None}


def read_accounts(settings: Settings) -> list[dict[str, Any]]:
    """The demo accounts of this data folder; none if no demo was prepared in it."""
    path = accounts_file(settings)
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()] if path.exists() else []
