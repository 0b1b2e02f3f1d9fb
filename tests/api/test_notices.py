"""The inbox, the wishes of each person, the dead letters and the webhooks, over HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from governance.settings import Settings
from tests import town
from tests.api.conftest import Town
from tests.api.test_reporting import is_problem
from tests.workers.receivers import Receiver, http_receiver

ONE_DATABASE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with http_receiver() as started:
        yield started


@pytest.fixture
def settings(settings: Settings, receiver: Receiver) -> Settings:
    return settings.model_copy(update={"sms_url": f"{receiver.address}/sms", "webhook_private": True,
                                       "mail_url": "mailto://127.0.0.1:1?mode=insecure"})


def told(served: Town, incident: dict[str, Any]) -> None:
    """The workers have told of every step of an incident."""
    import uuid

    from workers.jobs import tell_step

    for seq in range(1, incident["version"] + 1):
        tell_step(served.engine, served.settings, uuid.UUID(incident["id"]), seq, served.clock())


def post(served: Town) -> int:
    from tests.workers.post import post as send

    return send(served.engine, served.settings, served.clock())


def dispatched(served: Town) -> dict[str, Any]:
    """Rubbish that a resident reports: the first street's sanitation is told."""
    incident = served.report("resident", description="楼下垃圾", subcategory=town.RUBBISH)
    incident = served.take("dispatcher", incident, "file")
    told(served, incident)
    return incident


def inbox(served: Town, person: str, query: str = "") -> dict[str, Any]:
    answer = served[person].get(f"/api/v1/notices{query}")
    assert answer.status_code == 200, answer.text
    page: dict[str, Any] = answer.json()
    return page


# ---- the inbox -----------------------------------------------------------------------------------------------------

def test_each_of_a_department_sees_its_notice_and_marks_it_read_for_oneself(served: Town) -> None:
    incident = dispatched(served)
    for person in ("cleaner", "cleaner_head"):
        page = inbox(served, person)
        notice, = page["items"]
        assert page["unread"] == 1
        assert (notice["incident"], notice["number"]) == (incident["id"], incident["number"])
        assert notice["to"] == "department"
        assert notice["text"].startswith("新派遣: ")
        assert notice["text_en"].startswith("New dispatch: ")
        assert (notice["at"], notice["read_at"]) == ("2026-03-03T09:00:00+08:00", None)
    read = served["cleaner"].post("/api/v1/notices/read", json={"ids": [notice["id"]]})
    assert (read.status_code, read.json()) == (200, {"unread": 0})
    assert inbox(served, "cleaner", "?unread=true")["items"] == []
    assert inbox(served, "cleaner", "?unread=false")["items"][0]["read_at"] is not None
    assert inbox(served, "cleaner_head")["unread"] == 1
    assert inbox(served, "officer")["items"] == inbox(served, "worker")["items"] == []


def test_nobody_marks_the_notices_of_others(served: Town) -> None:
    dispatched(served)
    notice = inbox(served, "cleaner")["items"][0]
    answer = served["officer"].post("/api/v1/notices/read", json={"ids": [notice["id"], 99999]})
    assert answer.json() == {"unread": 0}
    assert inbox(served, "cleaner")["unread"] == 1


def test_an_inbox_is_read_page_by_page_and_emptied_at_once(served: Town) -> None:
    for _ in range(5):
        dispatched(served)
    seen, query = [], "?limit=2"
    while True:
        page = inbox(served, "cleaner", query)
        seen += [notice["id"] for notice in page["items"]]
        if page["next_cursor"] is None:
            break
        query = f"?limit=2&cursor={page['next_cursor']}"
    assert len(seen) == 5
    assert seen == sorted(seen, reverse=True)
    for _ in range(2):
        answer = served["cleaner"].post("/api/v1/notices/read", json={"up_to": seen[1]})
        assert answer.json() == {"unread": 1}


def test_who_joins_a_department_does_not_find_its_past_unread(served: Town) -> None:
    from data.engine import writing
    from governance.people import Account

    dispatched(served)
    served.clock.forward(hours=1)
    with writing(served.engine) as session:
        session.get_one(Account, served.people["cleaner_head"].id).created_at = served.clock()
        session.commit()
    assert inbox(served, "cleaner_head")["items"] == []
    assert inbox(served, "cleaner")["unread"] == 1


@ONE_DATABASE
def test_what_an_inbox_cannot_read_is_said(served: Town) -> None:
    worker = served["worker"]
    is_problem(worker.get("/api/v1/notices?cursor=x"), 422, "bad_cursor", "cursor")
    is_problem(worker.get("/api/v1/notices?seen=1"), 422, "unknown_field", "seen")
    is_problem(worker.post("/api/v1/notices/read", json={}), 422, "missing_field", "ids")
    is_problem(worker.post("/api/v1/notices/read", json={"ids": ["one"]}), 422, "invalid_request", "ids.0")


