"""Lists of incidents: what a caller sees, filtered, page by page; the same on both databases."""

from __future__ import annotations

import base64
import json
import random
import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, event, select
from sqlmodel import Session

from data.engine import reading, writing
from governance import journey
from governance.audit import AuditEntry
from governance.case import ActionFields
from governance.city import City
from governance.errors import InvalidField, NotFound
from governance.incident import Incident
from governance.people import Actor
from governance.possible import possible_actions
from governance.queries import (
    IncidentFilter,
    attachments_of,
    clocks_of,
    find_incident,
    list_incidents,
    note_restricted_read,
    transitions_of,
)
from governance.scope import may_see
from governance.sorting import SORTS
from grids.metres import metres_between
from tests import town

#: Words with the signs that LIKE would take for wildcards.
WORDS = ["路口有垃圾", "100%满", "a_b", "A_B", "back\\slash", "楼前", ""]
Holds = Callable[[Incident], bool]


def incident_by_chance(chance: random.Random, number: int) -> Incident:
    """Instants repeat on purpose, so that ties must be broken."""
    reported = town.NOW - timedelta(hours=chance.randrange(60), microseconds=chance.choice([0, 1]))
    somewhen = lambda: chance.choice([None, reported + timedelta(hours=chance.randrange(5))])  # noqa: E731
    outcome = chance.choice([None, None, "closed", "void"])
    lon, lat = chance.uniform(117.199, 117.241), chance.uniform(39.099, 39.121)
    placed = chance.random() < 0.9
    return Incident(
        id=uuid.UUID(int=chance.getrandbits(128)), serial=number + 1, number=f"202603{number % 9:02d}{number:08d}",
        process=chance.choice(["grid_event", "other"]), status=outcome or "filed", outcome=outcome, taxonomy="grid",
        taxonomy_version=1, category=chance.choice(["01", "02", None]), subcategory=chance.choice(["01001", None]),
        description=chance.choice(WORDS), address=chance.choice(WORDS), lon=lon if placed else None,
        lat=lat if placed else None, unit=chance.choice(list(town.codes())), placement="inside", boundary_version=1,
        source=chance.choice(["patrol", "resident"]), reporter_role="resident", content_hash="",
        reporter=chance.choice([None, *(town.account_id(name) for name in ("worker", "resident", "cleaner"))]),
        department=chance.choice([None, "sanitation_1", "enforcement_1"]),
        involved=chance.choice([[], ["sanitation_1"], ["traffic", "sanitation_2"]]),
        handler=chance.choice([None, town.account_id("cleaner")]), reported_at=reported, due_at=somewhen(),
        closed_at=somewhen())


@pytest.fixture
def kept(engine: Engine) -> list[Incident]:
    chance = random.Random(7)
    made = [incident_by_chance(chance, number) for number in range(300)]
    with writing(engine) as session:
        session.add_all(made)
        session.commit()
    return made


def listed(session: Session, actor: Actor, wanted: IncidentFilter, now: datetime, limit: int = 200) -> list[Incident]:
    """All pages of a list."""
    found, cursor = list_incidents(session, actor, wanted, now, limit)
    while cursor is not None:
        page, cursor = list_incidents(session, actor, wanted, now, limit, cursor)
        assert page
        found += page
    return found


def ids(incidents: list[Incident]) -> list[uuid.UUID]:
    return [incident.id for incident in incidents]


# ---- filters -------------------------------------------------------------------------------------------------------

