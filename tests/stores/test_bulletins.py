"""A month is frozen at its bulletin: it says what was counted then, whatever has moved on since."""

from __future__ import annotations

import threading
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, select, text
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session

from data.engine import reading, writing
from governance.audit import AuditEntry
from governance.city import City
from governance.errors import Conflict, InvalidField, NotAllowed, NotFound, WanggeError
from governance.figures import bulletin
from governance.figures.bulletin import Bulletin
from governance.figures.bulletin_sheet import sheets_of
from governance.figures.closure import FigureFilter, closure
from governance.figures.compare import month_of
from governance.figures.league import league
from governance.figures.sheets import write
from governance.incident import Incident
from governance.people import Actor
from tests import town
from tests.stores.figures_by_chance import Kept, a_year

FEBRUARY = "2026-02"


@pytest.fixture
def kept(engine: Engine) -> list[Kept]:
    return a_year(engine, 200, seed=4)


def issued(engine: Engine, city: City, actor: Actor, now: datetime, month: str = FEBRUARY, unit: str = town.CITY,
           process: str | None = None, reason: str = "") -> Bulletin:
    with writing(engine) as session:
        made = bulletin.issue(session, city, actor, month, unit, process, reason, now)
        session.commit()
        return made


def test_it_holds_the_months_figures_as_they_were_counted(engine: Engine, city: City, people: dict[str, Actor],
                                                          now: datetime, kept: list[Kept]) -> None:
    made = issued(engine, city, people["supervisor"], now)
    since, until = month_of(date(2026, 2, 1))
    wanted = FigureFilter(unit=town.CITY, since=since, until=until)
    with reading(engine) as session:
        kept_as, editions = bulletin.read(session, people["leader"], FEBRUARY, town.CITY, None)
        rows, total = closure(session, city, people["leader"], "district", wanted, now)
        ranked, _ = league(session, city, people["leader"], "department", "on_time_rate", wanted, now)
    assert kept_as.document["closure"]["district"] == {"rows": [row.document() for row in rows],
                                                       "total": total.document()}
    table = next(each for each in kept_as.document["league"]
                 if (each["by"], each["rate"]) == ("department", "on_time_rate"))
    assert table["rows"] == [row.document() for row in ranked]
    assert set(kept_as.document["closure"]) == {"district", "department", "category", "subcategory", "source"}
    assert kept_as.document["stages"]["department"]["total"]["stages"][-1]["stage"] == "whole"
    assert (kept_as.hash, kept_as.sound, len(editions)) == (made.hash, True, 1)  # the document came back as it went


def test_the_live_figures_move_on_and_the_difference_is_shown(
        engine: Engine, city: City, people: dict[str, Actor], now: datetime, kept: list[Kept]) -> None:
    made = issued(engine, city, people["supervisor"], now)
    with reading(engine) as session:
        assert bulletin.moved_since(session, city, people["leader"], made, now) == []
    since, until = month_of(date(2026, 2, 1))
    late = next(each.incident for each in kept if each.incident.outcome is None
                and since <= each.incident.reported_at < until and each.incident.unit.startswith(town.HEPING))
    with writing(engine) as session:
        incident = session.get_one(Incident, late.id)
        incident.outcome, incident.closed_at = "closed", now
        session.commit()
    with reading(engine) as session:
        found, _ = bulletin.read(session, people["leader"], FEBRUARY, town.CITY, None)
        moved = bulletin.moved_since(session, city, people["leader"], found, now)
        assert bulletin.moved_since(session, city, people["centre"], found, now) is None  # not hers to count
    before = made.document["closure"]["district"]["total"]["closed"]
    assert [(row["key"], row["is_total"]) for row in moved] == [(None, True), (town.HEPING, False)]
    assert moved[0]["numbers"]["closed"] == {"frozen": before, "live": before + 1}
    assert found.document == made.document


def test_a_correction_is_a_further_edition_with_its_reason(engine: Engine, city: City, people: dict[str, Actor],
                                                           now: datetime, kept: list[Kept]) -> None:
    first = issued(engine, city, people["supervisor"], now)
    with pytest.raises(Conflict):
        issued(engine, city, people["supervisor"], now)
    with pytest.raises(Conflict):
        issued(engine, city, people["supervisor"], now, reason="  ")
    second = issued(engine, city, people["supervisor"], now + timedelta(days=1), reason="漏计一个街道")
    with reading(engine) as session:
        last, editions = bulletin.read(session, people["leader"], FEBRUARY, town.CITY, None)
        old, _ = bulletin.read(session, people["leader"], FEBRUARY, town.CITY, None, edition=1)
        log = [entry.subject for entry in session.scalars(select(AuditEntry)) if entry.event == "issue_bulletin"]
    assert [(each.edition, each.reason) for each in editions] == [(1, ""), (2, "漏计一个街道")]
    assert (last.edition, old.hash, old.document) == (2, first.hash, first.document)
    assert second.hash != first.hash
    assert log == [f"{FEBRUARY} {town.CITY}"] * 2


