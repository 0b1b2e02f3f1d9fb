"""Residents without an account: a phone proven by a code, a report, and following it by number and code."""

from __future__ import annotations

import queue
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from governance.audit import AuditEntry
from governance.incident import Incident
from governance.people import Account
from governance.residents.follow_codes import SIGNS, FollowCode
from governance.residents.phone_codes import PhoneCode
from tests import town
from tests.api.conftest import Town
from tests.api.residents import OTHER_PHONE, PHONE, PUBLIC, Resident, take
from tests.api.test_reporting import is_problem

ONE_DATABASE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def resident(served: Town) -> Resident:
    return Resident(served)


def wrong(code: str) -> str:
    """Another code than this one."""
    return f"{(int(code) + 1) % 10 ** 6:06d}"


# ---- the code ------------------------------------------------------------------------------------------------------

@ONE_DATABASE
def test_the_code_goes_to_the_phone_and_nowhere_else(served: Town, rows: Callable[[type], list[Any]]) -> None:
    sent: queue.Queue[tuple[str, str]] = queue.Queue()
    served.app.state.send_code = lambda phone, code: sent.put((phone, code))
    answer = served.stranger().post(f"{PUBLIC}/codes", json={"phone": "+86 139-1234-0001"})
    assert (answer.status_code, answer.json()["phone"], answer.json()["code"]) == (202, "139****0001", None)
    assert answer.headers["cache-control"] == "no-store"
    phone, code = sent.get(timeout=30)
    assert phone == PHONE
    assert re.fullmatch(r"\d{6}", code)
    [kept] = rows(PhoneCode)
    assert code not in str(kept.model_dump())
    assert kept.code_hash.startswith("$argon2id$")


@ONE_DATABASE
def test_a_known_phone_and_an_unknown_one_get_the_same_answer(served: Town) -> None:
    answers = []
    for person in (town.phone_of("resident"), town.phone_of("dispatcher"), "13900009999"):
        answer = served.stranger().post(f"{PUBLIC}/codes", json={"phone": person})
        answers.append((answer.status_code, sorted(answer.json()), answer.json()["valid_minutes"]))
        served.clock.forward(minutes=1)
    assert len(set(map(str, answers))) == 1


@ONE_DATABASE
@pytest.mark.parametrize("phone", [
    "", "12345678901", "1391234000", "139123400011", "+1 139 1234 0001", "abc", "１３９", 5])
def test_what_is_no_mobile_number(served: Town, phone: Any) -> None:
    answer = served.stranger().post(f"{PUBLIC}/codes", json={"phone": phone})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "phone"


def test_one_a_minute_five_an_hour_ten_a_day(served: Town) -> None:
    """For a phone; and for an address, whatever the phone."""
    def asked(phone: str = PHONE) -> int:
        return served.stranger().post(f"{PUBLIC}/codes", json={"phone": phone}).status_code

    assert asked() == 202
    limited = served.stranger().post(f"{PUBLIC}/codes", json={"phone": PHONE})
    is_problem(limited, 429, "too_many")
    assert limited.headers["retry-after"] == "60"
    assert asked(OTHER_PHONE) == 429
    taken = 1
    for _ in range(24 * 60):
        if taken == 5:
            assert asked() == 429
            served.clock.forward(minutes=61)
        served.clock.forward(minutes=1)
        if (status := asked()) == 429:
            break
        assert status == 202
        taken += 1
    assert taken == 10
    served.clock.forward(hours=2)
    assert asked() == 429
    served.clock.forward(days=1)
    assert asked() == 202


def test_asked_for_many_times_at_once_one_is_sent(served: Town, rows: Callable[[type], list[Any]]) -> None:
    with ThreadPoolExecutor(8) as pool:
        client = served.stranger()
        answers = list(pool.map(lambda _: client.post(f"{PUBLIC}/codes", json={"phone": PHONE}).status_code, range(8)))
    assert sorted(answers) == [202] + [429] * 7
    assert len(rows(PhoneCode)) == 1


def test_yesterdays_codes_are_forgotten(resident: Resident, served: Town, rows: Callable[[type], list[Any]]) -> None:
    resident.code()
    served.clock.forward(days=1, seconds=1)
    Resident(served, OTHER_PHONE).code()
    assert [code.phone for code in rows(PhoneCode)] == [OTHER_PHONE]


# ---- the session ---------------------------------------------------------------------------------------------------

