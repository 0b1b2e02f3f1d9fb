"""网络问政 over HTTP: from a phone to the public page, and what of it everybody may read."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Engine

from governance.audit import AuditEntry
from governance.incident import Incident
from tests import town
from tests.api.conftest import Town
from tests.api.residents import OTHER_PHONE, PHONE, PUBLIC, Resident, take
from tests.api.test_reporting import is_problem
from tests.lists import load_lists

ONE_DATABASE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
BOARD = f"{PUBLIC}/inquiries"


@pytest.fixture
def resident(engine: Engine, served: Town) -> Resident:
    load_lists(engine)
    return Resident(served)


def board(served: Town, **asked: Any) -> list[dict[str, Any]]:
    answer = served.stranger().get(BOARD, params=asked)
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


def answered(resident: Resident, answer: str = "凭户口簿和房产证报名", **said: Any) -> dict[str, Any]:
    """A question that has been approved and answered."""
    told, served = resident.ask(**said), resident.town
    take(served, "centre", told, "approve")
    take(served, "fitter", told, "answer", reason=answer)
    return told


# ---- the whole way -------------------------------------------------------------------------------------------------

def test_an_inquiry_from_the_phone_to_the_rating(resident: Resident, served: Town) -> None:
    told = resident.ask(attachments=[resident.photo()])
    assert (told["status"], told["status_name"]) == ("submitted", "待审核")
    waiting = resident.sees(told)
    assert (waiting["due_at"], waiting["message"]) == (None, "待审核")
    assert board(served, answered="all") == []

    take(served, "centre", told, "approve")
    approved = resident.sees(told)
    assert approved["message"] == "答复中; 由和平区市政设施处办理; 应于 2026-03-06 09:00 前办理"
    assert board(served) == []
    [open_one] = board(served, answered="no")
    assert (open_one["answer"], open_one["overdue"]) == ("", False)

    take(served, "fitter", told, "answer", reason="凭户口簿报名, 咨询电话 022-27312345")
    assert resident.sees(told)["reply"] == "凭户口簿报名, 咨询电话 022****45"
    [shown] = board(served)
    assert shown["text"] == "孩子入学需要什么材料? 我的电话 139****0001"
    assert shown["answer"] == "凭户口簿报名, 咨询电话 022****45"
    assert (shown["kind_name"], shown["topic_name"]) == ("咨询", "教育入学咨询")
    assert (shown["department_name"], shown["unit_name"]) == ("和平区市政设施处", "和平区")

    take(served, "centre", told, "check", passed=True)
    assert resident.rate(told, 4).json()["score"] == 4
    one = served.stranger().get(f"{BOARD}/{told['number']}").json()
    assert (one["status"], one["score"]) == ("closed", 4)
    assert PHONE not in str(one)


def test_only_what_is_approved_and_public_is_shown(resident: Resident, served: Town) -> None:
    resident.ask()
    rejected = resident.ask()
    take(served, "centre", rejected, "reject", reason="含有人身攻击")
    private = resident.ask(subcategory=None, description="单位拖欠工资")
    take(served, "centre", private, "approve", subcategory="210")  # a person's own affair, says the list
    take(served, "fitter", private, "answer", reason="已立案调查")
    shown = answered(resident)
    assert [one["number"] for one in board(served, answered="all")] == [shown["number"]]
    for hidden in (rejected, private):
        is_problem(served.stranger().get(f"{BOARD}/{hidden['number']}"), 404, "not_found")
    assert resident.sees(private)["reply"] == "已立案调查"  # the asker reads it all the same
    assert resident.sees(rejected)["steps"][-1]["reason"] == "含有人身攻击"


def test_what_is_overdue_is_marked_for_everybody(resident: Resident, served: Town) -> None:
    told = resident.ask()
    take(served, "centre", told, "approve")
    served.clock.forward(days=3, minutes=1)
    assert [one["overdue"] for one in board(served, answered="no")] == [True]
    assert resident.sees(told)["message"].endswith("现已超期")
    take(served, "fitter", told, "answer", reason="迟复为歉")
    served.clock.forward(days=30)
    assert [one["overdue"] for one in board(served)] == [True]


def test_a_reopened_one_takes_its_answer_down_until_there_is_a_new_one(resident: Resident, served: Town) -> None:
    told = answered(resident)
    take(served, "centre", told, "check", passed=True)
    resident.rate(told, 2, reason="没有说清楚")
    assert board(served) == []
    assert [one["answer"] for one in board(served, answered="no")] == [""]
    take(served, "fitter", told, "answer", reason="逐条说明如下")
    assert [one["answer"] for one in board(served)] == ["逐条说明如下"]


# ---- the moderator's hand ------------------------------------------------------------------------------------------

def test_the_moderator_words_what_is_shown(resident: Resident, served: Town, rows: Callable[[type], list[Any]]) -> None:
    told = resident.ask(description="张三家孩子入学, 电话 13912340001")
    page = f"/api/v1/inquiries/{told['number']}/page"
    assert served["centre"].get(page).json() == {
        "number": told["number"], "shown": True, "text": "张三家孩子入学, 电话 139****0001", "answer": ""}
    edited = served["centre"].put(page, json={"shown": True, "text": "孩子入学需要什么材料? (电话 13912340001)"})
    assert edited.json()["text"] == "孩子入学需要什么材料? (电话 139****0001)"
    take(served, "centre", told, "approve")
    take(served, "fitter", told, "answer", reason="凭户口簿报名")
    [shown] = board(served)
    assert shown["text"] == "孩子入学需要什么材料? (电话 139****0001)"
    assert [incident.description for incident in rows(Incident)] == ["张三家孩子入学, 电话 13912340001"]
    served["centre"].put(page, json={"shown": False})
    assert board(served, answered="all") == []
    assert sum(entry.event == "edit_page" for entry in rows(AuditEntry)) == 2


def test_an_asker_may_want_no_readers_and_no_moderator_overrules_it(resident: Resident, served: Town) -> None:
    told = resident.ask(public=False)
    take(served, "centre", told, "approve")
    take(served, "fitter", told, "answer", reason="凭户口簿报名")
    assert board(served, answered="all") == []
    assert resident.sees(told)["reply"] == "凭户口簿报名"
    page = f"/api/v1/inquiries/{told['number']}/page"
    assert served["centre"].get(page).json()["shown"] is False
    is_problem(served["centre"].put(page, json={"shown": True}), 403, "not_allowed")
    assert served["centre"].put(page, json={"shown": False}).json()["shown"] is False
    is_problem(served["centre"].put(page, json={"shown": True}), 403, "not_allowed")


def test_only_a_moderator_of_the_place_edits_the_page(resident: Resident, served: Town) -> None:
    told = resident.ask()
    page = f"/api/v1/inquiries/{told['number']}/page"
    is_problem(served["fitter"].put(page, json={"shown": False}), 403, "not_allowed")
    is_problem(resident.signed_in().put(page, json={"shown": False}), 403, "not_allowed")
    is_problem(served["dispatcher_hedong"].put(page, json={"shown": False}), 404, "not_found")
    is_problem(served["centre"].put(page, json={"shown": "no"}), 422, "invalid_request", "shown")
    ours = served.report("worker")
    is_problem(served["centre"].get(f"/api/v1/inquiries/{ours['number']}/page"), 404, "not_found")


# ---- finding -------------------------------------------------------------------------------------------------------

def test_the_page_is_searched_in_what_it_shows(resident: Resident, served: Town) -> None:
    school = answered(resident, "凭户口簿报名")
    noise = answered(resident, "已责令整改", subcategory="205", description="半夜施工噪声扰民")

    def numbers(**asked: Any) -> list[str]:
        return [one["number"] for one in board(served, **asked)]

    assert set(numbers()) == {noise["number"], school["number"]}
    assert numbers(q="噪声") == [noise["number"]]
    assert numbers(q="户口簿") == [school["number"]]
    assert numbers(q=school["number"]) == [school["number"]]
    assert numbers(kind="2") == numbers(kind="205") == [noise["number"]]
    assert set(numbers(department="facilities", unit=town.HEPING)) == {school["number"], noise["number"]}
    assert numbers(unit=town.HEDONG) == []
    for secret in (PHONE, "1234000", "12340001"):  # a search does not tell what was masked
        assert numbers(q=secret) == []
    is_problem(served.stranger().get(BOARD, params={"unit": "99"}), 422, "unknown_unit", "unit")
    is_problem(served.stranger().get(BOARD, params={"colour": "red"}), 422, "unknown_field", "colour")


def test_page_after_page_nothing_is_left_out(resident: Resident, served: Town) -> None:
    asked = {answered(resident)["number"] for _ in range(5)}
    seen: list[str] = []
    cursor: str | None = None
    while True:
        page = served.stranger().get(BOARD, params={"limit": 2, **({"cursor": cursor} if cursor else {})}).json()
        seen += [one["number"] for one in page["items"]]
        if (cursor := page["next_cursor"]) is None:
            break
    assert len(seen) == 5
    assert set(seen) == asked
    is_problem(served.stranger().get(BOARD, params={"cursor": "zero"}), 422, "bad_cursor", "cursor")


# ---- the month -----------------------------------------------------------------------------------------------------

def test_the_months_bulletin_by_on_time_rate_and_satisfaction(resident: Resident, served: Town) -> None:
    for score in (5, 3, 2):
        told = answered(resident)
        take(served, "centre", told, "check", passed=True)
        if score > 2:
            resident.rate(told, score)
    late = resident.ask(department="traffic")
    take(served, "centre", late, "approve")
    early = served.stranger().get(f"{BOARD}/bulletin", params={"month": "2026-03"}).json()
    assert [row["department"] for row in early["rows"] if row["due"]] == ["facilities"]  # the other is not due yet
    served.clock.forward(days=7)
    month = served.stranger().get(f"{BOARD}/bulletin", params={"month": "2026-03"}).json()
    rows = {row["department"]: row for row in month["rows"]}
    assert (rows["facilities"]["due"], rows["facilities"]["on_time"], rows["facilities"]["on_time_rate"]) == (3, 3, 1)
    assert (rows["facilities"]["rated"], rows["facilities"]["satisfied"], rows["facilities"]["fairly"]) == (2, 1, 1)
    assert rows["facilities"]["satisfaction_rate"] == pytest.approx(0.95)
    assert (rows["traffic"]["due"], rows["traffic"]["on_time"], rows["traffic"]["on_time_rate"]) == (1, 0, 0)
    assert rows["traffic"]["satisfaction_rate"] is None
    assert (month["total"]["approved"], month["total"]["on_time_rate"]) == (4, 0.75)
    before = served.stranger().get(f"{BOARD}/bulletin", params={"month": "2026-02"}).json()
    assert (before["rows"], before["total"]["on_time_rate"]) == ([], None)
    for wrong in ("2026-13", "March", "2026"):
        is_problem(served.stranger().get(f"{BOARD}/bulletin", params={"month": wrong}), 422, "bad_month", "month")


# ---- the form ------------------------------------------------------------------------------------------------------

@ONE_DATABASE
def test_the_form_of_an_inquiry(resident: Resident, served: Town) -> None:
    client = served.stranger()
    assert [p["process"] for p in client.get(f"{PUBLIC}/processes").json()["items"]] == [
        "grid_event", "public_inquiry"]
    offered = client.get(f"{PUBLIC}/taxonomy", params={"process": "public_inquiry"}).json()
    limits = {c["name"]: {(s["limit_value"], s["limit_unit"]) for s in c["subcategories"]}
              for c in offered["categories"]}
    assert limits == {"咨询": {(3, "work_day")}, "问题": {(5, "work_day")}}
    found = client.get(f"{PUBLIC}/departments", params={"unit": town.STREET}).json()["items"]
    assert [d["code"] for d in found] == ["facilities", "traffic"]


def test_who_picks_a_unit_needs_no_place(resident: Resident, rows: Callable[[type], list[Any]]) -> None:
    resident.ask(unit=None)
    resident.ask(unit=None, department="sanitation_1")
    assert [incident.unit for incident in rows(Incident)] == [town.HEPING, town.STREET]
    answer = resident.send(process="public_inquiry", description="入学")
    is_problem(answer, 422, "missing_field", "lon")
    answer = resident.send(process="public_inquiry", description="入学", department="nobody")
    is_problem(answer, 422, "unknown_department", "department")


@ONE_DATABASE
def test_an_alarm_is_not_for_the_public_form(resident: Resident) -> None:
    answer = resident.send(process="care_alarm", subcategory="101", unit=town.CELL)
    is_problem(answer, 422, "not_public", "process")


def test_another_residents_inquiry_is_not_theirs(resident: Resident, served: Town) -> None:
    told = resident.ask()
    other = Resident(served, OTHER_PHONE).signed_in()
    is_problem(other.get(f"/api/v1/incidents/{told['number']}"), 404, "not_found")
    is_problem(other.post(f"/api/v1/incidents/{told['id']}/actions/rate", json={"version": 1, "score": 1}), 404,
               "not_found")
