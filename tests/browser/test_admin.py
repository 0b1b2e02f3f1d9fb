"""The administrator's screen: a change is previewed, applied and taken back; files and rows are told what is wrong with
them; people are let in; the auditor reads the log and nothing else."""

from __future__ import annotations

import re
from contextlib import closing
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, expect

from tests.browser.conftest import Go
from tests.browser.site import PLAYED, Site, Visit, wait_until

#: A subcategory that no other test of the screens touches: its limit is one work day everywhere.
SUBCATEGORY, STANDARD = "01026", "01026-1"
STREET = "120101002"
NEW_PHONE = "13911110001"
#: After each change the next request reads the whole city anew; a busy machine takes its time over that.
expect.set_options(timeout=30_000)


def reported(site: Site) -> dict[str, Any]:
    """A new report of it, which the rules dispatch at once."""
    with closing(site.client("grid_worker", unit=STREET)) as worker:
        answer = worker.post("/api/v1/incidents", json={
            "subcategory": SUBCATEGORY, "description": "楼下有人养烈性犬不拴绳", "lon": PLAYED[0], "lat": PLAYED[1]})
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


def handle_limit(incident: dict[str, Any]) -> float:
    return next(float(clock["limit_value"]) for clock in incident["clocks"] if clock["stage"] == "handle")


def apply(page: Page) -> None:
    page.get_by_role("button", name="应用", exact=True).click()
    page.get_by_role("dialog").get_by_role("button", name="应用", exact=True).click()
    expect(page.get_by_role("status").filter(has_text="已应用")).to_be_visible()


def roll_back(page: Page) -> None:
    page.get_by_role("button", name="一步回滚").click()
    page.get_by_role("dialog").get_by_role("button", name="一步回滚").click()
    expect(page.get_by_role("status").filter(has_text="已回滚")).to_be_visible()


def discard(page: Page) -> None:
    page.get_by_role("button", name="放弃草稿").click()
    page.get_by_role("dialog").get_by_role("button", name="放弃草稿").click()
    expect(page.get_by_role("status").filter(has_text="草稿已放弃")).to_be_visible()


def test_a_limit_is_changed_seen_in_a_new_report_and_taken_back(go: Go, site: Site) -> None:
    old = handle_limit(reported(site))
    page = go("admin", "admin", path=f"taxonomy/{SUBCATEGORY}")
    standard = page.get_by_role("group", name=re.compile(STANDARD))
    standard.get_by_label("时限", exact=True).fill("7")
    standard.get_by_label("时限", exact=True).blur()
    tray = page.get_by_role("region", name="待预览的修改").first
    expect(tray.get_by_role("row", name=re.compile(STANDARD))).to_contain_text("7")
    page.reload()  # nothing is lost
    page.get_by_role("button", name="预览变更").click()
    expect(page.get_by_text(re.compile(r"影响 [1-9]\d* 件在办事件"))).to_be_visible()
    changed = page.get_by_role("row", name=re.compile(STANDARD))
    expect(changed.locator("del")).to_have_text("1")
    expect(changed.locator("ins")).to_have_text("7")
    apply(page)
    try:
        assert handle_limit(reported(site)) == 7
    finally:
        roll_back(page)
    assert handle_limit(reported(site)) == old


def test_a_list_is_searched_by_initials_and_an_edit_is_undone(go: Go) -> None:
    page = go("admin", "admin", path="taxonomy")
    page.get_by_role("searchbox", name="搜索").fill("bllj")
    page.get_by_role("link", name=re.compile("暴露垃圾")).click()
    name = page.get_by_label("名称", exact=True)
    name.fill("露天垃圾")
    name.blur()
    page.get_by_role("button", name=re.compile("撤销 01001 name")).click()
    expect(name).to_have_value("暴露垃圾")
    expect(page.get_by_role("region", name="待预览的修改")).to_have_count(0)


def test_who_assists_is_chosen_by_name(go: Go) -> None:
    page = go("admin", "admin", path="taxonomy/01004")
    many = page.locator(".many-of")
    many.locator("summary").click()
    many.get_by_label("市政道路").click()
    expect(page.locator(".tray")).to_contain_text("协办")
    many.get_by_label("市政道路").click()
    expect(page.locator(".tray")).to_have_count(0)


def test_a_wrong_row_is_told_by_its_line_and_field_and_nothing_is_loaded(go: Go, site: Site, tmp_path: Path) -> None:
    sheet = tmp_path / "accounts.csv"
    sheet.write_text(f"phone,name,role,unit,department,password\n{NEW_PHONE[:-1]}8,甲,grid_worker,{STREET},,\n"
                     f"{NEW_PHONE[:-1]}9,乙,king,{STREET},,\n", encoding="utf-8")
    page = go("admin", "admin", path="people")
    page.get_by_role("button", name="导入").click()
    page.get_by_label(re.compile("账号表")).set_input_files(sheet)
    page.get_by_role("button", name="检查并预览").click()
    expect(page.get_by_role("alert").filter(has_text="1 处错误")).to_be_visible()
    row = page.get_by_role("region", name="accounts.csv").locator("tbody tr")
    expect(row.locator("td").nth(0)).to_have_text("3")
    expect(row.locator("td").nth(1)).to_have_text("role")
    expect(page.get_by_role("button", name="应用", exact=True)).to_have_count(0)
    discard(page)
    with closing(site.client("admin")) as admin:
        assert admin.get("/api/v1/accounts", params={"q": NEW_PHONE[:-1]}).json()["items"] == []


