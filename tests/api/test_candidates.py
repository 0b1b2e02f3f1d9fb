"""The dialogue of dispatching: who could take it, why, and how much each has in hand."""

from __future__ import annotations

from typing import Any

from tests import town
from tests.api.conftest import Town
from tests.api.test_reporting import is_problem


def candidates(served: Town, incident: dict[str, Any], query: str = "", person: str = "dispatcher") -> dict[str, Any]:
    answer = served[person].get(f"/api/v1/incidents/{incident['number']}/candidates?{query}")
    assert answer.status_code == 200, answer.text
    said: dict[str, Any] = answer.json()
    return said


def rubbish(served: Town) -> dict[str, Any]:
    return served.report("worker", subcategory=town.RUBBISH, attachments=[served.photo("worker")])


def test_two_of_the_same_level_are_for_the_desk_to_choose_from(served: Town) -> None:
    said = candidates(served, served.report("worker"))
    assert said["decided"] is None
    assert said["reasons"] == ["噪音扰民: 由综合执法职能在街道级负责", "同级有 2 个单位承担该职能, 由街道派遣员决定"]
    assert [(c["department"], c["rank"], c["lead_now"], c["open"]) for c in said["items"]] == [
        ("enforcement_1", 1, False, 0), ("market_1", 1, False, 0)]
    first = said["items"][0]
    assert first["reasons"] == ["和平一街综合执法队 的辖区 和平一街 (街道) 覆盖事发地"]
    assert first["reasons_en"] == ["The jurisdiction of 和平一街综合执法队, 和平一街 (street), covers the place."]
    assert (first["unit_name"], first["on_time"]) == ("和平区 和平一街",
                                                      {"rate": None, "numerator": 0, "denominator": 0})
    assert 0 < first["distance_m"] < 2000  # from the first cell to the middle of the street


def test_each_says_what_it_has_in_hand_and_how_much_was_in_time(served: Town) -> None:
    done = rubbish(served)
    done = served.take("cleaner", done, "sign")
    served.clock.forward(minutes=5)
    served.take("cleaner", done, "feed_back", reason="已清", attachments=[served.photo("cleaner")])
    rubbish(served)
    served.clock.forward(hours=6)
    last = rubbish(served)
    first = candidates(served, last)["items"][0]
    assert (first["department"], first["lead_now"]) == ("sanitation_1", True)
    assert (first["open"], first["overdue"]) == (3, 2)  # the handled one waits for its check, which is late as well
    assert first["on_time"] == {"rate": 1.0, "numerator": 1, "denominator": 1}


def test_another_is_found_among_those_whose_jurisdiction_covers_the_place(served: Town) -> None:
    incident = served.report("worker")
    for q, found in (("环卫", ["sanitation_1"]), ("public_facilities", ["facilities"]), ("执法", [
            "enforcement_1", "market_1"]), ("河东", []), ("TRAFFIC", ["traffic"]), ("", [
            "enforcement_1", "market_1", "care_1", "sanitation_1", "facilities", "traffic"])):
        assert [c["department"] for c in candidates(served, incident, f"q={q}")["items"]] == found, q
    other = candidates(served, incident, "q=交警")["items"][0]
    assert (other["rank"], other["distance_m"]) == (None, None)  # the middle of a district is no distance
    assert other["reasons"] == ["和平区交警支队 的辖区 和平区 (区) 覆盖事发地"]


def test_where_the_rule_names_nobody_all_who_cover_the_place_are_offered(served: Town) -> None:
    said = candidates(served, served.report("worker", subcategory=town.LAMP), "limit=2")
    assert said["reasons"][1] == "辖区内没有承担该职能的单位, 由街道派遣员决定"
    assert said["reasons_en"][1] == "No department of this function covers the place; the desk decides."
    assert [(c["department"], c["rank"]) for c in said["items"]] == [("care_1", None), ("enforcement_1", None)]


def test_only_who_dispatches_is_shown_the_loads(served: Town) -> None:
    incident = served.report("worker")
    path = f"/api/v1/incidents/{incident['id']}/candidates"
    for person in ("worker", "lead", "supervisor", "leader", "auditor"):
        is_problem(served[person].get(path), 403, "not_allowed")
    assert served["centre"].get(path).status_code == 200
    is_problem(served["dispatcher_hedong"].get(path), 404, "not_found")
    is_problem(served["dispatcher"].get(f"{path}?query=x"), 422, "unknown_field", "query")


def test_the_answer_takes_as_many_questions_for_many_as_for_one(served: Town, questions: list[str]) -> None:
    incident = served.report("worker")
    candidates(served, incident)
    counts = []
    for query in ("q=环卫", "q="):
        questions.clear()
        candidates(served, incident, query)
        counts.append(len(questions))
    assert counts == [3, 3], questions  # who calls, the incident, the loads
