"""A grid worker's round: begun on the phone, sent as the network comes and goes, looked at by who answers for it."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import func, select

from data.engine import writing
from governance.patrols.patrol import PatrolBatch
from tests import town
from tests.api.conftest import Town
from tests.api.test_reporting import is_problem
from workers.watch import forget_tracks

PATH = "/api/v1/patrols"
#: Degrees of latitude that are some 11 metres.
STEP = 0.0001


def begin(served: Town, person: str = "worker", unit: str = town.CELL, **said: Any) -> dict[str, Any]:
    answer = served[person].post(PATH, json={"id": str(uuid.uuid4()), "unit": unit,
                                             "started_at": served.clock().isoformat(), **said})
    assert answer.status_code == 201, answer.text
    patrol: dict[str, Any] = answer.json()
    return patrol


def walk(served: Town, steps: range, **more: Any) -> list[dict[str, Any]]:
    """North along the middle of the first cell, ten seconds a step."""
    lon, lat = town.centre_of(town.CELL)
    return [{"lon": lon, "lat": round(lat + STEP * step, 6), "accuracy_m": 8.0,
             "captured_at": (town.NOW + timedelta(seconds=10 * step)).isoformat(), **more} for step in steps]


def send(served: Town, patrol: dict[str, Any], seq: int, points: list[dict[str, Any]],
         person: str = "worker") -> httpx.Response:
    return served[person].post(f"{PATH}/{patrol['id']}/points", json={"seq": seq, "points": points})


def look(served: Town, patrol: dict[str, Any], person: str = "worker") -> dict[str, Any]:
    answer = served[person].get(f"{PATH}/{patrol['id']}")
    assert answer.status_code == 200, answer.text
    said: dict[str, Any] = answer.json()
    return said


# ---- on the way ----------------------------------------------------------------------------------------------------

def test_a_round_from_its_start_to_its_end(served: Town) -> None:
    patrol = begin(served)
    assert (patrol["running"], patrol["points_count"], patrol["covered"]) == (True, 0, 0)
    assert patrol["name"] == "王网格"
    assert patrol["unit_name"] == "和平区 和平一街 和平一街第一社区 和平一街第一社区第1网格"
    served.clock.forward(minutes=5)
    sent = send(served, patrol, 1, walk(served, range(11))).json()
    assert (sent["kept"], sent["left_out"], sent["patrol"]["points_count"]) == (11, 0, 11)
    assert sent["patrol"]["length_m"] == pytest.approx(111, abs=1)
    ended = served["worker"].post(f"{PATH}/{patrol['id']}/end", json={}).json()
    assert (ended["running"], ended["ended_at"]) == (False, "2026-03-03T09:05:00+08:00")
    # 111 m long, 60 m wide and round at both ends, in a cell of 432 by 555 m
    assert ended["covered"] == pytest.approx((111 * 60 + 3.14 * 30 * 30) / (432 * 555), rel=0.01)


def test_batches_come_late_out_of_order_and_twice(served: Town) -> None:
    patrol = begin(served)
    served.clock.forward(minutes=10)
    served["worker"].post(f"{PATH}/{patrol['id']}/end", json={})
    late, early = walk(served, range(5, 10)), walk(served, range(5))
    assert send(served, patrol, 2, late).json()["kept"] == 5
    assert send(served, patrol, 1, early).json()["patrol"]["points_count"] == 10
    again = send(served, patrol, 2, late)
    assert (again.status_code, again.json()["kept"], again.json()["patrol"]["points_count"]) == (200, 5, 10)
    is_problem(send(served, patrol, 2, early), 409, "seq_taken")
    line = look(served, patrol)["track"]["geometry"]
    assert line["type"] == "MultiLineString"
    assert line["coordinates"] == [[[p["lon"], p["lat"]] for p in early + late]]


def test_only_what_was_taken_while_the_patrol_ran_is_kept(served: Town) -> None:
    patrol = begin(served)
    served.clock.forward(minutes=30)
    before = {**walk(served, range(1))[0], "captured_at": (town.NOW - timedelta(minutes=1)).isoformat()}
    sent = send(served, patrol, 1, [before, *walk(served, range(20))]).json()
    assert (sent["kept"], sent["left_out"]) == (20, 1)
    at = (town.NOW + timedelta(seconds=95)).isoformat()
    ended = served["worker"].post(f"{PATH}/{patrol['id']}/end", json={"ended_at": at}).json()
    assert ended["points_count"] == 10  # what came after is taken away again
    assert send(served, patrol, 2, walk(served, range(30, 40))).json()["left_out"] == 10
    later = served["worker"].post(f"{PATH}/{patrol['id']}/end", json={}).json()
    assert later["ended_at"] == ended["ended_at"]


def test_who_forgets_to_end_a_patrol_is_not_followed_home(served: Town) -> None:
    patrol = begin(served)
    served.clock.now += timedelta(hours=11)
    client = served["worker"]
    assert look(served, patrol)["running"]
    served.clock.now += timedelta(hours=2)
    del served.clients["worker"]
    home = {**walk(served, range(1))[0], "captured_at": served.clock().isoformat()}
    assert send(served, patrol, 1, [home]).json()["left_out"] == 1
    assert not look(served, patrol)["running"]
    client.close()


def test_the_way_is_not_drawn_where_nobody_knows_it(served: Town) -> None:
    patrol = begin(served)
    served.clock.forward(minutes=30)
    walked, vague = walk(served, range(3)), walk(served, range(3, 4), accuracy_m=200.0)
    leap = [{**point, "lat": point["lat"] + 0.003} for point in walk(served, range(4, 6))]
    pause = [{**point, "captured_at": (town.NOW + timedelta(minutes=20)).isoformat()}
             for point in walk(served, range(60, 61))]
    send(served, patrol, 1, walked + vague + leap + pause)
    said = look(served, patrol)
    assert (said["points_count"], said["length_m"]) == (7, pytest.approx(33, abs=1))
    assert [len(line) for line in said["track"]["geometry"]["coordinates"]] == [3, 2, 2]


def test_check_ins_are_points_with_a_note(served: Town) -> None:
    patrol = begin(served)
    served.clock.forward(minutes=5)
    send(served, patrol, 1, [*walk(served, range(1)), *walk(served, range(1, 2), note="井盖完好"),
                             *walk(served, range(2, 3), kind="check_in")])
    said = look(served, patrol)
    assert (said["points_count"], said["check_ins_count"]) == (3, 2)
    assert [(c["note"], c["captured_at"]) for c in said["check_ins"]] == [
        ("井盖完好", "2026-03-03T09:00:10+08:00"), ("", "2026-03-03T09:00:20+08:00")]


# ---- what is refused -----------------------------------------------------------------------------------------------

def test_the_same_start_again_is_the_same_patrol(served: Town) -> None:
    sent = {"id": str(uuid.uuid4()), "unit": town.COMMUNITY, "started_at": town.NOW.isoformat()}
    answers = [served["worker"].post(PATH, json=sent) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 200]
    assert answers[0].json() == answers[1].json()
    is_problem(served["worker"].post(PATH, json={**sent, "unit": town.CELL}), 409, "id_taken", "id")
    is_problem(served["lead"].post(PATH, json=sent), 409, "id_taken", "id")


def test_starts_that_cannot_be(served: Town) -> None:
    sound = {"id": str(uuid.uuid4()), "unit": town.CELL, "started_at": town.NOW.isoformat()}
    for wrong, status, code, field in [
        ({"unit": town.STREET}, 422, "wrong_level", "unit"), ({"unit": town.VOIDED_CELL}, 422, "unknown_unit", "unit"),
        ({"unit": town.CELL_2}, 403, "not_allowed", None), ({"id": "1"}, 422, "invalid_request", "id"),
        ({"started_at": "2026-03-03T09:06:00+08:00"}, 422, "in_future", "started_at"),
        ({"started_at": "2025-11-03T09:00:00+08:00"}, 422, "too_old", "started_at"),
        ({"speed": 1}, 422, "unknown_field", "speed")]:
        is_problem(served["worker"].post(PATH, json={**sound, **wrong}), status, code, *([field] if field else []))
    is_problem(served["cleaner"].post(PATH, json=sound), 403, "not_allowed")


def test_points_that_cannot_be(served: Town) -> None:
    patrol = begin(served)
    point = walk(served, range(1))[0]
    future = {**point, "captured_at": "2026-03-03T10:00:00+08:00"}
    is_problem(send(served, patrol, 1, [point, future]), 422, "in_future", "points.1.captured_at")
    is_problem(send(served, patrol, 1, []), 422, "invalid_request", "points")
    is_problem(send(served, patrol, 1, [point] * 501), 422, "invalid_request", "points")
    is_problem(send(served, patrol, -1, [point]), 422, "invalid_request", "seq")
    is_problem(send(served, patrol, 1, [{**point, "kind": "home"}]), 422, "invalid_request", "points.0.kind")
    is_problem(send(served, patrol, 1, [point], "lead"), 404, "not_found")  # another's patrol, though it may be seen
    assert look(served, patrol)["points_count"] == 0


# ---- looking -------------------------------------------------------------------------------------------------------

def test_workers_see_their_own_and_who_answers_for_them_those_of_the_scope(served: Town) -> None:
    own, other, far = begin(served), begin(served, "worker_2", town.CELL_2), begin(
        served, "worker_hedong", "120102001001001")
    for person, seen in {"worker": [own], "lead": [own], "dispatcher": [own, other], "worker_2": [other],
                         "dispatcher_hedong": [far], "supervisor": [own, other, far]}.items():
        listed = served[person].get(PATH).json()["items"]
        assert {each["id"] for each in listed} == {each["id"] for each in seen}, person
        found = {each["id"]: served[person].get(f"{PATH}/{each['id']}").status_code for each in (own, other, far)}
        assert found == {each["id"]: 200 if each in seen else 404 for each in (own, other, far)}, person
    for person in ("cleaner", "leader", "admin", "auditor", "resident"):
        is_problem(served[person].get(PATH), 403, "not_allowed")


def test_a_list_by_unit_and_time_page_by_page(served: Town) -> None:
    rounds = []
    for _ in range(5):
        rounds.insert(0, begin(served)["id"])
        served.clock.forward(minutes=10)
    begin(served, "lead", town.COMMUNITY)

    def ids(query: str, person: str = "lead") -> list[str]:
        return [each["id"] for each in served[person].get(f"{PATH}?{query}").json()["items"]]

    assert ids(f"unit={town.CELL}") == rounds
    assert ids("from=2026-03-03T01:10:00Z&to=2026-03-03T01:30:00Z") == rounds[2:4]
    assert len(ids("mine=true")) == 1
    seen, cursor = [], ""
    while cursor is not None:
        page = served["worker"].get(f"{PATH}?limit=2" + (f"&cursor={cursor}" if cursor else "")).json()
        seen += [each["id"] for each in page["items"]]
        cursor = page["next_cursor"]
    assert seen == rounds
    is_problem(served["lead"].get(f"{PATH}?cursor=zero"), 422, "bad_cursor", "cursor")
    is_problem(served["lead"].get(f"{PATH}?unit=99"), 422, "unknown_unit", "unit")


def test_a_track_is_deleted_after_its_days_and_the_sums_stay(served: Town) -> None:
    patrol = begin(served)
    served.clock.forward(minutes=5)
    send(served, patrol, 1, walk(served, range(5)))
    days = timedelta(days=served.settings.patrol_days)
    assert forget_tracks(served.engine, served.settings, town.NOW + days) == 0
    served.clock.now += days
    assert forget_tracks(served.engine, served.settings, served.clock()) == 1
    served.clients.pop("worker").close()
    said = look(served, patrol)
    assert (said["track_kept"], said["track"]["geometry"]["coordinates"], said["points_count"]) == (False, [], 5)
    assert said["covered"] > 0
    is_problem(send(served, patrol, 2, walk(served, range(5))), 409, "track_gone")
    with writing(served.engine) as session:
        assert session.scalar(select(func.count()).select_from(PatrolBatch)) == 0
