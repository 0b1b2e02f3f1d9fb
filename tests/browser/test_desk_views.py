"""What the desk keeps and says: the address, saved views, live changes, who was faster, and who can use it."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Go
from tests.browser.desk import STREET, Desk, rows, search, unlike, wait_out
from tests.browser.site import FULL_HD, OFFICE, PHONE, Site, Visit, axe


@pytest.fixture(scope="module")
def desk(site: Site) -> Iterator[Desk]:
    made = Desk(site)
    yield made
    made.close()


def test_a_person_signs_in_at_the_desk(go: Go, site: Site, visits: list[Visit]) -> None:
    page, who = go("desk"), site.account("dispatcher", unit=STREET)
    visits[-1].may_fail = True  # asked who one is: a stranger
    visits[-1].slips.clear()
    page.get_by_label("手机号").fill(who["phone"])
    page.get_by_label("密码").fill(who["password"])
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("小白楼街道")
    expect(rows(page).first).to_be_visible()


def test_who_has_no_desk_is_shown_the_way(go: Go) -> None:
    expect(go("desk", "grid_worker").get_by_role("link", name="前往 移动端")).to_be_visible()


def test_keys_are_silent_while_somebody_types(go: Go) -> None:
    page = go("desk", "dispatcher", unit=STREET)
    expect(rows(page).first).to_be_visible()
    page.keyboard.press("/")
    page.keyboard.type("dvumxz?")
    expect(page.get_by_role("searchbox", name="搜索")).to_have_value("dvumxz?")
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_a_live_change_moves_nothing_and_is_taken_in_when_asked(go: Go, desk: Desk) -> None:
    words = unlike("实时变动")
    known = [desk.report(f"{words} {n}", step=n) for n in range(3)]
    page = go("desk", "dispatcher", unit=STREET, path=f"?q={words}&sort=-reported_at")
    expect(rows(page)).to_have_count(3)
    page.keyboard.press("j")
    page.keyboard.press("j")
    focused = rows(page).nth(1)
    expect(focused).to_be_focused()
    before = focused.bounding_box()
    desk.report(f"{words} 新", step=9)
    news = page.get_by_role("button", name="1 条新事件")
    expect(news).to_be_visible()
    desk.take("dispatcher", known[2], "file")  # a row above the focused one changes in its place
    expect(rows(page).first).to_contain_text("已派遣")
    expect(focused).to_be_focused()
    expect(rows(page)).to_have_count(3)
    news.click()
    expect(rows(page)).to_have_count(4)
    expect(rows(page).nth(2)).to_have_attribute("id", f"row-{known[1]['id']}")
    assert before is not None
    expect(rows(page).first).to_contain_text("垃圾箱")


def test_of_two_dispatchers_the_second_is_told_who_was_faster_and_keeps_the_words(
        go: Go, desk: Desk, visits: list[Visit]) -> None:
    incident = desk.report("两人同时")
    page = go("desk", "dispatcher", unit=STREET)
    visits[-1].may_fail = True  # the refusal
    search(page, incident["number"])
    page.keyboard.press("v")
    reason = page.get_by_label("作废理由")
    expect(reason).to_be_focused()
    page.keyboard.type("不在辖区内")
    desk.take("dispatcher", incident, "file")
    page.keyboard.press("Control+Enter")
    told = page.get_by_role("dialog").get_by_role("alert")
    expect(told).to_contain_text("有人先行一步")
    expect(told).to_contain_text("已派遣")
    expect(reason).to_have_value("不在辖区内")


def test_an_ended_session_loses_nothing_that_was_typed(go: Go, site: Site, desk: Desk, visits: list[Visit]) -> None:
    incident, who = desk.report("会话过期"), site.account("dispatcher", unit=STREET)
    page = go("desk", "dispatcher", unit=STREET)
    visits[-1].may_fail = True  # the refusal
    search(page, incident["number"])
    page.keyboard.press("v")
    page.get_by_label("作废理由").fill("重复上报")
    page.context.clear_cookies()
    page.keyboard.press("Control+Enter")
    door = page.get_by_role("dialog", name="登录")
    door.get_by_label("手机号").fill(who["phone"])
    door.get_by_label("密码").fill(who["password"])
    page.keyboard.press("Enter")
    expect(door).to_have_count(0)
    expect(page.get_by_label("作废理由")).to_have_value("重复上报")
    page.get_by_label("作废理由").focus()
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert desk.now(incident)["status"] == "void"


def test_a_reload_brings_everything_back(go: Go, desk: Desk) -> None:
    words = unlike("地址栏")
    made = [desk.report(f"{words} {n}", step=n) for n in range(3)]
    page = go("desk", "dispatcher", unit=STREET,
              path=f"?q={words}&sort=-reported_at&map=117.21300,39.10800,16.00&outlines=community")
    expect(rows(page)).to_have_count(3)
    for key in ("j", "x", "j", "x", "Enter"):
        page.keyboard.press(key)
    detail = page.get_by_role("region", name="事件详情")
    expect(detail).to_contain_text(made[1]["number"])
    expect(page).to_have_url(re.compile(f"{made[1]['number']}.*sel="))
    kept = page.url
    page.reload()
    expect(page.get_by_text("已选 2 件")).to_be_visible()
    expect(detail).to_contain_text(made[1]["number"])
    expect(page.get_by_role("searchbox", name="搜索")).to_have_value(words)
    expect(page.get_by_label("边界")).to_have_value("community")
    expect(page).to_have_url(kept)


def test_a_saved_view_is_opened_by_its_name(go: Go) -> None:
    page, name = go("desk", "dispatcher", unit=STREET, path="?status=handling&overdue=1"), unlike("超期处置中")
    page.get_by_role("button", name="视图", exact=True).click()
    page.get_by_label("视图名称").fill(name)
    page.get_by_role("button", name="保存当前视图").click()
    opened = page.get_by_role("button", name=name, exact=True)
    expect(opened).to_be_visible()
    page.goto("/desk/")
    page.get_by_role("button", name="视图", exact=True).click()
    opened.click()
    expect(page).to_have_url(re.compile("status=handling.*overdue=1"))


def test_the_language_changes_and_the_words_typed_stay(go: Go, desk: Desk) -> None:
    incident = desk.report("语言切换")
    page = go("desk", "dispatcher", unit=STREET)
    search(page, incident["number"])
    page.get_by_role("button", name="English").click()
    expect(page.get_by_role("heading", name="Queue")).to_be_visible()
    expect(page.get_by_role("searchbox", name="Search")).to_have_value(incident["number"])
    expect(rows(page).first).to_contain_text("Reported")


@pytest.mark.parametrize("size", [OFFICE, FULL_HD, PHONE], ids=["1366", "1920", "390"])
def test_the_page_itself_never_scrolls(go: Go, size: tuple[int, int]) -> None:
    page = go("desk", "dispatcher", unit=STREET, size=size)
    expect(rows(page).first).to_be_visible()
    whole = page.evaluate("[document.documentElement.scrollWidth, document.documentElement.scrollHeight]")
    assert whole == list(size)


def test_on_a_phone_one_pane_is_shown_and_an_incidents_address_opens_it(go: Go, desk: Desk) -> None:
    incident = desk.report("手机上看一件")
    page = go("desk", "dispatcher", unit=STREET, path=f"incident/{incident['number']}", size=PHONE, phone=True)
    detail = page.get_by_role("region", name="事件详情")
    expect(detail).to_contain_text("手机上看一件")
    expect(page.get_by_role("button", name="事件队列")).to_have_attribute("aria-pressed", "false")
    page.get_by_role("button", name="事件队列").tap()
    expect(rows(page).first).to_be_visible()
    expect(detail).to_have_count(0)


def walk(page: Page) -> list[str]:
    """Every view and dialogue of the desk, one after the other, and what axe finds in it."""
    found = []

    def look(where: str) -> None:
        found.extend(f"{where}: {finding}" for finding in axe(page))

    expect(rows(page).first).to_be_visible()
    expect(page.get_by_role("region", name="地图")).to_be_visible() if page.locator(".map-pane").count() else None
    look("queue")
    page.get_by_role("button", name="更多筛选").click()
    expect(page.locator("#f-subcategory")).to_be_visible()
    look("filters")
    page.get_by_role("button", name="收起筛选").click()
    rows(page).first.click()
    expect(page.get_by_role("region", name="事件详情").get_by_role("list").last).to_be_visible()
    look("incident")
    detail = page.get_by_role("region", name="事件详情")
    detail.get_by_role("button").filter(has=page.get_by_role("img", name="第 1 张照片")).click()
    expect(page.get_by_role("dialog").get_by_role("img")).to_be_visible()
    look("photo")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="视图", exact=True).click()
    expect(page.get_by_label("视图名称")).to_be_visible()
    look("saved views")
    page.keyboard.press("Escape")
    for key, name in (("?", "键盘快捷键"), ("m", "并案"), ("d", "派遣"), ("w", "吹哨")):
        page.keyboard.press(key)
        expect(page.get_by_role("dialog", name=name)).to_be_visible()
        look(name)
        page.keyboard.press("Escape")
        expect(page.get_by_role("dialog")).to_have_count(0)
    page.clock.install()
    for key in ("x", "j", "x", "u"):
        page.keyboard.press(key)
    expect(page.get_by_role("region", name="待发送")).to_be_visible()
    look("selected and held")
    wait_out(page)
    expect(page.get_by_role("region", name="操作结果")).to_contain_text("成功 2")
    look("results")
    return found


@pytest.mark.parametrize("mode", ["light", "dark", "large"])
def test_everybody_can_use_the_desk(go: Go, desk: Desk, mode: str) -> None:
    """Zero findings of WCAG A and AA in every view."""
    words = unlike("无障碍")
    for step in range(2):
        incident = desk.dispatched(words, step=step, attachments=[desk.photo()])
        desk.take("lead", incident, "return", reason="请复核")
    page = go("desk", "dispatcher", unit=STREET, mode=mode, path=f"?q={words}")
    assert walk(page) == []
