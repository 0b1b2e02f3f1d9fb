"""A resident reports without an account, follows by number and code, and has the last word."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from contextlib import closing

from PIL import Image
from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import Go
from tests.browser.phone import LITTER, file, picture
from tests.browser.resident import (
    STREET,
    Staff,
    ask_code,
    fill,
    go_on,
    heading,
    phone_number,
    prove,
    reported,
    slip,
)
from tests.browser.site import PLAYED, Site, Visit


def stored(site: Site, words: str) -> list[dict[str, object]]:
    with closing(site.client("dispatcher", unit=STREET)) as desk:
        found: list[dict[str, object]] = desk.get("/api/v1/incidents", params={"q": words}).json()["items"]
        return found


def test_from_a_photo_to_being_taken_up_again(go: Go, site: Site) -> None:
    """报问题, 查进展, 不满意, 重办."""
    page, phone = go("report"), phone_number()
    page.get_by_role("link", name="报问题").first.click()
    page.locator("#file-album").set_input_files(file(picture(3000, 2000)))
    expect(page.locator(".file img")).to_be_visible()
    go_on(page)
    page.get_by_label("说说是什么问题").fill("楼下垃圾桶满得都溢出来了, 居民的照片")
    page.get_by_role("button", name="垃圾箱(站)满溢").click()
    go_on(page)
    page.get_by_role("button", name="用手机定位").click()
    expect(page.locator(".here")).to_contain_text("误差约 10 米")
    page.get_by_role("button", name=re.compile("^图钉")).press("ArrowUp")
    go_on(page)
    prove(page, phone)
    go_on(page)
    expect(page.locator(".facts")).to_contain_text("垃圾箱(站)满溢: 楼下垃圾桶")
    page.get_by_role("button", name="发送").click()
    heading(page, "已收到, 谢谢您")
    number, code = slip(page)

    with Staff(site, number) as staff:
        is_as_it_was_sent(staff)
        staff.close()
        reads_and_is_dissatisfied(page)
        again = staff.incident()
    assert (again["outcome"], again["score"]) == (None, 2)
    assert again["status"] in ("filed", "dispatched")
    expect(page).to_have_url(re.compile(code))


def is_as_it_was_sent(staff: Staff) -> None:
    incident = staff.incident()
    assert (incident["subcategory"], incident["source"]) == (LITTER, "resident")
    assert incident["lat"] > PLAYED[1], "the pin was moved north"
    [attachment] = incident["attachments"]
    sent = staff.centre.get(f"/api/v1/attachments/{attachment['id']}").content
    assert len(sent) <= 500 * 1024
    assert max(Image.open(io.BytesIO(sent)).size) == 1600


def reads_and_is_dissatisfied(page: Page) -> None:
    page.get_by_role("link", name="看进展").click()
    expect(page.locator(".now")).to_contain_text("已结案")
    expect(page.locator(".reply")).to_contain_text("已清运, 并增加一次清运")
    expect(page.locator(".timeline")).to_contain_text("处置中")
    page.get_by_role("button", name="不满意", exact=True).click()
    expect(page.get_by_text("您不满意, 我们会重新办理。")).to_be_visible()
    page.get_by_label("哪里不满意?").fill("第二天又满了")
    page.get_by_role("button", name="提交, 重新办理").click()
    expect(page.get_by_text("您不满意, 已重新办理。")).to_be_visible()


def test_who_is_satisfied_says_so_in_one_tap(go: Go, site: Site) -> None:
    page = go("report", path="new")
    number, code = reported(page, "楼前垃圾箱满了, 一次点评", phone_number())
    with Staff(site, number) as staff:
        staff.close(subcategory=LITTER)
        page.goto(f"/report/follow/{number}#{code}")
        page.get_by_role("button", name="很满意", exact=True).click()
        expect(page.locator(".rate")).to_contain_text("您的评价")
        assert (staff.incident()["score"], staff.incident()["status"]) == (5, "closed")


def test_number_and_code_are_read_however_they_are_written(go: Go, visits: list[Visit]) -> None:
    page = go("report", path="new")
    number, code = reported(page, "路灯不亮, 抄下来的编号", phone_number())
    page.get_by_role("button", name="复制编号和查询码").click()
    expect(page.get_by_text(re.compile("已复制|没能复制"))).to_be_visible()
    stranger = go("report", path="follow")
    visits[-1].may_fail = True  # a wrong code is a 404, which the browser notes
    stranger.get_by_label("编号").fill(f"{number[:8]} {number[8:12]} {number[12:]}".translate(str.maketrans(
        "0123456789", "０１２３４５６７８９")))
    stranger.get_by_label("查询码").fill("2222-2222")
    stranger.get_by_role("button", name="查看进展").click()
    expect(stranger.get_by_role("alert")).to_contain_text("编号或查询码不对")
    stranger.get_by_label("查询码").fill(code.replace("-", " ").lower())
    stranger.get_by_role("button", name="查看进展").click()
    expect(stranger.locator(".now")).to_contain_text("已上报")
    expect(stranger).to_have_url(re.compile(f"{number}#{code}$"))


def test_the_code_of_the_link_is_kept_from_the_server_until_it_is_asked(go: Go, visits: list[Visit]) -> None:
    page = go("report", path="new")
    number, code = reported(page, "花坛有积水, 链接", phone_number())
    stranger = go("report", "leader", path="")
    asked: list[str] = []
    stranger.on("request", lambda request: asked.append(request.url) if request.is_navigation_request() else None)
    stranger.goto(f"/report/follow/{number}#{code}")
    expect(stranger.locator(".now")).to_contain_text("已上报")
    assert all(code not in url.split("#")[0] for url in asked)


def test_a_wrong_code_is_told_and_limits_in_words(go: Go, visits: list[Visit]) -> None:
    page, phone = go("report", path="new"), phone_number()
    visits[-1].may_fail = True
    fill(page, "井盖响, 验证码")
    code = ask_code(page, phone)
    expect(page.get_by_role("button", name="秒后可重新获取")).to_be_disabled()
    page.get_by_label("短信验证码").fill(f"{(int(code) + 1) % 10 ** 6:06d}")
    expect(page.get_by_role("alert")).to_contain_text("验证码不正确")
    go_on(page)
    expect(page.get_by_text("请先验证手机号。")).to_be_visible()
    page.get_by_label("短信验证码").fill(code)
    expect(page.get_by_text("已验证")).to_be_visible()


def test_too_many_codes_say_how_long_to_wait(go: Go, visits: list[Visit]) -> None:
    """The answer is the server's own of tests/api, which the town of these tests never gives: its limits are off."""
    page = go("report", path="new/phone")
    visits[-1].may_fail = True
    page.route("**/public/codes", lambda route: route.fulfill(
        status=429, content_type="application/problem+json", headers={"Retry-After": "2400"},
        body='{"status":429,"code":"too_many","detail":"请 2400 秒后再试","errors":[],"retry_after":2400}'))
    page.get_by_label("手机号").fill(phone_number())
    page.get_by_role("button", name="获取验证码").click()
    expect(page.get_by_role("alert")).to_contain_text("请约 40 分钟后再试")
    expect(page.get_by_role("button", name="约 40 分钟后可重新获取")).to_be_disabled()