EARLY, LATE = town.NOW - timedelta(hours=40), town.NOW - timedelta(hours=20)
WORKER = town.account_id("worker")
FILTERS: dict[str, tuple[IncidentFilter, Holds]] = {
    "all": (IncidentFilter(), lambda i: True),
    "unit": (IncidentFilter(unit=town.STREET), lambda i: i.unit.startswith(town.STREET)),
    "status": (IncidentFilter(status="filed"), lambda i: i.status == "filed"),
    "open": (IncidentFilter(open=True), lambda i: i.outcome is None),
    "ended": (IncidentFilter(open=False), lambda i: i.outcome is not None),
    "overdue": (IncidentFilter(overdue=True),
                lambda i: i.outcome is None and i.due_at is not None and i.due_at < town.NOW),
    "not overdue": (IncidentFilter(overdue=False),
                    lambda i: not (i.outcome is None and i.due_at is not None and i.due_at < town.NOW)),
    "category": (IncidentFilter(category="02"), lambda i: i.category == "02"),
    "subcategory": (IncidentFilter(subcategory="01001"), lambda i: i.subcategory == "01001"),
    "department": (IncidentFilter(department="enforcement_1"), lambda i: i.department == "enforcement_1"),
    "source": (IncidentFilter(source="patrol"), lambda i: i.source == "patrol"),
    "process": (IncidentFilter(process="other"), lambda i: i.process == "other"),
    "period": (IncidentFilter(reported_from=EARLY, reported_to=LATE), lambda i: EARLY <= i.reported_at < LATE),
    "number": (IncidentFilter(q="20260304"), lambda i: i.number.startswith("20260304")),
    "words": (IncidentFilter(q=" 垃圾 "), lambda i: "垃圾" in i.description + i.address),
    "percent": (IncidentFilter(q="0%"), lambda i: "0%" in i.description + i.address),
    "underscore": (IncidentFilter(q="A_b"), lambda i: "a_b" in (i.description + " " + i.address).lower()),
    "backslash": (IncidentFilter(q="k\\s"), lambda i: "k\\s" in i.description + i.address),
    "no words": (IncidentFilter(q="  "), lambda i: True),
    "several": (IncidentFilter(unit=town.HEDONG, open=True, source="resident"),
                lambda i: i.unit.startswith(town.HEDONG) and i.outcome is None and i.source == "resident"),
}


def test_every_filter_gives_what_it_names(session: Session, people: dict[str, Actor], now: datetime,
                                          kept: list[Incident]) -> None:
    for name, (wanted, holds) in FILTERS.items():
        found = listed(session, people["leader"], wanted, now)
        assert sorted(ids(found)) == sorted(ids([i for i in kept if holds(i)])), name
        assert found, name


def test_mine_are_those_i_reported_or_signed_for(session: Session, people: dict[str, Actor], now: datetime,
                                                 kept: list[Incident]) -> None:
    for name in ("worker", "cleaner", "resident"):
        me = people[name].id
        found = listed(session, people[name], IncidentFilter(mine=True), now)
        expected = [i for i in kept if me in (i.reporter, i.handler) and may_see(people[name], i)]
        assert sorted(ids(found)) == sorted(ids(expected))
        assert found


def test_nobody_sees_more_than_they_may(session: Session, people: dict[str, Actor], now: datetime,
                                        kept: list[Incident]) -> None:
    for name, actor in people.items():
        expected = [i for i in kept if may_see(actor, i)]
        assert sorted(ids(listed(session, actor, IncidentFilter(), now))) == sorted(ids(expected)), name


NONSENSE: list[tuple[str, dict[str, Any]]] = [
    ("unit", {"unit": "12x"}), ("sort", {"sort": "number"}), ("sort", {"sort": "--due_at"}), ("q", {"q": "a\0b"}),
    ("status", {"status": "\0"}), ("bbox", {"bbox": (117.3, 39.1, 117.2, 39.2)}),
    ("bbox", {"bbox": (float("nan"), 39.1, 117.2, 39.2)}), ("near", {"near": (117.2, 39.1, 0.0)}),
    ("near", {"near": (117.2, 91.0, 10.0)}), ("near", {"near": (117.2, 39.1, 1e6)}),
]


def test_a_filter_that_makes_no_sense_is_refused_by_name(session: Session, people: dict[str, Actor],
                                                         now: datetime) -> None:
    for field, wanted in NONSENSE:
        with pytest.raises(InvalidField) as refused:
            list_incidents(session, people["leader"], IncidentFilter(**wanted), now)
        assert [problem.field for problem in refused.value.problems] == [field]


