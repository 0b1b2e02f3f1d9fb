"""Every figure against a slow and obvious recount of the same incidents, on both databases."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any, get_args
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine, literal, select
from sqlmodel import Session

from data.engine import is_postgresql, reading, writing
from governance import journey
from governance.city import City
from governance.errors import InvalidField, NotAllowed
from governance.figures.closure import By, FigureFilter, closure
from governance.figures.trend import local_day, trend
from governance.incident import Incident
from governance.people import Actor
from tests import town
from tests.stores.figures_by_chance import MONTH, Kept, a_year, counts_for, inside, plain_incident, recount
from wangge.figures import render

SHANGHAI = ZoneInfo("Asia/Shanghai")


@pytest.fixture
def kept(engine: Engine) -> list[Kept]:
    return a_year(engine)


def assert_same(session: Session, city: City, actor: Actor, by: By, wanted: FigureFilter, now: datetime,
                kept: list[Kept]) -> None:
    """The rows, one by one, and the total, from the database and by hand."""
    rows, total = closure(session, city, actor, by, wanted, now)
    told = {(row.key, row.taxonomy): {name: n for name, n in row.counts.items() if n} for row in rows}
    assert len(told) == len(rows)
    assert {key: counts for key, counts in told.items() if counts} == recount(kept, by, actor, wanted, now)
    whole = recount(kept, None, actor, wanted, now).get((None, None), {})
    assert {name: n for name, n in total.counts.items() if n} == whole


# ---- closure -------------------------------------------------------------------------------------------------------

def test_every_dimension_is_what_a_recount_says(session: Session, city: City, people: dict[str, Actor], now: datetime,
                                                kept: list[Kept]) -> None:
    for by in get_args(By):
        for wanted in (FigureFilter(), MONTH, FigureFilter(since=MONTH.since), FigureFilter(until=MONTH.until)):
            assert_same(session, city, people["leader"], by, wanted, now, kept)


def test_every_role_counts_its_own_scope_only(
        session: Session, city: City, people: dict[str, Actor], now: datetime, kept: list[Kept]) -> None:
    for name in ("worker", "worker_hedong", "lead", "dispatcher", "cleaner", "officer_head", "fitter", "centre",
                 "supervisor", "leader", "admin"):
        mine = [each for each in kept if counts_for(people[name], each.incident)]
        assert mine or name == "worker_hedong"
        for by in ("street", "cell", "subcategory", "department"):
            assert_same(session, city, people[name], by, MONTH, now, kept)


def test_who_reads_no_figures_gets_none(session: Session, city: City, people: dict[str, Actor], now: datetime) -> None:
    for name in ("resident", "auditor"):
        with pytest.raises(NotAllowed):
            closure(session, city, people[name], "district", FigureFilter(), now)
        with pytest.raises(NotAllowed):
            trend(session, city, people[name], FigureFilter(), "day", now)


FILTERS: dict[str, tuple[FigureFilter, Callable[[Incident], bool]]] = {
    "unit": (FigureFilter(unit=town.HEPING), lambda i: i.unit.startswith(town.HEPING)),
    "cell": (FigureFilter(unit=town.CELL_2), lambda i: i.unit == town.CELL_2),
    "category": (FigureFilter(category="03"), lambda i: i.category == "03"),
    "subcategory": (FigureFilter(subcategory=town.HEAP), lambda i: i.subcategory == town.HEAP),
    "department": (FigureFilter(department="facilities"), lambda i: True),  # of whose clock, the recount asks
    "source": (FigureFilter(source="hotline"), lambda i: i.source == "hotline"),
    "process": (FigureFilter(process="other"), lambda i: i.process == "other"),
    "two": (FigureFilter(unit=town.STREET, source="patrol"),
            lambda i: i.unit.startswith(town.STREET) and i.source == "patrol"),
}


def test_filters_count_what_they_name(session: Session, city: City, people: dict[str, Actor], now: datetime,
                                      kept: list[Kept]) -> None:
    for wanted, holds in FILTERS.values():
        part = [each for each in kept if holds(each.incident)]
        assert part
        for by in ("community", "category", "department"):
            assert_same(session, city, people["leader"], by,
                        replace(wanted, since=MONTH.since, until=MONTH.until), now, part)


def test_a_unit_outside_the_scope_is_refused(session: Session, city: City, people: dict[str, Actor],
                                             now: datetime) -> None:
    for name, unit in (("centre", town.HEDONG), ("centre", town.CITY), ("worker", town.COMMUNITY_2)):
        with pytest.raises(NotAllowed):
            closure(session, city, people[name], "cell", FigureFilter(unit=unit), now)
    with pytest.raises(InvalidField) as refused:
        closure(session, city, people["leader"], "cell", FigureFilter(unit="no unit"), now)
    assert refused.value.code == "unknown_unit"
    with pytest.raises(InvalidField):
        closure(session, city, people["leader"], "reporter", FigureFilter(), now)  # type: ignore[arg-type]


def test_units_without_an_incident_are_listed_with_zeros(session: Session, city: City, people: dict[str, Actor],
                                                         now: datetime) -> None:
    rows, total = closure(session, city, people["leader"], "cell", FigureFilter(unit=town.COMMUNITY), now)
    assert [row.key for row in rows] == [f"{town.COMMUNITY}{n:03d}" for n in (1, 2, 3, 4)]  # not the voided one
    assert rows[0].name == "和平一街第一社区第1网格"
    assert (total.counts["reported"], total.rates["closure_rate"]) == (0, None)
    assert len(closure(session, city, people["centre"], "street", FigureFilter(), now)[0]) == 2


def test_rows_carry_the_names_that_people_use(session: Session, city: City, people: dict[str, Actor], now: datetime,
                                              kept: list[Kept]) -> None:
    names: dict[str, dict[tuple[str | None, str | None], str]] = {}
    for by in get_args(By):
        rows, _ = closure(session, city, people["leader"], by, FigureFilter(), now)
        names[by] = {(row.key, row.taxonomy): row.name for row in rows}
    assert names["category"]["01", "grid"] == "市容环卫"
    assert names["category"]["01", "petition"] == "01"  # a list that the city no longer has
    assert names["subcategory"][None, "grid"] == "未分类 (not classified)"
    assert names["department"]["facilities", None] == "和平区市政设施处"
    assert names["department"][None, None] == "尚无责任单位 (no department yet)"
    assert names["source"]["hotline", None] == "12345热线"
    assert names["cell"][None, None] == "未落到该级 (not placed at this level)"


def test_of_974_incidents_954_closed_are_97_9_percent(engine: Engine, city: City, people: dict[str, Actor],
                                                      now: datetime) -> None:
    with writing(engine) as session:
        session.add_all(plain_incident(n, now - timedelta(hours=n % 200), outcome="closed" if n < 954 else None)
                        for n in range(974))
        session.commit()
    with reading(engine) as session:
        rows, total = closure(session, city, people["leader"], "district", FigureFilter(), now)
    assert (total.counts["reported"], total.counts["closed"], total.counts["open"]) == (974, 954, 20)
    assert round(total.rates["closure_rate"] or 0, 3) == 0.979
    assert [(row.key, row.counts["reported"]) for row in rows] == [(town.HEPING, 974), (town.HEDONG, 0)]


def test_a_figure_counts_an_incident_the_moment_it_is_committed(engine: Engine, city: City, people: dict[str, Actor],
                                                                now: datetime) -> None:
    def counted() -> tuple[int, int]:
        with reading(engine) as reader:
            total = closure(reader, city, people["leader"], "street", FigureFilter(), now)[1]
            return total.counts["reported"], total.counts["filing_judged"]

    with writing(engine) as session:
        photo = town.photo(session, people["worker"])
        journey.report(session, city, people["worker"], town.report_of(town.RUBBISH, attachments=(photo,)), now)
        assert counted() == (0, 0)
        session.commit()
        assert counted() == (1, 1)  # filed and dispatched at once, so its first clock has stopped


def test_the_table_lines_up(session: Session, city: City, people: dict[str, Actor], now: datetime,
                            kept: list[Kept]) -> None:
    from rich.cells import cell_len

    lines = render(*closure(session, city, people["leader"], "district", MONTH, now)).splitlines()
    assert [line.split()[0] for line in lines if "---" not in line] == [
        "名称", "和平区", "河东区", "未落到该级", "合计"]
    assert len({cell_len(line) for line in lines}) == 1
    assert "%" in lines[-1]


# ---- trend ---------------------------------------------------------------------------------------------------------

def bucket_of(day: date, interval: str) -> date:
    return {"day": day, "week": day - timedelta(days=day.weekday()), "month": day.replace(day=1)}[interval]


@pytest.mark.parametrize(("wanted", "interval"), [(MONTH, "day"), (FigureFilter(), "week"), (MONTH, "month")])
def test_the_trend_is_what_a_recount_says(session: Session, city: City, people: dict[str, Actor], kept: list[Kept],
                                          wanted: FigureFilter, interval: Any, now: datetime) -> None:
    mine = [e.incident for e in kept if counts_for(people["centre"], e.incident)]
    came: dict[date, Counter[str]] = {}
    for i in mine:
        if inside(i.reported_at, wanted):
            n = came.setdefault(bucket_of(i.reported_at.astimezone(SHANGHAI).date(), interval), Counter())
            n.update(["reported", *(["filed"] if i.filed_at else []), i.outcome or "open"])
        if i.outcome == "closed" and inside(i.closed_at, wanted):
            end = bucket_of(i.closed_at.astimezone(SHANGHAI).date(), interval)
            came.setdefault(end, Counter())["closed_in_bucket"] += 1
    rows = trend(session, city, people["centre"], wanted, interval, now)
    told = {row.start: row for row in rows}
    assert [row.start for row in rows] == sorted(told)
    for start, row in told.items():
        n = came.pop(start, Counter())
        assert (row.reported, row.filed, row.voided, row.merged, row.closed_of_reported, row.closed_in_bucket) == (
            n["reported"], n["filed"], n["void"], n["merged"], n["closed"], n["closed_in_bucket"])
    assert came == {}


@pytest.mark.usefixtures("kept")
@pytest.mark.parametrize("interval", ["day", "week", "month"])
def test_every_number_of_the_trend_is_the_closure_of_its_bucket(session: Session, city: City, people: dict[str, Actor],
                                                                interval: Any, now: datetime) -> None:
    wanted = replace(MONTH, until=now + timedelta(days=2))
    rows = trend(session, city, people["leader"], wanted, interval, now)
    assert any(row.due for row in rows)
    for row in rows:
        total = closure(session, city, people["leader"], "district", replace(wanted, since=row.since, until=row.until),
                        now)[1].document()
        names = ("reported", "open", "overdue", "due", "closed_on_time", "closure_rate", "on_time_rate",
                 "accurate_dispatch_rate", "rework_rate", "satisfied_rate")
        assert {name: getattr(row, name) for name in names} == {name: total[name] for name in names}


def test_quiet_days_are_there_with_zeros(session: Session, city: City, people: dict[str, Actor],
                                         now: datetime) -> None:
    new_year = FigureFilter(since=datetime(2025, 12, 29, tzinfo=SHANGHAI), until=datetime(2026, 1, 5, tzinfo=SHANGHAI))
    of = {interval: [row.bucket for row in trend(session, city, people["leader"], new_year, interval, now)]
          for interval in ("day", "week", "month")}
    assert of["day"][0] == "2025-12-29"
    assert of["day"][-1] == "2026-01-04"
    assert (len(of["day"]), of["week"], of["month"]) == (7, ["2026-W01"], ["2025-12", "2026-01"])
    assert trend(session, city, people["leader"], FigureFilter(), "week", now) == []
    with pytest.raises(InvalidField):
        trend(session, city, people["leader"], replace(new_year, since=datetime(1900, 1, 1, tzinfo=SHANGHAI)), "day",
              now)


def test_a_day_ends_at_midnight_in_china(session: Session) -> None:
    late = literal(datetime(2026, 3, 2, 23, 59, 59, 999_999, tzinfo=SHANGHAI), Incident.__table__.c.reported_at.type)
    early = literal(datetime(2026, 3, 3, tzinfo=SHANGHAI), Incident.__table__.c.reported_at.type)
    days = session.execute(select(*(local_day(at, is_postgresql(session)) for at in (late, early)))).one()
    assert tuple(days) == (date(2026, 3, 2), date(2026, 3, 3))