def test_a_proven_phone_is_a_resident_without_a_password(resident: Resident, served: Town,
                                                         rows: Callable[[type], list[Any]]) -> None:
    opened = resident.sign_in()
    assert opened.status_code == 201
    assert opened.json()["expires_at"] == "2026-03-03T10:00:00+08:00"
    assert "set-cookie" not in opened.headers
    me = resident.signed_in().get("/api/v1/me").json()
    assert (me["role"], me["unit"]) == ("resident", town.CITY)
    [account] = [a for a in rows(Account) if a.phone == PHONE]
    assert account.password_hash is None
    assert served.stranger().post("/api/v1/sessions", json={"phone": PHONE, "password": "x"}).status_code == 401
    served.clock.forward(minutes=61)
    is_problem(resident.client.get("/api/v1/me"), 401, "not_authenticated")


def test_a_code_works_once(resident: Resident) -> None:
    code = resident.code()
    assert resident.sign_in(code).status_code == 201
    is_problem(resident.sign_in(code), 401, "bad_code")


def test_two_who_use_one_code_at_once(resident: Resident, rows: Callable[[type], list[Any]]) -> None:
    code = resident.code()
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda _: resident.sign_in(code).status_code, range(6)))
    assert sorted(answers) == [201] + [401] * 5
    assert len([a for a in rows(Account) if a.phone == PHONE]) == 1


def test_five_tries_use_a_code_up(resident: Resident, rows: Callable[[type], list[Any]]) -> None:
    code = resident.code()
    for _ in range(5):
        is_problem(resident.sign_in(wrong(code)), 401, "bad_code")
    is_problem(resident.sign_in(code), 401, "bad_code")
    assert sum(entry.event == "code_failed" for entry in rows(AuditEntry)) == 6
    assert all(PHONE not in entry.subject for entry in rows(AuditEntry))


def test_guessing_at_once_gets_no_more_tries(resident: Resident, rows: Callable[[type], list[Any]]) -> None:
    code = resident.code()
    guesses = [f"{(int(code) + step) % 10 ** 6:06d}" for step in range(1, 13)]
    with ThreadPoolExecutor(12) as pool:
        answers = list(pool.map(lambda guess: resident.sign_in(guess).status_code, guesses))
    assert set(answers) == {401}
    assert [kept.tries for kept in rows(PhoneCode)] == [5]
    is_problem(resident.sign_in(code), 401, "bad_code")


def test_a_new_code_puts_the_old_one_out_of_use(resident: Resident, served: Town) -> None:
    old = resident.code()
    served.clock.forward(minutes=2)
    new = resident.code()
    if old != new:
        is_problem(resident.sign_in(old), 401, "bad_code")
    assert resident.sign_in(new).status_code == 201


def test_after_ten_minutes_a_code_is_of_no_use(resident: Resident, served: Town) -> None:
    first = resident.code()
    served.clock.forward(minutes=10)
    assert resident.sign_in(first).status_code == 201
    second = resident.code()
    served.clock.forward(minutes=10, seconds=1)
    is_problem(resident.sign_in(second), 401, "bad_code")


def test_somebody_elses_phone_needs_somebody_elses_code(resident: Resident, served: Town) -> None:
    other, code = Resident(served, OTHER_PHONE), resident.code()
    is_problem(other.sign_in(code), 401, "bad_code")
    assert other.code() is not None
    if (mine := wrong(code)) != code:
        is_problem(other.sign_in(mine), 401, "bad_code")


def test_a_code_opens_no_desk(served: Town, rows: Callable[[type], list[Any]]) -> None:
    """The staff sign in with their password, whoever holds their phone."""
    is_problem(Resident(served, town.phone_of("dispatcher")).sign_in(), 403, "not_allowed")
    known = Resident(served, town.phone_of("resident"))
    assert known.sign_in().status_code == 201
    assert len([a for a in rows(Account) if a.role == "resident"]) == 2


# ---- the report ----------------------------------------------------------------------------------------------------

def test_a_report_with_a_photo_gets_a_number_and_a_code(resident: Resident, rows: Callable[[type], list[Any]]) -> None:
    told = resident.report(attachments=[resident.photo()])
    assert re.fullmatch(rf"[{SIGNS}]{{4}}-[{SIGNS}]{{4}}", told["follow_code"])
    [incident] = rows(Incident)
    assert (incident.number, incident.source, incident.reporter_phone) == (told["number"], "resident", PHONE)
    [kept] = rows(FollowCode)
    assert told["follow_code"].replace("-", "") not in str(kept.model_dump())
    assert resident.sees(told)["status"] == "reported"


