"""How Alembic reaches the database: through our own engine, one transaction for the whole run."""

from __future__ import annotations

from alembic import context
from sqlalchemy import Connection, text

from data.engine import make_engine

#: Any number, as long as nobody else in this database uses it: migrations that begin together go one by one.
ADVISORY_LOCK = 6_126_120_000


def run() -> None:
    engine = make_engine(context.config.attributes["url"], pool_size=1)
    try:
        with engine.begin() as connection:
            hold(connection)
            context.configure(connection=connection, transactional_ddl=True)
            with context.begin_transaction():
                context.run_migrations()
    finally:
        engine.dispose()


def hold(connection: Connection) -> None:
    """SQLite's BEGIN IMMEDIATE already lets one writer in; PostgreSQL gets a lock of its own, until the commit."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": ADVISORY_LOCK})
        connection.execute(text("SELECT set_config('lock_timeout', :timeout, true)"),
                           {"timeout": context.config.attributes["lock_timeout"]})


if context.is_offline_mode():
    raise SystemExit("migrations run against a database, not as SQL text")
run()
