"""Signing in and out: tokens, cookies, locks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import update
from sqlmodel import col

from api.security import token_hash
from data.engine import writing
from governance.audit import AuditEntry
from governance.people import Account, LoginSession
from tests import town
from tests.api.conftest import Town
from tests.api.test_reporting import is_problem

PATH = "/api/v1/sessions"
WRONG = "wrong horse 2"
ONE_DATABASE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def sign_in(client: httpx.Client, phone: str, password: str = town.PASSWORD, **more: Any) -> httpx.Response:
    return client.post(PATH, json={"phone": phone, "password": password, **more})


@pytest.fixture
def phone() -> str:
    return town.phone_of("cleaner")


def test_a_person_signs_in_and_is_who_they_are(served: Town, phone: str, rows: Callable[[type], list[Any]]) -> None:
    stranger = served.stranger()
    answer = sign_in(stranger, phone)
    assert answer.status_code == 201
    session = answer.json()
    user = session["user"]
    assert (user["name"], user["role"], user["role_name"]) == ("周环卫", "handler", "部门处置人员")
    assert (user["unit"], user["department"], user["department_name"]) == (
        town.STREET, "sanitation_1", "和平一街环卫所")
    assert datetime.fromisoformat(session["expires_at"]) == served.clock() + timedelta(hours=12)
    me = served.stranger(headers={"Authorization": f"Bearer {session['token']}"}).get("/api/v1/me").json()
    assert (me["id"], me["csrf_token"]) == (user["id"], session["csrf_token"])
    assert "act" in me["permissions"]
    [stored] = rows(LoginSession)
    assert stored.token_hash == token_hash(session["token"])
    assert session["token"] not in str(rows(AuditEntry)) + str(stored)
    assert [entry.event for entry in rows(AuditEntry)] == ["sign_in"]


def test_unknown_phone_wrong_password_and_inactive_account_are_answered_alike(served: Town, phone: str) -> None:
    with writing(served.engine) as session:
        session.execute(update(Account).where(col(Account.phone) == town.phone_of("fitter")).values(active=False))
        session.commit()
    stranger = served.stranger()
    answers = [sign_in(stranger, phone, WRONG), sign_in(stranger, "13999999999"),
               sign_in(stranger, town.phone_of("fitter"))]
    for answer in answers:
        is_problem(answer, 401, "bad_credentials")
        assert answer.headers["www-authenticate"] == "Bearer"
        assert answer.json() == answers[0].json()


@pytest.mark.parametrize("whose", ["cleaner", "nobody"])
def test_five_failures_lock_for_fifteen_minutes(served: Town, whose: str, rows: Callable[[type], list[Any]]) -> None:
    """A phone that nobody has locks just so: the lock tells nobody which phones are known."""
    phone, stranger = town.phone_of(whose) if whose == "cleaner" else "13999999999", served.stranger()
    for _ in range(4):
        is_problem(sign_in(stranger, phone, WRONG), 401, "bad_credentials")
    fifth = sign_in(stranger, phone, WRONG)
    is_problem(fifth, 429, "account_locked")
    assert fifth.headers["retry-after"] == "900"
    is_problem(sign_in(stranger, phone), 429, "account_locked")
    events = Counter(entry.event for entry in rows(AuditEntry))
    assert events == {"sign_in_failed": 5, "locked": 1, "sign_in_refused": 1}
    served.clock.forward(minutes=10)
    again = sign_in(stranger, phone, WRONG)
    is_problem(again, 429, "account_locked")
    assert again.headers["retry-after"] == "300"
    served.clock.forward(minutes=5)
    is_problem(sign_in(stranger, phone, WRONG), 401, "bad_credentials")
    assert sign_in(stranger, phone).status_code == (201 if whose == "cleaner" else 401)


def test_the_lock_itself_is_in_the_audit_log(served: Town, phone: str, rows: Callable[[type], list[Any]]) -> None:
    for _ in range(5):
        sign_in(served.stranger(), phone, WRONG)
    events = [entry.event for entry in sorted(rows(AuditEntry), key=lambda entry: entry.id)]
    assert events == ["sign_in_failed"] * 5 + ["locked"]


def test_signing_in_forgets_earlier_failures(served: Town, phone: str) -> None:
    stranger = served.stranger()
    for _ in range(2):
        for _ in range(4):
            is_problem(sign_in(stranger, phone, WRONG), 401, "bad_credentials")
        assert sign_in(stranger, phone).status_code == 201


def test_failures_at_the_same_time_are_all_counted(served: Town, phone: str,
                                                   rows: Callable[[type], list[Any]]) -> None:
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: sign_in(served.stranger(), phone, WRONG).status_code, range(8)))
    assert sorted(answers) == [401] * 4 + [429] * 4
    [account] = [account for account in rows(Account) if account.phone == phone]
    assert account.failures == 5


def test_a_second_factor_is_refused_not_ignored(served: Town, phone: str) -> None:
    is_problem(sign_in(served.stranger(), phone, otp="123456"), 422, "otp_not_enabled", "otp")


@ONE_DATABASE
@pytest.mark.parametrize(("body", "code", "field"), [
    ({"phone": "1"}, "missing_field", "password"), ({"phone": 1, "password": "x"}, "invalid_request", "phone"),
    ({"phone": "1\x00", "password": "x"}, "invalid_request", "phone"),
    ({"phone": "1", "password": "x", "remember": True}, "unknown_field", "remember"),
])
def test_a_sign_in_that_is_none(served: Town, body: dict[str, Any], code: str, field: str) -> None:
    is_problem(served.stranger().post(PATH, json=body), 422, code, field)


def test_the_browser_keeps_the_token_in_a_cookie(served: Town, phone: str) -> None:
    browser = served.stranger()
    answer = sign_in(browser, phone)
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    assert browser.get("/api/v1/me").json()["name"] == "周环卫"


def test_writing_by_cookie_needs_the_token_of_the_page(served: Town, phone: str) -> None:
    """Another site can make the browser send the cookie, but cannot know this header."""
    browser = served.stranger()
    csrf = sign_in(browser, phone).json()["csrf_token"]
    report = served.sound()
    is_problem(browser.post("/api/v1/incidents", json=report), 403, "csrf_failed")
    is_problem(browser.post("/api/v1/incidents", json=report, headers={"X-CSRF-Token": "0" * 64}), 403, "csrf_failed")
    is_problem(browser.delete(f"{PATH}/current"), 403, "csrf_failed")
    sent = browser.post("/api/v1/incidents", json=report, headers={"X-CSRF-Token": csrf})
    assert sent.status_code == 201
    assert browser.delete(f"{PATH}/current", headers={"X-CSRF-Token": csrf}).status_code == 204
    assert "wangge_session" not in browser.cookies


def test_signing_out_ends_the_token_at_once(served: Town) -> None:
    assert served["cleaner"].get("/api/v1/me").status_code == 200
    assert served["cleaner"].delete(f"{PATH}/current").status_code == 204
    is_problem(served["cleaner"].get("/api/v1/me"), 401, "not_authenticated")


def test_a_session_ends_by_itself(served: Town) -> None:
    assert served["cleaner"].get("/api/v1/me").status_code == 200
    served.clock.forward(hours=12)
    is_problem(served["cleaner"].get("/api/v1/me"), 401, "not_authenticated")


def test_a_person_who_leaves_is_out_at_once(served: Town) -> None:
    assert served["cleaner"].get("/api/v1/me").status_code == 200
    with writing(served.engine) as session:
        session.execute(update(Account).values(active=False))
        session.commit()
    is_problem(served["cleaner"].get("/api/v1/me"), 401, "not_authenticated")


@ONE_DATABASE
@pytest.mark.parametrize("header", ["", "Bearer", "Basic d2FuZ2dl", "Bearer nonsense", "Bearer " + "x" * 5000])
def test_headers_that_sign_nobody_in(served: Town, header: str) -> None:
    answer = served.stranger(headers={"Authorization": header}).get("/api/v1/me")
    is_problem(answer, 401, "not_authenticated")
    assert answer.headers["www-authenticate"] == "Bearer"


# ---- the own password ----------------------------------------------------------------------------------------------

NEW = "a longer horse 3"


def signed_in(served: Town, phone: str) -> httpx.Client:
    token = sign_in(served.stranger(), phone).json()["token"]
    return served.stranger(headers={"Authorization": f"Bearer {token}"})


def change(client: httpx.Client, old: str, new: str) -> httpx.Response:
    return client.post("/api/v1/me/password", json={"old": old, "password": new})


def test_a_person_changes_the_own_password(served: Town, phone: str, rows: Callable[[type], list[Any]]) -> None:
    """The session that changes it goes on, the others end, and only the new one opens the door."""
    here, elsewhere = signed_in(served, phone), signed_in(served, phone)
    assert change(here, town.PASSWORD, NEW).status_code == 204
    assert here.get("/api/v1/me").status_code == 200
    is_problem(elsewhere.get("/api/v1/me"), 401, "not_authenticated")
    is_problem(sign_in(served.stranger(), phone), 401, "bad_credentials")
    assert sign_in(served.stranger(), phone, NEW).status_code == 201
    assert "change_password" in [entry.event for entry in rows(AuditEntry)]
    assert NEW not in str(rows(AuditEntry))


@ONE_DATABASE
def test_a_password_is_not_changed_by_who_only_found_the_phone_open(served: Town, phone: str) -> None:
    """Guessing the old one counts like guessing at the door."""
    client = signed_in(served, phone)
    is_problem(change(client, town.PASSWORD, "short"), 422, "weak_password", "password")
    for _ in range(4):
        is_problem(change(client, WRONG, NEW), 422, "wrong_password", "old")
    is_problem(change(client, WRONG, NEW), 429, "account_locked")
    is_problem(change(client, town.PASSWORD, NEW), 429, "account_locked")
    served.clock.forward(minutes=16)
    assert change(client, town.PASSWORD, NEW).status_code == 204