def test_the_same_report_again_is_the_same_with_a_further_code(resident: Resident,
                                                               rows: Callable[[type], list[Any]]) -> None:
    first = resident.report()
    lon, lat = town.centre_of(town.CELL)
    again = resident.send(id=first["id"], subcategory=town.RUBBISH, description="楼下垃圾没人收", lon=lon, lat=lat)
    assert (again.status_code, again.json()["number"]) == (200, first["number"])
    assert len(rows(Incident)) == 1
    assert resident.follow(first).status_code == resident.follow(again.json()).status_code == 200
    other = resident.send(id=first["id"], subcategory=town.RUBBISH, description="别的", lon=lon, lat=lat)
    is_problem(other, 409, "id_taken")


@pytest.mark.parametrize(("said", "code", "field"), [
    ({"subcategory": town.NOISE}, "not_public", "subcategory"),
    ({"subcategory": town.CARE}, "not_public", "subcategory"),
    ({"subcategory": "99999"}, "unknown_subcategory", "subcategory"),
    ({"process": "care_alarm"}, "not_public", "process"),
    ({"process": "nothing"}, "unknown_process", "process"),
    ({"description": "长" * 2001}, "invalid_request", "description"),
    ({"source": "hotline"}, "unknown_source", "source"),
    ({"lon": 0.0, "lat": 0.0}, "outside_grid", "lon"),
    ({"phone": PHONE}, "unknown_field", "phone"),
])
@ONE_DATABASE
def test_what_the_public_cannot_report(resident: Resident, rows: Callable[[type], list[Any]], said: dict[str, Any],
                                       code: str, field: str) -> None:
    lon, lat = town.centre_of(town.CELL)
    answer = resident.send(**{"subcategory": town.RUBBISH, "lon": lon, "lat": lat, **said})
    is_problem(answer, 422, code, field)
    assert rows(Incident) == []


@ONE_DATABASE
def test_without_a_session_nothing_is_taken(served: Town) -> None:
    is_problem(served.stranger().post(f"{PUBLIC}/incidents", json={}), 401, "not_authenticated")
    is_problem(served["worker"].post(f"{PUBLIC}/incidents", json={}), 403, "not_allowed")


def test_somebody_elses_photo_cannot_be_used(resident: Resident, served: Town) -> None:
    lon, lat = town.centre_of(town.CELL)
    photo = Resident(served, OTHER_PHONE).photo()
    answer = resident.send(subcategory=town.RUBBISH, lon=lon, lat=lat, attachments=[photo])
    is_problem(answer, 422, "unknown_attachment", "attachments.0")


@ONE_DATABASE
def test_too_large_a_body_and_too_large_a_photo(resident: Resident, served: Town) -> None:
    is_problem(resident.signed_in().post(f"{PUBLIC}/incidents", content=b"x" * (1024 * 1024 + 1)), 413, "too_large")
    served.settings.image_limit_mb = 1
    sent = resident.signed_in().post("/api/v1/attachments", files={"file": ("a.pdf", b"%PDF-1.7\n" + b"x" * 2**20)})
    is_problem(sent, 413, "too_large")


# ---- following -----------------------------------------------------------------------------------------------------

def test_followed_from_the_report_to_the_rating(resident: Resident, served: Town) -> None:
    told = resident.report()
    assert resident.sees(told)["message"].startswith("已上报")
    take(served, "dispatcher", told, "file")
    take(served, "dispatcher", told, "comment", reason="内部: 该居民反复投诉")
    take(served, "cleaner", told, "sign")
    handling = resident.sees(told)
    assert handling["department_name"] == "和平一街环卫所"
    assert "由和平一街环卫所办理" in handling["message"]
    assert "due by" in handling["message_en"]
    take(served, "cleaner", told, "feed_back", reason="已清运, 联系人 13812348000",
         attachments=[served.photo("cleaner")])
    lon, lat = town.centre_of(town.CELL)
    take(served, "worker", told, "check", passed=True, reason="看过", attachments=[served.photo("worker")], lon=lon,
         lat=lat)
    closed = resident.sees(told)
    assert (closed["outcome"], closed["reply"]) == ("closed", "已清运, 联系人 138****8000")
    assert [step["action"] for step in closed["steps"]] == [
        "report", "file", "dispatch", "sign", "feed_back", "check"]
    assert resident.rate(told, 5).json()["score"] == 5
    whole = str(closed)
    for secret in ("内部", "周环卫", "王网格", "陈派遣", "看过", PHONE, town.phone_of("cleaner")):
        assert secret not in whole


