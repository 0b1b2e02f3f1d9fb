"""Accounts and departments over HTTP: found within the own scope, unlocked, given a new password."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from sqlalchemy import update
from sqlmodel import col

from data.engine import writing
from governance.people import Account
from tests import town
from tests.api.conftest import Town
from tests.api.test_reporting import is_problem

ACCOUNTS, DEPARTMENTS = "/api/v1/accounts", "/api/v1/departments"
ONE_DATABASE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def path_of(person: str) -> str:
    return f"{ACCOUNTS}/{town.account_id(person)}"


def names(served: Town, path: str = ACCOUNTS, **asked: Any) -> list[str]:
    answer = served["admin"].get(path, params=asked)
    assert answer.status_code == 200, answer.text
    return [row["name"] for row in answer.json()["items"]]


def sign_in(served: Town, person: str, password: str = town.PASSWORD) -> int:
    said = {"phone": town.phone_of(person), "password": password}
    return served.stranger().post("/api/v1/sessions", json=said).status_code


def test_an_account_is_shown_with_its_last_sign_in_and_never_with_a_secret(served: Town) -> None:
    assert sign_in(served, "worker") == 201
    answer = served["admin"].get(path_of("worker"))
    account = answer.json()
    assert {name: account[name] for name in ("name", "role", "role_name", "role_name_en", "unit", "unit_name", "active",
                                             "has_password", "failures", "locked_until", "last_sign_in")} == {
        "name": "王网格", "role": "grid_worker", "role_name": "网格员", "role_name_en": "grid worker",
        "unit": town.COMMUNITY, "unit_name": "和平一街第一社区", "active": True, "has_password": True, "failures": 0,
        "locked_until": None, "last_sign_in": "2026-03-03T09:00:00+08:00"}
    assert "argon2" not in answer.text
    assert served["admin"].get(path_of("lead")).json()["last_sign_in"] is None


def test_accounts_are_found_by_what_one_knows_of_them(served: Town) -> None:
    everybody = names(served, limit=200)
    assert "王网格" in everybody
    assert len(everybody) == len(served.people)
    assert names(served, q="王网") == names(served, q=town.phone_of("worker")) == ["王网格"]
    assert set(names(served, role="grid_worker")) == {"王网格", "李网格", "赵网格"}
    assert names(served, role="grid_worker", unit=town.HEDONG) == ["赵网格"]
    assert set(names(served, department="sanitation_1")) == {
        served["admin"].get(path_of(person)).json()["name"] for person in ("cleaner", "cleaner_head")}
    assert names(served, active=False) == []
    assert names(served, q="%") == []


def test_the_list_goes_page_by_page(served: Town) -> None:
    seen, cursor = [], None
    while True:
        page = served["admin"].get(ACCOUNTS, params={"limit": 3} | ({"cursor": cursor} if cursor else {})).json()
        seen += [row["phone"] for row in page["items"]]
        if (cursor := page["next_cursor"]) is None:
            break
    assert seen == sorted(seen)
    assert len(seen) == len(served.people)
    is_problem(served["admin"].get(ACCOUNTS, params={"cursor": str(uuid.uuid4())}), 422, "bad_cursor", "cursor")


def test_who_has_mistyped_too_often_is_let_in_again(served: Town, rows: Any) -> None:
    for _ in range(5):
        sign_in(served, "worker", "wrong")
    assert sign_in(served, "worker") == 429
    locked = served["admin"].get(path_of("worker")).json()
    assert locked["locked_until"] == "2026-03-03T09:15:00+08:00"
    assert names(served, locked=True) == ["王网格"]
    assert len(names(served, locked=False, limit=200)) == len(served.people) - 1
    opened = served["admin"].post(f"{path_of('worker')}/unlock")
    assert (opened.status_code, opened.json()["locked_until"], opened.json()["failures"]) == (200, None, 0)
    assert sign_in(served, "worker") == 201
    entries = served["auditor"].get("/api/v1/audit?event=unlock").json()["items"]
    assert [(e["subject"], e["actor"]) for e in entries] == [
        (str(town.account_id("worker")), str(town.account_id("admin")))]


def test_a_new_password_counts_at_once_and_ends_what_was_open(served: Town) -> None:
    assert served["worker"].get("/api/v1/me").status_code == 200
    answer = served["admin"].post(f"{path_of('worker')}/password", json={"password": "another one 2"})
    assert answer.status_code == 200, answer.text
    is_problem(served["worker"].get("/api/v1/me"), 401, "not_authenticated")
    assert (sign_in(served, "worker"), sign_in(served, "worker", "another one 2")) == (401, 201)
    entry = served["auditor"].get("/api/v1/audit?event=set_password").json()["items"][0]
    assert entry["detail"]["sessions_ended"] == 1
    assert "another" not in str(entry)
    is_problem(served["admin"].post(f"{path_of('worker')}/password", json={"password": "short"}), 422, "weak_password",
               "password")
    is_problem(served["admin"].post(f"{path_of('worker')}/password", json={}), 422, "missing_field", "password")


def test_an_administrator_of_a_district_sees_and_changes_nobody_else(served: Town) -> None:
    with writing(served.engine) as session:
        session.execute(update(Account).where(col(Account.id) == town.account_id("admin")).values(unit=town.HEDONG))
        session.commit()
    assert set(names(served, role="grid_worker")) == {"赵网格"}
    assert names(served, unit=town.HEPING) == []
    for method, path in (("GET", path_of("worker")), ("POST", f"{path_of('worker')}/unlock")):
        is_problem(served["admin"].request(method, path), 404, "not_found")
    is_problem(served["admin"].post(f"{path_of('leader')}/password", json={"password": "another one 2"}), 404,
               "not_found")


@ONE_DATABASE
def test_accounts_are_for_administrators_departments_for_all_who_work_here(served: Town) -> None:
    is_problem(served["dispatcher"].get(ACCOUNTS), 403, "not_allowed")
    is_problem(served["admin"].get(ACCOUNTS, params={"unit": "99"}), 422, "unknown_unit", "unit")
    assert served["worker"].get(DEPARTMENTS).status_code == 200


@ONE_DATABASE
def test_departments_with_what_they_answer_for(served: Town) -> None:
    found = {row["code"]: row for row in served["admin"].get(DEPARTMENTS, params={"limit": 200}).json()["items"]}
    assert set(found) == {code for code, *_ in town.DEPARTMENTS}
    care = found["care_1"]
    assert (care["name"], care["level"], care["unit_name"], care["active"]) == (
        "第一社区服务站", "community", "和平一街第一社区", True)
    assert care["functions"] == [{"code": "care", "name": "为老服务"}, {"code": "property", "name": "物业管理"}]
    assert care["jurisdiction"] == [{"code": town.COMMUNITY, "name": "和平一街第一社区"}]
    assert set(names(served, DEPARTMENTS, function="sanitation")) == {
        "和平一街环卫所", "和平二街环卫所", "河东区环卫局"}
    assert names(served, DEPARTMENTS, function="sanitation", unit=town.HEDONG) == ["河东区环卫局"]
    assert names(served, DEPARTMENTS, q="交警") == names(served, DEPARTMENTS, q="traf") == ["和平区交警支队"]
    first = served["admin"].get(DEPARTMENTS, params={"limit": 10}).json()
    second = served["admin"].get(DEPARTMENTS, params={"limit": 10, "cursor": first["next_cursor"]}).json()
    assert (len(first["items"]) + len(second["items"]), second["next_cursor"]) == (len(town.DEPARTMENTS), None)


@ONE_DATABASE
def test_a_removed_department_is_still_known_by_name(served: Town) -> None:
    draft = served["admin"].post("/api/v1/drafts/rows", json={"kind": "departments", "removed": ["care_1"]}).json()
    assert served["admin"].post(f"/api/v1/drafts/{draft['id']}/apply").status_code == 200
    assert names(served, DEPARTMENTS, active=False) == ["第一社区服务站"]
