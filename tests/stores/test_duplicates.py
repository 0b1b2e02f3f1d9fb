"""The same incident, told again: what the rule finds, what the words find, and who is told of whom."""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlmodel import Session

from data.engine import reading, writing
from governance import scope
from governance.city import City
from governance.errors import InvalidField, NotAllowed
from governance.incident import Incident
from governance.people import Actor
from governance.repeats.duplicates import Duplicate, duplicates_of, nearby
from grids.datum import from_wgs84
from grids.metres import degree_metres, metres_between
from tests import town
from tests.stores.test_figures import plain_incident

LON, LAT = town.centre_of(town.CELL)
ALONG, UP = (float(value) for value in degree_metres(LAT))
HOUR = timedelta(hours=1)


def told(number: int, at: datetime, words: str = "路口东侧", east: float = 0, north: float = 0,
         **said: Any) -> Incident:
    """An open incident so many metres east and north of the middle of the first cell."""
    return plain_incident(number, at, **{
        "unit": town.CELL, "outcome": None, "status": "reported", "subcategory": town.RUBBISH, "category": "01",
        "lon": LON + east / ALONG, "lat": LAT + north / UP, "description": words, **said})


def kept(engine: Engine, *made: Incident) -> list[Incident]:
    with writing(engine) as session:
        session.add_all(made)
        session.commit()
    return list(made)


def around(session: Session, city: City, actor: Actor, now: datetime, code: str = town.RUBBISH, lon: float = LON,
           lat: float = LAT, datum: str = "wgs84") -> list[str]:
    return [one.number for one in nearby(session, city, actor, "grid_event", code, lon, lat, datum, now)]


def reasons(one: Duplicate) -> list[str]:
    return [part.zh for part in one.parts]


# ---- before it is sent ---------------------------------------------------------------------------------------------

def test_only_what_is_open_near_recent_and_of_the_subcategory_is_offered(
        engine: Engine, city: City, people: dict[str, Actor], now: datetime) -> None:
    first, second, edge, *_ = kept(
        engine, told(1, now - HOUR, east=30), told(2, now - 23 * HOUR, north=-10),
        told(3, now - HOUR, east=49.9), told(4, now - HOUR, east=50.2), told(5, now - 25 * HOUR),
        told(6, now - HOUR, subcategory=town.HEAP), told(7, now - HOUR, outcome="closed"),
        told(8, now - HOUR, outcome="merged"), told(9, now - HOUR, taxonomy="petition"),
        told(10, now - HOUR, lon=None, lat=None))
    with reading(engine) as session:
        for name in ("resident", "worker", "worker_hedong", "cleaner"):  # whoever reported it, wherever one works
            assert around(session, city, people[name], now) == [second.number, first.number, edge.number]


def test_the_distance_is_measured_and_a_point_of_another_datum_is_understood(
        engine: Engine, city: City, people: dict[str, Actor], now: datetime) -> None:
    incident, = kept(engine, told(1, now - HOUR, east=20, north=20))
    for datum in ("gcj02", "bd09", "cgcs2000"):
        lon, lat = from_wgs84(LON, LAT, datum)  # type: ignore[arg-type]
        with reading(engine) as session:
            found = nearby(session, city, people["resident"], "grid_event", town.RUBBISH, lon, lat, datum, now)
        assert [one.number for one in found] == [incident.number]
        assert found[0].distance_m == pytest.approx(800 ** 0.5, abs=0.5)


def test_a_restricted_incident_is_told_to_nobody_nearby(engine: Engine, city: City, people: dict[str, Actor],
                                                        now: datetime) -> None:
    kept(engine, told(1, now - HOUR, subcategory=town.CARE, sensitivity="restricted"),
         told(2, now - HOUR, sensitivity="restricted"))
    with reading(engine) as session:
        assert around(session, city, people["worker"], now, town.CARE) == []
        assert around(session, city, people["worker"], now) == []


def test_who_may_not_report_does_not_look_around(engine: Engine, city: City, people: dict[str, Actor],
                                                 now: datetime) -> None:
    with reading(engine) as session:
        for name in ("leader", "auditor", "admin"):
            with pytest.raises(NotAllowed):
                around(session, city, people[name], now)
        for code in ("99999", "01", "a\0b"):  # unknown, not a leaf, no text
            with pytest.raises(InvalidField) as refused:
                around(session, city, people["worker"], now, code)
            assert refused.value.problems[0].field == "subcategory"


def test_the_rule_is_a_setting(engine: Engine, city: City, people: dict[str, Actor], now: datetime) -> None:
    far, = kept(engine, told(1, now - 40 * HOUR, east=90))
    wider = replace(city, settings=city.settings.model_copy(update={"repeat_metres": 100.0, "repeat_hours": 48}))
    with reading(engine) as session:
        assert around(session, city, people["worker"], now) == []
        assert around(session, wider, people["worker"], now) == [far.number]


# ---- for the desk --------------------------------------------------------------------------------------------------

def ranked(engine: Engine, city: City, actor: Actor, incident: Incident) -> list[Duplicate]:
    with reading(engine) as session:
        return duplicates_of(session, city, actor, session.get_one(Incident, incident.id))