# ---- where on the map ----------------------------------------------------------------------------------------------

def test_a_box_holds_what_lies_in_it_edges_included(session: Session, people: dict[str, Actor], now: datetime,
                                                    kept: list[Incident]) -> None:
    chance = random.Random(3)
    for _ in range(20):
        west, east = sorted(chance.uniform(117.195, 117.245) for _ in "ab")
        south, north = sorted(chance.uniform(39.095, 39.125) for _ in "ab")
        one = chance.choice([i for i in kept if i.lon is not None])
        for box in ((west, south, east, north), (one.lon, one.lat, one.lon, one.lat)):
            expected = [i for i in kept if i.lon is not None and i.lat is not None
                        and box[0] <= i.lon <= box[2] and box[1] <= i.lat <= box[3]]
            found = listed(session, people["leader"], IncidentFilter(bbox=box), now)
            assert sorted(ids(found)) == sorted(ids(expected))


def test_a_point_a_hair_outside_the_box_is_outside(session: Session, people: dict[str, Actor], now: datetime,
                                                   kept: list[Incident]) -> None:
    one = next(i for i in kept if i.lon is not None)
    box = (one.lon + 1e-9, one.lat - 0.001, one.lon + 0.001, one.lat + 0.001)  # nearer than single precision can tell
    assert one.id not in ids(listed(session, people["leader"], IncidentFilter(bbox=box), now))


def test_near_is_what_the_grid_measures(session: Session, people: dict[str, Actor], now: datetime,
                                        kept: list[Incident]) -> None:
    chance = random.Random(5)
    for metres in [30.0, 200.0, 1500.0, 40_000.0] * 8:
        reach = 0.02 if metres < 10_000 else 0.5
        lon, lat = chance.uniform(117.22 - reach, 117.22 + reach), chance.uniform(39.11 - reach, 39.11 + reach)
        away = {i.id: metres_between(lon, lat, i.lon, i.lat) for i in kept if i.lon is not None}
        found = set(ids(listed(session, people["leader"], IncidentFilter(near=(lon, lat, metres)), now)))
        assert {ident for ident, far in away.items() if far < metres * 0.9999} <= found
        assert found <= {ident for ident, far in away.items() if far < metres * 1.0001}


def test_both_databases_draw_the_same_circle(session: Session, people: dict[str, Actor], now: datetime,
                                             kept: list[Incident]) -> None:
    centre = (117.2212345, 39.1098765)
    found = [len(listed(session, people["leader"], IncidentFilter(near=(*centre, radius)), now))
             for radius in range(100, 2600, 100)]
    assert found == sorted(found)
    assert (found[0], found[9], found[24]) == CIRCLES


#: Found by both: how many lie within 100, 1,000 and 2,500 m.
CIRCLES = (2, 89, 276)


# ---- pages ---------------------------------------------------------------------------------------------------------

def in_order(incidents: list[Incident], sort: str) -> list[uuid.UUID]:
    """By hand: nulls last both ways, ties by id in the direction of the sort."""
    name, down = sort.removeprefix("-"), sort.startswith("-")
    known = [i for i in incidents if getattr(i, name) is not None]
    known.sort(key=lambda i: (getattr(i, name), i.id), reverse=down)
    return ids([*known, *sorted((i for i in incidents if getattr(i, name) is None), key=lambda i: i.id, reverse=down)])


def test_pages_follow_each_other_without_gap_or_repeat(session: Session, people: dict[str, Actor], now: datetime,
                                                       kept: list[Incident]) -> None:
    for sort in (f"{sign}{name}" for name in SORTS for sign in ("", "-")):
        for limit in (7, 50, 200):
            found = listed(session, people["leader"], IncidentFilter(sort=sort), now, limit)
            assert ids(found) == in_order(kept, sort), (sort, limit)


