"""What is rising and where: counted again by hand, and every hot spot lists exactly what it counts."""

from __future__ import annotations

import math
import random
from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pytest
from sqlalchemy import Engine
from sqlmodel import Session

from data.engine import reading, writing
from governance.city import City
from governance.errors import InvalidField, NotAllowed
from governance.figures.clusters import RADIUS_M, clusters, densest
from governance.figures.filters import FigureFilter
from governance.figures.hotspots import HotSpot, chance, hot_spots, periods_of
from governance.incident import Incident
from governance.people import Actor
from governance.queries import IncidentFilter, list_incidents
from tests import town
from tests.stores.test_figures import plain_incident

DAY = timedelta(days=1)


def at(reported: datetime, number: int, cell: str = town.CELL, code: str | None = town.RUBBISH,
       **said: Any) -> Incident:
    """Somewhere in a cell, by chance but the same in every run."""
    dice, (lon, lat) = random.Random(number), town.centre_of(cell)
    return plain_incident(number, reported, **{
        "unit": cell, "subcategory": code, "category": code and code[:2], "lon": lon + dice.uniform(-.002, .002),
        "lat": lat + dice.uniform(-.002, .002), **said})


def many(engine: Engine, made: Iterable[Incident]) -> list[Incident]:
    with writing(engine) as session:
        kept = list(made)
        session.add_all(kept)
        session.commit()
    return kept


def a_city(now: datetime) -> list[Incident]:
    """Five weeks by chance; rubbish rises in one cell this week."""
    dice = random.Random(7)
    cells = [code for code in town.codes() if len(code) == 15 and code != town.VOIDED_CELL]
    codes = [town.RUBBISH, town.STALL, town.NOISE, town.LAMP, None]
    made = [at(now - timedelta(days=dice.uniform(0.01, 35)), n, dice.choice(cells), dice.choice(codes),
               department=dice.choice([None, "sanitation_1", "facilities"]),
               source=dice.choice(["patrol", "resident"])) for n in range(400)]
    return made + [at(now - timedelta(days=dice.uniform(0.01, 7)), 400 + n, town.CELL_2) for n in range(30)]


def listed(session: Session, actor: Actor, spot: HotSpot, now: datetime) -> int:
    """How many incidents the spot's own query lists."""
    asked: dict[str, Any] = dict(spot.query)
    for name in ("reported_from", "reported_to"):
        asked[name] = datetime.fromisoformat(asked[name])
    if "near" in asked:
        asked["near"] = tuple(float(part) for part in asked["near"].split(","))
    found, following = list_incidents(session, actor, IncidentFilter(**asked), now, 200)
    assert following is None
    return len(found)


# ---- the arithmetic ------------------------------------------------------------------------------------------------

@pytest.mark.parametrize(("count", "before", "periods"), [(0, 0, 4), (3, 0, 4), (10, 8, 4), (25, 32, 4), (7, 700, 12),
                                                          (400, 300, 1)])
def test_the_chance_is_the_tail_of_the_binomial_distribution(count: int, before: int, periods: int) -> None:
    whole, share = count + before, 1 / (periods + 1)
    tail = math.fsum(math.comb(whole, k) * share ** k * (1 - share) ** (whole - k) for k in range(count, whole + 1))
    assert chance(count, before, periods) == pytest.approx(tail, rel=1e-9)


def test_a_chance_of_very_many_stays_a_probability() -> None:
    assert 0.4 < chance(20_000, 80_000, 4) < 0.6
    assert chance(30_000, 80_000, 4) < 1e-100


def test_the_periods_before_have_the_same_length_and_weekdays(now: datetime) -> None:
    day = periods_of(now - DAY, now, 3, now)
    assert day.step == 7 * DAY
    assert day.bounds[2] == (now - 15 * DAY, now - 14 * DAY)
    month = periods_of(now - 30 * DAY, now, 2, now)
    assert month.step == 35 * DAY
    assert {bound[0].weekday() for bound in month.bounds} == {(now - 30 * DAY).weekday()}
    assert periods_of(None, None, 1, now).bounds[0] == (now - 7 * DAY, now)
    assert periods_of(now - DAY, now + 9 * DAY, 1, now).bounds[0] == (now - DAY, now)  # what is to come counts nothing


