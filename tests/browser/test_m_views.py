"""Every view of the phone for everybody: axe in light, dark and large, and what is said on plain HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Go
from tests.browser.phone import Town
from tests.browser.site import Site, Visit, axe

MODES = ("light", "dark", "large")
#: path -> what is there when the view stands
VIEWS = {"": ".task, .empty", "report": ".ol-viewport", "task": ".timeline li", "check": ".ol-viewport",
         "patrol": "#patrol-unit", "inbox": ".letter, .empty", "queue": ".empty", "me": ".switch"}


@pytest.fixture(scope="module")
def town(site: Site) -> Iterator[Town]:
    town = Town(site)
    yield town
    town.close()


@pytest.fixture(scope="module")
def task(town: Town) -> dict[str, Any]:
    return town.handled(town.spot())


def stands(page: Page, selector: str) -> None:
    expect(page.locator(selector).first).to_be_visible()
    expect(page.locator(".skeleton")).to_have_count(0)
    expect(page.get_by_role("heading", level=1)).to_have_count(1)


@pytest.mark.parametrize("mode", MODES)
def test_axe_finds_nothing(go: Go, town: Town, task: dict[str, Any], mode: str) -> None:
    page = go("m", "grid_worker", unit=town.unit, mode=mode, at=town.middle.pair)
    found: dict[str, list[str]] = {}
    for view, selector in VIEWS.items():
        path = {"task": f"task/{task['id']}", "check": f"task/{task['id']}/check"}.get(view, view)
        page.goto(f"/m/{path}")
        stands(page, selector)
        found[view] = axe(page)
    page.goto("/m/report")
    page.get_by_role("button", name="搜索小类").tap()
    expect(page.get_by_role("dialog").get_by_role("listitem").first).to_be_visible()
    found["search"] = axe(page)
    assert {view: rules for view, rules in found.items() if rules} == {}


def test_a_person_signs_in_and_out(go: Go, town: Town, visits: list[Visit]) -> None:
    page = go("m", at=town.middle.pair)
    visits[-1].may_fail = True
    page.get_by_label("手机号").fill(town.worker_account["phone"])
    page.get_by_label("密码").fill(town.worker_account["password"])
    page.get_by_role("button", name="登录").tap()
    expect(page.get_by_text(town.worker_account["name"])).to_be_visible()
    page.get_by_role("link", name="我的").tap()
    expect(page.get_by_role("heading", name="我的数据")).to_be_visible()
    page.get_by_role("button", name="退出").tap()
    expect(page.get_by_label("手机号")).to_be_visible()


def test_on_plain_http_it_says_what_is_missing_and_works(go: Go, town: Town) -> None:
    """No positioning, no service worker, no crypto.randomUUID: the place is picked, the report is sent."""
    page = go("m", "grid_worker", unit=town.unit, path="queue", at=None)
    page.add_init_script("""Object.defineProperty(window, 'isSecureContext', {value: false});
        Object.defineProperty(navigator, 'geolocation', {value: undefined});
        Object.defineProperty(navigator, 'locks', {value: undefined}); crypto.randomUUID = undefined;""")
    page.goto("/m/report")
    expect(page.get_by_text("当前为不加密连接 (HTTP)")).to_be_visible()
    page.get_by_label("描述").fill("不加密连接测试")
    page.get_by_role("button", name="在地图上选点").tap()
    expect(page.locator(".place-name")).to_contain_text("网格")
    page.get_by_role("button", name="提交").tap()
    expect(page.locator(".flash")).to_contain_text("已上报")
    assert len(town.newest("不加密连接测试")) == 1