# ---- one's wishes --------------------------------------------------------------------------------------------------

def test_who_has_not_chosen_is_told_as_the_city_does(served: Town) -> None:
    choice = served["cleaner"].get("/api/v1/me/notices").json()
    assert choice["channels"]["sms"] == {"on": True, "address": town.phone_of("cleaner"), "available": True}
    assert choice["channels"]["email"] == {"on": False, "address": "", "available": True}
    assert {name: value for name, value in choice.items() if name != "channels"} == {
        "quiet_from": "22:00", "quiet_to": "07:00", "digest": "off", "digest_at": "09:00", "language": "zh"}


def test_what_one_chooses_holds_from_then_on(served: Town, receiver: Receiver) -> None:
    wishes = {"channels": {"sms": {"on": True}}, "language": "en", "digest": "hourly"}
    for _ in range(2):
        chosen = served["cleaner"].put("/api/v1/me/notices", json=wishes)
        assert chosen.status_code == 200, chosen.text
    assert served["cleaner"].get("/api/v1/me/notices").json() == chosen.json()
    assert (chosen.json()["quiet_from"], chosen.json()["channels"]["sms"]["on"]) == ("", True)
    dispatched(served)
    served.clock.forward(minutes=59)
    post(served)
    assert {got.json["phone"] for got in receiver.got} == {town.phone_of("cleaner_head")}
    served.clock.forward(minutes=1)
    post(served)
    assert receiver.got[-1].json["phone"] == town.phone_of("cleaner")
    assert receiver.got[-1].json["text"].startswith("New dispatch")


@ONE_DATABASE
@pytest.mark.parametrize(("wishes", "field"), [
    ({"channels": {"email": {"on": True}}}, "channels.email.address"),
    ({"channels": {"email": {"on": True, "address": "nobody"}}}, "channels.email.address"),
    ({"channels": {"pigeon": {"on": True}}}, "channels.pigeon.[key]"),
    ({"channels": {"sms": {"on": True, "number": "1"}}}, "channels.sms.number"),
    ({"quiet_from": "25:00", "quiet_to": "07:00"}, "quiet_from"), ({"quiet_from": "22:00"}, "quiet_to"),
    ({"digest": "weekly"}, "digest"), ({"digest_at": ""}, "digest_at"), ({"language": "fr"}, "language"),
    ({"volume": 11}, "volume"),
])
def test_a_wish_that_cannot_be_met_changes_nothing(served: Town, wishes: dict[str, Any], field: str) -> None:
    before = served["worker"].get("/api/v1/me/notices").json()
    for language in ("zh", "en"):
        answer = served["worker"].put("/api/v1/me/notices", json=wishes, headers={"Accept-Language": language})
        assert answer.status_code == 422, answer.text
        assert [problem["field"] for problem in answer.json()["errors"]] == [field]
        assert answer.json()["errors"][0]["message"]
    assert served["worker"].get("/api/v1/me/notices").json() == before


# ---- dead letters --------------------------------------------------------------------------------------------------

def test_an_administrator_sees_what_did_not_arrive_and_sends_it_again(served: Town, receiver: Receiver) -> None:
    incident = dispatched(served)
    receiver.status = 500
    for _ in range(40):
        post(served)
        served.clock.forward(minutes=30)
    dead = served["admin"].get("/api/v1/deliveries?state=dead").json()["items"]
    assert {(letter["number"], letter["channel"], letter["last_error"]) for letter in dead} == {
        (incident["number"], "sms", "HTTP 500")}
    assert {letter["recipient"] for letter in dead} == {
        str(town.account_id(who)) for who in ("cleaner", "cleaner_head")}
    assert town.phone_of("cleaner") not in str(dead)
    receiver.status, receiver.got = 200, []
    again = served["admin"].post(f"/api/v1/deliveries/{dead[0]['id']}/resend")
    assert (again.status_code, again.json()["state"], again.json()["attempts"]) == (200, "waiting", 0)
    served.clock.now = served.clock.now.replace(hour=12)
    post(served)
    assert len(receiver.got) == 1
    assert len(served["admin"].get("/api/v1/deliveries?state=dead&channel=sms").json()["items"]) == 1
    is_problem(served["admin"].post(f"/api/v1/deliveries/{dead[0]['id']}/resend"), 409, "wrong_state")
    is_problem(served["admin"].post("/api/v1/deliveries/999999/resend"), 404, "not_found")
    noted = served["auditor"].get("/api/v1/audit?event=resend").json()["items"]
    assert [entry["subject"] for entry in noted] == [f"delivery {dead[0]['id']}"]


