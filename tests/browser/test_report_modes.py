"""The residents' pages for everybody: three modes without a finding, by keyboard, in both languages."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Go
from tests.browser.phone import LITTER
from tests.browser.resident import STREET, Staff, ask_code, go_on, heading, phone_number, prove, reported
from tests.browser.site import PLAYED, Site, axe

MODES = ("light", "dark", "large")


@pytest.fixture(scope="module")
def closed(site: Site) -> tuple[str, str]:
    """A report that waits for its rating, made at the HTTP interface."""
    with httpx.Client(base_url=f"{site.address}/api/v1", timeout=30) as resident:
        phone = phone_number()
        code = resident.post("/public/codes", json={"phone": phone}).json()["code"]
        token = resident.post("/public/sessions", json={"phone": phone, "code": code}).json()["token"]
        told = resident.post("/public/incidents", headers={"Authorization": f"Bearer {token}"}, json={
            "subcategory": LITTER, "description": "等评价", "lon": PLAYED[0], "lat": PLAYED[1]}).json()
    with Staff(site, told["number"]) as staff:
        staff.close()
    return told["number"], told["follow_code"]


def look(page: Page, found: dict[str, list[str]], name: str) -> None:
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    found[name] = axe(page) + ([f"{wide} px too wide"] if wide > 0 else [])


def walk_report(page: Page, found: dict[str, list[str]]) -> None:
    heading(page, "拍张照片")
    look(page, found, "photo")
    go_on(page)
    page.get_by_label("说说是什么问题").fill("楼下垃圾桶满了")
    expect(page.locator(".offers .button").first).to_be_visible()
    page.get_by_role("button", name="从清单里选").click()
    page.locator(".topics summary").first.click()
    look(page, found, "what")
    go_on(page)
    page.get_by_role("button", name="自己选地点").click()
    expect(page.get_by_label("区", exact=True)).to_be_visible()
    look(page, found, "choose the place")
    page.get_by_role("button", name="用手机定位").click()
    expect(page.locator(".map canvas").first).to_be_visible()
    look(page, found, "map")
    go_on(page)
    code = ask_code(page, phone_number())
    look(page, found, "phone")
    page.get_by_label("短信验证码").fill(code)
    expect(page.get_by_text("已验证")).to_be_visible()
    go_on(page)
    expect(page.get_by_role("button", name="发送")).to_be_visible()
    look(page, found, "check")
    page.get_by_role("button", name="发送").click()
    expect(page.locator(".slip")).to_be_visible()
    look(page, found, "sent")


VIEWS: list[tuple[str, Callable[[Page], Any]]] = [
    ("", lambda page: expect(page.locator(".row").first).to_be_visible()),
    ("ask", lambda page: expect(page.locator("#kind optgroup").first).to_be_attached()),
    ("follow", lambda page: heading(page, "查进展")),
    ("board", lambda page: expect(page.locator(".inquiry").first).to_be_visible()),
    ("board/month", lambda page: expect(page.get_by_role("table")).to_be_visible()),
    ("mine", lambda page: heading(page, "我的上报")), ("privacy", lambda page: heading(page, "隐私说明"))]


@pytest.mark.parametrize("mode", MODES)
def test_no_view_has_a_finding(go: Go, closed: tuple[str, str], mode: str) -> None:
    page, found = go("report", path="new", mode=mode), {}  # type: Page, dict[str, list[str]]
    walk_report(page, found)
    for path, ready in VIEWS:
        page.goto(f"/report/{path}")
        ready(page)
        look(page, found, path or "start")
    page.locator(".bottom").get_by_role("link", name="看公开问政").click()
    page.locator(".inquiry a").first.click()
    expect(page.locator("h1.question")).to_be_visible()
    look(page, found, "inquiry")
    page.goto(f"/report/follow/{closed[0]}#{closed[1]}")
    page.get_by_role("button", name="很不满意").click()
    expect(page.get_by_label("哪里不满意?")).to_be_visible()
    look(page, found, "rate")
    assert {name: findings for name, findings in found.items() if findings} == {}


def test_a_report_needs_no_pointer(go: Go) -> None:
    """Tab, Enter and the keys of the fields; the new heading is read out at each step."""
    page = go("report", path="new/what", at=None)
    page.get_by_label("说说是什么问题").focus()
    page.keyboard.type("只用键盘")
    page.get_by_role("button", name="下一步").focus()
    page.keyboard.press("Enter")
    heading(page, "在什么地方?")
    expect(page.get_by_role("heading", level=1)).to_be_focused()
    page.get_by_role("button", name="自己选地点").press("Enter")
    for level, name in (("区", "和平区"), ("街道 (镇)", "小白楼街道")):
        page.get_by_label(level, exact=True).focus()
        page.get_by_label(level, exact=True).select_option(name)
    page.get_by_role("button", name="下一步").press("Enter")
    prove(page, phone_number())
    page.get_by_role("button", name="下一步").press("Enter")
    page.get_by_role("button", name="发送").press("Enter")
    expect(page.locator(".slip")).to_be_visible()


def test_the_skip_link_keeps_the_code_of_the_address(go: Go) -> None:
    page = go("report", path="new")
    number, code = reported(page, "跳转链接", phone_number())
    page.goto(f"/report/follow/{number}#{code}")
    expect(page.locator(".now")).to_be_visible()
    page.locator(".skip").press("Enter")
    expect(page.locator("#main")).to_be_focused()
    expect(page).to_have_url(re.compile(f"{code}$"))


def test_language_and_size_are_in_reach_and_lose_no_input(go: Go) -> None:
    page = go("report", path="new/what")
    page.get_by_label("说说是什么问题").fill("换语言")
    page.get_by_role("button", name="English").click()
    expect(page.get_by_label("Say what is wrong")).to_have_value("换语言")
    page.get_by_role("button", name="Large text").click()
    assert float(page.evaluate("parseFloat(getComputedStyle(document.body).fontSize)")) >= 18
    page.reload()
    heading(page, "What is wrong?")
    expect(page.get_by_label("Say what is wrong")).to_have_value("换语言")
    assert page.evaluate("document.documentElement.lang") == "en"
    assert STREET not in page.url
