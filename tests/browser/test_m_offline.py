"""The phone in a cellar: the server is really dead, and nothing is lost or stored twice."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from api.screens import STATIC
from tests.browser.conftest import Go
from tests.browser.phone import Finger, Town, stored
from tests.browser.site import Site, Visit, wait_until


@pytest.fixture(scope="module")
def town(site: Site) -> Iterator[Town]:
    town = Town(site)
    yield town
    town.close()


def installed(page: Page) -> None:
    """The service worker has the pages, and my tasks are on the phone."""
    page.wait_for_function("""async () => (await navigator.serviceWorker.ready).active?.state === 'activated'
        && !!navigator.serviceWorker.controller""")
    expect(page.locator(".skeleton")).to_have_count(0)


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
    page = go("m", "grid_worker", unit=town.unit, at=at.pair, path=f"task/{task['id']}/check")
    context = visits[-1].context
    visits[-1].may_fail = True
    page.get_by_label("通过", exact=True).check()
    Finger(page).photograph(page.get_by_role("button", name="拍照"))
    expect(page.locator("figure.photo")).to_have_count(1)
    context.set_offline(True)
    page.get_by_role("button", name="提交核查").tap()
    expect(page.locator(".flash")).to_contain_text("已保存在本机")
    town.act(town.worker, task, "check", passed=True, lon=at.lon, lat=at.lat, attachments=[town.photo(town.worker)])
    context.set_offline(False)
    page.get_by_role("link", name="1 条未被接受").tap()
    expect(page.locator(".queued")).to_contain_text("事件已被他人处理, 现为“已结案”")
    page.get_by_role("button", name="删除").tap()
    page.get_by_role("dialog").get_by_role("button", name="删除").tap()
    expect(page.get_by_text("没有待发送的内容")).to_be_visible()


def test_an_urge_meanwhile_does_not_refuse_what_was_done_offline(go: Go, town: Town, visits: list[Visit]) -> None:
    """The incident is in a new version but where it was: it is sent with the version of now."""
    at = town.spot()
    task = town.handled(at)
    page = go("m", "grid_worker", unit=town.unit, at=at.pair, path=f"task/{task['id']}/check")
    context = visits[-1].context
    visits[-1].may_fail = True
    page.get_by_label("通过", exact=True).check()
    Finger(page).photograph(page.get_by_role("button", name="拍照"))
    expect(page.locator("figure.photo")).to_have_count(1)
    context.set_offline(True)
    page.get_by_role("button", name="提交核查").tap()
    expect(page.locator(".flash")).to_contain_text("已保存在本机")
    town.act(town.worker, task, "comment", reason="居民又来问")
    context.set_offline(False)
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
