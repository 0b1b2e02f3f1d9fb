"""Rows over HTTP: a screen sends what changes, gets a draft with its preview, applies it; mistakes by row and field."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests import town
from tests.api.conftest import Town
from tests.api.test_reporting import is_problem

PATH = "/api/v1/drafts/rows"
ONE_DATABASE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def edit(served: Town, **said: Any) -> httpx.Response:
    return served["admin"].post(PATH, json=said)


def test_a_row_becomes_a_draft_that_is_applied_and_taken_back(served: Town) -> None:
    made = edit(served, kind="accounts", rows=[{"phone": town.phone_of("worker"), "name": "王新名", "active": True}])
    assert made.status_code == 201, made.text
    draft = made.json()
    assert (draft["kind"], draft["state"], draft["source"], draft["stale"]) == (
        "people", "draft", f"accounts: {town.phone_of('worker')}", False)
    assert draft["preview"]["changes"] == [{"what": "account", "change": "changed", "code": town.phone_of("worker"),
                                            "name": "王新名", "fields": ["name"],
                                            "before": {"name": "王网格"}, "after": {"name": "王新名"}}]
    assert served["admin"].post(f"/api/v1/drafts/{draft['id']}/apply").json()["state"] == "applied"
    assert served["worker"].get("/api/v1/me").json()["name"] == "王新名"
    assert served["admin"].post(f"/api/v1/drafts/{draft['id']}/rollback").json()["state"] == "rolled_back"
    assert served["worker"].get("/api/v1/me").json()["name"] == "王网格"


@ONE_DATABASE
def test_what_changes_nothing_says_so(served: Town) -> None:
    draft = edit(served, kind="departments", rows=[{"code": "traffic", "name": "和平区交警支队"}]).json()
    assert draft["preview"]["changed"] is False
    is_problem(served["admin"].post(f"/api/v1/drafts/{draft['id']}/apply"), 409, "conflict")


@ONE_DATABASE
@pytest.mark.parametrize(("said", "code", "field"), [
    ({"kind": "accounts", "rows": [{"phone": "1380000", "colour": "red"}]}, "invalid", "rows.0.colour"),
    ({"kind": "accounts", "rows": [{"name": "无号"}]}, "invalid", "rows.0.phone"),
    ({"kind": "accounts", "rows": [{"phone": "13800000000", "name": "x", "role": "king", "unit": "12"}]}, "invalid",
     "rows.0.role"),
    ({"kind": "departments", "removed": ["nobody"]}, "invalid", "removed.0"),
    ({"kind": "departments"}, "missing_field", "rows"),
    ({"kind": "taxonomy", "list": "none", "rows": [{"code": "1"}]}, "unknown_list", "list"),
    ({"kind": "grids", "rows": []}, "invalid_request", "kind"),
    ({"kind": "calendar", "rows": [{"date": "2026-05-04"}], "colour": "red"}, "unknown_field", "colour"),
    ({"kind": "calendar", "rows": [{"date": "2026-05-04", "kind": "rest"}]}, "invalid", "rows.0.kind"),
])
def test_a_mistake_names_its_row_and_makes_no_draft(served: Town, said: dict[str, Any], code: str, field: str) -> None:
    is_problem(edit(served, **said), 422, code, field)
    assert served["admin"].get("/api/v1/drafts").json()["items"] == []


@ONE_DATABASE
def test_cells_of_another_kind_are_refused(served: Town) -> None:
    answer = edit(served, kind="calendar", rows=[{"date": {"day": 1}}])
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")
    is_problem(edit(served, kind="calendar", rows=[{"date": "2026-05-04", "kind": "holiday", "name": "a\u0000b"}]), 422,
               "invalid_request")
    is_problem(served["dispatcher"].post(PATH, json={"kind": "calendar", "rows": []}), 403, "not_allowed")
