"""Reporting from the phone: quick, in the right place, once, and nothing that was filled in is lost."""

from __future__ import annotations

import io
from collections.abc import Iterator

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from tests.browser.conftest import Go
from tests.browser.phone import LITTER, STALLS, Finger, Spot, Town, picture, stored
from tests.browser.site import Site, Visit, wait_until

MOST_TAPS = 4


@pytest.fixture(scope="module")
def town(site: Site) -> Iterator[Town]:
    town = Town(site)
    yield town
    town.close()


def worker(go: Go, town: Town, at: Spot | None, *, path: str = "", **options: object) -> Page:
    return go("m", "grid_worker", unit=town.unit, path=path, at=at.pair if at else None, **options)


def is_placed(page: Page) -> None:
    expect(page.locator(".place-name")).to_contain_text("网格")


def test_a_report_takes_four_taps(go: Go, town: Town) -> None:
    """上报, photo, one of three suggestions from the words, send; the place comes by itself."""
    page, words = worker(go, town, town.spot()), "楼下垃圾桶满得都溢出来了, 四次点按"
    finger = Finger(page)
    finger.tap(page.get_by_role("link", name="上报问题"))
    finger.photograph(page.get_by_role("button", name="拍照"))
    page.get_by_label("描述").fill(words)
    suggested = page.locator(".choice", has_text="按描述")
    expect(suggested).to_have_count(3)
    expect(page.locator(".choice[aria-pressed=true]")).to_have_count(0)
    is_placed(page)
    finger.tap(suggested.filter(has_text="满溢"))
    finger.tap(page.get_by_role("button", name="提交"))
    expect(page.locator(".flash")).to_contain_text("已上报")
    print(f"taps: {finger.taps}")
    assert finger.taps <= MOST_TAPS
    [incident] = town.newest(words)
    assert (incident["subcategory"], incident["source"], len(incident["attachments"])) == (LITTER, "patrol", 1)
    assert incident["captured_at"] is not None


def test_a_large_photo_is_made_small_and_stands_upright(go: Go, town: Town) -> None:
    """A phone's 12 megapixels, turned by EXIF; sent with at most 1600 px and 500 KB, with words at its foot."""
    page = worker(go, town, town.spot(), path="report")
    finger = Finger(page)
    finger.photograph(page.get_by_role("button", name="拍照"), picture(4000, 3000, orientation=6))
    expect(page.locator(".photo img")).to_be_visible()
    page.get_by_label("描述").fill("大照片测试")
    is_placed(page)
    finger.tap(page.get_by_role("button", name="提交"))
    expect(page.locator(".flash")).to_contain_text("已上报")
    [incident] = town.newest("大照片测试")
    [sent] = incident["attachments"]
    kept = town.worker.get(f"/api/v1/attachments/{sent['id']}").content
    with Image.open(io.BytesIO(kept)) as image:
        shown = image.convert("RGB")
    assert shown.size == (1200, 1600)
    assert len(kept) <= 500 * 1024
    red, green, _ = shown.getpixel((1100, 100))  # type: ignore[misc]
    assert red > 180 > 100 > green  # the corner that was upper left is upper right when the phone was upright
    white = sum(1 for x in range(0, 1200, 2) for y in range(1500, 1595, 3) if min(shown.getpixel((x, y))) > 215)  # type: ignore[arg-type]
    assert white > 200  # the words


def test_where_the_phone_is_unsure_it_asks(go: Go, town: Town) -> None:
    at = town.spot()
    page = worker(go, town, at, path="report", accuracy=80)
    page.get_by_label("描述").fill("定位不准测试")
    expect(page.get_by_text("定位误差 80 米, 图钉的位置对吗?")).to_be_visible()
    page.get_by_role("button", name="提交").tap()
    expect(page.get_by_role("alert").filter(has_text="请确认位置")).to_be_visible()
    page.get_by_role("button", name="位置正确").tap()
    page.get_by_role("button", name="提交").tap()
    expect(page.locator(".flash")).to_contain_text("已上报")
    [incident] = town.newest("定位不准测试")
    assert incident["lat"] == pytest.approx(at.lat)


def test_the_pin_is_moved_by_keys_and_the_raw_fix_is_kept(go: Go, town: Town) -> None:
    at = town.spot()
    page = worker(go, town, at, path="report")
    page.get_by_label("描述").fill("移动图钉测试")
    pin = page.get_by_role("button", name="事发位置图钉")
    pin.focus()
    for _ in range(3):
        pin.press("ArrowUp")
    pin.press("Shift+ArrowUp")
    expect(page.get_by_text("已从定位点移动 26 m")).to_be_visible()
    page.get_by_role("button", name="提交").tap()
    expect(page.locator(".flash")).to_contain_text("已上报")
    [incident] = town.newest("移动图钉测试")
    assert incident["lat"] == pytest.approx(at.north(26).lat, abs=2e-6)
    assert town.steps(incident)[0]["fields"]["fix"] == {"lon": at.lon, "lat": at.lat, "accuracy_m": 10}