def test_a_lost_network_loses_nothing_and_a_second_sending_stores_nothing_twice(
        go: Go, site: Site, visits: list[Visit]) -> None:
    page, words = go("report", path="new"), "电线垂落, 网络断了两次"
    visits[-1].may_fail = True
    fill(page, words, photo=picture())
    prove(page, phone_number())
    go_on(page)
    page.context.set_offline(True)
    page.get_by_role("button", name="发送").click()
    expect(page.get_by_role("alert")).to_contain_text("网络不通。您填的内容都留在这部手机上")
    page.context.set_offline(False)
    page.reload()
    expect(page.locator(".facts")).to_contain_text(words)
    expect(page.locator(".facts")).to_contain_text("1 张")
    page.route("**/public/incidents", arrives_and_is_cut_off())
    page.get_by_role("button", name=re.compile("发送")).click()
    expect(page.get_by_role("alert")).to_contain_text("网络不通")
    assert len(stored(site, words)) == 1
    page.unroute("**/public/incidents")
    page.get_by_role("button", name="再次发送").click()
    number, _ = slip(page)
    assert [one["number"] for one in stored(site, words)] == [number]
    page.goto("/report/new/what")
    expect(page.get_by_label("说说是什么问题")).to_have_value("")


def arrives_and_is_cut_off() -> Callable[[Route], None]:
    def handle(route: Route) -> None:
        route.fetch()
        route.abort("connectionreset")
    return handle


