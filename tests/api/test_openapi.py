"""The contract as OpenAPI tells it, the router's own refusals, and the state of health."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import text

from api.app import create_app
from api.errors import TITLES, status_of
from data.engine import make_engine
from governance import errors
from governance.errors import WanggeError
from governance.settings import Settings
from tests.api.conftest import Clock, Town, listening
from tests.api.test_access import OPEN
from tests.api.test_reporting import is_problem

ONE_DATABASE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def contract(settings: Settings) -> Iterator[dict[str, Any]]:
    app = create_app(settings)
    yield app.openapi()
    app.state.parts.engine.dispose()


def operations(contract: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in contract["paths"].items():
        for method, operation in methods.items():
            yield method, path, operation


@ONE_DATABASE
def test_every_operation_has_its_name_words_and_errors(contract: dict[str, Any]) -> None:
    names = [operation["operationId"] for _, _, operation in operations(contract)]
    assert len(names) == len(set(names)) > 20
    known = {tag["name"] for tag in contract["tags"]}
    for method, path, operation in operations(contract):
        assert set(operation["tags"]) <= known, path
        assert re.search(r"[一-鿿]", operation["summary"]), path
        assert re.search(r"[A-Za-z]{2}", operation["summary"]), path
        if path in ("/healthz", "/readyz", "/metrics", "/api/v1/public/screens"):
            continue
        wanted = {"401", "422", "500", "503"} | (set() if path in ("/api/v1/me", "/api/v1/sessions") else {"403"})
        if (method.upper(), path) in OPEN and path != "/api/v1/sessions":
            wanted = {"422", "429", "500", "503"}
        assert wanted <= set(operation["responses"]), path
        for status, response in operation["responses"].items():
            if status not in ("204", "304"):
                assert response["content"], (path, status)
            if status.startswith(("4", "5")):
                assert list(response["content"]) == ["application/problem+json"], (path, status)


@ONE_DATABASE
def test_every_reference_leads_somewhere(contract: dict[str, Any]) -> None:
    known = set(contract["components"]["schemas"])
    used = set(re.findall(r"#/components/schemas/(\w+)", str(contract)))
    assert used <= known
    assert "HTTPValidationError" not in known
    assert {"IncidentOut", "Problem"} <= used
    asked = [o for method, path, o in operations(contract) if (method.upper(), path) not in OPEN]
    assert all(operation["security"] for operation in asked)


@ONE_DATABASE
def test_what_comes_in_admits_no_unknown_field(contract: dict[str, Any]) -> None:
    for name in ("IncidentIn", "ActionIn", "ManyIn", "SignIn"):
        assert contract["components"]["schemas"][name]["additionalProperties"] is False


@ONE_DATABASE
def test_addresses_and_methods_that_are_none(served: Town) -> None:
    is_problem(served.stranger().get("/api/v1/nothing"), 404, "not_found")
    answer = served.stranger().put("/api/v1/incidents")
    is_problem(answer, 405, "method_not_allowed")
    assert "POST" in answer.headers["allow"]
    assert served.stranger().get("/openapi.json").json()["info"]["title"] == "网格 Wangge"
    assert served.stranger().get("/docs").headers["location"].endswith("/docs/")


@ONE_DATABASE
def test_what_breaks_inside_says_nothing_of_the_inside(served: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*args: Any) -> None:
        raise RuntimeError("secret of the house")

    monkeypatch.setattr("governance.queries.list_incidents", broken)
    answer = served["worker"].get("/api/v1/incidents")
    is_problem(answer, 500, "internal_error")
    assert "secret" not in answer.text


def test_every_error_of_the_rules_has_its_status() -> None:
    def below(error: type[WanggeError]) -> Iterator[type[WanggeError]]:
        for kind in error.__subclasses__():
            yield kind
            yield from below(kind)

    known = {kind: status_of(kind) for kind in below(WanggeError)}
    assert set(known.values()) <= set(TITLES)
    assert known[errors.BadCredentials] == 401
    assert known[errors.StaleVersion] == 409


# ---- health --------------------------------------------------------------------------------------------------------

def test_ready_with_its_database_schema_and_city(served: Town) -> None:
    assert served.stranger().get("/healthz").json() == {"status": "alive"}
    answer = served.stranger().get("/readyz")
    assert answer.status_code == 200, answer.text
    assert answer.json()["status"] == "ready"
    assert answer.json()["relay_lag_seconds"] == 0
    served.report("worker")
    served.clock.forward(seconds=90)
    assert served.stranger().get("/readyz").json()["relay_lag_seconds"] == 90


@ONE_DATABASE
def test_without_redis_it_takes_reports_and_says_so(settings: Settings, clock: Clock, redis_url: str) -> None:
    import httpx

    for url, status in ((redis_url, "ready"), ("redis://127.0.0.1:1/0", "degraded")):
        with listening(create_app(settings.model_copy(update={"redis_url": url}), clock)) as address:
            answer = httpx.get(f"{address}/readyz")
        assert (answer.status_code, answer.json()["status"]) == (200, status)


def test_an_empty_database_is_alive_but_not_ready(empty_url: str, settings_of: Any) -> None:
    import httpx

    with listening(create_app(settings_of(empty_url))) as address:
        assert httpx.get(f"{address}/healthz").status_code == 200
        answer = httpx.get(f"{address}/readyz")
        assert (answer.status_code, answer.json()["status"]) == (503, "not_ready")
        is_problem(httpx.post(f"{address}/api/v1/sessions", json={"phone": "1", "password": "x"}), 503, "unavailable")


@pytest.fixture
def settings_of(tmp_path: Any) -> Any:
    return lambda url: Settings(_env_file=None, data_dir=tmp_path, database_url=url)


@ONE_DATABASE
def test_a_schema_that_is_behind_is_not_ready(served: Town, database_url: str) -> None:
    engine = make_engine(database_url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0000'"))
    engine.dispose()
    answer = served.stranger().get("/readyz")
    assert (answer.status_code, answer.json()["checks"]["migrations"]["ok"]) == (503, False)