def test_the_pin_is_dragged(go: Go, town: Town) -> None:
    page = worker(go, town, town.spot(), path="report")
    pin = page.get_by_role("button", name="事发位置图钉")
    is_placed(page)
    pin.evaluate("pin => pin.scrollIntoView({block: 'center'})")
    box = pin.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 20, box["y"] + 30)
    page.mouse.down()
    page.mouse.move(box["x"] + 60, box["y"] + 10, steps=4)
    page.mouse.up()
    expect(page.get_by_text("已从定位点移动")).to_be_visible()


def test_without_a_position_a_community_is_picked(go: Go, town: Town) -> None:
    page = worker(go, town, None, path="report")
    expect(page.locator(".place-name")).to_contain_text("定位权限未开启")
    page.get_by_label("描述").fill("没有定位测试")
    page.get_by_role("button", name="提交").tap()
    expect(page.get_by_role("alert")).to_contain_text("还没有位置")
    page.get_by_role("button", name="选择社区或网格").tap()
    page.get_by_role("dialog").get_by_role("button").filter(has_text="第1网格").first.tap()
    page.get_by_role("button", name="提交").tap()
    expect(page.locator(".flash")).to_contain_text("已上报")
    [incident] = town.newest("没有定位测试")
    assert (incident["placement"], incident["lon"]) == ("picked", None)
    assert incident["unit"].startswith(town.unit)


def test_the_same_problem_nearby_is_shown_and_added_to(go: Go, town: Town) -> None:
    at = town.spot()
    known = town.reported(at, STALLS)
    page = worker(go, town, at.north(5), path="report")
    Finger(page).photograph(page.get_by_role("button", name="拍照"))
    page.get_by_role("button", name="搜索小类").tap()
    page.get_by_label("名称、拼音首字母或俗称").fill("zdjy")
    page.get_by_role("dialog").get_by_role("button").filter(has_text="占道经营").first.tap()
    expect(page.get_by_role("heading", name="附近已有同类问题")).to_be_visible()
    page.get_by_role("listitem").filter(has_text=known["number"]).get_by_role("button", name="是同一件").tap()
    expect(page.locator(".flash")).to_contain_text("已补充到原有事件")
    last = town.steps(known)[-1]
    assert (last["action"], len(last["fields"]["attachments"])) == ("comment", 1)


def test_a_draft_is_there_after_a_reload_and_a_change_of_language(go: Go, town: Town) -> None:
    page = worker(go, town, town.spot(), path="report")
    Finger(page).photograph(page.get_by_role("button", name="拍照"))
    page.get_by_label("描述").fill("草稿还在")
    page.get_by_label("补充地址").fill("3号楼东侧")
    expect(page.locator(".photo img")).to_be_visible()
    wait_until(lambda: stored(page, "drafts")["value"].get("address") == "3号楼东侧")
    page.goto("/m/me")
    page.get_by_role("button", name="English").tap()
    page.get_by_role("link", name="Home").tap()
    page.get_by_role("link", name="Report a problem A draft is kept").tap()
    expect(page.get_by_label("Description")).to_have_value("草稿还在")
    expect(page.get_by_label("Address")).to_have_value("3号楼东侧")
    expect(page.locator(".photo img")).to_be_visible()


def test_an_expired_login_keeps_the_form_and_asks_to_sign_in(go: Go, town: Town, visits: list[Visit]) -> None:
    page = worker(go, town, town.spot(), path="report")
    visits[-1].may_fail = True
    page.get_by_label("描述").fill("登录过期测试")
    is_placed(page)
    expect(page.locator(".choice", has_text="按描述").first).to_be_visible()
    page.wait_for_load_state("networkidle")  # the day's tasks are on the phone
    visits[-1].context.clear_cookies()
    page.get_by_role("button", name="提交").tap()
    asked = page.get_by_role("dialog", name="登录")
    asked.get_by_label("手机号").fill(town.worker_account["phone"])
    asked.get_by_label("密码").fill(town.worker_account["password"])
    asked.get_by_role("button", name="登录").tap()
    expect(asked).to_be_hidden()
    page.goto("/m/queue")
    expect(page.locator(".queued[data-state=sent]")).to_have_count(1)
    assert len(town.newest("登录过期测试")) == 1
