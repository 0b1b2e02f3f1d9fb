"""Every view of the administration, in light, dark and large text: nothing against WCAG, nothing cut off."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Go
from tests.browser.site import OFFICE, PHONE, axe

VIEWS = {"overview": "总览", "taxonomy/01001": "事项清单与标准", "grids": "网格", "departments": "部门",
         "people": "人员", "calendar": "工作日历", "processes/grid_event": "流程", "drafts": "草稿与版本",
         "notices": "通知送达", "webhooks": "外部订阅", "account": "本人账号"}


def shown(page: Page, path: str, title: str) -> None:
    page.goto(f"/admin/{path}")
    expect(page.get_by_role("heading", name=title, level=1)).to_be_visible()
    page.wait_for_load_state("networkidle")


def overflow(page: Page) -> int:
    return int(page.evaluate("document.documentElement.scrollWidth - innerWidth"))


@pytest.mark.parametrize(("mode", "size"), [("light", OFFICE), ("dark", PHONE), ("large", OFFICE)])
def test_no_view_keeps_anybody_out(go: Go, mode: str, size: tuple[int, int]) -> None:
    page = go("admin", "admin", mode=mode, size=size)
    found: dict[str, list[str]] = {}
    for path, title in VIEWS.items():
        shown(page, path, title)
        found[path] = axe(page) + ([f"wider than the window by {overflow(page)}"] if overflow(page) > 0 else [])
    page.goto("/admin/drafts")
    page.get_by_role("row").nth(1).get_by_role("link").click()
    page.wait_for_load_state("networkidle")
    found["a draft"] = axe(page)
    page.goto("/admin/people")
    page.get_by_role("button", name="新增人员").click()
    found["a dialogue"] = axe(page)
    assert {path: problems for path, problems in found.items() if problems} == {}


@pytest.mark.parametrize("mode", ["light", "dark", "large"])
def test_the_log_keeps_nobody_out(go: Go, mode: str) -> None:
    page = go("admin", "auditor", mode=mode)
    shown(page, "audit", "审计日志")
    assert axe(page) == []
    page.goto("/admin/account")
    expect(page.get_by_role("heading", name="本人账号", level=1)).to_be_visible()
    assert axe(page) == []


def test_on_a_phone_the_navigation_folds(go: Go) -> None:
    page = go("admin", "admin", size=PHONE)
    people = page.get_by_role("navigation", name="主导航").get_by_role("link", name="人员")
    expect(people).to_be_hidden()
    page.get_by_role("button", name="菜单").click()
    people.click()
    expect(page.get_by_role("heading", name="人员", level=1)).to_be_visible()
    expect(people).to_be_hidden()
