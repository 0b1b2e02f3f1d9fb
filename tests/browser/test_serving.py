"""The pages as they are served: packed, kept where they may be, and under a policy that lets nothing else in."""

from __future__ import annotations

import time
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from api import screens
from governance.settings import Settings
from tests.api.conftest import listening
from tests.browser.site import Site


def test_a_phone_that_pauses_need_not_connect_again(site: Site) -> None:
    with closing(HTTPConnection(site.address.removeprefix("http://"))) as connection:
        for pause in (6, 0):
            connection.request("GET", "/m/")
            assert connection.getresponse().read()
            time.sleep(pause)


def test_a_page_may_load_its_own_origin_and_nothing_else(site: Site) -> None:
    page = httpx.get(f"{site.address}/desk/")
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    assert page.headers["cache-control"] == "no-cache"


@pytest.mark.parametrize(("encoding", "ending"), [("br", ".br"), ("gzip", ".gz"), ("identity", "")])
def test_what_has_a_hash_in_its_name_is_packed_and_kept(site: Site, encoding: str, ending: str) -> None:
    script = max((screens.STATIC / "desk" / "assets").glob("*.js"), key=lambda path: path.stat().st_size)
    with httpx.stream("GET", f"{site.address}/desk/assets/{script.name}",
                      headers={"accept-encoding": encoding}) as answer:
        assert answer.headers.get("content-encoding", "identity") == encoding
        assert "immutable" in answer.headers["cache-control"]
        assert b"".join(answer.iter_raw()) == script.with_name(script.name + ending).read_bytes()


def test_a_view_of_a_page_is_the_page_and_a_missing_file_is_missing(site: Site) -> None:
    assert httpx.get(f"{site.address}/desk/incident/123").status_code == 200
    assert httpx.get(f"{site.address}/desk/assets/none.js").status_code == 404
    assert httpx.get(f"{site.address}/desk").headers["location"].endswith("/desk/")


@pytest.mark.parametrize("path", ["%2e%2e/%2e%2e/%2e%2e/pyproject.toml", "%00.js", "a%00", "%ff.js",
                                  f"{'x' * 300}.js", "//etc/passwd", "..%2f..%2fscreens.py"])
def test_an_address_that_cannot_be_is_missing(site: Site, path: str) -> None:
    """Whatever is asked for, the server goes on and gives away nothing beside its pages."""
    answer = httpx.get(f"{site.address}/desk/{path}")
    assert answer.status_code in (200, 404), answer.text
    assert answer.status_code == 404 or answer.content == httpx.get(f"{site.address}/desk/").content


def test_where_nothing_is_built_a_page_says_what_to_do(tmp_path: Path) -> None:
    app = FastAPI()
    screens.install(app, Settings(_env_file=None, data_dir=tmp_path), tmp_path)  # type: ignore[call-arg]
    with listening(app) as address:
        answer = httpx.get(f"{address}/desk/")
    assert answer.status_code == 503
    assert "make web" in answer.text


def test_the_base_map_that_a_city_sets_may_be_loaded(tmp_path: Path) -> None:
    settings = Settings(_env_file=None, data_dir=tmp_path,  # type: ignore[call-arg]
                        map_tiles="https://tiles.city.example/{z}/{x}/{y}.png")
    assert "https://tiles.city.example" in screens.page_headers(settings)["Content-Security-Policy"]
