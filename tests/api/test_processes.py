"""The processes over HTTP: what a screen draws, in words; a new version as a draft; the file out again."""

from __future__ import annotations

from typing import Any

import pytest

from governance import process_check
from governance.case import ActionFields
from governance.notices import words as notice_words
from governance.people import ROLES
from governance.process_words import AUDIENCES, BARS, CONDITIONS, FIELDS, PARTIES, ROLES_EN, STEPS
from tests.api.conftest import Town
from tests.api.test_reporting import is_problem
from tests.stores.test_drafts_process import GRID_EVENT, changed, with_a_pause

PATH = "/api/v1/processes"
ONE_DATABASE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def grid_event(served: Town, person: str = "worker") -> dict[str, Any]:
    answer = served[person].get(f"{PATH}/grid_event")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


@ONE_DATABASE
def test_the_processes_are_listed_and_their_load_is_told_to_administrators(served: Town) -> None:
    served.report("worker")
    rows = {row["code"]: row for row in served["admin"].get(PATH).json()["items"]}
    assert set(rows) == {"grid_event", "public_inquiry", "care_alarm"}
    assert (rows["grid_event"]["open_incidents"], rows["care_alarm"]["open_incidents"]) == (1, 0)
    assert (rows["grid_event"]["name"], rows["grid_event"]["list"], rows["grid_event"]["version"]) == (
        "网格事件", "grid", None)
    assert {row["open_incidents"] for row in served["worker"].get(PATH).json()["items"]} == {None}
    is_problem(served["worker"].get(f"{PATH}/nothing"), 404, "not_found")


@ONE_DATABASE
def test_states_and_edges_are_what_a_screen_draws(served: Town) -> None:
    process = grid_event(served)
    states = {state["code"]: state for state in process["states"]}
    assert (states["reported"]["start"], states["reported"]["open"], states["closed"]["end"]) == (True, True, True)
    edges = {(edge["from"], edge["to"]): edge["label"] for edge in process["edges"]}
    assert (edges[None, "reported"], edges["dispatched", "filed"]) == ("上报", "退回")
    assert (edges["handled", "closed"], edges["handled", "handling"]) == ("核查 通过", "核查 不通过")
    assert ("filed", "filed") not in edges
    assert {state for edge in edges for state in edge if state} == set(states)


@ONE_DATABASE
def test_an_action_is_told_in_words(served: Town) -> None:
    process = grid_event(served)
    actions = {action["code"]: action for action in process["actions"]}
    dispatch, check = actions["dispatch"], actions["check"]
    assert (dispatch["name"], dispatch["from"], dispatch["to"]) == ("派遣", ["filed"], "dispatched")
    assert [field["code"] for field in dispatch["fields"] if field["required"]] == ["department"]
    assert {"code": "engine", "name": "系统", "name_en": "the system"} in dispatch["roles"]
    assert {(way["when"], way["to"]) for way in check["targets"]} == {("passed", "closed"), ("failed", "handling")}
    assert {"clock": "handle", "does": "start", "when": "failed"} in check["clocks"]
    assert actions["file"]["then"][0]["conditions"][0]["name"] == "规则恰好找到一个单位"
    assert [bar["name"] for bar in check["unless"]] == ["自己办的"]
    assert actions["urge"]["notices"][0]["to_name"] == "时限的承办人"
    handle = next(clock for clock in process["clocks"] if clock["code"] == "handle")
    assert (handle["by_standard"], handle["limit"]["value"], handle["limit"]["unit_name"]) == (True, 4, "工作小时")


@ONE_DATABASE
def test_the_file_itself_is_for_administrators(served: Town) -> None:
    assert grid_event(served)["text"] is None
    assert grid_event(served, "admin")["text"] == GRID_EVENT
    is_problem(served["worker"].get("/api/v1/exchange/processes?code=grid_event"), 403, "not_allowed")


def test_a_new_version_goes_from_a_file_into_force_out_and_back(served: Town) -> None:
    admin, said = served["admin"], changed(with_a_pause)
    made = admin.post("/api/v1/drafts", data={"kind": "process"}, files={"process": ("grid.yaml", said.encode())})
    assert made.status_code == 201, made.text
    draft = made.json()
    assert (draft["name"], draft["preview"]["counts"]["action"]["added"]) == ("grid_event", 2)
    assert admin.post(f"/api/v1/drafts/{draft['id']}/apply").json()["version"] == 1
    assert grid_event(served)["version"] == 1
    exported = admin.get("/api/v1/exchange/processes?code=grid_event")
    assert (exported.text, exported.headers["content-type"]) == (said, "application/yaml")
    assert "grid_event.yaml" in exported.headers["content-disposition"]
    assert admin.post(f"/api/v1/drafts/{draft['id']}/rollback").json()["state"] == "rolled_back"
    assert admin.get("/api/v1/exchange/processes?code=grid_event").text == GRID_EVENT
    assert admin.get("/api/v1/exchange/processes?code=grid_event&version=1").text == said
    is_problem(admin.get("/api/v1/exchange/processes?code=grid_event&version=2"), 404, "not_found")
    is_problem(admin.get("/api/v1/exchange/processes?code=no"), 404, "not_found")


@ONE_DATABASE
def test_a_broken_file_tells_line_field_and_reason(served: Town) -> None:
    said = GRID_EVENT.replace("does: [take_on]", "does: [dance]")
    made = served["admin"].post("/api/v1/drafts", data={"kind": "process"}, files={"process": ("p.yaml", said)}).json()
    row = made["problems"]["rows"][0]
    line = next(n for n, text in enumerate(said.splitlines(), start=1) if "dance" in text)
    assert (row["line"], row["field"], row["zh"], row["en"]) == (
        line, "actions.sign.does", "没有步骤 dance", "action sign: unknown step dance")


def test_every_name_that_a_process_may_use_has_words() -> None:
    assert (tuple(STEPS), tuple(BARS), tuple(CONDITIONS)) == (
        process_check.STEPS, process_check.BARS, process_check.CONDITIONS)
    assert set(AUDIENCES) == set(notice_words.AUDIENCES)
    assert set(PARTIES) == set(process_check.PARTIES)
    assert set(ROLES_EN) == {*ROLES, *process_check.SYSTEM_ROLES}
    assert set(FIELDS) == set(ActionFields.__dataclass_fields__)
