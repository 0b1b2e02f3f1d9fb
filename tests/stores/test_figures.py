"""Every figure against a slow and obvious recount of the same incidents, on both databases."""

from __future__ import annotations

import random
import uuid
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, get_args
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine, literal, select
from sqlmodel import Session

from data.engine import is_postgresql, reading, writing
from governance import journey
from governance.city import City
from governance.clocks import Clock
from governance.errors import InvalidField, NotAllowed
from governance.figures import By, FigureFilter, closure
from governance.incident import Incident, Transition
from governance.people import Actor
from governance.trend import local_day, trend
from tests import town
from wangge.figures import render

SHANGHAI = ZoneInfo("Asia/Shanghai")
WIDTHS = {"district": 6, "street": 9, "community": 12, "cell": 15}
MONTH = FigureFilter(since=town.NOW - timedelta(days=30), until=town.NOW - timedelta(days=3))


@dataclass
class Kept:
    """What a test has written, to count it again."""

    incident: Incident
    clocks: list[Clock]
    fed_back: bool


# ---- a city's year by chance ---------------------------------------------------------------------------------------

def incident_by_chance(chance: random.Random, number: int) -> Kept:
    """Any mixture of what an incident can be; more odd ones than a real city has."""
    reported = town.NOW - timedelta(days=chance.uniform(0, 60))
    later = lambda: reported + timedelta(days=chance.uniform(0, 20))  # noqa: E731
    seldom = lambda value: value() if chance.random() < 0.7 else None  # noqa: E731
    outcome = chance.choice([None, None, "closed", "closed", "closed", "void", "merged"])
    cell = chance.choice(list(town.codes()))
    code = chance.choice([None, *(row[0] for row in town.SUBCATEGORIES)])
    incident = plain_incident(
        number, reported, outcome=outcome, unit=cell[:chance.choice([9, 12, 15, 15, 15])], subcategory=code,
        category=code and code[:2], taxonomy=chance.choice(["grid", "grid", "petition"]),
        process=chance.choice(["grid_event", "other"]), source=chance.choice(["patrol", "resident", "hotline"]),
        department=chance.choice([None, "sanitation_1", "enforcement_1", "facilities", "care_1"]),
        reporter=chance.choice([None, town.account_id("worker"), town.account_id("resident")]),
        filed_at=seldom(later), dispatched_at=seldom(later), handled_at=seldom(later),
        closed_at=later() if outcome == "closed" else None, due_at=seldom(later), handle_due_at=seldom(later),
        on_time=chance.choice([True, True, False, None]), returns=chance.choice([0, 0, 0, 1, 2]),
        reworks=chance.choice([0, 0, 1]), extensions=chance.choice([0, 0, 2]), reopened=chance.choice([0, 0, 0, 1]))
    clocks = [clock_by_chance(chance, incident) for _ in range(chance.randrange(5))]
    return Kept(incident, clocks, fed_back=chance.random() < 0.5)


def plain_incident(number: int, reported: datetime, **said: Any) -> Incident:
    return Incident(**{
        "id": uuid.UUID(int=number + 1), "serial": number + 1, "number": f"20260101{number:08d}",
        "process": "grid_event", "status": "closed", "taxonomy": "grid", "taxonomy_version": 1, "unit": town.CELL,
        "placement": "inside", "boundary_version": 1, "source": "patrol", "reporter_role": "grid_worker",
        "reported_at": reported, "content_hash": "", **said})


def clock_by_chance(chance: random.Random, incident: Incident) -> Clock:
    at = incident.reported_at
    verdict = chance.choice(["on_time", "on_time", "overdue", None])
    return Clock(incident_id=incident.id, stage=chance.choice(["accept", "dispatch", "handle", "sign", "check"]),
                 limit_value=Decimal(1), limit_unit="urgent_hour", started_at=at, resumed_at=at, warn_at=at, due_at=at,
                 stopped_at=at if verdict else None, verdict=verdict)