def test_a_wrong_code_and_a_wrong_number_are_not_found_alike(resident: Resident) -> None:
    told = resident.report()
    for code in ("AAAA-AAAA", told["number"], "x", told["follow_code"][:-1]):
        is_problem(resident.follow(told, code), 404, "not_found")
    is_problem(resident.follow({**told, "number": "2026030399999999"}), 404, "not_found")
    answer = resident.town.stranger().get(f"{PUBLIC}/incidents/{told['number']}")
    is_problem(answer, 422, "missing_field", "code")
    is_problem(resident.rate({**told, "follow_code": "AAAA-AAAA"}, 1), 404, "not_found")


def test_a_code_opens_only_its_own_report(resident: Resident) -> None:
    one, other = resident.report(), resident.report()
    is_problem(resident.follow(one, other["follow_code"]), 404, "not_found")


def test_the_code_may_be_typed_in_any_way(resident: Resident) -> None:
    told = resident.report()
    code = told["follow_code"]
    for typed in (code.lower(), code.replace("-", " "), code.replace("-", "")):
        assert resident.follow(told, typed).status_code == 200


def test_the_reason_why_not_is_told_in_plain_words(resident: Resident, served: Town) -> None:
    told = resident.report()
    take(served, "dispatcher", told, "void", reason="该处垃圾由物业清运, 请致电 022-27312345")
    seen = resident.sees(told)
    assert (seen["status_name"], seen["outcome"]) == ("已作废", "void")
    assert seen["steps"][-1]["reason"] == "该处垃圾由物业清运, 请致电 022****45"


def test_who_is_dissatisfied_has_it_taken_up_again(resident: Resident, served: Town) -> None:
    told = closed(resident, served)
    again = resident.rate(told, 1, reason="又堆上了").json()
    assert (again["status"], again["reply"], again["score"]) == ("filed", "", 1)
    is_problem(resident.rate(told, 5), 409, "wrong_state")


def test_fifteen_days_to_rate(resident: Resident, served: Town) -> None:
    told = closed(resident, served)
    assert resident.sees(told)["rate_until"] == "2026-03-18T09:00:00+08:00"
    served.clock.forward(days=15, seconds=1)
    assert resident.sees(told)["rate_until"] is None
    is_problem(resident.rate(told, 1), 409, "wrong_state")


@ONE_DATABASE
@pytest.mark.parametrize("score", [0, 6, "5", 4.5, None])
def test_a_rating_is_from_one_to_five(resident: Resident, served: Town, score: Any) -> None:
    is_problem(resident.rate(closed(resident, served), score), 422, "invalid_request", "score")


def test_nothing_is_rated_before_its_end(resident: Resident) -> None:
    is_problem(resident.rate(resident.report(), 5), 409, "wrong_state")


def test_who_reported_the_same_follows_the_main_one_under_the_own_number(resident: Resident, served: Town) -> None:
    main, same = resident.report(), Resident(served, OTHER_PHONE).report(description="我家楼下也是")
    incident = served["dispatcher"].get(f"/api/v1/incidents/{main['number']}").json()
    take(served, "dispatcher", same, "merge", main=incident["id"])
    take(served, "dispatcher", main, "file")
    take(served, "cleaner", main, "sign")
    seen = resident.sees(same)
    assert (seen["number"], seen["status"], seen["merged"]) == (same["number"], "handling", True)
    assert seen["message"].startswith("已并入同一问题办理; 处置中")
    assert [step["action"] for step in seen["steps"]] == ["report", "merge", "file", "dispatch", "sign"]
    assert (seen["description"], main["number"] in str(seen)) == ("我家楼下也是", False)
    take(served, "cleaner", main, "feed_back", reason="已清运", attachments=[served.photo("cleaner")])
    assert resident.sees(same)["reply"] == "已清运"