def test_a_person_is_added_signs_in_and_is_locked_out_again(go: Go, visits: list[Visit]) -> None:
    page = go("admin", "admin", path="people")
    visits[0].may_fail = True  # the short phone is refused
    page.get_by_role("button", name="新增人员").click()
    form = page.get_by_role("dialog")
    form.get_by_label("手机号").fill("12")
    form.get_by_label("姓名", exact=True).fill("沈审计")
    form.get_by_label("角色").select_option("auditor")
    form.get_by_role("combobox", name="所管网格").fill("12")
    form.get_by_role("listbox").get_by_role("option").first.click()
    form.get_by_label("密码").fill("guest-of-test-1")
    form.get_by_role("button", name="保存").click()
    expect(form.locator("[aria-invalid=true]")).to_have_count(1)  # the phone is too short: told at its field
    form.get_by_label("手机号").fill(NEW_PHONE)
    form.get_by_role("button", name="保存").click()
    expect(page.get_by_role("status").filter(has_text="沈审计 已新增")).to_be_visible()

    theirs = go("admin")
    visits[-1].may_fail = True  # asked who one is: a stranger
    visits[-1].slips.clear()
    theirs.get_by_label("手机号").fill(NEW_PHONE)
    theirs.get_by_label("密码").fill("guest-of-test-1")
    theirs.get_by_role("button", name="登录").click()
    expect(theirs.get_by_role("heading", name="审计日志", level=1)).to_be_visible()

    page.get_by_role("searchbox", name="搜索").fill(NEW_PHONE)
    page.get_by_role("button", name="编辑 沈审计").click()
    page.get_by_role("button", name="停用").click()
    page.get_by_role("dialog", name="停用").get_by_role("button", name="停用").click()
    expect(page.get_by_role("row", name=re.compile(NEW_PHONE))).to_contain_text("已停用")


def test_the_diagram_has_every_state_and_action(go: Go, site: Site) -> None:
    with closing(site.client("admin")) as admin:
        page = go("admin", "admin", path="processes")
        for row in admin.get("/api/v1/processes").json()["items"]:
            process = admin.get(f"/api/v1/processes/{row['code']}").json()
            page.get_by_role("navigation", name="流程").get_by_role("link", name=process["name"]).click()
            expect(page.get_by_text(f"{row['code']} ·")).to_be_visible()
            expect(page.locator(".diagram svg")).to_be_visible()
            drawn = page.locator(".diagram [data-code]").evaluate_all("all => all.map(one => one.dataset.code)")
            assert sorted(drawn) == sorted([f"s:{each['code']}" for each in process["states"]]
                                           + [f"a:{each['code']}" for each in process["actions"]])
            first = page.locator(".diagram g.state").first
            first.focus()
            page.keyboard.press("Enter")
            expect(first).to_have_attribute("aria-pressed", "true")


def test_a_day_is_made_a_holiday_previewed_and_dropped(go: Go) -> None:
    page = go("admin", "admin", path="calendar?year=2027")
    page.get_by_role("button", name=re.compile("2027-06-09")).click()
    page.get_by_label("放假").check()
    page.get_by_label("名称").fill("城市日")
    page.get_by_role("button", name="加入修改").click()
    page.get_by_role("button", name="预览变更").click()
    expect(page.get_by_role("row", name=re.compile("2027-06-09"))).to_be_visible()
    discard(page)
    page.goto("/admin/calendar?year=2031")
    expect(page.get_by_text("2031 年尚未发布工作日历")).to_be_visible()


def test_a_dead_letter_is_sent_again(go: Go, site: Site) -> None:
    number = reported(site)["number"]
    with closing(site.client("admin")) as admin:
        def sent() -> list[dict[str, Any]]:
            rows = admin.get("/api/v1/deliveries", params={"limit": 200, "state": "sent"}).json()["items"]
            return [row for row in rows if row["number"] == number]
        wait_until(sent)
        key = sent()[0]["id"]
        site.give_up(key)
        page = go("admin", "admin", path="notices?state=dead")
        page.get_by_role("button", name=f"重发 {number} {key}").click()
        page.get_by_role("dialog").get_by_role("button", name="重发").click()
        expect(page.get_by_role("status").filter(has_text="已排队重发 1 条")).to_be_visible()
        wait_until(lambda: any(row["id"] == key for row in sent()))


def test_the_auditor_reads_the_log_and_nothing_else(go: Go) -> None:
    page = go("admin", "auditor", path="people")
    expect(page.get_by_role("heading", name="审计日志", level=1)).to_be_visible()
    links = page.get_by_role("navigation", name="主导航").get_by_role("link")
    expect(links).to_have_text(["审计日志", "本人账号"])
    page.get_by_label("事项").fill("sign_in")
    page.get_by_role("button", name="搜索").click()
    rows = page.get_by_role("region", name="审计日志").locator("tbody tr")
    expect(rows.first).to_contain_text("登录")
    with page.expect_download() as download:
        page.get_by_role("button", name=re.compile("导出 CSV")).click()
    assert "sign_in" in Path(download.value.path()).read_text(encoding="utf-8-sig")


def test_the_language_is_switched_and_no_input_is_lost(go: Go) -> None:
    page = go("admin", "admin", path="people")
    page.get_by_role("button", name="新增人员").click()
    page.get_by_role("dialog").get_by_label("手机号").fill("139")
    page.keyboard.press("Escape")
    page.get_by_role("searchbox", name="搜索").fill("孙")
    page.get_by_role("button", name="English").click()
    expect(page.get_by_role("searchbox", name="Search")).to_have_value("孙")
    expect(page.get_by_role("heading", name="People", level=1)).to_be_visible()