def test_a_report_that_comes_in_meanwhile_shifts_no_page(session: Session, people: dict[str, Actor], now: datetime,
                                                         kept: list[Incident]) -> None:
    leader, newest_first = people["leader"], IncidentFilter()
    before = listed(session, leader, newest_first, now)
    page, cursor = list_incidents(session, leader, newest_first, now, 10)
    newest = incident_by_chance(random.Random(99), 5000)
    newest.reported_at, newest.unit = now, town.CELL
    session.add(newest)
    session.commit()
    following, _ = list_incidents(session, leader, newest_first, now, 10, cursor)
    assert ids(page) + ids(following) == ids(before[:20])


def test_the_last_page_says_so(session: Session, people: dict[str, Actor], now: datetime, kept: list[Incident]) -> None:
    page, cursor = list_incidents(session, people["leader"], IncidentFilter(), now, 200)
    page, cursor = list_incidents(session, people["leader"], IncidentFilter(), now, 100, cursor)
    assert (len(page), cursor) == (100, None)
    assert list_incidents(session, people["auditor"], IncidentFilter(), now) == ([], None)
    for limit in (0, 201):
        with pytest.raises(InvalidField):
            list_incidents(session, people["leader"], IncidentFilter(), now, limit)


def cursor_of(said: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(said).encode()).decode().rstrip("=")


NO_CURSORS = [
    "", "x", "not a cursor", "é", "\0", "[]", cursor_of(1), cursor_of(["-reported_at"]),
    cursor_of(["-reported_at", None, "0" * 32]), cursor_of(["-reported_at", "yesterday", "0" * 32]),
    cursor_of(["-reported_at", "0001-01-01T00:00:00+23:00", "0" * 32]), cursor_of(["-reported_at", 5, "0" * 32]),
    cursor_of(["-reported_at", "2026-03-03T00:00:00+00:00", 7]), cursor_of(["due_at", None, "0" * 32]),
    cursor_of([["-reported_at"], None, "0" * 32]), base64.urlsafe_b64encode(b"[" * 5000).decode(),
]


def test_a_cursor_of_no_list_is_refused(session: Session, people: dict[str, Actor], now: datetime) -> None:
    for cursor in NO_CURSORS:
        with pytest.raises(InvalidField) as refused:
            list_incidents(session, people["leader"], IncidentFilter(), now, 10, cursor)
        assert refused.value.problems[0].field == "cursor"


# ---- one incident and what belongs to it ---------------------------------------------------------------------------

def reported(session: Session, city: City, actor: Actor, subcategory: str, now: datetime) -> Incident:
    photo = town.photo(session, actor)
    case, _ = journey.report(session, city, actor, town.report_of(subcategory, attachments=(photo,)), now)
    incident = case.incident
    session.commit()
    return incident


def test_an_incident_is_found_by_id_and_by_number(session: Session, city: City, people: dict[str, Actor],
                                                  now: datetime) -> None:
    incident = reported(session, city, people["worker"], town.RUBBISH, now)
    for said in (incident.id, str(incident.id), incident.number):
        for name in ("worker", "dispatcher", "cleaner", "leader"):
            assert find_incident(session, people[name], said).id == incident.id
        for name in ("worker_hedong", "dispatcher_2", "officer", "resident", "auditor"):
            with pytest.raises(NotFound):
                find_incident(session, people[name], said)
    for said in ("", "20260303", "\0", str(uuid.uuid4())):
        with pytest.raises(NotFound):
            find_incident(session, people["leader"], said)


