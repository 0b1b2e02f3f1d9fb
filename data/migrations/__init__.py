"""The schema's history: numbered steps from an empty database to the one that the records need."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine

HERE = Path(__file__).resolve().parent


#: A migration gives up rather than hold up everybody who waits behind it for a table (PostgreSQL).
LOCK_TIMEOUT = "5s"


def config(url: str, lock_timeout: str = LOCK_TIMEOUT) -> Config:
    """What Alembic needs, without an ini file. The address is kept aside: it may hold a `%`, which ini files expand."""
    made = Config(attributes={"url": url, "lock_timeout": lock_timeout})
    made.set_main_option("script_location", str(HERE).replace("%", "%%"))
    made.set_main_option("path_separator", "os")
    return made


def upgrade(url: str, revision: str = "head") -> None:
    """Bring a database up to a revision. Of runs that begin together, the later find nothing to do."""
    command.upgrade(config(url), revision)


def downgrade(url: str, revision: str) -> None:
    """Take a database back to a revision; `base` is an empty one. What the later tables held is lost."""
    command.downgrade(config(url), revision)


def head() -> str:
    """The newest revision that this code knows."""
    return str(ScriptDirectory.from_config(config("")).get_current_head())


def current(engine: Engine) -> str | None:
    """The revision that a database is at; None if it has no schema yet."""
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()
