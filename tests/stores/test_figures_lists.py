"""Behind every number stands the list of exactly its incidents, in every dimension."""

from __future__ import annotations

import random
import uuid
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any, get_args

import pytest
from sqlalchemy import Engine
from sqlmodel import Session

from governance.city import City
from governance.errors import InvalidField, MissingField
from governance.figures.closure import COUNTS, By, FigureFilter, closure
from governance.figures.counts import RATES, Rate
from governance.people import Actor
from governance.queries import IncidentFilter, list_incidents
from tests import town
from tests.stores.figures_by_chance import MONTH, Kept, a_year, counted_of, is_of_clocks

FILTERS = (MONTH, FigureFilter(), FigureFilter(unit=town.STREET, since=MONTH.since),
           FigureFilter(department="facilities", until=MONTH.until))


@pytest.fixture
def kept(engine: Engine) -> list[Kept]:
    return a_year(engine, 250, seed=5)


def listed(session: Session, actor: Actor, wanted: FigureFilter, now: datetime, **asked: Any) -> set[uuid.UUID]:
    """Every page of a list."""
    found: list[uuid.UUID] = []
    cursor, more = None, True
    while more:
        page, cursor = list_incidents(session, actor, IncidentFilter(**asdict(wanted), **asked), now, 200, cursor)
        found += [incident.id for incident in page]
        more = cursor is not None
    assert len(set(found)) == len(found)
    return set(found)


def test_the_total_of_every_count_has_its_list(session: Session, city: City, people: dict[str, Actor], now: datetime,
                                               kept: list[Kept]) -> None:
    leader = people["leader"]
    for wanted in FILTERS:
        for by in ("street", "department"):
            total = closure(session, city, leader, by, wanted, now)[1]
            assert {name: len(listed(session, leader, wanted, now, figure=name)) for name in COUNTS} == total.counts


@pytest.mark.parametrize("by", get_args(By))
def test_every_row_of_every_dimension_has_its_list(session: Session, city: City, people: dict[str, Actor],
                                                   now: datetime, kept: list[Kept], by: By) -> None:
    """Each count in some rows, among them the row without a place, and a row that has none of it."""
    chance = random.Random(3)
    for wanted in (MONTH, FILTERS[3]):
        rows, _ = closure(session, city, people["leader"], by, wanted, now)
        for name in COUNTS:
            for row in {*chance.sample(range(len(rows)), min(2, len(rows))), len(rows) - 1}:
                figure = rows[row]
                found = listed(session, people["leader"], wanted, now, figure=name, by=by, key=figure.key,
                               of_list=figure.taxonomy)
                assert len(found) == figure.counts[name], (name, figure.key)


def lacking(rate: Rate, numbers: Mapping[str, int]) -> int:
    """In the whole and not in the part, each incident once."""
    above = sum(numbers[name] for name in rate.part)
    return sum(numbers[name] * (1 if weight > 0 else -1) for name, weight in rate.whole.items()) - above


@pytest.mark.parametrize("by", ["street", "department"])
def test_what_keeps_a_rate_from_a_hundred_percent_has_its_list(
        session: Session, city: City, people: dict[str, Actor], now: datetime, kept: list[Kept], by: By) -> None:
    leader = people["leader"]
    rows, total = closure(session, city, leader, by, MONTH, now)
    for name, rate in ((name, rate) for name, rate in RATES.items() if not rate.down):
        assert len(listed(session, leader, MONTH, now, figure=name)) == lacking(rate, total.counts), name
        for row in (rows[0], rows[-1]):
            found = listed(session, leader, MONTH, now, figure=name, by=by, key=row.key, of_list=row.taxonomy)
            assert len(found) == lacking(rate, row.counts), (name, row.key)


def test_it_is_the_very_incidents(session: Session, people: dict[str, Actor], now: datetime,
                                  kept: list[Kept]) -> None:
    leader, key = people["leader"], ("facilities", None)
    for name in COUNTS:
        expected = {each.incident.id for each in kept
                    if (name, key) in counted_of(each, "department", leader, MONTH, now)}
        assert listed(session, leader, MONTH, now, figure=name, by="department", key="facilities") == expected


def test_everybodys_number_has_everybodys_list(session: Session, city: City, people: dict[str, Actor], now: datetime,
                                               kept: list[Kept]) -> None:
    """A worker sees own reports elsewhere, too: they are not in the figure, so not in its list. A department no longer
    sees what was transferred away, though its clocks count: there the list may be shorter."""
    for person in ("worker", "dispatcher", "centre", "admin"):
        total = closure(session, city, people[person], "cell", MONTH, now)[1]
        for name in COUNTS:
            assert len(listed(session, people[person], MONTH, now, figure=name)) == total.counts[name], (person, name)
    total = closure(session, city, people["fitter"], "cell", MONTH, now)[1]
    for name in COUNTS:
        found = len(listed(session, people["fitter"], MONTH, now, figure=name))
        assert found <= total.counts[name] if is_of_clocks(name) else found == total.counts[name], name


def test_a_question_without_sense_says_which_field(session: Session, people: dict[str, Actor], now: datetime) -> None:
    for asked, error, field in (({"figure": "beauty"}, InvalidField, "figure"),
                                ({"figure": "return_rate"}, InvalidField, "figure"),
                                ({"by": "street"}, MissingField, "figure"),
                                ({"since": now}, MissingField, "figure"),
                                ({"figure": "open", "key": "1"}, InvalidField, "by")):
        with pytest.raises(error) as refused:
            list_incidents(session, people["leader"], IncidentFilter(**asked), now)  # type: ignore[arg-type]
        assert refused.value.problems[0].field == field
