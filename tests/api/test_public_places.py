"""What helps a resident to fill the form, before anybody has said who it is."""

from __future__ import annotations

import pytest

from tests import town
from tests.api.conftest import Town
from tests.api.residents import PUBLIC
from tests.api.test_reporting import is_problem

ONE_DATABASE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@ONE_DATABASE
def test_a_point_has_a_community(served: Town) -> None:
    lon, lat = town.centre_of(town.CELL)
    found = served.stranger().get(f"{PUBLIC}/locate", params={"lon": lon, "lat": lat}).json()
    assert (found["placement"], found["unit"]) == ("inside", town.CELL[:12])
    assert "和平区" in found["path_name"]
    far = served.stranger().get(f"{PUBLIC}/locate", params={"lon": 100, "lat": 30}).json()
    assert far == {"placement": "outside", "unit": None, "street": None, "path_name": None}


@ONE_DATABASE
def test_outlines_end_at_the_community(served: Town) -> None:
    path = f"{PUBLIC}/units/{town.HEPING}/outlines"
    outlines = served.stranger().get(path)
    assert outlines.json()["features"]
    assert all(len(one["properties"]["code"]) == 12 for one in outlines.json()["features"])
    again = served.stranger().get(path, headers={"If-None-Match": outlines.headers["etag"]})
    assert again.status_code == 304
    is_problem(served.stranger().get(path, params={"level": "cell"}), 422, "invalid_request", "level")
    is_problem(served.stranger().get(f"{PUBLIC}/units/99/outlines"), 404, "not_found")


@ONE_DATABASE
def test_words_suggest_only_what_the_public_may_report(served: Town) -> None:
    def asked(text: str) -> list[str]:
        answer = served.stranger().post(f"{PUBLIC}/suggestions", json={"text": text})
        assert answer.status_code == 200, answer.text
        return [one["code"] for one in answer.json()["items"]]

    offered = served.stranger().get(f"{PUBLIC}/taxonomy").json()["categories"]
    public = {leaf["code"] for top in offered for leaf in top["subcategories"]}
    found = asked("路口的井盖没了")
    assert found[0] == town.MANHOLE
    assert 0 < len(found) <= 3
    assert set(found) <= public
    assert asked("😀😀") == []
    is_problem(served.stranger().post(f"{PUBLIC}/suggestions", json={"text": "井盖", "process": "care_alarm"}),
               422, "not_public", "process")
