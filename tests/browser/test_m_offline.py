"""The phone in a cellar: the server is really dead, and nothing is lost or stored twice."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from api.screens import STATIC
from tests.browser.conftest import Go
from tests.browser.phone import STREET, Finger, Spot, Town, stored
from tests.browser.site import Site, Visit, wait_until

BICYCLES, POSTERS, BANNERS = "03010", "03021", "03026"  # small things that a worker may settle


@pytest.fixture(scope="module")
def town(site: Site) -> Iterator[Town]:
    town = Town(site)
    yield town
    town.close()


def installed(page: Page) -> None:
    """The service worker has the pages; my tasks, the list and the cells of my street are on the phone."""
    page.wait_for_function("""async () => (await navigator.serviceWorker.ready).active?.state === 'activated'
        && !!navigator.serviceWorker.controller""")
    expect(page.locator(".skeleton")).to_have_count(0)
    keeps(page, "taxonomy", f"outlines/{STREET}/cell")


def keeps(page: Page, *keys: str) -> None:
    """The phone has read these and keeps them."""
    wait_until(lambda: set(keys) <= set(page.evaluate("""() => new Promise(done => {
        const asked = indexedDB.open('wangge-m'); asked.onsuccess = () => {
            const read = asked.result.transaction('kept').objectStore('kept').getAllKeys();
            read.onsuccess = () => { asked.result.close(); done(read.result) } } })""")))


def photograph(page: Page, where: str = "照片") -> None:
    section = page.get_by_role("region", name=where, exact=True)
    Finger(page).photograph(section.get_by_role("button", name="拍照"))
    expect(section.locator("figure.photo")).to_have_count(1)


def say_what(page: Page, name: str) -> None:
    """The subcategory, by its name out of the whole list."""
    page.get_by_role("button", name="搜索小类").tap()
    page.get_by_label("名称、拼音首字母或俗称").fill(name)
    page.get_by_role("dialog").get_by_role("button").filter(has_text=name).first.tap()


def is_kept(page: Page) -> None:
    expect(page.locator(".flash")).to_contain_text("已保存在本机")
    expect(page.get_by_role("link", name="上报问题")).to_be_visible()


def checked_offline(go: Go, town: Town, task: dict[str, Any], at: Spot, visits: list[Visit]) -> Page:
    """A check that waits on the phone, which has no network."""
    page = go("m", "grid_worker", unit=town.unit, at=at.pair, path=f"task/{task['id']}/check")
    visits[-1].may_fail = True
    page.get_by_label("通过", exact=True).check()
    photograph(page)
    visits[-1].context.set_offline(True)
    page.get_by_role("button", name="提交核查").tap()
    is_kept(page)
    return page


def verify(page: Page, task: dict[str, Any]) -> None:
    page.locator(f"a[href='/m/task/{task['id']}']").tap()
    page.get_by_role("button", name="核实").tap()
    page.get_by_label("属实", exact=True).check()
    photograph(page)
    page.get_by_role("button", name="提交核实").tap()
    is_kept(page)


def settle(page: Page, task: dict[str, Any]) -> None:
    page.locator(f"a[href='/m/task/{task['id']}']").tap()
    page.get_by_role("button", name="现场处置").tap()
    photograph(page, "处置后照片")
    page.get_by_role("button", name="提交现场处置").tap()
    is_kept(page)


def put_right_and_report(page: Page, words: str) -> None:
    """Without the photo of after it is not taken."""
    page.get_by_role("link", name="上报问题").tap()
    photograph(page)
    page.get_by_label("描述").fill(words)
    say_what(page, "非法小广告")
    page.get_by_label("已当场处理好").check()
    page.get_by_role("button", name="提交").tap()
    expect(page.get_by_role("alert")).to_contain_text("须有处置后的照片")
    photograph(page, "处置后照片")
    expect(page.locator(".place-name")).to_contain_text("网格")
    page.get_by_role("button", name="提交").tap()
    is_kept(page)


def add_to(page: Page, known: dict[str, Any]) -> None:
    """Asked whether it is the same problem, one says so."""
    page.get_by_role("link", name="上报问题").tap()
    photograph(page)
    say_what(page, "违规标语宣传品")
    page.get_by_role("listitem").filter(has_text=known["number"]).get_by_role("button", name="是同一件").tap()
    is_kept(page)


def walk_a_round(page: Page) -> None:
    page.get_by_role("link", name="巡查").tap()
    page.get_by_role("button", name="开始巡查").tap()
    page.get_by_role("button", name="打卡").tap()
    page.get_by_role("dialog").get_by_role("button", name="打卡").tap()
    expect(page.locator(".flash")).to_contain_text("已打卡")
    page.get_by_role("button", name="结束巡查").tap()
    expect(page.get_by_role("button", name="开始巡查")).to_be_visible()


def test_a_morning_while_the_server_is_dead(go: Go, town: Town, site: Site, visits: list[Visit]) -> None:
    """Killed; then verified, settled, put right and reported in one visit, the same problem added to, a round walked,
    all from what the phone keeps. The server is back: all of it is there, in its order, with the times of then."""
    at, words = town.spot(), f"灯杆小广告已清 {uuid.uuid4().hex[:6]}"
    doubted, small, known = town.doubted(at), town.reported(at, BICYCLES), town.reported(at, BANNERS)
    page = go("m", "grid_worker", unit=town.unit, at=at.pair)
    visits[-1].may_fail = True
    installed(page)
    keeps(page, "around", *(f"incident/{each['id']}" for each in (doubted, small)))
    site.kill()
    try:
        page.reload()
        verify(page, doubted)
        settle(page, small)
        put_right_and_report(page, words)
        add_to(page, known)
        walk_a_round(page)
        page.goto("/m/queue")
        expect(page.locator(".queued[data-state=waiting]")).to_have_count(8)
    finally:
        site.start()
    page.get_by_role("button", name="立即发送").tap()
    expect(page.locator(".queued[data-state=sent]")).to_have_count(8)
    assert town.steps(doubted)[-1]["action"] == "verify"
    assert town.incident(small["id"])["outcome"] == "closed"
    [right] = town.newest(words)
    assert [step["action"] for step in town.steps(right)] == ["report", "file", "settle"]
    assert (right["subcategory"], right["outcome"], len(right["attachments"])) == (POSTERS, "closed", 2)
    assert town.steps(known)[-1]["action"] == "comment"
    [walked, *_] = town.worker.get("/api/v1/patrols", params={"mine": True}).json()["items"]
    assert (walked["check_ins_count"], walked["running"]) == (1, False)


def test_a_report_made_while_the_server_is_dead_is_stored_once(go: Go, town: Town, site: Site,
                                                              visits: list[Visit]) -> None:
    """Killed, the page loaded anew without a network, reported with a photo, the server back: one incident, though it
    is sent a second time by hand."""
    page = go("m", "grid_worker", unit=town.unit, at=town.spot().pair)
    visits[-1].may_fail = True
    installed(page)
    site.kill()
    try:
        page.reload()
        page.get_by_role("link", name="上报问题").tap()
        Finger(page).photograph(page.get_by_role("button", name="拍照"))
        page.get_by_label("描述").fill("断网上报, 果皮箱倒了")
        expect(page.locator(".photo img")).to_be_visible()
        expect(page.locator(".place-name")).to_contain_text("网格")
        page.get_by_role("button", name="提交").tap()
        expect(page.locator(".flash")).to_contain_text("已保存在本机")
        page.goto("/m/queue")
        expect(page.locator(".queued[data-state=waiting]")).to_have_count(1)
        kept = stored(page, "items")
    finally:
        site.start()
    page.get_by_role("button", name="立即发送").tap()
    expect(page.locator(".queued[data-state=sent]")).to_have_count(1)
    [incident] = town.newest("断网上报, 果皮箱倒了")
    again = town.worker.post("/api/v1/incidents", json={
        **kept["body"], "attachments": [file["id"] for file in incident["attachments"]]})
    assert (again.status_code, again.json()["id"], incident["id"]) == (200, kept["id"], kept["id"])
    assert len(town.newest("断网上报, 果皮箱倒了")) == 1
    assert len(incident["attachments"]) == 1
    assert incident["captured_at"] < incident["reported_at"]


def test_a_task_is_checked_without_a_network_and_sent_when_it_is_back(go: Go, town: Town, site: Site,
                                                                     visits: list[Visit]) -> None:
    at = town.spot()
    task = town.handled(at)
    page = go("m", "grid_worker", unit=town.unit, at=at.pair)
    context = visits[-1].context
    visits[-1].may_fail = True
    installed(page)
    page.locator(f"a[href='/m/task/{task['id']}']").tap()
    expect(page.get_by_role("button", name="核查")).to_be_visible()
    context.set_offline(True)
    expect(page.get_by_text("网络不通")).to_be_visible()
    page.get_by_role("button", name="核查").tap()
    page.get_by_label("通过", exact=True).check()
    Finger(page).photograph(page.get_by_role("button", name="拍照"))
    expect(page.locator(".take")).to_have_count(2)
    expect(page.locator("figure.photo")).to_have_count(1)
    page.get_by_role("button", name="提交核查").tap()
    expect(page.locator(".flash")).to_contain_text("已保存在本机")
    assert town.incident(task["id"])["status"] == "handled"
    context.set_offline(False)
    expect(page.get_by_role("link", name="全部已发送")).to_be_visible()
    assert town.incident(task["id"])["outcome"] == "closed"


def test_who_was_faster_is_told_with_what_to_do(go: Go, town: Town, visits: list[Visit]) -> None:
    """Checked offline while another worker closed it: refused in words; deleted by a person, not by itself."""
    at = town.spot()
    task = town.handled(at)
    page = checked_offline(go, town, task, at, visits)
    town.act(town.worker, task, "check", passed=True, lon=at.lon, lat=at.lat, attachments=[town.photo(town.worker)])
    visits[-1].context.set_offline(False)
    page.get_by_role("link", name="1 条未被接受").tap()
    expect(page.locator(".queued")).to_contain_text("事件已被他人处理, 现为“已结案”")
    page.get_by_role("button", name="删除").tap()
    page.get_by_role("dialog").get_by_role("button", name="删除").tap()
    expect(page.get_by_text("没有待发送的内容")).to_be_visible()


def test_an_urge_meanwhile_does_not_refuse_what_was_done_offline(go: Go, town: Town, visits: list[Visit]) -> None:
    """The incident is in a new version but where it was: it is sent with the version of now."""
    at = town.spot()
    task = town.handled(at)
    page = checked_offline(go, town, task, at, visits)
    town.act(town.worker, task, "comment", reason="居民又来问")
    visits[-1].context.set_offline(False)
    expect(page.get_by_role("link", name="全部已发送")).to_be_visible()
    assert town.incident(task["id"])["outcome"] == "closed"


def test_the_browser_sends_it_when_no_page_of_ours_is_open(go: Go, town: Town, visits: list[Visit]) -> None:
    """Background Sync: the page is closed while the phone is offline; the service worker sends the report."""
    page = go("m", "grid_worker", unit=town.unit, at=town.spot().pair)
    context = visits[-1].context
    context.grant_permissions(["background-sync", "geolocation"])
    visits[-1].may_fail = True
    installed(page)
    words = f"后台发送 {uuid.uuid4().hex[:6]}"
    page.get_by_role("link", name="上报问题").tap()
    page.get_by_label("描述").fill(words)
    expect(page.locator(".place-name")).to_contain_text("网格")
    context.set_offline(True)
    page.get_by_role("button", name="提交").tap()
    expect(page.locator(".flash")).to_contain_text("已保存在本机")
    page.close()
    other = context.new_page()
    context.set_offline(False)
    other.goto("/m/icon.svg")
    wait_until(lambda: len(town.newest(words)) == 1)


@pytest.fixture
def new_build() -> Iterator[None]:
    """Somebody installs a new version while the page is open."""
    script = STATIC / "m" / "sw.js"
    packed = [Path(f"{script}.{ending}") for ending in ("br", "gz")]
    before = {path: path.read_bytes() for path in (script, *packed)}
    yield
    for path, content in before.items():
        path.write_bytes(content)


def test_a_new_version_asks_and_loads_no_form_away(go: Go, town: Town, new_build: None) -> None:
    page = go("m", "grid_worker", unit=town.unit, at=town.spot().pair)
    installed(page)
    page.get_by_role("link", name="上报问题").tap()
    page.get_by_label("描述").fill("写到一半")
    script = STATIC / "m" / "sw.js"
    for ending in ("br", "gz"):
        Path(f"{script}.{ending}").unlink()
    script.write_text(script.read_text(encoding="utf-8") + "\n// another version\n", encoding="utf-8")
    page.evaluate("navigator.serviceWorker.getRegistration().then(r => r.update()).then(() => true)")
    expect(page.get_by_text("有新版本")).to_be_visible()
    expect(page.get_by_label("描述")).to_have_value("写到一半")
    with page.expect_navigation():
        page.get_by_role("button", name="立即刷新").tap()
    expect(page.get_by_label("描述")).to_have_value("写到一半")
    expect(page.get_by_text("有新版本")).to_be_hidden()
