"""网络问政: a resident asks, a department answers, and everybody reads both."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.browser.conftest import Go
from tests.browser.phone import picture
from tests.browser.resident import Staff, heading, phone_number, prove, slip
from tests.browser.site import Site, Visit

DEPARTMENT = "120101-urban_management"


def asked(page: Page, words: str, *, public: bool = True) -> tuple[str, str]:
    heading(page, "问部门")
    page.get_by_label("区", exact=True).select_option("和平区")
    page.get_by_label("部门").select_option(DEPARTMENT)
    page.get_by_label("类别").select_option("城市环境问题")
    page.get_by_label("写下您的问题").fill(words)
    page.locator("input[name=public]").nth(0 if public else 1).check()
    prove(page, phone_number())
    page.get_by_role("button", name=re.compile("提交提问")).click()
    return slip(page)


def test_a_question_is_answered_on_the_board(go: Go, site: Site) -> None:
    page = go("report", path="ask")
    page.locator("#file-album").set_input_files({"name": "a.jpg", "mimeType": "image/jpeg", "buffer": picture()})
    expect(page.locator(".file img")).to_be_visible()
    number, code = asked(page, "背街小巷的垃圾点能不能撤掉? 我的电话 13912340001")
    with Staff(site, number) as staff:
        incident = staff.incident()
        assert (incident["process"], len(incident["attachments"])) == ("public_inquiry", 1)
        staff.answer("该垃圾点将于月底前撤除")
    page.goto("/report/board")
    page.get_by_label("找一找").fill("背街小巷的垃圾点")
    page.get_by_role("button", name="搜索").click()
    card = page.locator(".inquiry")
    expect(card).to_have_count(1)
    expect(card).to_contain_text("我的电话 139****0001")
    expect(card).to_contain_text("该垃圾点将于月底前撤除")
    expect(card).to_contain_text("和平区城管委")
    card.get_by_role("link").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("背街小巷的垃圾点")
    page.goto(f"/report/follow/{number}#{code}")
    expect(page.locator(".reply")).to_contain_text("月底前撤除")
    expect(page.locator(".stations [aria-current]")).to_have_text("答复")


def test_who_wants_no_readers_has_none(go: Go, site: Site, visits: list[Visit]) -> None:
    page = go("report", path="ask")
    number, code = asked(page, "楼道堆物的答复请只给我看", public=False)
    with Staff(site, number) as staff:
        staff.answer("已清理")
    page.goto(f"/report/follow/{number}#{code}")
    expect(page.locator(".reply")).to_contain_text("已清理")
    visits[-1].may_fail = True  # not on the board: a 404
    page.goto(f"/report/board/{number}")
    expect(page.get_by_role("alert")).to_contain_text("没有这条问政")


def test_what_is_missing_is_told_at_once_and_a_draft_is_kept(go: Go) -> None:
    page = go("report", path="ask")
    page.get_by_role("button", name="提交提问").click()
    for words in ("请选择区。", "请选择问什么。", "请写下您的问题。", "请先验证手机号。"):
        expect(page.get_by_role("alert")).to_contain_text(words)
    page.get_by_label("写下您的问题").fill("草稿会留着吗?")
    page.get_by_label("区", exact=True).select_option("和平区")
    page.reload()
    expect(page.get_by_label("写下您的问题")).to_have_value("草稿会留着吗?")
    expect(page.get_by_label("区", exact=True)).to_have_value("120101")
    page.get_by_role("button", name="English").click()
    expect(page.get_by_label("Write your question")).to_have_value("草稿会留着吗?")


def test_the_board_is_narrowed_and_paged_by_its_address(go: Go) -> None:
    page = go("report", path="board?answered=yes&kind=2")
    cards = page.locator(".inquiry")
    expect(cards.first).to_be_visible()
    expect(page.locator(".inquiry .badge", has_text="答复中")).to_have_count(0)
    page.goto("/report/board")
    expect(cards).to_have_count(10)
    page.get_by_role("button", name="再看 10 条").click()
    expect(cards.nth(10)).to_be_visible()
    page.get_by_label("找一找").fill("没有人会这样问的一句话")
    page.get_by_role("button", name="搜索").click()
    expect(page.get_by_text("没有符合的问政")).to_be_visible()
    page.get_by_role("button", name="看全部").click()
    expect(cards.first).to_be_visible()


def test_the_month_shows_each_rate_with_its_counts(go: Go) -> None:
    page = go("report", path="board/month")
    expect(page.locator(".kpis")).to_contain_text("按时答复率")
    expect(page.get_by_role("table")).to_be_visible()
    expect(page.locator(".kpis dd").nth(2)).to_contain_text(re.compile(r"\d+/\d+"))