def test_likely_repeats_come_first_and_say_why(engine: Engine, city: City, people: dict[str, Actor],
                                               now: datetime) -> None:
    one, near, words, other = kept(
        engine, told(1, now, "人行道井盖破损, 行人差点摔倒", subcategory=town.MANHOLE, category="03"),
        told(2, now - 3 * HOUR, "井盖破损, 有人差点摔倒", east=23, subcategory=town.MANHOLE, category="03"),
        told(3, now - 30 * HOUR, "人行道上井盖破损", lon=None, lat=None, subcategory=None, category=None),
        told(4, now - 3 * HOUR, "垃圾桶满了没人清运", east=120))
    found = ranked(engine, city, people["dispatcher"], one)
    assert [each.incident.number for each in found] == [near.number, words.number]
    assert [each.by_rule for each in found] == [True, False]
    assert reasons(found[0])[0] == "相距 23 米"
    assert reasons(found[0])[1].startswith("共同词: ")
    assert {"井盖", "破损"} <= set(reasons(found[0])[1].split(" (")[0].removeprefix("共同词: ").split(", "))
    assert reasons(found[0])[2:] == ["同一小类: 井盖缺失破损", "相隔 3 小时"]
    assert [part.name for part in found[1].parts] == ["words", "time"]  # no point, no subcategory: nobody can tell
    assert other.number not in [each.incident.number for each in found]


def test_the_score_is_the_mean_of_what_is_shown(engine: Engine, city: City, people: dict[str, Actor],
                                                now: datetime) -> None:
    one, *_ = kept(engine, *(told(n, now - n * HOUR, f"路灯不亮 {n} 号楼", east=n * 9) for n in range(1, 20)))
    found = ranked(engine, city, people["dispatcher"], one)
    assert found
    for each in found:
        assert all(0 <= part.value <= 1 for part in each.parts)
        weights = sum(part.weight for part in each.parts)
        assert each.score == pytest.approx(sum(part.value * part.weight for part in each.parts) / weights)
        place = next(part for part in each.parts if part.name == "place")
        assert place.value == pytest.approx(max(0, 1 - (each.distance_m or 0) / 200))
    assert [each.score for each in found] == sorted((each.score for each in found), reverse=True)


def test_what_was_told_by_phone_is_found_by_its_words(engine: Engine, city: City, people: dict[str, Actor],
                                                      now: datetime) -> None:
    """Without a point: others of the street, by the words that are rare there."""
    nowhere = {"lon": None, "lat": None, "unit": town.STREET, "subcategory": None, "category": None}
    one, same, *_ = kept(
        engine, told(1, now, "丽景花园旁边的搅拌站夜里施工, 噪音很大", **nowhere),
        told(2, now - 50 * HOUR, "丽景花园搅拌站粉尘噪音", **nowhere),
        *(told(10 + n, now - HOUR, words, **nowhere) for n, words in enumerate((
            "路边摆摊占道", "夜里烧烤油烟", "小区停车收费", "楼道堆放杂物", "公交站牌倒了", "树枝挡住路灯"))))
    found = ranked(engine, city, people["dispatcher"], one)
    assert [each.incident.number for each in found] == [same.number]
    assert "搅拌站" in reasons(found[0])[0]
    assert reasons(found[0])[-1] == "相隔 2 天"


def test_only_open_ones_that_the_caller_sees_and_not_itself(engine: Engine, city: City, people: dict[str, Actor],
                                                            now: datetime) -> None:
    dice = random.Random(4)
    departments = [None, "sanitation_1", "enforcement_1"]
    made = kept(engine, *(told(n, now - dice.uniform(0, 20) * HOUR, east=dice.uniform(-30, 30),
                               north=dice.uniform(-30, 30), outcome=dice.choice([None, None, "closed", "merged"]),
                               department=dice.choice(departments), reporter=dice.choice(
                                   [None, town.account_id("resident")])) for n in range(30)))
    for actor in people.values():
        one = next((each for each in made if scope.may_see(actor, each)), None)
        if one is None:
            continue
        expected = {each.number for each in made if each.id != one.id and each.outcome is None
                    and scope.may_see(actor, each) and near_enough(one, each)}
        found = ranked(engine, city, actor, one)
        assert {each.incident.number for each in found if each.by_rule} == expected or len(found) == 20
        assert all(each.incident.outcome is None and scope.may_see(actor, each.incident) for each in found)


def near_enough(one: Incident, other: Incident) -> bool:
    assert one.lon is not None and one.lat is not None and other.lon is not None and other.lat is not None  # noqa: PT018
    return metres_between(one.lon, one.lat, other.lon, other.lat) <= 50


def test_an_incident_without_words_or_point_still_answers(engine: Engine, city: City, people: dict[str, Actor],
                                                          now: datetime) -> None:
    one, *_ = kept(engine, told(1, now, "", lon=None, lat=None), told(2, now, "", lon=None, lat=None))
    assert ranked(engine, city, people["dispatcher"], one) == []


def numbers(found: Iterable[Duplicate]) -> list[str]:
    return [one.incident.number for one in found]


def test_the_order_of_equals_is_that_of_their_numbers(engine: Engine, city: City, people: dict[str, Actor],
                                                      now: datetime) -> None:
    one, *_ = kept(engine, told(0, now), *(told(n, now - HOUR, east=10) for n in (5, 3, 9)))
    found = numbers(ranked(engine, city, people["dispatcher"], one))
    assert found == sorted(found)
    assert len(found) == 3
