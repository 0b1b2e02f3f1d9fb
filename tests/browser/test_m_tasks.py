"""Working on tasks with the phone: on the spot, with photos, in the words of what may be done now."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Go
from tests.browser.phone import Finger, Spot, Town
from tests.browser.site import Site, Visit, wait_until


@pytest.fixture(scope="module")
def town(site: Site) -> Iterator[Town]:
    town = Town(site)
    yield town
    town.close()


def photograph(page: Page) -> None:
    Finger(page).photograph(page.get_by_role("button", name="拍照"))
    expect(page.locator("figure.photo")).to_have_count(1)


def at_the_task(go: Go, town: Town, task: dict[str, object], at: Spot) -> Page:
    page = go("m", "grid_worker", unit=town.unit, at=at.pair)
    page.locator(f"a[href='/m/task/{task['id']}']").tap()
    return page


def test_a_checker_checks_on_the_spot_with_a_photo(go: Go, town: Town) -> None:
    """Before and after side by side; passed closes it, and what was written stands in the record."""
    at = town.spot()
    task = town.handled(at)
    page = at_the_task(go, town, task, at)
    page.get_by_role("button", name="核查").tap()
    sides = page.get_by_role("region", name="处置前后对比")
    expect(sides.get_by_role("img", name="处置前 照片 1")).to_be_visible()
    expect(sides.get_by_role("img", name="处置后 照片 1")).to_be_visible()
    page.get_by_role("button", name="提交核查").tap()
    expect(page.get_by_role("alert")).to_contain_text("还需要: 结果、照片")
    page.get_by_label("通过", exact=True).check()
    photograph(page)
    page.get_by_role("button", name="提交核查").tap()
    expect(page.locator(".flash")).to_contain_text("核查已提交")
    last = town.steps(task)[-1]
    assert (last["action"], last["fields"]["passed"], len(last["fields"]["attachments"])) == ("check", True, 1)
    assert town.incident(task["id"])["outcome"] == "closed"


def test_too_far_is_told_before_and_after_sending(go: Go, town: Town, visits: list[Visit]) -> None:
    at = town.spot()
    task = town.handled(at)
    page = at_the_task(go, town, task, at.north(400))
    visits[-1].may_fail = True
    page.get_by_role("button", name="核查").tap()
    expect(page.get_by_text("须在 50 米以内。请走近后再提交。")).to_be_visible()
    page.get_by_label("通过", exact=True).check()
    photograph(page)
    page.get_by_role("button", name="提交核查").tap()
    expect(page.get_by_role("alert")).to_contain_text("须在 50 米以内")
    assert town.incident(task["id"])["status"] == "handled"
    expect(page.locator("figure.photo")).to_have_count(1)


def test_a_failed_check_needs_a_reason_and_is_a_rework(go: Go, town: Town) -> None:
    at = town.spot()
    task = town.handled(at)
    page = at_the_task(go, town, task, at)
    page.get_by_role("button", name="核查").tap()
    page.get_by_label("不通过").check()
    photograph(page)
    page.get_by_role("button", name="提交核查").tap()
    expect(page.get_by_role("alert")).to_contain_text("还需要: 说明")
    page.get_by_label("说明").fill("只清了一半")
    page.get_by_role("button", name="提交核查").tap()
    expect(page.locator(".flash")).to_contain_text("核查已提交")
    assert (town.incident(task["id"])["status"], town.incident(task["id"])["reworks"]) == ("handling", 1)


def test_a_handler_signs_asks_for_time_and_feeds_back(go: Go, town: Town) -> None:
    """One tap signs; the other forms are made of what is offered."""
    at = town.spot()
    task = town.reported(at)
    page = go("m", "handler", department=task["department"], at=at.pair)
    page.locator(f"a[href='/m/task/{task['id']}']").tap()
    page.get_by_role("button", name="签收").tap()
    expect(page.locator(".flash")).to_contain_text("签收已提交")
    expect(page.get_by_role("group", name="可执行操作").get_by_role("button").first).to_have_text("处置反馈")
    page.get_by_role("button", name="申请延期").tap()
    page.get_by_label("2", exact=True).check()
    page.get_by_label("说明").fill("等清运车")
    page.get_by_role("button", name="提交申请延期").tap()
    expect(page.locator(".flash")).to_contain_text("申请延期已提交")
    page.locator(f"a[href='/m/task/{task['id']}']").tap()
    expect(page.locator(".ask-shown", has_text="等清运车")).to_be_visible()
    page.get_by_role("button", name="处置反馈").tap()
    page.get_by_label("说明").fill("已清运并冲洗")
    photograph(page)
    page.get_by_role("button", name="提交处置反馈").tap()
    expect(page.locator(".flash")).to_contain_text("处置反馈已提交")
    assert [step["action"] for step in town.steps(task)[-3:]] == ["sign", "extend", "feed_back"]


def newest_round(town: Town) -> dict[str, Any]:
    found: list[dict[str, Any]] = town.worker.get("/api/v1/patrols", params={"mine": True}).json()["items"]
    return found[0]


def test_a_round_is_walked_and_what_was_covered_is_told(go: Go, town: Town, visits: list[Visit]) -> None:
    at = town.spot()
    page = go("m", "grid_worker", unit=town.unit, path="patrol", at=at.pair)
    page.get_by_role("button", name="开始巡查").tap()
    expect(page.get_by_role("button", name="打卡")).to_be_enabled()
    for stride in (30, 60, 90):
        there = at.north(stride)
        visits[-1].context.set_geolocation({"longitude": there.lon, "latitude": there.lat, "accuracy": 8})
        expect(page.locator(".tiles")).to_contain_text(f"{stride} m")
    page.get_by_role("button", name="打卡").tap()
    page.get_by_label("看到了什么").fill("井盖完好")
    page.get_by_role("dialog").get_by_role("button", name="打卡").tap()
    expect(page.locator(".flash")).to_contain_text("已打卡")
    page.reload()
    expect(page.locator(".tiles")).to_contain_text("90 m")
    page.get_by_role("button", name="结束巡查").tap()
    expect(page.locator(".past").first).to_contain_text("打卡 1 次")
    expect(page.get_by_role("link", name="全部已发送")).to_be_visible()
    wait_until(lambda: not newest_round(town)["running"])
    walked = newest_round(town)
    assert (walked["check_ins_count"], walked["running"], round(walked["length_m"], -1)) == (1, False, 90)
    assert walked["covered"] > 0