def fed_back(incident: Incident, seq: int) -> Transition:
    return Transition(incident_id=incident.id, seq=seq, action="feed_back", to_state="handled", role="handler",
                      at=incident.reported_at, hash="")


@pytest.fixture
def kept(engine: Engine) -> list[Kept]:
    """Four hundred incidents with their clocks; some were fed back, of these some twice."""
    chance = random.Random(12)
    made = [incident_by_chance(chance, number) for number in range(400)]
    with writing(engine) as session:
        session.add_all(each.incident for each in made)
        session.flush()
        session.add_all(clock for each in made for clock in each.clocks)
        session.add_all(fed_back(each.incident, seq) for each in made if each.fed_back for seq in (1, 2))
        session.commit()
    return made


# ---- the recount ---------------------------------------------------------------------------------------------------

def inside(at: datetime | None, wanted: FigureFilter) -> bool:
    if at is None or (wanted.since is not None and at < wanted.since):
        return False
    return wanted.until is None or at < wanted.until


def recount(kept: Iterable[Kept], wanted: FigureFilter, now: datetime) -> dict[str, int]:
    """Counting by hand, one incident after the other."""
    n: Counter[str] = Counter()
    for each in kept:
        i = each.incident
        if inside(i.reported_at, wanted):
            n.update(said_of(each, now))
        run_out = inside(i.handle_due_at, wanted) and i.handle_due_at <= now
        if i.outcome in (None, "closed") and (run_out or (i.outcome == "closed" and inside(i.closed_at, wanted))):
            n["due"] += 1
            n["closed_on_time"] += i.outcome == "closed" and i.on_time is True
    return {name: value for name, value in n.items() if value}


def said_of(each: Kept, now: datetime) -> Iterator[str]:
    """The names of the counts in which an incident stands."""
    i = each.incident
    handled = i.handled_at is not None or (i.reopened > 0 and each.fed_back)
    true = {
        "reported": True, "filed": i.filed_at, "voided": i.outcome == "void", "merged": i.outcome == "merged",
        "dispatched": i.dispatched_at, "handled": handled, "closed": i.outcome == "closed",
        "settled": i.outcome == "closed" and i.handled_at is None, "open": i.outcome is None,
        "overdue": i.outcome is None and i.due_at is not None and i.due_at < now, "returned": i.returns,
        "reworked": i.reworks, "extended": i.extensions, "reopened": i.reopened,
        "accurate": i.dispatched_at and not i.returns}
    yield from (name for name, holds in true.items() if holds)
    for clock in each.clocks:
        stage = {"accept": "filing", "dispatch": "dispatch", "handle": "handling"}.get(clock.stage)
        if stage and clock.verdict:
            yield f"{stage}_judged"
            if clock.verdict == "on_time":
                yield f"{stage}_on_time"


def key_of(incident: Incident, by: By) -> tuple[str | None, str | None]:
    if by in WIDTHS:
        return (incident.unit[:WIDTHS[by]] if len(incident.unit) >= WIDTHS[by] else None), None
    return getattr(incident, by), incident.taxonomy if by in ("category", "subcategory") else None


def counts_for(actor: Actor, incident: Incident) -> bool:
    if actor.role in ("handler", "department_head"):
        return incident.department == actor.department
    return incident.unit.startswith(actor.unit)


def assert_same(session: Session, city: City, actor: Actor, by: By, wanted: FigureFilter, now: datetime,
                kept: list[Kept]) -> None:
    """The rows, one by one, and the total, from the database and by hand."""
    rows, total = closure(session, city, actor, by, wanted, now)
    told = {(row.key, row.taxonomy): {name: n for name, n in row.counts.items() if n} for row in rows}
    assert len(told) == len(rows)
    by_hand: dict[tuple[str | None, str | None], list[Kept]] = {}
    for each in kept:
        by_hand.setdefault(key_of(each.incident, by), []).append(each)
    expected = {key: counts for key, part in by_hand.items() if (counts := recount(part, wanted, now))}
    assert {key: counts for key, counts in told.items() if counts} == expected
    assert {name: n for name, n in total.counts.items() if n} == recount(kept, wanted, now)


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
            assert_same(session, city, people[name], by, MONTH, now, mine)