def test_what_was_changed_after_a_sending_that_arrived_is_told(go: Go, site: Site, visits: list[Visit]) -> None:
    page, words = go("report", path="new"), "树枝挡路灯, 改过一次"
    visits[-1].may_fail = True
    fill(page, words)
    prove(page, phone_number())
    go_on(page)
    page.route("**/public/incidents", arrives_and_is_cut_off())
    page.get_by_role("button", name="发送").click()
    expect(page.get_by_role("alert")).to_contain_text("网络不通")
    page.unroute("**/public/incidents")
    page.goto("/report/new/what")
    page.get_by_label("说说是什么问题").fill(f"{words}, 第二版")
    page.goto("/report/new/check")
    page.get_by_role("button", name="再次发送").click()
    expect(page.get_by_text("您前一次发送的内容已经收到")).to_be_visible()
    assert [one["description"] for one in stored(site, words)] == [words]


def test_the_place_can_be_chosen_where_the_phone_finds_none(go: Go, site: Site) -> None:
    page, words = go("report", path="new/what", at=None), "道路坑洼, 自己选地点"
    page.get_by_label("说说是什么问题").fill(words)
    go_on(page)
    page.get_by_role("button", name="用手机定位").click()
    expect(page.get_by_role("alert")).to_contain_text(re.compile("没有允许定位|没有定上位"))
    page.get_by_label("区", exact=True).select_option("和平区")
    go_on(page)
    expect(page.get_by_text("请选到街道 (镇)。")).to_be_visible()
    page.get_by_label("街道 (镇)").select_option("小白楼街道")
    go_on(page)
    prove(page, phone_number())
    go_on(page)
    page.get_by_role("button", name="发送").click()
    slip(page)
    [incident] = stored(site, words)
    assert (incident["unit"], incident["lon"]) == (STREET, None)


def test_the_slip_prints_on_paper(go: Go) -> None:
    page = go("report", path="new")
    number, code = reported(page, "墙面乱涂, 打印回执", phone_number())
    page.emulate_media(media="print")
    printed = page.locator("body").inner_text()
    assert code in printed
    assert number in re.sub(r"\s", "", printed)
    assert f"/report/follow/{number}#{code}" in printed
    assert "复制编号" not in printed
    assert pages_of(page) == 1


def pages_of(page: Page) -> int:
    return len(re.findall(rb"/Type\s*/Page[^s]", page.pdf(format="A4")))


def test_my_reports_stay_on_this_phone_until_they_are_deleted(go: Go) -> None:
    page = go("report", path="new")
    number, _ = reported(page, "下水道堵了, 我的上报", phone_number())
    page.goto("/report/mine")
    expect(page.get_by_text("只保存在这部手机的浏览器里")).to_be_visible()
    page.get_by_role("button", name=f"删除 {number}").click()
    page.get_by_role("button", name="确认删除").click()
    expect(page.get_by_text("这部手机上还没有记录。")).to_be_visible()


def test_a_workers_session_in_the_same_browser_stays(go: Go) -> None:
    page = go("report", "grid_worker", path="new", unit=STREET)
    reported(page, "站牌歪了, 同一部手机", phone_number())
    assert page.request.get("/api/v1/me").json()["role"] == "grid_worker"
