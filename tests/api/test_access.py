"""Who may call what: every route asks who calls and names its permission; every role meets every route."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute, iter_route_contexts

from api.app import create_app
from api.dependencies import Holds
from governance.people import ROLES, Actor
from governance.scope import HOLDS, PERMISSIONS
from governance.settings import Settings
from tests import town
from tests.api.conftest import Town
from tests.api.test_reporting import is_problem

PUBLIC = "/api/v1/public"
OPEN = {("GET", "/healthz"), ("GET", "/readyz"), ("GET", "/metrics"), ("POST", "/api/v1/sessions"),
        ("POST", f"{PUBLIC}/codes"), ("POST", f"{PUBLIC}/sessions"), ("GET", f"{PUBLIC}/processes"),
        ("GET", f"{PUBLIC}/taxonomy"), ("GET", f"{PUBLIC}/departments"), ("GET", f"{PUBLIC}/units"),
        ("GET", f"{PUBLIC}/incidents/{{number}}"), ("POST", f"{PUBLIC}/incidents/{{number}}/rate"),
        ("GET", f"{PUBLIC}/inquiries"), ("GET", f"{PUBLIC}/inquiries/{{number}}"),
        ("GET", f"{PUBLIC}/inquiries/bulletin"), ("GET", f"{PUBLIC}/locate"), ("POST", f"{PUBLIC}/suggestions"),
        ("GET", f"{PUBLIC}/units/{{code}}/outlines"), ("GET", f"{PUBLIC}/screens")}
#: For everybody who is signed in: one's own session and inbox.
OWN = {("GET", "/api/v1/me"), ("DELETE", "/api/v1/sessions/current"), ("GET", "/api/v1/notices"),
       ("POST", "/api/v1/notices/read"), ("GET", "/api/v1/me/notices"), ("PUT", "/api/v1/me/notices"),
       ("GET", "/api/v1/me/views"), ("PUT", "/api/v1/me/views/{view}"), ("DELETE", "/api/v1/me/views/{view}"),
       ("GET", "/api/v1/me/figures"), ("POST", "/api/v1/me/password")}
ONE_DATABASE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def routes(app: FastAPI) -> Iterator[tuple[str, str, list[Holds]]]:
    """Every route of ours: method, path, and what it asks of the caller."""
    for context in iter_route_contexts(app.routes):
        if isinstance(context.original_route, APIRoute):
            asked = [d.call for d in context.original_route.dependant.dependencies if isinstance(d.call, Holds)]
            for method in context.methods or ():
                yield method, str(context.path), asked


@ONE_DATABASE
def test_every_route_asks_who_calls_and_names_its_permission(settings: Settings) -> None:
    app = create_app(settings)
    known = list(routes(app))
    app.state.parts.engine.dispose()
    assert len(known) > 20
    for method, path, asked in known:
        if (method, path) in OPEN:
            assert asked == [], path
        else:
            assert len(asked) == 1, path
            permission = asked[0].permission
            assert permission in PERMISSIONS or (permission is None and (method, path) in OWN), path


@ONE_DATABASE
def test_strangers_meet_a_closed_door_everywhere(served: Town) -> None:
    for method, path, asked in routes(served.app):
        if asked:
            is_problem(served.stranger().request(method, filled(path), json={}), 401, "not_authenticated")


@ONE_DATABASE
@pytest.mark.parametrize("role", list(ROLES))
def test_every_role_at_every_route(served: Town, people: dict[str, Actor], role: str) -> None:
    """Whoever lacks the permission gets 403; whoever holds it gets an answer to what was asked."""
    person = next(key for key, actor in people.items() if actor.role == role)
    for method, path, asked in routes(served.app):
        if not asked or method == "DELETE":
            continue
        answer = served[person].request(method, filled(path), **sound(path))
        if asked[0].permission in (None, *HOLDS[role]):
            wanted = (503,) if path.endswith("/live") else (200, 201, 204, 404)  # here is no Redis to look at
            assert answer.status_code in wanted, (method, path, answer.text)
        else:
            is_problem(answer, 403, "not_allowed")


def filled(path: str) -> str:
    return path.format(code=town.HEPING, attachment_id=uuid.UUID(int=1), incident=uuid.UUID(int=1), action="comment",
                       webhook=uuid.UUID(int=1), delivery=1, month="2026-02", draft=uuid.UUID(int=1),
                       patrol=uuid.UUID(int=1), view=uuid.uuid4(), kind="incidents", account=uuid.UUID(int=1)) \
        + ("?lon=117.2&lat=39.1" if path.endswith("locate") else "") \
        + (f"?lon=117.2&lat=39.1&subcategory={town.NOISE}" if path.endswith("nearby") else "") \
        + ("?code=grid_event" if path.endswith("exchange/processes") else "")


def sound(path: str) -> dict[str, Any]:
    """A body with nothing wrong in its form."""
    lon, lat = town.centre_of(town.CELL)
    bodies: dict[str, dict[str, Any]] = {
        "/api/v1/incidents": {"json": {"description": "路口积水", "lon": lon, "lat": lat}},
        f"{PUBLIC}/incidents": {"json": {"description": "路口积水", "lon": lon, "lat": lat}},
        "/api/v1/inquiries/{incident}/page": {"json": {"shown": True}},
        "/api/v1/incidents/actions/{action}": {"json": {"ids": [str(uuid.UUID(int=1))], "reason": "看过"}},
        "/api/v1/incidents/{incident}/actions/{action}": {"json": {"version": 1, "reason": "看过"}},
        "/api/v1/bulletins": {"json": {"month": "2026-02", "unit": town.CITY}},
        "/api/v1/notices/read": {"json": {"ids": [1]}}, "/api/v1/me/notices": {"json": {}},
        "/api/v1/webhooks": {"json": {"name": "热线", "url": "https://receiver.example/wangge"}},
        "/api/v1/webhooks/{webhook}/replay": {"json": {"from": "2026-03-03T08:00:00Z", "to": "2026-03-03T09:00:00Z"}},
        "/api/v1/grids/audit": {"files": {"units": ("units.csv", "code,name\n12,示例市\n".encode())}},
        "/api/v1/drafts": {"data": {"kind": "calendar"}, "files": {"days": ("d.csv", b"date,kind,name\n2099,year,\n")}},
        "/api/v1/accounts/{account}/password": {"json": {"password": "a good one 1"}},
        "/api/v1/me/password": {"json": {"old": town.PASSWORD, "password": town.PASSWORD}},
        "/api/v1/drafts/rows": {"json": {"kind": "calendar", "rows": [{"date": "2026-05-04", "kind": "holiday"}]}},
        "/api/v1/taxonomy/suggestions": {"json": {"text": "路口积水"}},
        "/api/v1/patrols": {"json": {"id": str(uuid.uuid4()), "unit": town.COMMUNITY,
                                     "started_at": town.NOW.isoformat()}},
        "/api/v1/patrols/{patrol}/points": {"json": {"seq": 1, "points": [
            {"lon": lon, "lat": lat, "captured_at": town.NOW.isoformat()}]}},
        "/api/v1/patrols/{patrol}/end": {"json": {}},
        "/api/v1/me/views/{view}": {"json": {"screen": "desk", "name": "今日"}},
        "/api/v1/attachments": {"files": {"file": ("a.pdf", b"%PDF-1.7\n%%EOF")}},
    }
    return bodies.get(path, {})


# ---- what each sees ------------------------------------------------------------------------------------------------

def test_everybody_sees_their_own_part_of_the_town(served: Town, people: dict[str, Actor]) -> None:
    """One incident in the first community, with the first street's sanitation; reported by a resident."""
    incident = served.report("resident", description="楼下垃圾", subcategory=town.RUBBISH)
    served.take("dispatcher", incident, "file")
    sees = {"worker", "lead", "dispatcher", "cleaner", "cleaner_head", "centre", "supervisor", "leader", "admin",
            "resident"}
    for person in set(people) - {"auditor"}:
        listed = served[person].get("/api/v1/incidents").json()["items"]
        one = served[person].get(f"/api/v1/incidents/{incident['number']}")
        steps = served[person].get(f"/api/v1/incidents/{incident['id']}/transitions")
        assert bool(listed) == (person in sees), person
        assert one.status_code == steps.status_code == (200 if person in sees else 404), person