def test_who_reads_no_figures_gets_none(session: Session, city: City, people: dict[str, Actor], now: datetime) -> None:
    for name in ("resident", "auditor"):
        with pytest.raises(NotAllowed):
            closure(session, city, people[name], "district", FigureFilter(), now)
        with pytest.raises(NotAllowed):
            trend(session, city, people[name], FigureFilter(), "day")


FILTERS: dict[str, tuple[FigureFilter, Callable[[Incident], bool]]] = {
    "unit": (FigureFilter(unit=town.HEPING), lambda i: i.unit.startswith(town.HEPING)),
    "cell": (FigureFilter(unit=town.CELL_2), lambda i: i.unit == town.CELL_2),
    "category": (FigureFilter(category="03"), lambda i: i.category == "03"),
    "subcategory": (FigureFilter(subcategory=town.HEAP), lambda i: i.subcategory == town.HEAP),
    "department": (FigureFilter(department="facilities"), lambda i: i.department == "facilities"),
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
                                          wanted: FigureFilter, interval: Any) -> None:
    mine = [e.incident for e in kept if counts_for(people["centre"], e.incident)]
    came: dict[date, Counter[str]] = {}
    for i in mine:
        if inside(i.reported_at, wanted):
            n = came.setdefault(bucket_of(i.reported_at.astimezone(SHANGHAI).date(), interval), Counter())
            n.update(["reported", *(["filed"] if i.filed_at else []), i.outcome or "open"])
        if i.outcome == "closed" and inside(i.closed_at, wanted):
            end = bucket_of(i.closed_at.astimezone(SHANGHAI).date(), interval)
            came.setdefault(end, Counter())["closed_in_bucket"] += 1
    rows = trend(session, city, people["centre"], wanted, interval)
    told = {row.start: row for row in rows}
    assert [row.start for row in rows] == sorted(told)
    for start, row in told.items():
        n = came.pop(start, Counter())
        assert (row.reported, row.filed, row.voided, row.merged, row.closed_of_reported, row.closed_in_bucket) == (
            n["reported"], n["filed"], n["void"], n["merged"], n["closed"], n["closed_in_bucket"])
    assert came == {}


def test_quiet_days_are_there_with_zeros(session: Session, city: City, people: dict[str, Actor]) -> None:
    new_year = FigureFilter(since=datetime(2025, 12, 29, tzinfo=SHANGHAI), until=datetime(2026, 1, 5, tzinfo=SHANGHAI))
    of = {interval: [row.bucket for row in trend(session, city, people["leader"], new_year, interval)]
          for interval in ("day", "week", "month")}
    assert of["day"][0] == "2025-12-29"
    assert of["day"][-1] == "2026-01-04"
    assert (len(of["day"]), of["week"], of["month"]) == (7, ["2026-W01"], ["2025-12", "2026-01"])
    assert trend(session, city, people["leader"], FigureFilter(), "week") == []
    with pytest.raises(InvalidField):
        trend(session, city, people["leader"], replace(new_year, since=datetime(1900, 1, 1, tzinfo=SHANGHAI)), "day")


def test_a_day_ends_at_midnight_in_china(session: Session) -> None:
    late = literal(datetime(2026, 3, 2, 23, 59, 59, 999_999, tzinfo=SHANGHAI), Incident.__table__.c.reported_at.type)
    early = literal(datetime(2026, 3, 3, tzinfo=SHANGHAI), Incident.__table__.c.reported_at.type)
    days = session.execute(select(*(local_day(at, is_postgresql(session)) for at in (late, early)))).one()
    assert tuple(days) == (date(2026, 3, 2), date(2026, 3, 3))
