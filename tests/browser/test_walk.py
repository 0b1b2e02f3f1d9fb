"""One incident walks through all five screens: a resident, the administrator, a dispatcher, a new handler, a grid
worker and a leader, each at their own page, none at the HTTP interface."""

from __future__ import annotations

import re
from contextlib import closing

from playwright.sync_api import Page, expect

from tests.browser.conftest import Go
from tests.browser.desk import search, wait_out
from tests.browser.phone import Finger, picture
from tests.browser.resident import STREET, heading, phone_number, reported
from tests.browser.site import PLAYED, Site, Visit

WORDS = "楼下垃圾桶满得都溢出来了, 五个人一起办的"
SANITATION, SANITATION_UNIT = "120101-sanitation", "120101"
PASSWORD = "new handler 2026"


def adds_a_handler(page: Page, site: Site, phone: str) -> None:
    """The administrator: a new person in the department that will have to act."""
    with closing(site.client("admin")) as admin:
        name = admin.get("/api/v1/departments", params={"q": SANITATION}).json()["items"][0]["name"]
    page.get_by_role("link", name="人员", exact=True).click()
    page.get_by_role("button", name="新增").first.click()
    form = page.get_by_role("dialog")
    form.get_by_label("手机号").fill(phone)
    form.get_by_label("姓名", exact=True).or_(form.get_by_label("名称", exact=True)).fill("周新")
    form.get_by_label("角色").select_option("handler")
    unit = form.get_by_role("combobox", name="所管网格")
    unit.fill(SANITATION_UNIT)
    expect(form.get_by_role("listbox").get_by_role("option").first).to_contain_text("和平区")
    unit.press("Enter")
    form.get_by_label("责任单位").select_option(label=name)
    form.get_by_label("密码").fill(PASSWORD)
    form.get_by_role("button", name="保存").click()
    expect(form).to_have_count(0)


def files_it(page: Page, number: str) -> None:
    """The dispatcher: by keys; what it is, of the three that its words suggest; the rule names the department."""
    page.clock.install()
    search(page, number)
    page.keyboard.press("f")
    dialogue = page.get_by_role("dialog", name=f"立案 · {number}")
    expect(dialogue.get_by_role("radio").first).to_be_focused()
    page.keyboard.press("Enter")
    expect(dialogue.get_by_role("alert")).to_contain_text("小类")
    expect(dialogue).to_contain_text("垃圾箱(站)满溢")
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    expect(page.get_by_text("待发送").first).to_be_visible()
    wait_out(page)
    expect(page.get_by_role("grid").get_by_role("row").first).to_contain_text("已派遣")


def photograph(page: Page) -> None:
    Finger(page).photograph(page.get_by_role("button", name="拍照"))
    expect(page.locator("figure.photo")).to_have_count(1)


def handles_it(page: Page, phone: str, ident: str) -> None:
    """The new handler: signs in by the form, signs for the case and feeds back."""
    page.get_by_label("手机号").fill(phone)
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录").tap()
    page.locator(f"a[href='/m/task/{ident}']").tap()
    page.get_by_role("button", name="签收").tap()
    expect(page.locator(".flash")).to_contain_text("签收已提交")
    page.get_by_role("button", name="处置反馈").tap()
    page.get_by_label("说明").fill("已清运并冲洗")
    photograph(page)
    page.get_by_role("button", name="提交处置反馈").tap()
    expect(page.locator(".flash")).to_contain_text("处置反馈已提交")


def checks_it(page: Page, ident: str) -> None:
    """The grid worker: on the spot, with a photo."""
    page.locator(f"a[href='/m/task/{ident}']").tap()
    page.get_by_role("button", name="核查").tap()
    page.get_by_label("通过", exact=True).check()
    photograph(page)
    page.get_by_role("button", name="提交核查").tap()
    expect(page.locator(".flash")).to_contain_text("核查已提交")


def closed_so_far(page: Page) -> int:
    value = page.locator("[data-figure='closed'] .kpi-value")
    expect(value).to_have_text(re.compile(r"^[\d,]+$"))
    return int(value.inner_text().replace(",", ""))


def test_one_incident_through_all_five_screens(go: Go, site: Site, visits: list[Visit]) -> None:
    phone = phone_number()
    adds_a_handler(go("admin", "admin"), site, phone)
    leader = go("city", "leader")
    before = closed_so_far(leader)

    resident = go("report", path="new/photo", at=PLAYED)
    number, _ = reported(resident, WORDS, phone_number(), photo=picture())
    with closing(site.client("dispatcher", unit=STREET)) as desk:
        ident = desk.get(f"/api/v1/incidents/{number}").json()["id"]

    files_it(go("desk", "dispatcher", unit=STREET), number)
    stranger = go("m")
    visits[-1].may_fail = True  # the phone asks who it belongs to, and nobody has signed in yet
    handles_it(stranger, phone, ident)
    checks_it(go("m", "grid_worker", unit=STREET, at=PLAYED), ident)

    resident.get_by_role("link", name="看进展").click()
    expect(resident.locator(".now")).to_contain_text("已结案")
    expect(resident.locator(".reply")).to_contain_text("已清运并冲洗")
    resident.get_by_role("button", name="满意", exact=True).click()
    expect(resident.get_by_role("heading", name="您的评价")).to_be_visible()

    leader.reload()
    assert closed_so_far(leader) == before + 1
    leader.locator("[data-figure='closed']").click()
    expect(leader.get_by_text(number).first).to_be_visible()
    heading(resident, "垃圾箱(站)满溢")
