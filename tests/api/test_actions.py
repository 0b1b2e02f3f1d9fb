"""Taking actions over HTTP: what is refused and why, and the same action on many."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from governance.incident import Transition
from tests import town
from tests.api.conftest import Town
from tests.api.test_reporting import is_problem

MANY = "/api/v1/incidents/actions"
#: field, value, the answer's code; `dispatch` of a filed incident
WRONG: list[tuple[str, Any, str]] = [
    ("version", "1", "invalid_request"), ("version", 1.5, "invalid_request"), ("version", True, "invalid_request"),
    ("version", 0, "invalid_request"), ("version", 2**40, "invalid_request"),
    ("department", "nobody", "unknown_department"), ("department", None, "missing_field"),
    ("department", "a\x00b", "invalid_request"), ("assisting", ["nobody"], "unknown_department"),
    ("assisting", "traffic", "invalid_request"), ("reason", "长" * 2001, "invalid_request"),
    ("passed", "yes", "invalid_request"), ("days", -1, "invalid_request"), ("until", "2026-03-09", "invalid_request"),
    ("main", "x", "invalid_request"), ("lon", "117", "invalid_request"), ("datum", "mars", "invalid_request"),
    ("score", 5, "unknown_field"), ("colour", "red", "unknown_field"),
]


def filed(served: Town) -> dict[str, Any]:
    """Two departments answer for it, so the desk decides."""
    return served.report("worker", subcategory=town.STALL, attachments=[served.photo("worker")])


def test_every_field_of_an_action_wrong_in_turn(served: Town, rows: Callable[[type], list[Any]]) -> None:
    incident = filed(served)
    assert incident["status"] == "filed"
    for field, value, code in WRONG:
        answer = served.act("dispatcher", incident, "dispatch", **{"department": "market_1", field: value})
        is_problem(answer, 422, code)
        assert answer.json()["errors"][0]["field"].split(".")[0] == field, answer.text
    assert len(rows(Transition)) == 2


def test_the_desk_decides_and_the_rules_candidates_are_kept(served: Town) -> None:
    incident = filed(served)
    assert [c["department"] for c in incident["decision"]["candidates"][:2]] == ["enforcement_1", "market_1"]
    incident = served.take("dispatcher", incident, "dispatch", department="market_1", reason="市场内")
    assert (incident["department"], incident["decision"]["by"]) == ("market_1", "dispatcher")
    assert incident["decision"]["overruled"] is True


def test_somebody_was_faster(served: Town) -> None:
    incident = filed(served)
    served.take("dispatcher", incident, "dispatch", department="market_1")
    answer = served.act("dispatcher", incident, "dispatch", department="enforcement_1")
    is_problem(answer, 409, "stale_version")
    assert answer.json()["current_version"] == incident["version"] + 1


def test_two_at_once_and_one_wins(served: Town) -> None:
    incident = filed(served)
    clients = [served["dispatcher"], served["centre"]]
    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(lambda client: client.post(
            f"/api/v1/incidents/{incident['id']}/actions/dispatch",
            json={"version": incident["version"], "department": "market_1"}), clients))
    assert sorted(answer.status_code for answer in answers) == [200, 409]


def test_refusals_say_why(served: Town) -> None:
    incident = filed(served)
    is_problem(served.act("dispatcher", incident, "fly"), 422, "unknown_action")
    is_problem(served.act("dispatcher", incident, "rate", score=5), 403, "not_allowed")
    is_problem(served.act("dispatcher", incident, "reopen", reason="再看"), 409, "wrong_state")
    is_problem(served.act("dispatcher", incident, "void"), 422, "missing_field", "reason")
    is_problem(served.act("dispatcher_2", incident, "void", reason="误报"), 404, "not_found")
    is_problem(served.act("dispatcher", {**incident, "id": "20260303999"}, "void", reason="x"), 404, "not_found")
    is_problem(served.act("leader", incident, "comment", reason="x"), 403, "not_allowed")
    by_number = served.act("dispatcher", {**incident, "id": incident["number"]}, "void", reason="误报")
    assert by_number.json()["status"] == "void"


# ---- many at once --------------------------------------------------------------------------------------------------

def test_each_of_many_has_its_own_result(served: Town) -> None:
    """Three go through, one is another street's, one is void already, one has changed: each is told."""
    good = [served.report("worker") for _ in range(3)]
    elsewhere = served.report("worker_hedong", cell="120102001001001")
    void, changed = served.report("worker"), served.report("worker")
    served.take("dispatcher", void, "void", reason="误报")
    served.take("dispatcher", changed, "comment", reason="看过")
    all_of_them = [*good, elsewhere, void, changed]
    answer = served["dispatcher"].post(f"{MANY}/void", json={
        "ids": [incident["id"] for incident in all_of_them], "reason": "重复上报",
        "versions": {changed["id"]: changed["version"]}})
    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert [result["id"] for result in told["results"]] == [incident["id"] for incident in all_of_them]
    assert [result["status"] for result in told["results"]] == ["void"] * 3 + [None] * 3
    assert [result["error"]["code"] for result in told["results"] if not result["ok"]] == [
        "not_found", "wrong_state", "stale_version"]
    assert (told["succeeded"], told["failed"]) == (3, 3)
    for incident in good:
        assert served["dispatcher"].get(f"/api/v1/incidents/{incident['id']}").json()["status"] == "void"


