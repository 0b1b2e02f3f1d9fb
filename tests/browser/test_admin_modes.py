"""Every view of the administration, in light, dark and large text: nothing against WCAG, nothing cut off."""

from __future__ import annotations

from contextlib import closing

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Go
from tests.browser.site import OFFICE, PHONE, Site, Visit, axe

VIEWS = {"overview": "总览", "taxonomy/01001": "事项清单与标准", "grids": "网格", "departments": "部门",
         "people": "人员", "calendar": "工作日历", "processes/grid_event": "流程", "drafts": "草稿与版本",
         "notices": "通知送达", "webhooks": "外部订阅", "account": "本人账号"}


def shown(page: Page, path: str, title: str) -> None:
    page.goto(f"/admin/{path}")
    expect(page.get_by_role("heading", name=title, level=1)).to_be_visible()
    page.wait_for_load_state("networkidle")


def overflow(page: Page) -> int:
    return int(page.evaluate("document.documentElement.scrollWidth - innerWidth"))


@pytest.mark.parametrize(("mode", "size"), [("light", OFFICE), ("dark", PHONE), ("large", OFFICE)])
def test_no_view_keeps_anybody_out(go: Go, mode: str, size: tuple[int, int]) -> None:
    page = go("admin", "admin", mode=mode, size=size)
    found: dict[str, list[str]] = {}
    for path, title in VIEWS.items():
        shown(page, path, title)
        found[path] = axe(page) + ([f"wider than the window by {overflow(page)}"] if overflow(page) > 0 else [])
    page.goto("/admin/drafts")
    page.get_by_role("row").nth(1).get_by_role("link").click()
    page.wait_for_load_state("networkidle")
    found["a draft"] = axe(page)
    page.goto("/admin/people")
    page.get_by_role("button", name="新增人员").click()
    found["a dialogue"] = axe(page)
    assert {path: problems for path, problems in found.items() if problems} == {}


def test_a_person_changes_the_own_password(go: Go, site: Site, visits: list[Visit]) -> None:
    """The old one is asked for; what is wrong is told at its field; then only the new one opens the door."""
    who, new = site.account("auditor"), "另一个足够长的密码"
    page = go("admin", account=who, path="account", role="auditor")
    visits[-1].may_fail = True
    page.get_by_role("button", name="修改密码").click()
    box = page.get_by_role("dialog", name="修改密码")
    for label, words in (("原密码", "记错了"), ("新密码 (至少 8 位)", new), ("再输一次新密码", new + "!")):
        box.get_by_label(label, exact=True).fill(words)
    box.get_by_role("button", name="修改").click()
    expect(box).to_contain_text("两次输入的新密码不同")
    box.get_by_label("再输一次新密码").fill(new)
    box.get_by_role("button", name="修改").click()
    expect(box).to_contain_text("原密码不正确")
    assert axe(page) == []
    box.get_by_label("原密码", exact=True).fill(who["password"])
    box.get_by_role("button", name="修改").click()
    expect(box).to_contain_text("密码已修改")
    box.get_by_text("关闭", exact=True).click()
    expect(page.get_by_role("heading", name="本人账号", level=1)).to_be_visible()
    with closing(site.client("auditor", password=new)) as again:
        back = again.post("/api/v1/me/password", json={"old": new, "password": who["password"]})
        assert back.status_code == 204, back.text


@pytest.mark.parametrize("mode", ["light", "dark", "large"])
def test_the_log_keeps_nobody_out(go: Go, mode: str) -> None:
    page = go("admin", "auditor", mode=mode)
    shown(page, "audit", "审计日志")
    assert axe(page) == []
    page.goto("/admin/account")
    expect(page.get_by_role("heading", name="本人账号", level=1)).to_be_visible()
    assert axe(page) == []


def test_on_a_phone_the_navigation_folds(go: Go) -> None:
    page = go("admin", "admin", size=PHONE)
    people = page.get_by_role("navigation", name="主导航").get_by_role("link", name="人员")
    expect(people).to_be_hidden()
    page.get_by_role("button", name="菜单").click()
    people.click()
    expect(page.get_by_role("heading", name="人员", level=1)).to_be_visible()
    expect(people).to_be_hidden()
