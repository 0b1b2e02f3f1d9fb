"""Drafts over HTTP: files in, a preview out, applied and taken back; only by an admin."""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import Any

import pytest

from tests import town
from tests.api.conftest import Town
from tests.api.test_reporting import is_problem
from tests.stores.city_sheets import LEAF, a_list

PATH = "/api/v1/drafts"
ONE_DATABASE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def sent(folder: Path, *leaves: dict[str, str], **said: Any) -> dict[str, Any]:
    files = a_list(folder, *leaves)
    return {"data": {"kind": "taxonomy", **said},
            "files": {part: (path.name, path.read_bytes()) for part, path in files.items()}}


def test_a_list_goes_from_files_into_force_and_back(served: Town, tmp_path: Path) -> None:
    admin = served["admin"]
    etag = admin.get("/api/v1/taxonomy").headers["etag"]
    made = admin.post(PATH, **sent(tmp_path, LEAF))
    assert made.status_code == 201, made.text
    draft = made.json()
    assert (draft["state"], draft["source"], draft["created_name"], draft["stale"]) == (
        "draft", "categories.csv, standards.csv", "林管理", False)
    assert draft["preview"]["counts"]["category"]["removed"] > 0
    assert draft["preview"]["affects"] == {"open_incidents": 0, "due_times": 0, "numbers": []}
    applied = admin.post(f"{PATH}/{draft['id']}/apply")
    assert (applied.status_code, applied.json()["version"]) == (200, 2)
    assert admin.get("/api/v1/taxonomy").json()["version"] == 2
    assert admin.get(f"{PATH}/{draft['id']}").json()["state"] == "applied"
    assert admin.post(f"{PATH}/{draft['id']}/rollback").json()["state"] == "rolled_back"
    again = admin.get("/api/v1/taxonomy")
    assert (again.json()["version"], again.headers["etag"]) == (1, etag)


def test_a_broken_file_tells_each_bad_row(served: Town, tmp_path: Path) -> None:
    answer = served["admin"].post(PATH, **sent(tmp_path, LEAF | {"kind": "wonder", "level": "moon"}))
    assert answer.status_code == 201, answer.text
    draft = answer.json()
    assert (draft["preview"], draft["problems"]["count"], draft["bad_rows"]) == (None, 2, 2)
    assert {(row["line"], row["field"]) for row in draft["problems"]["rows"]} == {(3, "kind"), (3, "level")}
    assert all(row["zh"] and row["en"] for row in draft["problems"]["rows"])
    is_problem(served["admin"].post(f"{PATH}/{draft['id']}/apply"), 409, "conflict")
    assert served["admin"].delete(f"{PATH}/{draft['id']}").status_code == 204
    is_problem(served["admin"].delete(f"{PATH}/{draft['id']}"), 409, "conflict")


def test_a_stale_draft_says_so_and_is_compared_again(served: Town, tmp_path: Path) -> None:
    admin = served["admin"]
    first, second = (admin.post(PATH, **sent(tmp_path, LEAF | {"name": name})).json() for name in ("甲", "乙"))
    assert admin.post(f"{PATH}/{first['id']}/apply").status_code == 200
    stale = admin.post(f"{PATH}/{second['id']}/apply")
    is_problem(stale, 409, "stale_draft")
    assert stale.json()["current_revision"] == stale.json()["compared_revision"] + 1
    assert admin.get(f"{PATH}/{second['id']}").json()["stale"] is True
    compared = admin.post(f"{PATH}/{second['id']}/compare").json()
    assert (compared["stale"], compared["preview"]["counts"]) == (False, {"category": {"changed": 1}})
    (change,) = compared["preview"]["changes"]
    assert (change["fields"], change["before"], change["after"]) == (["name"], {"name": "甲"}, {"name": "乙"})
    assert admin.post(f"{PATH}/{second['id']}/apply").json()["version"] == 3


@ONE_DATABASE
def test_the_list_goes_page_by_page(served: Town, tmp_path: Path) -> None:
    admin = served["admin"]
    made = [admin.post(PATH, **sent(tmp_path, LEAF)).json()["id"] for _ in range(3)]
    admin.delete(f"{PATH}/{made[0]}")
    seen, cursor = [], None
    while True:
        page = admin.get(PATH, params={"limit": 1, "state": "draft"} | ({"cursor": cursor} if cursor else {})).json()
        seen += [row["id"] for row in page["items"]]
        if (cursor := page["next_cursor"]) is None:
            break
    assert sorted(seen) == sorted(made[1:])


@ONE_DATABASE
def test_what_is_wrong_with_the_request_is_named(served: Town, tmp_path: Path) -> None:
    admin = served["admin"]
    is_problem(admin.post(PATH, **sent(tmp_path, LEAF, colour="red")), 422, "unknown_field", "colour")
    is_problem(admin.post(PATH, data={"kind": "wonder"}, files={"days": b"x"}), 422, "invalid_request", "kind")
    is_problem(admin.post(PATH, data={"kind": "calendar"}), 422, "missing_field", "days")
    is_problem(admin.post(PATH, data={"kind": "calendar"}, files={"accounts": b"x"}), 422, "unknown_part", "accounts")
    is_problem(admin.get(f"{PATH}/{uuid.uuid4()}"), 404, "not_found")
    is_problem(admin.post(f"{PATH}/{uuid.uuid4()}/apply"), 404, "not_found")
    is_problem(served["dispatcher"].get(PATH), 403, "not_allowed")


@ONE_DATABASE
@pytest.mark.parametrize("name", ["../../outside.csv", "名单.csv", "a" * 300 + ".csv", "..", "", "days.xlsx",
                                  "C:\\x\\d.csv"])
def test_a_file_is_called_what_it_is_called_and_goes_nowhere_else(served: Town, name: str) -> None:
    answer = served["admin"].post(PATH, data={"kind": "calendar"},
                                  files={"days": (name or "x", b"date,kind,name\n2099,year,\n")})
    assert answer.status_code == 201, answer.text
    source = answer.json()["source"]
    assert "/" not in source
    assert len(source) <= 100
    assert bool(answer.json()["bad_rows"]) == name.endswith(".xlsx")


@ONE_DATABASE
def test_grids_and_incidents_are_drafts_too(served: Town, tmp_path: Path) -> None:
    admin = served["admin"]
    lon, lat = town.centre_of(town.CELL)
    row = f"A-1,closed,hotline,{town.NOISE},{lon},{lat},2025-05-01 08:00,2025-05-01 09:00"
    sheet = f"number,status,source,subcategory,lon,lat,reported_at,closed_at\n{row}\n".encode()
    made = admin.post(PATH, data={"kind": "incidents", "system": "旧系统"}, files={"incidents": ("old.csv", sheet)})
    assert made.status_code == 201, made.text
    assert made.json()["preview"]["more"]["statuses"] == {"closed": 1}
    assert admin.post(f"{PATH}/{made.json()['id']}/apply").status_code == 200
    found = served["dispatcher"].get("/api/v1/incidents").json()["items"]
    assert [(one["status"], one["reporter"]["name"]) for one in found] == [("closed", "")]
    units = served["admin"].post(PATH, data={"kind": "grids"}, files={"units": (
        "units.csv", "code,parent_code,level,name\n12,,city,示例市\n120,12,street,别街\n".encode())})
    assert units.status_code == 201, units.text
    assert units.json()["bad_rows"] > 0
