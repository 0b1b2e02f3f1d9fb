"""After an upgrade, an open page asks for parts that are gone with its version: it says so, and nothing is lost."""

from __future__ import annotations

import re

from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import Go
from tests.browser.desk import STREET, rows
from tests.browser.site import FULL_HD, Visit

expect.set_options(timeout=20_000)


def upgrade(page: Page, screen: str, part: str = "none") -> None:
    """As the server is after an upgrade: its page names other scripts, and this part of the old one is gone. Loaded
    anew, the page is the new version, and nothing is missing."""
    def screens_page(route: Route) -> None:
        if route.request.resource_type == "fetch":
            route.fulfill(content_type="text/html", body='<script type="module" src="assets/index-new.js"></script>')
        else:
            page.unroute(gone)
            route.continue_()

    gone = re.compile(f"/{screen}/assets/{part}-")
    page.route(gone, lambda route: route.fulfill(status=404))
    page.route(re.compile(rf"/{screen}/[^.?]*(\?.*)?$"), screens_page)


def may_lose_a_part(visit: Visit) -> None:
    """What did not come is told in the console, in the browser's own words."""
    visit.may_fail = True
    visit.slips[:] = [slip for slip in visit.slips if "dynamically imported module" not in slip]


def test_a_view_that_is_gone_comes_from_the_new_version(go: Go, visits: list[Visit]) -> None:
    page = go("admin", "admin")
    expect(page.get_by_role("link", name="外部订阅")).to_be_visible()
    visits[-1].may_fail = True
    upgrade(page, "admin", "Webhooks")
    with page.expect_event("load"):
        page.get_by_role("link", name="外部订阅").click()
    expect(page).to_have_url(re.compile("/admin/webhooks$"))
    expect(page.get_by_role("heading", name="外部订阅")).to_be_visible()
    may_lose_a_part(visits[-1])


def test_a_dialogue_that_is_gone_asks_for_a_refresh_and_the_selection_stays(go: Go, visits: list[Visit]) -> None:
    page = go("desk", "dispatcher", unit=STREET)
    rows(page).first.focus()
    page.keyboard.press("x")
    page.keyboard.press("j")
    page.keyboard.press("x")
    expect(page.get_by_text("已选 2 件")).to_be_visible()
    visits[-1].may_fail = True
    upgrade(page, "desk", "MergeDialog")
    page.keyboard.press("m")
    expect(page.get_by_text("系统已更新")).to_be_visible()
    page.get_by_role("button", name="立即刷新").click()
    expect(page.get_by_text("已选 2 件")).to_be_visible()
    rows(page).first.focus()
    page.keyboard.press("m")
    expect(page.get_by_role("dialog", name="并案")).to_be_visible()
    may_lose_a_part(visits[-1])


def test_a_part_that_the_network_lost_is_asked_for_again(go: Go, visits: list[Visit]) -> None:
    page = go("desk", "dispatcher", unit=STREET)
    expect(rows(page).first).to_be_visible()
    visits[-1].may_fail = True
    dialogue = re.compile("/desk/assets/ViewsDialog-")
    page.route(dialogue, lambda route: route.abort())
    page.get_by_role("button", name="视图", exact=True).click()
    expect(page.get_by_text("这部分没有加载出来")).to_be_visible()
    page.get_by_role("button", name="稍后").click()
    page.unroute(dialogue)
    page.get_by_role("button", name="视图", exact=True).click()
    expect(page.get_by_role("dialog")).to_be_visible()
    may_lose_a_part(visits[-1])


def test_a_wall_takes_the_new_version_by_itself(go: Go) -> None:
    page = go("city", "leader", path="wall?every=60", size=FULL_HD)
    page.clock.install()
    page.reload()
    expect(page.locator("[data-figure=reported] .kpi-value")).to_have_text(re.compile(r"\d"))
    upgrade(page, "city")
    with page.expect_event("load"):
        page.clock.fast_forward("31:00")
    expect(page.locator(".wall-state")).to_contain_text("实时")
