"""The way to the screens, and the pages of the HTTP interface: served by ourselves, in three modes."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Go
from tests.browser.site import FULL_HD, OFFICE, PHONE, Visit, axe

MODES = ("light", "dark", "large")


@pytest.mark.parametrize("mode", MODES)
def test_the_way_to_the_screens_has_no_finding(go: Go, mode: str) -> None:
    for size in (PHONE, OFFICE, FULL_HD):
        page = go("home", mode=mode, size=size)
        page.goto("/")
        expect(page.get_by_role("heading", level=1)).to_contain_text("天津市 · 城市网格化治理")
        assert page.evaluate("document.documentElement.scrollWidth") <= size[0]
        assert axe(page) == []


@pytest.mark.parametrize("mode", MODES)
def test_every_door_is_open_to_everybody(go: Go, visits: list[Visit], mode: str) -> None:
    """Where one signs in, on a phone and in the office."""
    for screen, size in (("m", PHONE), ("desk", OFFICE), ("city", FULL_HD), ("admin", OFFICE)):
        page = go(screen, mode=mode, size=size)
        expect(page.get_by_label("手机号")).to_be_focused()
        visits[-1].slips.clear()  # asked who one is: a stranger
        assert axe(page) == [], screen


def test_home_leads_everywhere_and_speaks_both_languages(go: Go) -> None:
    page = go("home")
    page.goto("/")
    ways = page.get_by_role("main").get_by_role("link")
    expect(ways).to_have_count(6)
    assert [way.get_attribute("href") for way in ways.all()] == [
        "/report/", "/m/", "/desk/", "/city/", "/admin/", "/docs/"]
    page.get_by_role("button", name="English").click()
    expect(page.get_by_role("link", name="Command centre")).to_be_visible()
    expect(page.get_by_text("指挥中心")).to_be_hidden()
    page.get_by_role("button", name="Large text").click()
    page.get_by_role("button", name="Light").click()
    page.reload()
    assert page.evaluate("[document.documentElement.lang, document.documentElement.dataset.size, "
                         "document.documentElement.dataset.theme]") == ["en", "large", "dark"]


def test_the_docs_load_under_the_policy_without_a_finding(go: Go) -> None:
    """Loaded once, for it is large; the modes are changed as the theme changes them."""
    page = go("docs")
    page.emulate_media(reduced_motion="reduce")  # no colour is on its way from one mode to the next
    expect(page.locator(".opblock-tag").first).to_be_visible(timeout=60_000)  # it reads the whole document first
    page.locator(".opblock-tag").first.click()
    page.locator(".opblock-summary-control").first.click()
    expect(page.locator(".opblock-body").first).to_be_visible()
    for mode in MODES:
        page.evaluate("""mode => {
            const root = document.documentElement
            root.dataset.theme = mode === 'dark' ? 'dark' : 'light'
            root.dataset.size = mode === 'large' ? 'large' : 'normal'
            root.classList.toggle('dark-mode', mode === 'dark')
        }""", mode)
        assert axe(page) == [], mode
    page.locator(".skip").press("Enter")
    expect(page.locator("#docs")).to_be_focused()