def test_the_reporter_is_known_only_to_who_needs_it(served: Town) -> None:
    incident = served.report("resident", description="楼下垃圾", subcategory=town.RUBBISH)
    served.take("dispatcher", incident, "file")
    knowing = {"resident", "dispatcher", "centre", "supervisor"}
    for person in knowing | {"worker", "lead", "cleaner", "cleaner_head", "leader", "admin"}:
        answers = [served[person].get(f"/api/v1/incidents{path}") for path in
                   ("", f"/{incident['id']}", f"/{incident['id']}/transitions", f"/{incident['id']}/actions")]
        told = "".join(answer.text for answer in answers)
        hints = ("郑居民", town.phone_of("resident"), str(town.account_id("resident")))
        assert [hint in told for hint in hints] == [person in knowing] * 3, person


def test_reading_a_restricted_incident_is_written_down_with_the_answer(served: Town) -> None:
    care = served.report("worker", subcategory=town.CARE, description="独居老人需要探访")
    served.report("worker")
    assert care["sensitivity"] == "restricted"
    for path in ("", f"/{care['number']}", f"/{care['id']}/transitions"):
        assert served["dispatcher"].get(f"/api/v1/incidents{path}").status_code == 200
    entries = served["auditor"].get("/api/v1/audit?event=read_restricted").json()["items"]
    assert [(entry["subject"], entry["actor"], entry["role"]) for entry in entries] == [
        (care["number"], str(town.account_id("dispatcher")), "dispatcher")] * 3
    assert served["dispatcher_hedong"].get(f"/api/v1/incidents/{care['id']}").status_code == 404
    assert len(served["auditor"].get("/api/v1/audit?event=read_restricted").json()["items"]) == 3


