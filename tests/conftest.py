"""What every test may ask for: both databases with the town in them, the town's city and people, and one instant."""

from __future__ import annotations

import os
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine, make_url, text
from sqlmodel import Session

from data.engine import make_engine, reading, writing
from data.migrations import upgrade
from governance.city import City, read_city
from governance.people import Actor
from governance.settings import Settings
from tests import servers, town

BOTH = ("sqlite", "postgresql")


# ---- servers, once a run -------------------------------------------------------------------------------------------

@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """A PostgreSQL server on which databases may be made."""
    if given := os.environ.get("WANGGE_TEST_POSTGRES_URL"):
        yield given
        return
    with servers.postgresql() as url:
        yield url


@pytest.fixture(scope="session")
def redis_url() -> Iterator[str]:
    """A Redis of the tests' own. Use the fixture `redis_empty` to begin with nothing in it."""
    if given := os.environ.get("WANGGE_TEST_REDIS_URL"):
        yield given
        return
    with servers.redis_server() as url:
        yield url


@pytest.fixture
def redis_empty(redis_url: str) -> str:
    import redis

    with redis.Redis.from_url(redis_url) as client:
        client.flushdb()
    return redis_url


# ---- databases -----------------------------------------------------------------------------------------------------

@contextmanager
def new_database(server: str, template: str = "template1") -> Iterator[str]:
    """The address of a new PostgreSQL database, dropped at the end."""
    name = f"wangge_{uuid.uuid4().hex[:12]}"
    engine = make_engine(server, pool_size=1).execution_options(isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        # copying the files is three times as fast here as writing every page to the log
        connection.execute(text(f'CREATE DATABASE {name} TEMPLATE "{template}" STRATEGY file_copy'))
    try:
        yield make_url(server).set(database=name).render_as_string(hide_password=False)
    finally:
        with engine.connect() as connection:
            connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
        engine.dispose()


def settle(url: str) -> None:
    """The schema and the town."""
    upgrade(url)
    engine = make_engine(url)
    with writing(engine) as session:
        town.settle_town(session)
    engine.dispose()  # on SQLite the last one to leave folds the log into the file


@pytest.fixture(scope="session")
def postgres_template(postgres_url: str) -> Iterator[str]:
    with new_database(postgres_url) as url:
        settle(url)
        yield str(make_url(url).database)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "town.db"
    settle(f"sqlite:///{path}")
    return path


@pytest.fixture(params=BOTH)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database of the test's own with the town in it; the test runs once on each kind."""
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("sqlite_template"), tmp_path / "town.db")
        yield f"sqlite:///{tmp_path / 'town.db'}"
    else:
        template = request.getfixturevalue("postgres_template")
        with new_database(request.getfixturevalue("postgres_url"), template) as url:
            yield url


@pytest.fixture(params=BOTH)
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database with nothing in it, of each kind."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'empty.db'}"
    else:
        with new_database(request.getfixturevalue("postgres_url")) as url:
            yield url


@pytest.fixture
def empty_engine(empty_url: str) -> Iterator[Engine]:
    made = make_engine(empty_url)
    yield made
    made.dispose()


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """To test on one kind only: `@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)`."""
    made = make_engine(database_url)
    yield made
    made.dispose()


@pytest.fixture
def session(engine: Engine) -> Iterator[Session]:
    with writing(engine) as opened:
        yield opened


# ---- the town ------------------------------------------------------------------------------------------------------

@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    return Settings(_env_file=None, data_dir=tmp_path, database_url=database_url)


@pytest.fixture
def city(engine: Engine, settings: Settings) -> City:
    with reading(engine) as opened:
        return read_city(opened, settings)


@pytest.fixture
def people() -> dict[str, Actor]:
    return town.actors()


@pytest.fixture
def now() -> datetime:
    return town.NOW