def test_what_was_issued_cannot_be_changed_or_removed(engine: Engine, city: City, people: dict[str, Actor],
                                                      now: datetime) -> None:
    issued(engine, city, people["supervisor"], now)
    for change in ("UPDATE bulletin SET reason = 'x'", "DELETE FROM bulletin"):
        with pytest.raises(DBAPIError, match="append-only"), engine.begin() as connection:
            connection.execute(text(change))


@pytest.mark.parametrize(("month", "unit", "process", "reason", "field"), [
    ("2026-03", town.CITY, None, "", "month"),        # not over yet
    ("2026-13", town.CITY, None, "", "month"),
    ("2026-2", town.CITY, None, "", "month"),
    ("2026-02", "99", None, "", "unit"),
    ("2026-02", town.CITY, "nothing", "", "process"),
    ("2026-02", town.CITY, None, "更正", "reason"),     # nothing to correct
])
def test_what_cannot_be_issued_says_which_field(engine: Engine, city: City, people: dict[str, Actor], now: datetime,
                                                month: str, unit: str, process: str | None, reason: str,
                                                field: str) -> None:
    with pytest.raises(InvalidField) as refused:
        issued(engine, city, people["supervisor"], now, month, unit, process, reason)
    assert refused.value.problems[0].field == field


def test_a_month_ends_at_midnight_in_china(engine: Engine, city: City, people: dict[str, Actor]) -> None:
    until = month_of(date(2026, 2, 1))[1]
    with pytest.raises(InvalidField):
        issued(engine, city, people["supervisor"], until - timedelta(seconds=1))
    assert issued(engine, city, people["supervisor"], until).edition == 1


def test_only_a_supervisor_issues_and_only_who_is_in_the_unit_reads(engine: Engine, city: City,
                                                                    people: dict[str, Actor], now: datetime) -> None:
    for name in set(people) - {"supervisor"}:
        with pytest.raises(NotAllowed):
            issued(engine, city, people[name], now)
    issued(engine, city, people["supervisor"], now, unit=town.HEPING)
    reads = {"leader", "supervisor", "admin", "centre", "dispatcher", "dispatcher_2", "worker", "worker_2", "lead",
             "cleaner", "cleaner_head", "officer", "officer_head", "fitter", "fitter_head"}
    with reading(engine) as session:
        for name, actor in people.items():
            if name in reads:
                assert bulletin.read(session, actor, FEBRUARY, town.HEPING, None)[0].edition == 1
                assert len(bulletin.issued(session, actor, None, None, 10)) == 1
            else:
                with pytest.raises(NotAllowed):
                    bulletin.read(session, actor, FEBRUARY, town.HEPING, None)
        assert bulletin.issued(session, people["worker_hedong"], None, None, 10) == []
        with pytest.raises(NotFound):
            bulletin.read(session, people["leader"], "2026-01", town.HEPING, None)
        with pytest.raises(NotFound):
            bulletin.read(session, people["leader"], FEBRUARY, town.HEPING, None, edition=2)
        with pytest.raises(NotAllowed):
            bulletin.read(session, people["leader"], FEBRUARY, "not a unit", None)


def test_two_supervisors_at_once_issue_one_first_edition(engine: Engine, city: City, people: dict[str, Actor],
                                                         now: datetime) -> None:
    outcomes: list[Any] = []
    together = threading.Barrier(2)

    def one() -> None:
        together.wait()
        try:
            outcomes.append(issued(engine, city, people["supervisor"], now).edition)
        except WanggeError as error:
            outcomes.append(error.code)

    threads = [threading.Thread(target=one) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(map(str, outcomes)) == ["1", "conflict"]


def test_the_inquiries_have_a_bulletin_of_their_own(engine: Engine, session: Session, city: City,
                                                    people: dict[str, Actor], now: datetime,
                                                    kept: list[Kept]) -> None:
    """By department, ranked by on-time rate and by satisfaction."""
    made = issued(engine, city, people["supervisor"], now, process="public_inquiry")
    assert made.document["closure"]["department"]["total"]["reported"] == 0
    of = {table["rate"] for table in made.document["league"] if table["by"] == "department"}
    assert {"on_time_rate", "rating_rate", "satisfied_rate"} <= of
    issued(engine, city, people["supervisor"], now)  # that of every process is another
    assert len(bulletin.issued(session, people["leader"], town.CITY, FEBRUARY, 10)) == 2


def test_its_file_is_made_of_what_was_frozen(engine: Engine, city: City, people: dict[str, Actor], now: datetime,
                                             kept: list[Kept]) -> None:
    made = issued(engine, city, people["supervisor"], now)
    sheets = sheets_of(made)
    assert [sheet.title for sheet in sheets][:2] == ["各区结案情况", "各责任单位结案情况"]
    assert all(len(row) == len(sheet.columns) for sheet in sheets for row in sheet.rows)
    csv = write(sheets, "csv").decode("utf-8-sig")
    assert made.hash in csv
    assert "各责任单位排名" in csv
    assert write(sheets, "xlsx").startswith(b"PK")
