"""The schema's history on both databases: it makes what the records need, and it can be taken back."""

from __future__ import annotations

import importlib
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, Engine, inspect, text
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session, SQLModel

from data.migrations import config, current, downgrade, head, upgrade
from governance.audit import AuditEntry
from governance.incident import Incident, Transition
from tests import town

ROOT = Path(__file__).resolve().parents[2]
#: What PostGIS brings, and the indexes that only PostgreSQL can have.
POSTGRES_ONLY = {"spatial_ref_sys", "unit_shape", "incident_point", "incident_involved"}


def every_record() -> None:
    """Import each module that holds a table, so that the metadata knows them all."""
    for room in ("taxonomy", "grids", "governance"):
        for path in (ROOT / room).rglob("*.py"):
            if "table=True" in path.read_text(encoding="utf-8"):
                importlib.import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))


def differences(connection: Connection) -> list[Any]:
    every_record()
    found = compare_metadata(MigrationContext.configure(connection), SQLModel.metadata)
    return [d for d in found if not (d[0] in ("remove_table", "remove_index") and d[1].name in POSTGRES_ONLY)]


def left_behind(engine: Engine) -> set[str]:
    """Tables, sequences, functions and triggers of ours."""
    names = set(inspect(engine).get_table_names()) - {"alembic_version", "spatial_ref_sys"}
    if engine.dialect.name == "sqlite":
        query = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    else:
        query = """SELECT relname FROM pg_class WHERE relkind = 'S' AND relnamespace = 'public'::regnamespace
                   UNION SELECT tgname FROM pg_trigger WHERE NOT tgisinternal
                   UNION SELECT proname FROM pg_proc JOIN pg_namespace n ON n.oid = pronamespace
                   WHERE n.nspname = 'public' AND NOT EXISTS (
                       SELECT FROM pg_depend WHERE objid = pg_proc.oid AND deptype = 'e')"""
    with engine.connect() as connection:
        return names | set(connection.execute(text(query)).scalars())


def test_the_migrations_make_exactly_the_records_tables(empty_url: str, empty_engine: Engine) -> None:
    upgrade(empty_url)
    with empty_engine.connect() as connection:
        assert differences(connection) == []


def test_code_columns_sort_in_byte_order_whatever_the_database_does(engine: Engine) -> None:
    """Below 120109 is the range from 120109 to 12010: and in Chinese order a colon comes before every digit."""
    with engine.connect() as connection:
        found = connection.execute(text("SELECT count(*) FROM unit WHERE code >= '120102' AND code < '12010:'"))
        assert found.scalar_one() == 1 + 2 + 4 + 16


def test_up_down_up(empty_url: str, empty_engine: Engine) -> None:
    assert current(empty_engine) is None
    upgrade(empty_url)
    assert current(empty_engine) == head()
    assert left_behind(empty_engine)
    downgrade(empty_url, "base")
    assert current(empty_engine) is None
    assert left_behind(empty_engine) == set()
    upgrade(empty_url)
    with Session(empty_engine) as session:
        town.settle_town(session)


def test_those_that_migrate_at_once_wait_for_each_other(empty_url: str, empty_engine: Engine) -> None:
    program = "import sys; from data.migrations import upgrade; upgrade(sys.argv[1])"
    started = [subprocess.Popen([sys.executable, "-c", program, empty_url], cwd=ROOT, stderr=subprocess.PIPE, text=True)
               for _ in range(4)]
    assert [(process.communicate()[1], process.returncode) for process in started] == [("", 0)] * 4
    assert current(empty_engine) == head()


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_migration_gives_up_when_somebody_holds_the_table(engine: Engine, database_url: str) -> None:
    """It fails whole, and everything is as it was."""
    with engine.begin() as busy:
        busy.execute(text("LOCK TABLE notice IN ACCESS SHARE MODE"))
        with pytest.raises(DBAPIError, match="lock timeout"):
            command.downgrade(config(database_url, lock_timeout="50ms"), "base")
    assert current(engine) == head()
    assert "audit_entry" in inspect(engine).get_table_names()


@pytest.mark.parametrize("table", ["transition", "audit_entry"])
@pytest.mark.parametrize("change", ["UPDATE {} SET role = 'nobody'", "DELETE FROM {}"])
def test_what_happened_cannot_be_changed(session: Session, table: str, change: str) -> None:
    write_one(session)
    with pytest.raises(DBAPIError, match="append-only"):
        session.execute(text(change.format(table)))
    session.rollback()
    assert session.execute(text(f"SELECT role FROM {table}")).scalars().all() == ["engine"]


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_what_happened_cannot_be_emptied(session: Session) -> None:
    write_one(session)
    with pytest.raises(DBAPIError, match="append-only"):
        session.execute(text("TRUNCATE transition"))


def write_one(session: Session) -> None:
    """A transition and an entry of the log."""
    sent = town.report_of()
    session.add(Incident(id=sent.id, serial=1, number="1", process="grid_event", status="reported", taxonomy="grid",
                         taxonomy_version=1, unit=town.CELL, placement="inside", boundary_version=1, source="patrol",
                         reporter_role="engine", reported_at=town.NOW, content_hash=sent.content_hash()))
    session.flush()
    session.add(Transition(incident_id=sent.id, seq=1, action="report", to_state="reported", role="engine",
                           at=town.NOW, hash="0"))
    session.add(AuditEntry(at=town.NOW, role="engine", event="load"))
    session.commit()
