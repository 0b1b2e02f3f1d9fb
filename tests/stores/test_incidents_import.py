"""Incidents of an older system: each row checked, none doubled, written as the journey would have written them."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, select
from sqlmodel import col

from data.engine import reading, writing
from data.sheet import BadFile
from data.sheet_writing import write
from governance.audit import first_broken
from governance.case import ActionFields
from governance.clocks import Clock
from governance.drafts.kind import Options
from governance.errors import Conflict
from governance.exchange import exchange
from governance.exchange.incidents_import import id_of
from governance.figures.closure import FigureFilter, closure
from governance.incident import Incident, Transition
from governance.journey import act, report
from governance.outbox import OutboxRow
from governance.people import Actor
from governance.queries import IncidentFilter
from governance.settings import Settings
from tests import town
from tests.stores.city_sheets import Desk

LON, LAT = town.centre_of(town.CELL)
CLOSED = {"number": "A-1", "status": "closed", "source": "hotline", "subcategory": town.RUBBISH, "lon": LON, "lat": LAT,
          "department": "sanitation_1", "reported_at": "2026-02-02 08:00", "filed_at": "2026-02-02 08:10",
          "dispatched_at": "2026-02-02 08:20", "signed_at": "2026-02-02 08:30", "handled_at": "2026-02-02 10:00",
          "closed_at": "2026-02-02T03:00:00Z", "handle_due_at": "2026-02-02 12:00", "score": "5", "reworks": "1",
          "reporter_name": "郑某", "reporter_phone": "13500000000", "description": "楼前垃圾"}
HANDLING = {name: value for name, value in CLOSED.items() if name not in
            ("handled_at", "closed_at", "handle_due_at", "score", "reworks")} | {
                "number": "A-2", "status": "handling", "reported_at": "2026-03-02 16:00",
                "filed_at": "2026-03-02 16:10", "dispatched_at": "2026-03-02 17:30", "signed_at": "2026-03-02 17:40"}
REPORTED = {"number": "A-3", "status": "reported", "source": "resident", "unit": town.COMMUNITY, "description": "路灯",
            "reported_at": "2026-03-03 08:55"}
MERGED = REPORTED | {"number": "A-4", "status": "merged", "merged_into": "A-1"}


@pytest.fixture
def desk(engine: Engine, settings: Settings, now: datetime, people: dict[str, Actor]) -> Desk:
    return Desk(engine, settings, now, people["admin"])


def files(folder: Path, *rows: dict[str, Any], form: str = "csv") -> dict[str, Path]:
    columns = tuple(dict.fromkeys(name for row in rows for name in row))
    path = folder / f"old.{form}"
    path.write_bytes(b"".join(write(rows, columns, form)))
    return {"incidents": path}


def found(engine: Engine) -> dict[str, Incident]:
    """The incidents that came in, by their old numbers."""
    with reading(engine) as session:
        return {one.decision["imported"]["number"]: one for one in session.scalars(select(Incident).order_by(
            col(Incident.serial)))}


def bring(desk: Desk, folder: Path, *rows: dict[str, Any], form: str = "csv") -> dict[str, Incident]:
    desk.apply(desk.make("incidents", files(folder, *rows, form=form), Options(system="12345")))
    return found(desk.engine)


@pytest.mark.parametrize("form", ["csv", "xlsx", "jsonl", "geojson"])
def test_a_closed_one_is_here_as_it_was_there(desk: Desk, tmp_path: Path, form: str) -> None:
    one = bring(desk, tmp_path, CLOSED, form=form)["A-1"]
    assert (one.id, one.status, one.outcome, one.unit, one.placement) == (
        id_of("12345", "A-1"), "closed", "closed", town.CELL, "inside")
    assert (one.department, one.category, one.standard, one.taxonomy_version, one.boundary_version) == (
        "sanitation_1", "01", "01001-1", 1, 1)
    assert one.closed_at == datetime(2026, 2, 2, 3, tzinfo=UTC)
    assert (one.on_time, one.score, one.reworks, one.due_at) == (True, 5, 1, None)
    assert (one.reporter, one.reporter_name, one.number[:8]) == (None, "郑某", "20260202")
    assert one.decision["imported"] == {"system": "12345", "number": "A-1"}


def test_it_has_one_step_in_a_whole_chain_and_nobody_is_told(desk: Desk, engine: Engine, tmp_path: Path) -> None:
    one = bring(desk, tmp_path, CLOSED)["A-1"]
    with reading(engine) as session:
        steps = session.scalars(select(Transition).where(col(Transition.incident_id) == one.id)).all()
    assert [(step.action, step.from_state, step.to_state, step.at) for step in steps] == [
        ("report", None, "closed", one.reported_at)]
    assert first_broken(steps) is None
    assert (one.version, desk.count(OutboxRow), desk.count(Clock)) == (1, 0, 0)


def test_an_open_one_goes_on_from_where_it_stands(desk: Desk, engine: Engine, people: dict[str, Actor], now: datetime,
                                                  tmp_path: Path) -> None:
    """Dispatched half an hour before the evening with a limit of two working hours: due at half past nine."""
    one = bring(desk, tmp_path, HANDLING)["A-2"]
    with reading(engine) as session:
        clocks = session.scalars(select(Clock).where(col(Clock.incident_id) == one.id)).all()
    assert [(clock.stage, clock.department, clock.stopped_at) for clock in clocks] == [("handle", "sanitation_1", None)]
    assert clocks[0].due_at == one.due_at == one.handle_due_at == datetime(2026, 3, 3, 1, 30, tzinfo=UTC)
    assert clocks[0].watch_at is not None
    with writing(engine) as session:
        photo = town.photo(session, people["cleaner"])
        case = act(session, desk.city, people["cleaner"], one.id, "feed_back", 1,
                   ActionFields(reason="已清", attachments=(photo,)), now)
        session.commit()
        assert (case.incident.status, case.incident.on_time) == ("handled", True)
        steps = session.scalars(select(Transition).where(col(Transition.incident_id) == one.id).order_by(
            col(Transition.seq))).all()
    assert first_broken(steps) is None


def test_nobody_is_urged_for_what_was_overdue_long_ago(desk: Desk, engine: Engine, tmp_path: Path) -> None:
    old = {name: str(value).replace("2026-03-02", "2025-03-03") for name, value in HANDLING.items()}
    one = bring(desk, tmp_path, old | {"handle_due_at": "2025-03-03 18:00"})["A-2"]
    with reading(engine) as session:
        clock = session.scalars(select(Clock).where(col(Clock.incident_id) == one.id)).one()
    assert (clock.watch_at, clock.due_at) == (None, datetime(2025, 3, 3, 10, tzinfo=UTC))
    assert one.due_at == clock.due_at


def test_merged_ones_follow_their_main_and_the_figures_hold(desk: Desk, engine: Engine, people: dict[str, Actor],
                                                            now: datetime, tmp_path: Path) -> None:
    brought = bring(desk, tmp_path, MERGED, CLOSED, HANDLING, REPORTED)
    assert brought["A-4"].merged_into == brought["A-1"].id
    assert brought["A-3"].placement == "picked"
    with reading(engine) as session:
        _, total = closure(session, desk.city, people["leader"], "district", FigureFilter(), now)
    assert (total.counts["reported"], total.counts["closed"], total.counts["open"]) == (4, 1, 2)


def test_the_same_number_never_comes_in_twice(desk: Desk, tmp_path: Path) -> None:
    first = bring(desk, tmp_path, CLOSED)
    draft = desk.make("incidents", files(tmp_path, CLOSED | {"description": "另一说法"}, HANDLING),
                      Options(system="12345"))
    assert (draft.preview["rows"], draft.preview["counts"]) == (
        {"incidents": 2, "known": 1}, {"incident": {"added": 1}})
    desk.apply(draft)
    assert found(desk.engine)["A-1"].description == first["A-1"].description
    assert desk.count(Incident) == 2
    other = desk.make("incidents", files(tmp_path, CLOSED), Options(system="another"))
    assert other.preview["counts"] == {"incident": {"added": 1}}


def test_numbers_of_reports_go_on_beside_those_that_came_in(desk: Desk, engine: Engine, people: dict[str, Actor],
                                                            now: datetime, tmp_path: Path) -> None:
    with writing(engine) as session:
        report(session, desk.city, people["worker"], town.report_of(town.NOISE), now)
        session.commit()
    desk.apply(desk.make("incidents", files(tmp_path, CLOSED, REPORTED)))
    with writing(engine) as session:
        last = report(session, desk.city, people["worker"], town.report_of(town.NOISE), now)[0].incident
        session.commit()
        assert sorted(session.scalars(select(col(Incident.serial)))) == [1, 2, 3, 4]
    assert last.serial == 4


def test_what_goes_out_of_one_city_comes_into_another(desk: Desk, engine: Engine, people: dict[str, Actor],
                                                      now: datetime, tmp_path: Path) -> None:
    """The sheet of an export, with other numbers: a city that knows none of them takes every row."""
    bring(desk, tmp_path, CLOSED, HANDLING, REPORTED, MERGED)
    with reading(engine) as session:
        sheet = exchange.incidents(session, desk.city, people["dispatcher"], IncidentFilter(), now, set())
        rows = list(sheet.rows)
    foreign = {row["number"]: f"X{row['number']}" for row in rows}
    for row in rows:
        row |= {"number": foreign[row["number"]], "merged_into": foreign.get(row["merged_into"], "")}
    draft = desk.make("incidents", files(tmp_path, *rows))
    assert draft.preview["rows"] == {"incidents": 4, "known": 0}
    desk.apply(draft)
    again = found(engine)
    kept = {(one.status, one.unit, one.closed_at, one.subcategory, one.department) for one in again.values()}
    assert len(again) == 8
    assert len(kept) == 4


@pytest.mark.parametrize(("row", "field"), [
    (CLOSED | {"number": ""}, "number"), (CLOSED | {"status": "lost"}, "status"),
    (CLOSED | {"source": "moon"}, "source"), (CLOSED | {"on_time": "maybe"}, "on_time"),
    (CLOSED | {"process": "none"}, "process"), (CLOSED | {"subcategory": "99999"}, "subcategory"),
    (CLOSED | {"subcategory": "01"}, "subcategory"), (CLOSED | {"subcategory": ""}, "subcategory"),
    (CLOSED | {"standard": "03001-1"}, "standard"), (CLOSED | {"lon": "116.0"}, "lon"), (CLOSED | {"lat": "x"}, "lat"),
    (CLOSED | {"lat": ""}, "lat"), (CLOSED | {"lon": "1e9"}, "lon"), (CLOSED | {"datum": "mars"}, "datum"),
    (CLOSED | {"unit": town.CELL_2}, "unit"), (REPORTED | {"unit": town.VOIDED_CELL}, "unit"),
    (REPORTED | {"unit": "99"}, "unit"), (CLOSED | {"department": "none"}, "department"),
    (CLOSED | {"assisting": "traffic|none"}, "assisting"), (CLOSED | {"closed_at": ""}, "closed_at"),
    (CLOSED | {"reported_at": ""}, "reported_at"), (CLOSED | {"closed_at": "2026-02-01 08:00", "reworks": "0"},
                                                    "closed_at"),
    (CLOSED | {"closed_at": "2026-13-01"}, "closed_at"), (CLOSED | {"closed_at": "2030-01-01"}, "closed_at"),
    (CLOSED | {"score": "9"}, "score"), (CLOSED | {"returns": "-1"}, "returns"),
    (CLOSED | {"description": "长" * 2001}, "description"), (MERGED | {"merged_into": ""}, "merged_into"),
    (MERGED | {"merged_into": "none"}, "merged_into"), (MERGED | {"merged_into": "A-4"}, "merged_into"),
    (HANDLING | {"department": ""}, "department"), (HANDLING | {"signed_at": ""}, "signed_at"),
    (REPORTED | {"description": ""}, "description"),
])
def test_every_wrong_cell_is_told_and_nothing_comes_in(desk: Desk, tmp_path: Path, row: dict[str, Any], field: str,
                                                       ) -> None:
    good = CLOSED | {"number": "B-1"}
    with pytest.raises(BadFile) as bad:
        desk.make("incidents", files(tmp_path, good, row))
    assert (3, field) in {(problem.line, problem.field) for problem in bad.value.problems}
    assert all(problem.reason and problem.reason_en for problem in bad.value.problems)
    assert desk.count(Incident) == 0


def test_a_number_twice_in_a_sheet_and_columns_that_are_none(desk: Desk, tmp_path: Path) -> None:
    with pytest.raises(BadFile, match="line 2"):
        desk.make("incidents", files(tmp_path, CLOSED, CLOSED))
    draft = desk.make("incidents", files(tmp_path, CLOSED | {"天气": "晴"}))
    assert draft.preview["warnings"] == [{"zh": "这些列不导入: 天气", "en": "columns that are not taken over: 天气"}]
    path = tmp_path / "old.csv"
    path.write_text("number,status\n1,closed\n", encoding="utf-8")
    with pytest.raises(BadFile) as bad:
        desk.make("incidents", {"incidents": path})
    assert {problem.field for problem in bad.value.problems} == {"source", "reported_at"}


def test_rolled_back_they_are_void_and_may_come_in_again(desk: Desk, engine: Engine, tmp_path: Path) -> None:
    draft = desk.make("incidents", files(tmp_path, CLOSED, HANDLING, MERGED), Options(system="12345"))
    desk.apply(draft)
    desk.rollback(draft)
    withdrawn = found(engine)
    assert {one.outcome for one in withdrawn.values()} == {"void"}
    with reading(engine) as session:
        for one in withdrawn.values():
            steps = session.scalars(select(Transition).where(col(Transition.incident_id) == one.id).order_by(
                col(Transition.seq))).all()
            assert ([step.action for step in steps], first_broken(steps)) == (["report", "void"], None)
        assert session.scalars(select(Clock).where(col(Clock.stopped_at).is_(None))).all() == []
    again = bring(desk, tmp_path, CLOSED, MERGED)
    assert (again["A-1"].status, again["A-1"].id) == ("closed", id_of("12345", "A-1", 1))
    assert again["A-4"].merged_into == again["A-1"].id


def test_what_somebody_has_worked_on_since_is_not_taken_back(desk: Desk, engine: Engine, people: dict[str, Actor],
                                                             now: datetime, tmp_path: Path) -> None:
    draft = desk.make("incidents", files(tmp_path, CLOSED, REPORTED), Options(system="12345"))
    desk.apply(draft)
    one = found(engine)["A-3"]
    with writing(engine) as session:
        act(session, desk.city, people["dispatcher"], one.id, "comment", 1, ActionFields(reason="看过"), now)
        session.commit()
    with pytest.raises(Conflict, match=one.number):
        desk.rollback(draft)
    assert {i.outcome for i in found(engine).values()} == {"closed", None}


def test_a_row_that_was_right_may_be_wrong_by_the_time_it_is_applied(
        desk: Desk, engine: Engine, tmp_path: Path) -> None:
    draft = desk.make("incidents", files(tmp_path, CLOSED | {"closed_at": "2026-03-03 08:59"}))
    early = Desk(engine, desk.settings, datetime(2026, 3, 1, tzinfo=UTC), desk.actor)
    compared = early.compare(draft)
    assert compared.problems["rows"][0]["field"] == "closed_at"
    with pytest.raises(Conflict):
        desk.apply(draft)
    assert isinstance(draft.id, uuid.UUID)


def test_more_than_are_read_at_once_come_in_and_go_out(desk: Desk, engine: Engine, people: dict[str, Actor],
                                                       now: datetime, tmp_path: Path) -> None:
    many = 2 * exchange.ROWS_AT_ONCE + 1
    bring(desk, tmp_path, *(REPORTED | {"number": f"N-{number}"} for number in range(many)))
    with reading(engine) as session:
        sheet = exchange.incidents(session, desk.city, people["leader"], IncidentFilter(), now, set())
        assert len({row["imported_number"] for row in sheet.rows}) == many