@pytest.mark.parametrize(("since", "until"), [(1, 2), (0, 0), (-400, 0), (-1, -2)])
def test_a_period_that_is_none_names_its_field(now: datetime, since: int, until: int) -> None:
    with pytest.raises(InvalidField) as refused:
        periods_of(now + since * DAY, now + until * DAY, 4, now)
    assert refused.value.problems[0].field == "from"


# ---- counted -------------------------------------------------------------------------------------------------------

def test_counts_are_those_of_a_recount_for_everybody(engine: Engine, city: City, people: dict[str, Actor],
                                                     now: datetime) -> None:
    kept = many(engine, a_city(now))
    for name, width in (("leader", 6), ("centre", 9), ("dispatcher", 12), ("lead", 15), ("cleaner", 12)):
        actor = people[name]
        mine = [i for i in kept if i.department == actor.department] if name == "cleaner" else [
            i for i in kept if i.unit.startswith(actor.unit)]
        with reading(engine) as session:
            found = hot_spots(session, city, actor, FigureFilter(), now, minimum=2, limit=500)
        by_hand = [Counter(i.unit[:width] for i in mine if start <= i.reported_at < end)
                   for start, end in found.periods.bounds]
        told = {spot.unit: (spot.count, *spot.before) for spot in found.places_by_count}
        assert told == {unit: tuple(counts[unit] for counts in by_hand) for unit in by_hand[0]}
        assert list(told) == sorted(told, key=lambda unit: (-told[unit][0], unit))


def test_what_rises_is_found_with_its_place_and_its_reasons(engine: Engine, city: City, people: dict[str, Actor],
                                                            now: datetime) -> None:
    kept = many(engine, a_city(now))
    with reading(engine) as session:
        found = hot_spots(session, city, people["leader"], FigureFilter(), now, "cell")
    rubbish = [i for i in kept if i.subcategory == town.RUBBISH]
    spot = found.subcategories[0]
    counts = [sum(start <= i.reported_at < end for i in rubbish) for start, end in found.periods.bounds]
    assert (spot.subcategory, spot.taxonomy, spot.name) == (town.RUBBISH, "grid", "暴露垃圾")
    assert [spot.count, *spot.before] == counts
    assert spot.expected == sum(counts[1:]) / 4
    assert spot.chance == chance(counts[0], sum(counts[1:]), 4) < 1e-4
    zh, en = spot.sentences()
    assert zh.startswith(f"暴露垃圾: 本期 {counts[0]} 件, 前 4 期平均 {spot.expected:.1f} 件, 为 {spot.factor:.1f} 倍")
    assert "不到 0.01%" in zh
    assert f"{counts[0]} in the period" in en
    assert found.places[0].unit == town.CELL_2
    assert (found.pairs[0].unit, found.pairs[0].subcategory) == (town.CELL_2, town.RUBBISH)
    assert found.pairs[0].name == "和平一街第二社区第1网格 暴露垃圾"
    assert {spot.subcategory for spot in found.subcategories} == {town.RUBBISH}
    assert found.tested["subcategory"] == 4


def test_every_hot_spot_lists_exactly_what_it_counts(engine: Engine, city: City, people: dict[str, Actor],
                                                     now: datetime) -> None:
    many(engine, a_city(now))
    filters = (FigureFilter(), FigureFilter(source="patrol"), FigureFilter(unit=town.STREET),
               FigureFilter(category="01", since=now - 20 * DAY, until=now - 2 * DAY))
    for name in ("leader", "dispatcher", "cleaner"):
        for wanted in filters:
            with reading(engine) as session:
                found = hot_spots(session, city, people[name], wanted, now, minimum=3, limit=50)
                circles = clusters(session, city, people[name], wanted, now, minimum=3)
                for spot in (*found.subcategories, *found.places, *found.places_by_count, *found.pairs,
                             *circles.spots):
                    assert listed(session, people[name], spot, now) == spot.count, spot


def test_few_reports_are_a_small_sample_and_nothing_rises_by_them(engine: Engine, city: City,
                                                                  people: dict[str, Actor], now: datetime) -> None:
    many(engine, [at(now - DAY, n) for n in range(4)])
    with reading(engine) as session:
        found = hot_spots(session, city, people["leader"], FigureFilter(), now)
        circles = clusters(session, city, people["leader"], FigureFilter(), now)
    assert (found.subcategories, found.places, found.pairs, circles.spots) == ([], [], [], [])
    spot = found.places_by_count[0]
    assert (spot.count, spot.small_sample, spot.factor, spot.expected) == (4, True, None, 0)
    assert "样本小" in spot.sentences()[0]
    many(engine, [at(now - DAY, 4)])
    with reading(engine) as session:
        found = hot_spots(session, city, people["leader"], FigureFilter(), now)
    assert [spot.count for spot in found.subcategories] == [5]  # five where nothing was: 1 in 3125