def test_what_belongs_to_many_incidents_is_read_at_once(engine: Engine, city: City, people: dict[str, Actor],
                                                        now: datetime) -> None:
    with writing(engine) as session:
        made = [reported(session, city, people["worker"], code, now) for code in (town.RUBBISH, town.HEAP, town.LAMP)]
    asked: list[str] = []
    listen = lambda *said: asked.append(said[2])  # noqa: E731
    with reading(engine) as session:
        session.connection()
        event.listen(engine, "before_cursor_execute", listen)
        steps = transitions_of(session, people["leader"], *ids(made))
        clocks = clocks_of(session, people["leader"], *ids(made))
        files = attachments_of(session, people["leader"], *ids(made))
        event.remove(engine, "before_cursor_execute", listen)
    assert len(asked) == 3
    assert {code: [t.action for t in steps[i.id]] for code, i in zip("RHL", made, strict=True)} == {
        "R": ["report", "file", "dispatch"], "H": ["report", "file"], "L": ["report", "file"]}
    assert clocks[made[0].id][0].stage == "accept"
    assert {c.stage for c in clocks[made[0].id]} == {"accept", "dispatch", "sign", "handle"}
    assert [len(files[i.id]) for i in made] == [1, 1, 1]


def test_of_an_incident_out_of_sight_nothing_is_read(session: Session, city: City, people: dict[str, Actor],
                                                     now: datetime) -> None:
    one = reported(session, city, people["worker"], town.RUBBISH, now)
    for read in (transitions_of, clocks_of, attachments_of):
        assert read(session, people["dispatcher_2"], one.id) == {one.id: []}
        assert len(read(session, people["dispatcher"], one.id)[one.id]) > 0
        assert read(session, people["dispatcher"]) == {}


def test_possible_actions_are_the_callers_own(session: Session, city: City, people: dict[str, Actor],
                                              now: datetime) -> None:
    incident = reported(session, city, people["worker"], town.RUBBISH, now)
    may = {name: {a.action for a in possible_actions(session, city, actor, incident, now)}
           for name, actor in people.items()}
    assert incident.status == "dispatched"
    assert {"sign", "return", "comment"} <= may["cleaner"]
    assert {"merge", "transfer", "comment"} <= may["dispatcher"]
    assert "sign" not in may["officer"]
    assert "sign" not in may["dispatcher"]
    assert may["dispatcher_2"] == may["leader"] == may["auditor"] == may["admin"] == set()
    offered = possible_actions(session, city, people["cleaner"], incident, now)
    returning = next(a for a in offered if a.action == "return")
    assert (returning.name, returning.name_en, returning.fields) == ("退回", "Return", {"reason": True})


def test_settling_is_offered_only_where_the_list_lets_it(session: Session, city: City, people: dict[str, Actor],
                                                         now: datetime) -> None:
    heap = reported(session, city, people["worker"], town.HEAP, now)
    assert heap.status == "filed"
    assert "settle" in {a.action for a in possible_actions(session, city, people["worker"], heap, now)}
    stall = reported(session, city, people["worker"], town.STALL, now)
    assert stall.status == "filed"
    assert "settle" not in {a.action for a in possible_actions(session, city, people["worker"], stall, now)}


def test_what_is_possible_changes_with_the_state(session: Session, city: City, people: dict[str, Actor],
                                                 now: datetime) -> None:
    incident = reported(session, city, people["worker"], town.RUBBISH, now)
    assert "sign" in {a.action for a in possible_actions(session, city, people["cleaner"], incident, now)}
    signed = journey.act(session, city, people["cleaner"], incident.id, "sign", incident.version, ActionFields(),
                         now).incident
    session.commit()
    possible = {a.action for a in possible_actions(session, city, people["cleaner"], signed, now)}
    assert "feed_back" in possible
    assert "sign" not in possible


def test_reading_a_restricted_incident_is_accounted_for(session: Session, city: City, people: dict[str, Actor],
                                                        now: datetime) -> None:
    open_one, private = (reported(session, city, people["worker"], code, now) for code in (town.RUBBISH, town.CARE))
    note_restricted_read(session, people["leader"], [open_one], now)
    note_restricted_read(session, people["leader"], [open_one, private, private], now)
    session.commit()
    entries = session.scalars(select(AuditEntry).where(AuditEntry.event == "read_restricted")).all()  # type: ignore[arg-type]
    assert [(e.subject, e.actor, e.role, e.at) for e in entries] == [
        (private.number, people["leader"].id, "leader", now)] * 2