def test_limits_of_many(served: Town) -> None:
    ids = [str(uuid.UUID(int=n)) for n in range(201)]
    is_problem(served["dispatcher"].post(f"{MANY}/void", json={"ids": ids}), 422, "invalid_request", "ids")
    is_problem(served["dispatcher"].post(f"{MANY}/void", json={"ids": []}), 422, "invalid_request", "ids")
    is_problem(served["dispatcher"].post(f"{MANY}/void", json={"ids": ids[:2] + ids[:1]}), 422, "duplicate_id", "ids.2")
    told = served["dispatcher"].post(f"{MANY}/void", json={"ids": ids[:200], "reason": "x"}).json()
    assert (told["succeeded"], told["failed"], len(told["results"])) == (0, 200, 200)


# ---- lists ---------------------------------------------------------------------------------------------------------

def test_a_list_is_filtered_and_goes_on_where_it_stopped(served: Town) -> None:
    reported = [served.report("worker", cell=cell, description=f"第{n}件")
                for n, cell in enumerate([town.CELL, town.CELL, f"{town.COMMUNITY}003"])]
    served.clock.forward(minutes=20)

    def numbers(query: str) -> list[str]:
        answer = served["dispatcher"].get(f"/api/v1/incidents?{query}")
        assert answer.status_code == 200, answer.text
        return [incident["number"] for incident in answer.json()["items"]]

    known = {incident["number"] for incident in reported}
    assert set(numbers("")) == set(numbers("overdue=true")) == set(numbers("status=reported&open=true")) == known
    assert numbers(f"unit={town.COMMUNITY}003") == numbers("q=第2件") == [reported[2]["number"]]
    assert numbers("open=false") == numbers("mine=true") == numbers("source=hotline") == []
    lon, lat = town.centre_of(f"{town.COMMUNITY}003")
    assert numbers(f"near={lon},{lat},50") == [reported[2]["number"]]
    assert numbers(f"bbox={lon - 0.001},{lat - 0.001},{lon + 0.001},{lat + 0.001}") == [reported[2]["number"]]
    assert numbers("reported_from=2026-03-03T09:00:01%2B08:00") == []
    first = served["dispatcher"].get("/api/v1/incidents?limit=2&sort=reported_at").json()
    rest = served["dispatcher"].get(f"/api/v1/incidents?limit=2&sort=reported_at&cursor={first['next_cursor']}").json()
    assert rest["next_cursor"] is None
    assert {incident["number"] for incident in first["items"] + rest["items"]} == known


NO_QUESTIONS = [
    ("near=117,39", "invalid_request", "near"), ("near=117,39,nan", "invalid_request", "near"),
    ("bbox=1,2,3", "invalid_request", "bbox"), ("bbox=118,39,117,40", "invalid_field", "bbox"),
    ("sort=colour", "invalid_request", "sort"), ("limit=1000", "invalid_request", "limit"),
    ("open=perhaps", "invalid_request", "open"), ("q=%00", "invalid_request", "q"),
    ("unit=abc", "unknown_unit", "unit"), ("cursor=abc", "bad_cursor", "cursor"),
    ("reported_to=2026-03-03", "invalid_request", "reported_to"), ("colour=red", "unknown_field", "colour"),
]


def test_questions_that_are_none(served: Town) -> None:
    for query, code, field in NO_QUESTIONS:
        is_problem(served["dispatcher"].get(f"/api/v1/incidents?{query}"), 422, code, field)


def test_figures_of_another_scope(served: Town) -> None:
    answer = served["dispatcher"].get(f"/api/v1/figures/closure?by=street&unit={town.HEDONG}")
    is_problem(answer, 403, "not_allowed")
    is_problem(served["leader"].get("/api/v1/figures/closure?by=colour"), 422, "invalid_request", "by")
    is_problem(served["leader"].get("/api/v1/figures/trend?interval=day&from=1970-01-01T00:00:00Z&to=2026-01-01T00:00:00Z"),
               422, "invalid_field", "from")