def closed(resident: Resident, served: Town) -> dict[str, Any]:
    """A report of a resident, seen through to its end."""
    told = resident.report()
    lon, lat = town.centre_of(town.CELL)
    take(served, "dispatcher", told, "file")
    take(served, "cleaner", told, "sign")
    take(served, "cleaner", told, "feed_back", reason="已清运", attachments=[served.photo("cleaner")])
    take(served, "worker", told, "check", passed=True, attachments=[served.photo("worker")], lon=lon, lat=lat)
    return told


# ---- the form, and how often ---------------------------------------------------------------------------------------

@ONE_DATABASE
def test_the_form_offers_what_is_public_and_nothing_else(served: Town) -> None:
    client = served.stranger()
    assert [p["process"] for p in client.get(f"{PUBLIC}/processes").json()["items"]] == ["grid_event"]
    offered = client.get(f"{PUBLIC}/taxonomy").json()
    codes = [s["code"] for c in offered["categories"] for s in c["subcategories"]]
    assert codes == [town.RUBBISH, town.HEAP, town.STALL, town.MANHOLE, town.LAMP, town.CORRIDOR]
    assert (offered["categories"][0]["subcategories"][0]["limit_value"]) == 2
    units = client.get(f"{PUBLIC}/units", params={"parent": town.HEPING}).json()["items"]
    assert [unit["code"] for unit in units] == [town.STREET, town.STREET_2]
    assert [u["code"] for u in client.get(f"{PUBLIC}/units").json()["items"]] == [town.HEPING, town.HEDONG]
    is_problem(client.get(f"{PUBLIC}/units", params={"parent": "99"}), 422, "unknown_unit", "parent")
    asked = {"process": "grid_event", "unit": town.STREET}
    found = client.get(f"{PUBLIC}/departments", params={**asked, "limit": 3}).json()
    assert [d["code"] for d in found["items"]] == ["care_1", "enforcement_1", "facilities"]
    rest = client.get(f"{PUBLIC}/departments", params={**asked, "cursor": found["next_cursor"]}).json()
    assert [d["code"] for d in rest["items"]] == ["market_1", "sanitation_1"]
    named = client.get(f"{PUBLIC}/departments", params={**asked, "q": "环卫"}).json()
    assert [d["name"] for d in named["items"]] == ["和平一街环卫所"]
    is_problem(client.get(f"{PUBLIC}/taxonomy", params={"process": "nothing"}), 422, "unknown_process", "process")


@ONE_DATABASE
def test_an_address_may_ask_only_so_often(served: Town) -> None:
    served.app.state.turnstile.most = 5
    client = served.stranger()
    answers = [client.get(f"{PUBLIC}/units") for _ in range(6)]
    assert [answer.status_code for answer in answers] == [200] * 5 + [429]
    is_problem(answers[-1], 429, "too_many")
    assert int(answers[-1].headers["retry-after"]) <= 60
    forged = client.get(f"{PUBLIC}/units", headers={"X-Client-Address": "203.0.113.9"})
    assert forged.status_code == 429
    served.clock.forward(minutes=1, seconds=1)
    assert client.get(f"{PUBLIC}/units").status_code == 200


@ONE_DATABASE
def test_behind_a_proxy_its_header_counts_and_only_the_last_address_in_it(served: Town) -> None:
    served.settings.client_address_header = "X-Client-Address"
    served.app.state.turnstile.most = 1
    client = served.stranger()

    def asked(header: str) -> int:
        return client.get(f"{PUBLIC}/units", headers={"X-Client-Address": header}).status_code

    assert [asked("203.0.113.9"), asked("198.51.100.1, 203.0.113.9"), asked("203.0.113.9, 198.51.100.1")] == [
        200, 429, 200]
    assert [asked("2001:db8:1:2::1"), asked("2001:db8:1:2::ffff"), asked("2001:db8:1:3::1")] == [200, 429, 200]


def test_two_taps_on_the_button_are_one_report(resident: Resident, rows: Callable[[type], list[Any]]) -> None:
    lon, lat = town.centre_of(town.CELL)
    said = {"id": "7b0e1f6a-0000-4000-8000-000000000001", "subcategory": town.RUBBISH, "description": "垃圾",
            "lon": lon, "lat": lat}
    resident.signed_in()
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: resident.send(**said), range(4)))
    assert sorted(answer.status_code for answer in answers) == [200, 200, 200, 201]
    assert len(rows(Incident)) == 1
    assert all(resident.follow(answer.json()).status_code == 200 for answer in answers)
