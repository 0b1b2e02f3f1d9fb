"""The wall turns its pages; the bulletin is a paper of A4 that a supervisor freezes."""

from __future__ import annotations

import re
from contextlib import closing
from datetime import datetime, timedelta

import pytest
from playwright.sync_api import Page, expect

from governance.calendar import SHANGHAI
from tests.browser.conftest import Go
from tests.browser.site import FULL_HD, Site, Visit

PAGES = ["kpi", "map", "trend", "league", "overdue", "hot"]
UHD = (3840, 2160)
MM = 72 / 25.4
expect.set_options(timeout=20_000)


def last_month() -> str:
    first = datetime.now(SHANGHAI).replace(day=1)
    return (first - timedelta(days=1)).strftime("%Y-%m")


# ---- the wall ------------------------------------------------------------------------------------------------------

@pytest.fixture
def wall(go: Go) -> Page:
    page = go("city", "leader", path="wall?every=60", size=FULL_HD)
    expect(page.locator("[data-figure=reported] .kpi-value")).to_have_text(re.compile(r"\d"))
    return page


def test_the_wall_turns_by_itself(go: Go) -> None:
    page = go("city", "leader")
    expect(page.locator("[data-figure=reported]")).to_be_enabled()
    page.clock.install()
    page.get_by_role("link", name="大屏").click()
    for name in ("kpi", "map", "trend"):
        expect(page.locator(f"[data-page={name}]")).to_be_visible()
        page.clock.run_for(20_500)


def test_the_wall_is_held_and_stepped_by_key_and_by_button(wall: Page) -> None:
    wall.keyboard.press(" ")
    expect(wall.locator(".wall-state")).to_contain_text("已暂停")
    for name in [*PAGES[1:], PAGES[0]]:
        wall.keyboard.press("ArrowRight")
        expect(wall.locator(f"[data-page={name}]")).to_be_visible()
    wall.keyboard.press("ArrowLeft")
    expect(wall.locator("[data-page=hot]")).to_be_visible()
    wall.get_by_role("button", name="下一页").click()
    expect(wall.locator("[data-page=kpi]")).to_be_visible()
    wall.get_by_role("button", name="地图").click()
    expect(wall.locator("[data-page=map]")).to_be_visible()
    wall.get_by_role("button", name="继续").click()
    expect(wall.locator(".wall-state")).to_contain_text("实时")
    wall.keyboard.press("Escape")
    expect(wall).to_have_url(re.compile(r"/city/(\?|$)"))


def test_who_wants_no_motion_has_a_wall_that_stands(go: Go) -> None:
    page = go("city", "leader", path="wall?every=10", reduced_motion="reduce")
    expect(page.locator(".wall-state")).to_contain_text("已暂停")


@pytest.mark.parametrize("size", [FULL_HD, UHD])
def test_every_page_of_the_wall_fits_without_scrolling(go: Go, size: tuple[int, int]) -> None:
    page = go("city", "leader", path="wall?every=60", size=size)
    for name in PAGES:
        page.locator(".wall-pages button").nth(PAGES.index(name)).click()
        expect(page.locator(f"[data-page={name}]")).to_be_visible()
        width, height = page.evaluate("[document.documentElement.scrollWidth, document.documentElement.scrollHeight]")
        assert (width, height) <= size, name
    text = page.evaluate("parseFloat(getComputedStyle(document.querySelector('.wall')).fontSize)")
    assert text >= size[1] / 60


def test_the_wall_is_dark_unless_somebody_chose_otherwise(go: Go) -> None:
    page = go("city", "leader", path="wall?every=60", mode="light")
    expect(page.locator("html")).to_have_attribute("data-theme", "light")
    page.evaluate("localStorage.setItem('wangge.theme', JSON.stringify({colours: 'auto', size: 'normal'}))")
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")


def test_the_wall_says_when_the_connection_is_gone(wall: Page, visits: list[Visit]) -> None:
    visits[0].may_fail = True
    wall.context.set_offline(True)
    expect(wall.get_by_role("alert")).to_contain_text("连接已中断", timeout=40_000)
    assert wall.locator("[data-figure=reported] .kpi-value").inner_text() != "—"


# ---- the bulletin --------------------------------------------------------------------------------------------------

def test_a_month_is_printed_on_a4_with_its_figures(go: Go, site: Site) -> None:
    month = last_month()
    with closing(site.client("leader")) as client:
        first = datetime.fromisoformat(f"{month}-01T00:00:00+08:00")
        period = {"from": first.isoformat(), "to": (first + timedelta(days=32)).replace(day=1).isoformat()}
        told = client.get("/api/v1/figures/closure", params=period).json()["total"]
    page = go("city", "leader", path=f"bulletin/{month}")
    expect(page.get_by_role("heading", level=1)).to_contain_text(f"{month[:4]}年{int(month[5:])}月")
    page.emulate_media(media="print")
    printed = page.pdf(prefer_css_page_size=True)
    width, height = map(float, re.findall(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", printed)[0])
    assert (round(width / MM), round(height / MM)) == (210, 297)
    expect(page.locator(".paper")).to_contain_text(f"共上报 {told['reported']} 件, 立案 {told['filed']} 件")
    expect(page.locator(".paper")).to_contain_text("和平区")
    expect(page.locator(".top")).to_be_hidden()
    answer = page.request.get(page.locator("a[href*='format=pdf']").get_attribute("href") or "")
    assert answer.body().startswith(b"%PDF")


def test_only_a_supervisor_freezes_a_month_and_is_told_what_that_means(go: Go, site: Site) -> None:
    month = last_month()
    reader = go("city", "leader", path=f"bulletin/{month}")
    expect(reader.locator(".paper h1")).to_be_visible()
    expect(reader.get_by_role("button", name="发布通报")).to_have_count(0)
    page = go("city", "supervisor", path=f"bulletin/{month}")
    expect(page.locator(".paper-status")).to_contain_text("未发布")
    page.get_by_role("button", name="发布通报").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("冻结")
    dialog.get_by_role("button", name="取消").click()
    expect(dialog).to_have_count(0)
    page.get_by_role("button", name="发布通报").click()
    dialog.get_by_role("button", name="发布通报").click()
    expect(page.locator(".paper-status")).to_contain_text("第 1 版 · 已冻结")
    with closing(site.client("leader")) as client:
        issued = client.get("/api/v1/bulletins", params={"month": month, "unit": "12"}).json()["items"]
    assert [each["edition"] for each in issued] == [1]
    expect(page.locator(".paper-foot")).to_contain_text(issued[0]["hash"])
    page.get_by_role("button", name="发布更正").click()
    dialog.get_by_role("button", name="发布更正").click()
    expect(dialog.get_by_role("alert")).to_contain_text("请写明更正理由")
    dialog.get_by_label("更正理由").fill("漏计一个街道")
    dialog.get_by_role("button", name="发布更正").click()
    expect(page.locator(".paper-status")).to_contain_text("第 2 版")
    expect(page.locator(".paper-foot")).to_contain_text("漏计一个街道")
    page.get_by_role("link", name="返回列表").click()
    expect(page.get_by_role("link", name=month)).to_have_count(2)


def test_the_current_month_cannot_be_issued(go: Go) -> None:
    page = go("city", "supervisor", path=f"bulletin/{datetime.now(SHANGHAI):%Y-%m}")
    expect(page.locator(".paper-status")).to_contain_text("该月尚未结束")
    expect(page.get_by_role("button", name="发布通报")).to_have_count(0)
