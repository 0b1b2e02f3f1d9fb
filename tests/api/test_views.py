"""Saved views: each person's own, in their order."""

from __future__ import annotations

import uuid
from typing import Any

import httpx
import pytest

from tests.api.conftest import Town
from tests.api.test_reporting import is_problem

PATH = "/api/v1/me/views"


def save(served: Town, person: str, view: uuid.UUID | None = None, **said: Any) -> httpx.Response:
    body = {"screen": "desk", "name": "本街道超期", "query": "overdue=true&sort=due_at", **said}
    return served[person].put(f"{PATH}/{view or uuid.uuid4()}", json=body)


def names(served: Town, person: str, query: str = "") -> list[str]:
    return [view["name"] for view in served[person].get(f"{PATH}{query}").json()["items"]]


def test_a_view_is_saved_changed_and_deleted(served: Town) -> None:
    ident = uuid.uuid4()
    said = {"id": str(ident), "screen": "desk", "name": "本街道超期", "query": "overdue=true&sort=due_at",
            "position": 0}
    assert save(served, "dispatcher", ident).json() == said
    assert save(served, "dispatcher", ident, name="今日", query="q=井盖", position=3).status_code == 200
    assert served["dispatcher"].get(PATH).json() == {
        "items": [said | {"name": "今日", "query": "q=井盖", "position": 3}]}
    assert served["dispatcher"].delete(f"{PATH}/{ident}").status_code == 204
    assert names(served, "dispatcher") == []
    is_problem(served["dispatcher"].delete(f"{PATH}/{ident}"), 404, "not_found")


def test_views_stand_in_their_order_by_screen(served: Town) -> None:
    for name, screen, position in (("二", "desk", 2), ("一", "desk", 1), ("图", "city", 0)):
        save(served, "dispatcher", name=name, screen=screen, position=position)
    assert names(served, "dispatcher") == ["图", "一", "二"]
    assert names(served, "dispatcher", "?screen=desk") == ["一", "二"]


def test_what_another_has_saved_is_out_of_reach(served: Town) -> None:
    ident = uuid.uuid4()
    save(served, "dispatcher", ident)
    assert names(served, "dispatcher_2") == []
    is_problem(save(served, "dispatcher_2", ident, name="抢占"), 409, "id_taken", "id")
    is_problem(served["dispatcher_2"].delete(f"{PATH}/{ident}"), 404, "not_found")
    assert names(served, "dispatcher") == ["本街道超期"]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_fifty_and_no_more(served: Town) -> None:
    idents = [uuid.uuid4() for _ in range(50)]
    for ident in idents:
        assert save(served, "leader", ident).status_code == 200
    is_problem(save(served, "leader"), 409, "too_many_views")
    assert save(served, "leader", idents[0], name="改名").status_code == 200
    assert save(served, "worker").status_code == 200


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_views_that_cannot_be(served: Town) -> None:
    for wrong, field in (({"name": " "}, "name"), ({"query": "x" * 2001}, "query"), ({"screen": ""}, "screen"),
                         ({"position": -1}, "position")):
        is_problem(save(served, "worker", **wrong), 422, "invalid_request", field)
    is_problem(save(served, "worker", colour="red"), 422, "unknown_field", "colour")