def test_special_care_is_no_hot_spot(engine: Engine, city: City, people: dict[str, Actor], now: datetime) -> None:
    lon, lat = town.centre_of(town.CELL)
    many(engine, [at(now - DAY, n, code=town.CARE, sensitivity="restricted", lon=lon, lat=lat) for n in range(20)])
    with reading(engine) as session:
        found = hot_spots(session, city, people["leader"], FigureFilter(), now)
        assert (found.subcategories, found.places_by_count) == ([], [])
        assert clusters(session, city, people["leader"], FigureFilter(), now).spots == []


def test_an_empty_town_has_none(engine: Engine, city: City, people: dict[str, Actor], now: datetime) -> None:
    with reading(engine) as session:
        found = hot_spots(session, city, people["leader"], FigureFilter(), now)
        assert (found.subcategories, found.places, found.places_by_count, found.pairs) == ([], [], [], [])
        assert clusters(session, city, people["leader"], FigureFilter(), now).spots == []


def test_who_reads_no_figures_or_asks_elsewhere_is_refused(engine: Engine, city: City, people: dict[str, Actor],
                                                           now: datetime) -> None:
    for ask in (hot_spots, clusters):
        with reading(engine) as session:
            with pytest.raises(NotAllowed):
                ask(session, city, people["resident"], FigureFilter(), now)
            with pytest.raises(NotAllowed):
                ask(session, city, people["centre"], FigureFilter(unit=town.HEDONG), now)
            with pytest.raises(InvalidField):
                ask(session, city, people["leader"], FigureFilter(unit="99"), now)


# ---- circles -------------------------------------------------------------------------------------------------------

def test_a_cluster_is_found_across_a_border_and_named_by_its_cell(engine: Engine, city: City,
                                                                  people: dict[str, Actor], now: datetime) -> None:
    """Ten reports around the corner of two communities; the streets count five each, the circle ten."""
    many(engine, [at(now - DAY, n, (town.CELL, town.CELL_2)[n % 2], lon=117.21 + (n % 2 - 0.5) * 0.0004, lat=39.1025)
                  for n in range(10)])
    with reading(engine) as session:
        found = clusters(session, city, people["leader"], FigureFilter(), now)
    assert [spot.count for spot in found.spots] == [10]
    spot = found.spots[0]
    assert spot.query["near"] == f"{spot.lon},{spot.lat},150"
    assert abs((spot.lon or 0) - 117.21) < 0.001
    assert "150 米内" in spot.name
    assert not found.left_out


def test_circles_do_not_overlap_and_do_not_depend_on_the_order() -> None:
    dice = np.random.default_rng(5)
    heaps = [dice.normal((117.2 + n * 0.01, 39.1), 0.0004, (20 + n * 10, 2)) for n in range(4)]
    points = np.concatenate([*heaps, dice.uniform((117.1, 39.0), (117.3, 39.2), (300, 2))])
    found = densest(points, 10, 10)
    assert densest(points[dice.permutation(len(points))], 10, 10) == found
    assert [round(lon, 2) for lon, _ in found[:4]] == [117.23, 117.22, 117.21, 117.2]
    along, up = 111412.84 * math.cos(math.radians(39.1)), 111000.0
    apart = [math.hypot((a[0] - b[0]) * along, (a[1] - b[1]) * up) for a in found for b in found if a != b]
    assert min(apart) > 2 * RADIUS_M
    assert densest(points, 10, 2) == found[:2]
    assert densest(np.empty((0, 2)), 5, 10) == []


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_too_many_points_are_left_out_and_that_is_said(engine: Engine, city: City, people: dict[str, Actor],
                                                       now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    many(engine, [at(now - DAY, n) for n in range(6)])
    monkeypatch.setattr("governance.figures.clusters.MOST_POINTS", 5)
    with reading(engine) as session:
        found = clusters(session, city, people["leader"], FigureFilter(), now)
    assert (found.spots, found.left_out) == ([], True)
