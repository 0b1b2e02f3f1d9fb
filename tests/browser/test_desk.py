"""A day at the desk without a mouse: filing, dispatching, returning, merging, urging, many at once, and taking back."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Go
from tests.browser.desk import LEAD, STREET, Desk, rows, search, unlike, wait_out
from tests.browser.site import Site, wait_until


@pytest.fixture(scope="module")
def desk(site: Site) -> Iterator[Desk]:
    made = Desk(site)
    yield made
    made.close()


@pytest.fixture
def page(go: Go) -> Page:
    page = go("desk", "dispatcher", unit=STREET)
    expect(rows(page).first).to_be_visible()
    page.clock.install()
    return page


def test_a_report_is_filed_and_urged_by_keys_alone(page: Page, desk: Desk) -> None:
    incident = desk.report("键盘受理: 桶满了")
    search(page, incident["number"])
    page.keyboard.press("f")
    dialog = page.get_by_role("dialog", name=f"立案 · {incident['number']}")
    expect(dialog.get_by_role("radio", checked=True)).to_be_focused()  # the subcategory that it was reported with
    page.keyboard.press("Enter")
    expect(page.get_by_text("待发送").first).to_be_visible()
    assert desk.now(incident)["status"] == "reported"  # held: nothing has been sent
    wait_out(page)
    wait_until(lambda: desk.now(incident)["department"] == LEAD)
    expect(rows(page).first).to_contain_text("已派遣")
    page.keyboard.press("u")
    wait_out(page)
    wait_until(lambda: desk.now(incident)["urges"] == 1)


def test_what_is_taken_back_is_never_sent(page: Page, desk: Desk) -> None:
    incident = desk.dispatched("撤销催办")
    search(page, incident["number"])
    page.keyboard.press("u")
    expect(page.get_by_role("button", name="撤销 (Z)")).to_be_visible()
    page.keyboard.press("z")
    expect(page.get_by_text("已撤销 催办")).to_be_visible()
    page.clock.fast_forward(20_000)
    assert desk.now(incident)["urges"] == 0


def test_what_is_held_is_sent_when_the_page_is_left(page: Page, desk: Desk) -> None:
    incident = desk.dispatched("离开页面")
    search(page, incident["number"])
    page.keyboard.press("u")
    expect(page.get_by_role("button", name="撤销 (Z)")).to_be_visible()
    page.goto("/")
    wait_until(lambda: desk.now(incident)["urges"] == 1)


def test_a_department_returns_it_and_the_desk_sends_it_to_the_first_of_the_ranked(
        page: Page, go: Go, desk: Desk) -> None:
    incident = desk.dispatched("退回再派")
    theirs = go("desk", "handler", department=LEAD)
    search(theirs, incident["number"])
    theirs.keyboard.press("r")
    expect(theirs.get_by_label("退回理由")).to_be_focused()
    theirs.keyboard.press("Control+Enter")
    expect(theirs.get_by_role("alert")).to_contain_text("请填写理由")
    theirs.keyboard.type("不属我单位管养范围")
    theirs.keyboard.press("Control+Enter")
    expect(theirs.get_by_role("dialog")).to_have_count(0)
    assert desk.now(incident)["status"] == "filed"
    search(page, incident["number"])
    page.keyboard.press("Enter")
    expect(page.get_by_role("region", name="事件详情")).to_contain_text("不属我单位管养范围")
    page.keyboard.press("d")
    dialog = page.get_by_role("dialog")
    first = dialog.get_by_role("radio").first
    expect(first).to_be_focused()
    expect(first).not_to_be_checked()  # nobody sends it back unawares to who has just returned it
    expect(dialog.get_by_role("radio").nth(1)).to_be_visible()  # the rule names nobody else; others cover the place
    for words in ("第 1 顺位", "覆盖事发地", "曾退回", "退回: 不属我单位管养范围"):
        expect(dialog).to_contain_text(words)
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("曾退回")  # the same again needs a reason
    expect(page.get_by_label("理由")).to_be_focused()
    page.keyboard.type("管养范围已核对")
    page.keyboard.press("Control+Enter")
    wait_out(page)
    wait_until(lambda: desk.now(incident)["status"] == "dispatched")


def test_two_that_are_the_same_are_merged_side_by_side(page: Page, desk: Desk) -> None:
    words = unlike("并排比较")
    first, second = (desk.report(words, step=step) for step in (0, 1))
    search(page, words, 2)
    for key in ("x", "j", "x", "m"):
        page.keyboard.press(key)
    dialog = page.get_by_role("dialog", name="并案")
    expect(dialog.get_by_role("article")).to_have_count(2)
    main = dialog.get_by_role("radio", checked=True)
    expect(main).to_be_focused()
    page.keyboard.press("ArrowDown")  # the other one is to lead
    chosen = str(main.get_attribute("value"))
    page.keyboard.press("Enter")
    wait_out(page)
    joined = second if chosen == first["id"] else first
    wait_until(lambda: desk.now(joined)["merged_into"] == chosen)


def test_many_at_once_have_a_result_each_and_the_failed_are_told(page: Page, desk: Desk) -> None:
    words = unlike("批量催办")
    made = [desk.report(f"{words} {n}", step=n) for n in range(8)]
    search(page, words, 8)
    page.keyboard.press("x")
    for _ in made[1:]:
        page.keyboard.press("j")
    page.keyboard.press("Shift+X")
    expect(page.get_by_text("已选 8 件")).to_be_visible()
    page.keyboard.press("u")
    desk.take("dispatcher", made[3], "void", reason="重复上报")  # somebody is faster with one of them
    expect(rows(page).filter(has_text="已作废")).to_have_count(1)  # which the live changes have brought meanwhile
    wait_out(page)
    results = page.get_by_role("region", name="操作结果")
    expect(results).to_contain_text("成功 7")
    expect(results).to_contain_text("失败 1")
    expect(results).to_contain_text("作废")
    assert [desk.now(each)["urges"] for each in made] == [1, 1, 1, 0, 1, 1, 1, 1]


def test_a_hundred_at_once(page: Page, desk: Desk) -> None:
    for n in range(100):
        desk.report(f"一百件一起催 {n}", step=n % 10)
    page.keyboard.press("/")
    page.keyboard.type("一百件一起催")
    queue = page.get_by_role("region", name="事件队列")
    expect(queue.get_by_text("100 件", exact=True)).to_be_visible()
    for key in ("Escape", "j", "x"):
        page.keyboard.press(key)
    page.get_by_role("button", name="全选已加载").press("Enter")
    expect(page.get_by_text("已选 100 件")).to_be_visible()
    page.keyboard.press("u")
    wait_out(page)
    expect(page.get_by_role("region", name="操作结果")).to_contain_text("成功 100")
    urged = desk.dispatcher.get("/api/v1/incidents", params={"q": "一百件一起催", "limit": 200}).json()["items"]
    assert [each["urges"] for each in urged] == [1] * 100


def test_many_are_dispatched_each_to_its_first_department(page: Page, desk: Desk) -> None:
    words = unlike("批量派遣")
    made = [desk.dispatched(f"{words} {n}", step=n) for n in range(4)]
    for each in made:
        desk.take("lead", each, "return", reason="请复核")
    search(page, words, 4)
    page.keyboard.press("x")
    for key in ("j", "j", "j", "Shift+X", "d"):
        page.keyboard.press(key)
    dialog = page.get_by_role("dialog", name="派遣 · 4 件")
    expect(dialog.get_by_role("radio", name="各自派给规则首选单位")).to_be_focused()
    for _ in range(3):
        if dialog.get_by_label("理由").evaluate("field => field === document.activeElement"):
            break
        page.keyboard.press("Tab")
    page.keyboard.type("管养范围已核对")
    page.keyboard.press("Control+Enter")
    wait_out(page)
    expect(page.get_by_role("region", name="操作结果")).to_contain_text("成功 4")
    assert {desk.now(each)["department"] for each in made} == {LEAD}


def test_a_request_is_decided_where_it_is_read(page: Page, desk: Desk) -> None:
    incident = desk.dispatched("申请延期")
    desk.take("lead", incident, "sign")
    desk.take("lead", incident, "extend", reason="等待配件", days=2)
    search(page, incident["number"])
    page.keyboard.press("a")
    grant = page.get_by_role("button", name="同意", exact=True)
    expect(grant).to_be_focused()
    expect(page.get_by_role("region", name="事件详情")).to_contain_text("等待配件")
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog", name="同意")).to_be_visible()
    page.keyboard.press("Control+Enter")
    wait_out(page)
    wait_until(lambda: desk.now(incident)["extensions"] == 1)


def test_a_called_department_is_seen_to_arrive(page: Page, desk: Desk) -> None:
    incident = desk.dispatched("吹哨报到")
    search(page, incident["number"])
    page.keyboard.press("w")
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_label("吹哨事由")).to_be_focused()
    page.keyboard.type("请到场联合处置")
    choice = dialog.get_by_role("checkbox").first
    expect(choice).to_be_visible()
    for _ in range(3):
        if choice.evaluate("box => box === document.activeElement"):
            break
        page.keyboard.press("Tab")
    page.keyboard.press("Space")
    page.keyboard.press("Control+Enter")
    expect(dialog).to_have_count(0)
    asked = next(each for each in desk.now(incident)["requests"] if each["kind"] == "whistle")
    assert asked["party"] == LEAD
    desk.take("lead", incident, "check_in", lon=incident["lon"], lat=incident["lat"])
    page.keyboard.press("Enter")
    expect(page.get_by_role("region", name="事件详情")).to_contain_text("报到")
    page.keyboard.press("Escape")
    expect(rows(page).first).to_be_focused()