def test_deliveries_are_listed_page_by_page_and_by_state(served: Town) -> None:
    for _ in range(2):
        dispatched(served)
    for person in ("cleaner", "cleaner_head"):
        served[person].put("/api/v1/me/notices", json={"digest": "hourly"})
    dispatched(served)
    states = {state: len(served["admin"].get(f"/api/v1/deliveries?state={state}").json()["items"])
              for state in ("waiting", "held", "sent", "dead")}
    assert states == {"waiting": 7, "held": 2, "sent": 0, "dead": 0}
    first = served["admin"].get("/api/v1/deliveries?limit=5").json()
    rest = served["admin"].get(f"/api/v1/deliveries?limit=5&cursor={first['next_cursor']}").json()
    ids = [item["id"] for item in (*first["items"], *rest["items"])]
    assert len(ids) == 9
    assert ids == sorted(ids, reverse=True)
    is_problem(served["admin"].get("/api/v1/deliveries?state=lost"), 422, "invalid_request", "state")


# ---- webhooks ------------------------------------------------------------------------------------------------------

def test_a_webhook_is_made_shown_told_replayed_and_ended(served: Town, receiver: Receiver) -> None:
    admin = served["admin"]
    made = admin.post("/api/v1/webhooks", json={"name": "热线", "url": f"{receiver.address}/hook", "unit": town.HEPING})
    assert made.status_code == 201, made.text
    hook, secret = made.json()["id"], made.json()["secret"]
    listed = admin.get("/api/v1/webhooks")
    assert [one["id"] for one in listed.json()["items"]] == [hook]
    assert secret not in listed.text
    incident = dispatched(served)
    post(served)
    told_hook = [got for got in receiver.got if got.path == "/hook"]
    assert [got.json["seq"] for got in told_hook] == list(range(1, incident["version"] + 1))
    served.clock.forward(minutes=5)
    again = admin.post(f"/api/v1/webhooks/{hook}/replay",
                       json={"from": "2026-03-03T09:00:00+08:00", "to": "2026-03-03T09:01:00+08:00"})
    assert (again.status_code, again.json()) == (200, {"count": incident["version"]})
    post(served)
    ids = [got.headers["wangge-delivery"] for got in receiver.got if got.path == "/hook"]
    assert ids == [*dict.fromkeys(ids)] * 2
    one = admin.get(f"/api/v1/deliveries?webhook={hook}&limit=1").json()["items"][0]
    assert admin.post(f"/api/v1/deliveries/{one['id']}/resend").status_code == 200  # a receiver knows it by its id
    assert admin.delete(f"/api/v1/webhooks/{hook}").status_code == 204
    assert admin.get("/api/v1/webhooks").json()["items"] == []
    is_problem(admin.delete(f"/api/v1/webhooks/{hook}"), 404, "not_found")
    assert {entry["event"] for entry in served["auditor"].get("/api/v1/audit").json()["items"]} >= {
        "webhook_added", "webhook_replayed", "webhook_ended"}


@ONE_DATABASE
def test_a_webhook_that_cannot_be_is_refused_with_its_field(served: Town) -> None:
    sound = {"name": "热线", "url": "https://receiver.example/hook"}
    for wrong, code, field in (
            ({"url": "ftp://x"}, "bad_url", "url"), ({"unit": "99"}, "unknown_unit", "unit"),
            ({"processes": ["x"]}, "unknown_process", "process"), ({"name": ""}, "invalid_request", "name"),
            ({"colour": "red"}, "unknown_field", "colour")):
        is_problem(served["admin"].post("/api/v1/webhooks", json={**sound, **wrong}), 422, code, field)
    hook = served["admin"].post("/api/v1/webhooks", json=sound).json()["id"]
    is_problem(served["admin"].post(f"/api/v1/webhooks/{hook}/replay", json={
        "from": "2026-03-03T09:00:00+08:00", "to": "2026-03-03T08:00:00+08:00"}), 422, "bad_range", "to")
    is_problem(served["admin"].post(f"/api/v1/webhooks/{hook}/replay", json={}), 422, "missing_field", "from")


def test_the_timeline_of_an_incident_says_who_was_told(served: Town) -> None:
    incident = dispatched(served)
    told_of = served["dispatcher"].get(f"/api/v1/incidents/{incident['number']}/notices").json()
    departments = [row for row in told_of if row["kind"] == "department"]
    assert [row["name"] for row in departments] == [incident["department_name"]]
    assert incident["number"] in departments[0]["text"]
    assert departments[0]["read"] == 0


def test_who_may_not_see_the_incident_may_not_see_who_was_told(served: Town) -> None:
    incident = dispatched(served)
    is_problem(served["dispatcher_2"].get(f"/api/v1/incidents/{incident['id']}/notices"), 404, "not_found")


def test_a_department_is_not_told_the_name_of_the_reporter(served: Town) -> None:
    incident = dispatched(served)
    served.take("dispatcher", incident, "comment", reason="已联系")
    lead = served["cleaner"].get(f"/api/v1/incidents/{incident['id']}/notices").json()
    assert all(row["name"] is None for row in lead if row["kind"] != "department")
