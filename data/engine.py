"""The way to the database: one engine, writing sessions and reading sessions.

SQLite is set up so that eight writers at once lose nothing: write-ahead log, and a writing transaction takes the write
lock when it begins (BEGIN IMMEDIATE) instead of failing half-way when it needs it.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError
from sqlmodel import Session

SQLITE_WAIT_SECONDS = 60
READS = {"wangge_reads": True}


def make_engine(url: str, *, pool_size: int = 20) -> Engine:
    """An engine for `sqlite:///FILE` or `postgresql+psycopg://…` (a bare `postgresql://` is taken as psycopg).
    ArgumentError for any other address."""
    parsed = make_url(url)
    if parsed.get_backend_name() not in ("sqlite", "postgresql", "postgres"):
        raise ArgumentError("only sqlite and postgresql databases are supported")
    if parsed.get_backend_name() == "sqlite":
        engine = create_engine(parsed, connect_args={"timeout": SQLITE_WAIT_SECONDS, "check_same_thread": False},
                               pool_size=pool_size, max_overflow=20)
        event.listen(engine, "connect", _sqlite_connect)
        event.listen(engine, "begin", _sqlite_begin)
        return engine
    if parsed.drivername in ("postgresql", "postgres"):
        parsed = parsed.set(drivername="postgresql+psycopg")
    # No ping before each use: it costs a round trip. After a restart one request fails, and the pool begins anew.
    return create_engine(parsed, pool_size=pool_size, max_overflow=20, pool_recycle=1800)


def _sqlite_connect(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # SQLAlchemy's begin event speaks BEGIN, not the driver
    for pragma in (f"busy_timeout={SQLITE_WAIT_SECONDS * 1000}", "synchronous=NORMAL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")
    _write_ahead(connection)


def _write_ahead(connection: Any) -> None:
    """Turn the write-ahead log on. While others do the same in a new file, SQLite says at once that it is locked and
    does not wait by itself, whatever the timeout."""
    deadline = time.monotonic() + SQLITE_WAIT_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > deadline:
                raise
            time.sleep(0.02)


def _sqlite_begin(connection: Connection) -> None:
    reads = connection.get_execution_options().get("wangge_reads")
    connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")


def is_postgresql(session: Session) -> bool:
    return session.get_bind().dialect.name == "postgresql"


@contextmanager
def writing(engine: Engine) -> Iterator[Session]:
    """A session that may write. Rolls back unless the caller commits."""
    with Session(engine, expire_on_commit=False) as session:
        yield session


@contextmanager
def glancing(engine: Engine) -> Iterator[Session]:
    """A session for a single look: each statement by itself, without the round trips that begin and end it."""
    with Session(engine.execution_options(isolation_level="AUTOCOMMIT"), autoflush=False) as session:
        yield session


@contextmanager
def reading(engine: Engine) -> Iterator[Session]:
    """A session that only reads; on SQLite it takes no write lock."""
    with Session(engine.execution_options(**READS), expire_on_commit=False, autoflush=False) as session:
        yield session
