"""A city in one file, on both databases: taken, put back into an empty database, and refused where it would do harm."""

from __future__ import annotations

import tarfile
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, select
from sqlmodel import Session, col

from data.engine import make_engine, reading, writing
from data.migrations import current, head
from governance.audit import first_broken
from governance.city import City, read_city
from governance.errors import Conflict, Invalid, NotReady
from governance.incident import Incident, Transition
from governance.journey import report
from governance.people import Account, Actor
from governance.settings import Settings
from tests import town
from wangge.backup import back_up, restore

SHA = "ab" + "0" * 62


@pytest.fixture
def lived_in(engine: Engine, city: City, settings: Settings, people: dict[str, Actor], now: datetime) -> Engine:
    """A town with an incident and a picture."""
    with writing(engine) as session:
        report(session, city, people["worker"], town.report_of(town.NOISE), now)
        session.commit()
    place = settings.attachments_dir / SHA[:2] / SHA
    place.parent.mkdir(parents=True)
    place.write_bytes(b"a picture")
    (settings.attachments_dir / ".new-half").write_bytes(b"half")
    return engine


@pytest.fixture
def elsewhere(empty_url: str, tmp_path: Path) -> Settings:
    return Settings(_env_file=None, data_dir=tmp_path / "elsewhere", database_url=empty_url)


def same_kind(one: Settings, other: Settings) -> bool:
    return one.database.partition(":")[0] == other.database.partition(":")[0]


def test_a_city_comes_back_as_it_was(lived_in: Engine, settings: Settings, elsewhere: Settings, now: datetime,
                                     tmp_path: Path) -> None:
    made = back_up(settings, tmp_path / "city.tar.gz", now)
    assert (made.schema, made.attachments) == (head(), 1)
    if not same_kind(settings, elsewhere):
        with pytest.raises(Conflict, match="cannot go into"):
            restore(elsewhere, tmp_path / "city.tar.gz")
        return
    assert restore(elsewhere, tmp_path / "city.tar.gz") == made
    assert (elsewhere.attachments_dir / SHA[:2] / SHA).read_bytes() == b"a picture"
    assert [path.name for path in elsewhere.attachments_dir.rglob("*") if path.is_file()] == [SHA]
    other = make_engine(elsewhere.database)
    assert current(other) == head()
    with reading(other) as session:
        assert session.scalar(select(func.count()).select_from(Incident)) == 1
        assert first_broken(session.scalars(select(Transition).order_by(col(Transition.seq)))) is None
        assert read_city(session, elsewhere).places[town.CELL].name
        assert session.scalar(select(func.count()).select_from(Account)) == len(town.PEOPLE)
    with Session(other) as session:  # the serial goes on from where it was
        another = report(session, read_city(session, elsewhere), town.actors()["worker"],
                         town.report_of(town.NOISE), now)[0]
        session.commit()
        assert another.incident.serial == 2
    other.dispose()


def test_it_overwrites_nothing_unless_it_is_told_to(lived_in: Engine, settings: Settings, now: datetime,
                                                    tmp_path: Path) -> None:
    back_up(settings, tmp_path / "city.tar.gz", now)
    with writing(lived_in) as session:
        session.get_one(Account, town.account_id("worker")).name = "另一人"
        session.commit()
    with pytest.raises(Conflict, match="not empty"):
        restore(settings, tmp_path / "city.tar.gz")
    lived_in.dispose()
    restore(settings, tmp_path / "city.tar.gz", force=True)
    with reading(lived_in) as session:
        assert session.get_one(Account, town.account_id("worker")).name == "王网格"


@pytest.mark.parametrize("spoilt", ["cut", "other", "empty"])
def test_a_file_that_is_no_whole_backup_is_refused(lived_in: Engine, settings: Settings, elsewhere: Settings,
                                                   now: datetime, tmp_path: Path, spoilt: str) -> None:
    file = tmp_path / "city.tar.gz"
    back_up(settings, file, now)
    if spoilt == "other":
        with tarfile.open(file, "w:gz") as archive:
            archive.add(__file__, "../outside.py")
    else:
        file.write_bytes(file.read_bytes()[:-500] if spoilt == "cut" else b"")
    with pytest.raises(Invalid, match="not a whole backup"):
        restore(elsewhere, file)
    assert not elsewhere.attachments_dir.exists()


def test_there_is_nothing_to_back_up_in_an_empty_database(elsewhere: Settings, now: datetime, tmp_path: Path) -> None:
    elsewhere.make_data_dir()
    with pytest.raises(NotReady, match="empty"):
        back_up(elsewhere, tmp_path / "city.tar.gz", now)
    assert not (tmp_path / "city.tar.gz").exists()


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_without_the_programs_of_postgresql_it_says_which_is_missing(
        engine: Engine, settings: Settings, now: datetime, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(NotReady, match="pg_dump is not on the PATH"):
        back_up(settings, tmp_path / "city.tar.gz", now)