def test_the_auditor_reads_page_by_page(served: Town) -> None:
    stranger = served.stranger()
    for number in range(5):
        stranger.post("/api/v1/sessions", json={"phone": f"1399999000{number}", "password": "x"})
    seen, cursor = [], ""
    while True:
        page = served["auditor"].get(f"/api/v1/audit?event=sign_in_failed&limit=2{cursor}").json()
        seen += [entry["id"] for entry in page["items"]]
        if page["next_cursor"] is None:
            break
        cursor = f"&cursor={page['next_cursor']}"
    assert len(seen) == 5
    assert seen == sorted(seen, reverse=True)
    assert "13999990000" not in served["auditor"].get("/api/v1/audit").text
    is_problem(served["auditor"].get("/api/v1/audit?cursor=zero"), 422, "bad_cursor", "cursor")


# ---- what it costs -------------------------------------------------------------------------------------------------

def test_knowing_the_caller_takes_one_question(served: Town, questions: list[str]) -> None:
    client = served["worker"]
    client.get("/api/v1/me")
    questions.clear()
    assert client.get("/api/v1/me").status_code == 200
    assert client.get("/api/v1/taxonomy").status_code == 200
    assert len(questions) == 2, questions


def test_a_long_list_takes_as_many_questions_as_a_short_one(served: Town, questions: list[str]) -> None:
    counts = []
    for _ in range(2):
        for _ in range(4):
            served.report("worker", attachments=[served.photo("worker")])
        questions.clear()
        assert served["dispatcher"].get("/api/v1/incidents").status_code == 200
        counts.append(len(questions))
    assert max(counts) <= 5, questions


def test_a_resident_follows_the_own_report_without_inner_notes(served: Town) -> None:
    """What moved it and what was told to the reporter; not who works there, not what they say to each other."""
    incident = served.report("resident", description="楼下垃圾", subcategory=town.RUBBISH)
    incident = served.take("dispatcher", incident, "file")
    served.take("dispatcher", incident, "comment", reason="此人多次来电")
    steps = served["resident"].get(f"/api/v1/incidents/{incident['number']}/transitions").json()
    assert [step["action"] for step in steps] == ["report", "file", "dispatch"]
    assert [step["actor"] and step["actor"]["name"] for step in steps] == ["郑居民", None, None]
    shown = served["resident"].get(f"/api/v1/incidents/{incident['number']}").json()
    assert (shown["decision"], shown["requests"]) == (None, [])
    assert len(served["dispatcher"].get(f"/api/v1/incidents/{incident['number']}/transitions").json()) == 4
