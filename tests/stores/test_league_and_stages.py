"""League tables, comparisons and stage times against a slow and obvious recount, on both databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, get_args
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine
from sqlmodel import Session

from data.engine import writing
from governance.city import City
from governance.clocks import Clock
from governance.errors import InvalidField, MissingField, NotAllowed
from governance.figures.closure import RATES, By, FigureFilter
from governance.figures.compare import compared, earlier
from governance.figures.league import league
from governance.figures.stages import WHOLE, percentile, stage_times
from governance.people import Actor
from tests import town
from tests.stores.figures_by_chance import MONTH, Kept, a_year, inside, key_of, plain_incident, recount, stage_of

SHANGHAI = ZoneInfo("Asia/Shanghai")


def at(*date: int) -> datetime:
    return datetime(*date, tzinfo=SHANGHAI)  # type: ignore[misc,arg-type]


def period(since: datetime, until: datetime) -> FigureFilter:
    return FigureFilter(since=since, until=until)


@pytest.fixture
def kept(engine: Engine) -> list[Kept]:
    return a_year(engine, 300, seed=8)


# ---- comparison ----------------------------------------------------------------------------------------------------

@pytest.mark.parametrize(("now", "compare", "then"), [
    (period(at(2026, 3, 1), at(2026, 4, 1)), "last_month", period(at(2026, 2, 1), at(2026, 3, 1))),
    (period(at(2026, 1, 1), at(2026, 4, 1)), "last_month", period(at(2025, 10, 1), at(2026, 1, 1))),
    (period(at(2026, 3, 1), at(2026, 3, 8)), "last_month", period(at(2026, 2, 22), at(2026, 3, 1))),
    (period(at(2026, 3, 1), at(2026, 4, 1)), "last_year", period(at(2025, 3, 1), at(2025, 4, 1))),
    (period(at(2028, 2, 29), at(2028, 3, 1)), "last_year", period(at(2027, 2, 28), at(2027, 3, 1))),
    (period(at(2026, 1, 15, 8), at(2026, 1, 15, 20)), "last_month", period(at(2026, 1, 14, 20), at(2026, 1, 15, 8))),
    # a month in local time, told in UTC
    (period(at(2026, 3, 1).astimezone(ZoneInfo("UTC")), at(2026, 4, 1).astimezone(ZoneInfo("UTC"))), "last_month",
     period(at(2026, 2, 1), at(2026, 3, 1))),
])
def test_what_lies_before(now: FigureFilter, compare: Any, then: FigureFilter) -> None:
    assert earlier(now, compare) == then


def test_nothing_lies_before_a_period_without_ends() -> None:
    with pytest.raises(MissingField) as missing:
        earlier(FigureFilter(until=town.NOW), "last_month")
    assert missing.value.problems[0].field == "from"
    with pytest.raises(InvalidField):
        earlier(period(town.NOW, town.NOW), "last_year")


def test_both_periods_are_what_a_recount_says(session: Session, city: City, people: dict[str, Actor], now: datetime,
                                              kept: list[Kept]) -> None:
    wanted = period(now - timedelta(days=20), now)
    before = earlier(wanted, "last_month")
    for by in ("street", "department", "subcategory"):
        rows, total = compared(session, city, people["leader"], by, wanted, now, "last_month")
        here, there = (recount(kept, by, people["leader"], each, now) for each in (wanted, before))
        for row in rows:
            key = row.now.key, row.now.taxonomy
            for figure, counted in ((row.now, here), (row.before, there)):
                assert {n: value for n, value in figure.counts.items() if value} == counted.get(key, {})
            assert row.difference["reported"] == row.now.counts["reported"] - row.before.counts["reported"]
        assert {(row.now.key, row.now.taxonomy) for row in rows} >= {*here, *there}
        rates = total.now.rates["closure_rate"], total.before.rates["closure_rate"]
        assert total.difference["closure_rate"] == pytest.approx(100 * (rates[0] - rates[1]), abs=1e-4)


# ---- league --------------------------------------------------------------------------------------------------------

def some_closed(engine: Engine, first: int, unit: str, of: int, closed: int, days: int = 1) -> None:
    """So many incidents in a cell of a unit, reported so many days ago, and how many of them are closed."""
    with writing(engine) as session:
        session.add_all(plain_incident(first + n, town.NOW - timedelta(days=days), unit=unit,
                                       outcome="closed" if n < closed else None) for n in range(of))
        session.commit()


def test_streets_are_ranked_with_what_their_rate_is_made_of(engine: Engine, session: Session, city: City,
                                                            people: dict[str, Actor], now: datetime) -> None:
    """Two are equal and share a rank; one has closed a single incident and is not ranked before them."""
    for number, (unit, of, closed) in enumerate([
            ("120101001001001", 20, 15), ("120101002001001", 40, 30), ("120102001001001", 10, 4),
            ("120102002001001", 1, 1), ("120101", 3, 3)]):
        some_closed(engine, 100 * number, unit, of, closed)
    rows, total = league(session, city, people["leader"], "street", "closure_rate", FigureFilter(), now)
    assert [(row.rank, row.key, row.numerator, row.denominator, row.small) for row in rows] == [
        (1, "120101001", 15, 20, False), (1, "120101002", 30, 40, False), (3, "120102001", 4, 10, False),
        (None, "120102002", 1, 1, True), (None, None, 3, 3, True)]
    assert (total.rank, total.numerator, total.denominator) == (None, 53, 74)
    assert all(row.low < row.value < row.high for row in rows[:3])
    assert rows[0].high - rows[0].low > rows[1].high - rows[1].low  # of fewer incidents, less sure
    again, _ = league(session, city, people["leader"], "street", "closure_rate", FigureFilter(), now, minimum=1)
    assert [(row.rank, row.key) for row in again][:2] == [(1, "120102002"), (2, "120101001")]


def test_where_less_is_better_the_least_leads(engine: Engine, session: Session, city: City, people: dict[str, Actor],
                                              now: datetime) -> None:
    with writing(engine) as writer:
        writer.add_all(plain_incident(n, now, dispatched_at=now, returns=int(n % 10 < bad), unit=unit)
                       for bad, unit in ((3, town.CELL), (1, town.FAR_CELL)) for n in range(bad * 100, bad * 100 + 20))
        writer.commit()
    rows, _ = league(session, city, people["leader"], "district", "return_rate", FigureFilter(), now)
    assert [(row.rank, row.name, row.value) for row in rows] == [(1, "河东区", 0.1), (2, "和平区", 0.3)]


def test_last_month_and_last_year_stand_beside(engine: Engine, session: Session, city: City,
                                               people: dict[str, Actor], now: datetime) -> None:
    for number, (days, closed) in enumerate(((1, 9), (31, 6), (366, 3))):
        some_closed(engine, 100 * number, town.CELL, 12, closed, days)
    wanted = period(at(2026, 3, 1), at(2026, 4, 1))
    row = league(session, city, people["leader"], "district", "closure_rate", wanted, now)[0][0]
    assert (row.value, row.last_month.value, row.last_month.points) == (0.75, None, None)  # January is not last month
    later = period(at(2026, 2, 1), at(2026, 3, 1))  # of February there is none, of the January before it there is
    row = league(session, city, people["leader"], "district", "closure_rate", later, now)[0][0]
    assert (row.value, row.last_month.value, row.last_month.points) == (None, 0.5, None)
    both = period(at(2026, 2, 1), at(2026, 3, 4))  # not whole months: 31 days before it
    row = league(session, city, people["leader"], "district", "closure_rate", both, now)[0][0]
    assert (row.last_month.numerator, row.last_month.denominator, row.last_month.points) == (6, 12, 25.0)
    assert (row.last_year.value, row.last_year.points) == (0.25, 50.0)


def test_every_rate_ranks_every_dimension_as_a_recount_says(session: Session, city: City, people: dict[str, Actor],
                                                            now: datetime, kept: list[Kept]) -> None:
    for by in get_args(By):
        counted = recount(kept, by, people["leader"], MONTH, now)
        for name, rate in RATES.items():
            rows, _ = league(session, city, people["leader"], by, name, MONTH, now, 3)
            told = {(row.key, row.taxonomy): (row.numerator, row.denominator) for row in rows if row.denominator}
            assert told == {key: rate.of(n) for key, n in counted.items() if rate.of(n)[1]}, name
            values = [row.value for row in rows if row.rank]
            assert values == sorted(values, reverse=not rate.down)


def test_there_is_no_league_of_what_is_no_rate(session: Session, city: City, people: dict[str, Actor],
                                               now: datetime) -> None:
    with pytest.raises(InvalidField) as refused:
        league(session, city, people["leader"], "street", "beauty", FigureFilter(), now)
    assert (refused.value.code, refused.value.problems[0].field) == ("unknown_rate", "rate")
    with pytest.raises(NotAllowed):
        league(session, city, people["centre"], "street", "closure_rate", FigureFilter(unit=town.HEDONG), now)


# ---- stage times ---------------------------------------------------------------------------------------------------

def percentile_cont(values: list[int], share: float) -> float:
    """As the SQL standard says it."""
    values = sorted(values)
    place = share * (len(values) - 1)
    low = int(place)
    return values[low] + (values[min(low + 1, len(values) - 1)] - values[low]) * (place - low)


def spent_by_hand(kept: list[Kept], by: By | None, actor: Actor,
                  wanted: FigureFilter) -> dict[Any, list[tuple[int, int]]]:
    """(row, stage) -> elapsed and own seconds of each incident."""
    found: dict[Any, dict[Any, list[int]]] = {}
    for each in (k for k in kept if inside(k.incident.reported_at, wanted)):
        i = each.incident
        times = [(stage_of(c), c.department, int((c.stopped_at - c.started_at).total_seconds()), c.used_seconds)
                 for c in each.clocks if c.verdict and c.stage != "other"]
        if i.outcome == "closed":
            whole = int(i.closed_at.timestamp()) - int(i.reported_at.timestamp())
            times.append((WHOLE, i.department, whole, 0))
        for stage, department, elapsed, own in times:
            mine = department == actor.department if actor.department else i.unit.startswith(actor.unit)
            if mine:
                key = key_of(i, by, department) if by else (None, None)
                sums = found.setdefault((key, stage), {}).setdefault(i.id, [0, 0])
                sums[0], sums[1] = sums[0] + elapsed, sums[1] + own
    return {key: [(a, b) for a, b in sums.values()] for key, sums in found.items()}


def test_stage_times_are_what_a_recount_says(session: Session, city: City, people: dict[str, Actor],
                                             kept: list[Kept]) -> None:
    for person, by in (("leader", "street"), ("leader", "department"), ("leader", "category"), ("fitter", "street"),
                       ("worker", "source")):
        rows, total = stage_times(session, city, people[person], by, MONTH)
        expected = spent_by_hand(kept, by, people[person], MONTH)
        told = {((row.key, row.taxonomy), stage): time for row in rows for stage, time in row.stages.items()}
        assert set(told) == set(expected)
        whole = spent_by_hand(kept, None, people[person], MONTH)
        told |= {("total", stage): time for stage, time in total.stages.items()}
        expected |= {("total", stage): times for (_, stage), times in whole.items()}
        for key, time in told.items():
            elapsed, own = zip(*expected[key], strict=True)
            assert time.count == len(elapsed)
            assert time.median_seconds == pytest.approx(percentile_cont(list(elapsed), 0.5))
            assert time.p90_seconds == pytest.approx(percentile_cont(list(elapsed), 0.9))
            if time.stage == WHOLE:
                assert time.own_median_seconds is time.own_p90_seconds is None
            else:
                assert time.own_median_seconds == pytest.approx(percentile_cont(list(own), 0.5))
                assert time.own_p90_seconds == pytest.approx(percentile_cont(list(own), 0.9))


@pytest.mark.parametrize("count", range(1, 25))
def test_a_percentile_needs_only_the_values_around_it(count: int) -> None:
    values = [n * n for n in range(count)]
    assert percentile(dict(enumerate(values)), count, 5) == pytest.approx(percentile_cont(values, 0.5))
    assert percentile(dict(enumerate(values)), count, 9) == pytest.approx(percentile_cont(values, 0.9))


def test_parts_of_a_second_do_not_count(engine: Engine, session: Session, city: City, people: dict[str, Actor]) -> None:
    """The clocks cut them off, and neither database may round them up, over midnight least of all."""
    begin = at(2026, 3, 2, 23, 59, 58).replace(microsecond=900_000)
    with writing(engine) as writer:
        end = begin + timedelta(seconds=1, microseconds=99_999)
        writer.add(plain_incident(1, begin, outcome="closed", closed_at=end))
        writer.flush()
        writer.add(Clock(incident_id=plain_incident(1, begin).id, stage="accept", limit_value=Decimal(1),
                         limit_unit="urgent_hour", started_at=begin.replace(microsecond=0), resumed_at=begin,
                         warn_at=begin, due_at=begin, stopped_at=begin.replace(microsecond=0), verdict="on_time"))
        writer.commit()
    total = stage_times(session, city, people["leader"], "street", FigureFilter())[1]
    assert (total.stages[WHOLE].median_seconds, total.stages["accept"].p90_seconds) == (1.0, 0.0)
    document = total.document()["stages"]
    assert [stage["count"] for stage in document] == [1, 0, 0, 0, 0, 0, 1]
    assert (document[1]["name"], document[1]["median_seconds"]) == ("核实", None)


def test_an_unknown_dimension_is_told(session: Session, city: City, people: dict[str, Actor]) -> None:
    with pytest.raises(InvalidField):
        stage_times(session, city, people["leader"], "reporter", FigureFilter())  # type: ignore[arg-type]
    with pytest.raises(NotAllowed):
        stage_times(session, city, people["worker"], "cell", replace(MONTH, unit=town.HEDONG))
