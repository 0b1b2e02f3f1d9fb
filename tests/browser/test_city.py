"""The dashboard: every number leads to its incidents, from the city down to the cell; every picture has its table."""

from __future__ import annotations

import csv
import io
import re
from contextlib import closing
from typing import Any

import httpx
import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Go
from tests.browser.site import FULL_HD, PLAYED, Site, Visit, axe

#: Many look at the page at once where the tests run.
expect.set_options(timeout=20_000)

COUNTS = ("reported", "filed", "closed", "open", "overdue")
RATES = ("closure_rate", "on_time_rate", "accurate_dispatch_rate", "rework_rate", "satisfied_rate")
#: A period that is over: what is counted in it changes only when somebody closes something.
PAST = "period=custom&from=2020-01-01&to=2020-01-31"
VIEWS = {"overview": "", "figure": "?show=closure_rate", "evaluation": "evaluation", "bulletins": "bulletin",
         "bulletin": "bulletin/{month}", "wall": "wall?every=60"}


@pytest.fixture
def leader(go: Go) -> Page:
    page = go("city", "leader")
    expect(page.locator("[data-figure=reported]")).to_be_enabled()
    return page


def figures(site: Site, role: str = "leader", **wanted: str) -> dict[str, Any]:
    """This month's closure, as the interface tells it."""
    return asked(site, "closure", role, **wanted)


def asked(site: Site, name: str, role: str = "leader", **wanted: str) -> dict[str, Any]:
    with closing(site.client(role)) as client:
        told: dict[str, Any] = client.get(f"/api/v1/figures/{name}", params=wanted).raise_for_status().json()
        return told


def period_of(page: Page) -> dict[str, str]:
    """The page's own period, from a file that it offers."""
    link = page.get_by_role("link", name=re.compile("导出 排名: CSV")).get_attribute("href") or ""
    query = httpx.URL(f"http://x{link}").params
    return {"from": query["from"], "to": query["to"]}


def whole(text: str) -> int:
    return int(re.sub(r"\D", "", text))


# ---- every number leads to its incidents ---------------------------------------------------------------------------

def test_every_figure_opens_as_many_incidents_as_it_says(go: Go, site: Site) -> None:
    leader = go("city", "leader", path="?unit=120101")
    expect(leader.locator("[data-figure=reported]")).to_be_enabled()
    told = figures(site, unit="120101", **period_of(leader))["total"]
    for name in COUNTS:
        leader.locator(f"[data-figure={name}]").press("Enter")
        sheet = leader.get_by_role("dialog")
        expect(sheet.locator("[data-value]")).to_have_text(str(told[name]))
        expect(sheet.locator("[data-listed]")).to_contain_text(f"共 {told[name]} 件")
        leader.keyboard.press("Escape")
        expect(sheet).to_have_count(0)


def test_the_incidents_behind_a_number_are_listed_to_the_last(leader: Page, site: Site) -> None:
    told = figures(site, **period_of(leader))["total"]["open"]
    leader.locator("[data-figure=open]").press("Enter")
    sheet = leader.get_by_role("dialog")
    expect(sheet.locator("[data-listed]")).to_contain_text(f"共 {told} 件")
    while sheet.get_by_role("button", name="再显示 50 件").count():
        shown = sheet.locator("[data-incident]").count()
        sheet.get_by_role("button", name="再显示 50 件").click()
        expect(sheet.locator("[data-incident]")).not_to_have_count(shown)
    expect(sheet.locator("[data-incident]")).to_have_count(told)
    expect(sheet.locator("[data-listed]")).to_have_text(f"共 {told} 件")


def lacking(formula: dict[str, Any], total: dict[str, Any]) -> int:
    whole = sum(total[count] * weight for count, weight in formula["whole"].items())
    return round(whole - sum(total[count] for count in formula["part"]))


def test_every_rate_says_how_it_was_reckoned_and_of_when(leader: Page, site: Site) -> None:
    answer = figures(site, **period_of(leader))
    for name in RATES:
        formula = next(each for each in answer["meta"]["formulas"] if each["name"] == name)
        part, of = (sum(weight * answer["total"][count] for count, weight in formula[side].items())
                    for side in ("part", "whole"))
        leader.locator(f"[data-figure={name}]").click()
        sheet = leader.get_by_role("dialog")
        expect(sheet).to_contain_text(formula["formula"])
        expect(sheet.locator("[data-numerator]")).to_have_text(f"{round(part, 1):g}")
        expect(sheet.locator("[data-denominator]")).to_have_text(f"{of:g}")
        expect(sheet.locator("[data-value]")).to_have_text(re.compile(r"^[\d.]+%$"))
        expect(sheet).to_contain_text("数据截至")
        if name != "rework_rate":  # the leader asks why it is not a hundred: those that are not counted come first
            expect(sheet.locator("[data-listed]")).to_contain_text(f"共 {lacking(formula, answer['total'])} 件")
        for count in formula["part"]:
            sheet.locator(f"[data-count={count}]").first.click()
            expect(sheet.locator("[data-listed]")).to_contain_text(f"共 {answer['total'][count]} 件")
        sheet.get_by_role("button", name="关闭").click()


def test_an_incident_is_opened_read_only_with_its_journey(leader: Page, site: Site) -> None:
    leader.locator("[data-figure=closed]").click()
    sheet = leader.get_by_role("dialog")
    row = sheet.locator("[data-incident]").first
    incident = row.get_attribute("data-incident")
    row.click()
    with closing(site.client("leader")) as client:
        steps = client.get(f"/api/v1/incidents/{incident}/transitions").json()
    expect(sheet.locator(".timeline li")).to_have_count(len(steps))
    expect(sheet.locator(".timeline")).to_contain_text(steps[-1]["action_name"])
    expect(sheet).to_contain_text("只读")
    leader.go_back()
    expect(sheet.locator("[data-incident]").first).to_be_visible()


def test_a_new_report_is_counted_without_a_click(go: Go, site: Site) -> None:
    page = go("city", "leader")
    expect(page.locator(".live-on")).to_be_visible()
    expect(page.locator("[data-figure=reported]")).to_be_enabled()
    before = whole(page.locator("[data-figure=reported] .kpi-value").inner_text())
    with closing(site.client("dispatcher")) as client:
        sent = client.post("/api/v1/incidents", json={"description": "看板测试: 路灯不亮", "lon": PLAYED[0],
                                                      "lat": PLAYED[1], "source": "resident"})
        assert sent.status_code == 201, sent.text
    expect(page.locator("[data-figure=reported] .kpi-value")).not_to_have_text(str(before), timeout=30_000)


# ---- down to the cell and back -------------------------------------------------------------------------------------

def test_from_the_city_to_a_cell_and_back_by_keyboard(leader: Page, site: Site) -> None:
    with closing(site.client("leader")) as client:
        at = client.get("/api/v1/grids/locate", params={"lon": PLAYED[0], "lat": PLAYED[1]}).json()
    path = [at[level] for level in ("district", "street", "community", "cell")]
    for code in path:
        leader.locator(f".league-panel tr[data-unit='{code}'] th button").first.press("Enter")
        expect(leader).to_have_url(re.compile(f"unit={code}(&|$)"))
        expect(leader.locator(f".map [data-unit='{path[path.index(code) + 1]}']" if code != path[-1]
                              else f".map [data-unit='{code}']")).to_have_count(1)
    expect(leader.locator(".crumbs li")).to_have_count(5)
    told = figures(site, unit=path[-1], by="cell", **period_of(leader))["total"]
    expect(leader.locator("[data-figure=reported] .kpi-value")).to_have_text(str(told["reported"]))
    for code in reversed(path[:-1]):
        leader.get_by_role("button", name="返回上一级").press("Enter")
        expect(leader).to_have_url(re.compile(f"unit={code}(&|$)"))
    leader.go_back()
    expect(leader).to_have_url(re.compile(f"unit={path[1]}(&|$)"))


def test_the_map_is_clicked_and_its_units_are_those_of_the_list(leader: Page) -> None:
    assert units(leader.locator(".map [data-unit]")) == units(
        leader.locator(".map-panel + .league-panel tr[data-unit]"))
    leader.locator(".map [data-unit='120114'] .area").click()
    expect(leader.locator(".crumbs [aria-current]")).to_have_text("武清区")


def units(shown: Locator) -> set[str | None]:
    """The map and the list come each in its own time."""
    expect(shown).to_have_count(16)
    return {unit.get_attribute("data-unit") for unit in shown.all()}


# ---- the league ----------------------------------------------------------------------------------------------------

def test_the_league_shows_what_stands_above_and_below_the_line(leader: Page, site: Site) -> None:
    told = asked(site, "league", by="district", rate="closure_rate", **period_of(leader))
    table = leader.locator(".map-panel + .league-panel")
    for row in told["rows"]:
        line = table.locator(f"tr[data-unit='{row['key']}']")
        expect(line).to_contain_text(f"{row['numerator']:g}/{row['denominator']:g}")
        expect(line.locator(".rank")).to_contain_text(str(row["rank"]) if row["rank"] else "—")
        tied = row["rank"] is not None and sum(each["rank"] == row["rank"] for each in told["rows"]) > 1
        assert ("并列" in line.inner_text()) == tied
        assert ("样本小" in line.inner_text()) == (row["small"] and row["denominator"] > 0)
    expect(table.locator("tfoot")).to_contain_text(f"{told['total']['numerator']:g}/{told['total']['denominator']:g}")


def test_the_filters_live_in_the_address(leader: Page, site: Site) -> None:
    leader.get_by_role("combobox", name="流程").select_option("public_inquiry")
    leader.get_by_label("统计期").select_option("90d")
    expect(leader).to_have_url(re.compile("process=public_inquiry"))
    expect(leader).to_have_url(re.compile("period=90d"))
    leader.reload()
    told = figures(site, process="public_inquiry", **period_of(leader))["total"]
    expect(leader.locator("[data-figure=reported] .kpi-value")).to_have_text(str(told["reported"]))
    expect(leader.get_by_role("combobox", name="流程")).to_have_value("public_inquiry")


# ---- tables and files ----------------------------------------------------------------------------------------------

def test_every_chart_and_map_has_a_table_and_a_file(leader: Page) -> None:
    expect(leader.locator(".panel .as-of")).to_have_count(10)
    pictures = leader.locator("section.panel").filter(has=leader.locator(".toggle"))
    expect(pictures).to_have_count(6)
    for panel in pictures.all():
        panel.get_by_role("button", name="表", exact=True).click()
        expect(panel.locator("table tbody tr").first).to_be_visible()
        link = panel.get_by_role("link", name=re.compile("CSV"))
        answer = leader.request.get(link.get_attribute("href") or "")
        assert answer.ok
        assert answer.headers["content-type"].startswith("text/csv")
        assert len(list(csv.reader(io.StringIO(answer.text())))) > 3
    files = leader.get_by_role("link", name=re.compile("Excel"))
    assert files.count() == leader.get_by_role("link", name=re.compile("CSV")).count() >= 8


def test_what_is_behind_a_number_goes_out_whole(leader: Page) -> None:
    """More than a page of a list shows; and the overdue ones, however few are on the panel."""
    leader.locator("[data-figure=reported]").click()
    sheet = leader.get_by_role("dialog")
    expect(sheet.get_by_role("button", name="再显示 50 件")).to_be_visible()
    counted = whole(leader.locator("[data-value]").inner_text())
    assert rows_of(leader, sheet.get_by_role("link", name=re.compile("CSV"))) == counted > 50
    sheet.get_by_role("button", name="关闭").click()
    overdue = whole(leader.locator("[data-figure=overdue] .kpi-value").inner_text())
    assert rows_of(leader, leader.locator(".overdue-panel").get_by_role("link", name=re.compile("CSV"))) == overdue


def rows_of(page: Page, link: Locator) -> int:
    answer = page.request.get(link.get_attribute("href") or "")
    assert answer.ok, answer.text()
    return len(list(csv.DictReader(io.StringIO(answer.text()))))


def test_hot_spots_show_their_arithmetic_and_their_incidents(leader: Page) -> None:
    panel = leader.locator(".hot-panel")
    row = panel.locator("tbody tr").first
    count = whole(row.locator("td").first.inner_text())
    with leader.expect_download() as saved:
        panel.get_by_role("button", name=re.compile("CSV")).click()
    assert "偶然概率" in saved.value.path().read_text(encoding="utf-8-sig")
    row.get_by_role("button").click()
    expect(leader.get_by_role("dialog").locator("[data-listed]")).to_contain_text(f"共 {count} 件")


# ---- who sees what -------------------------------------------------------------------------------------------------

@pytest.mark.parametrize(("role", "unit"), [("district_centre", "和平区"), ("dispatcher", "小白楼街道")])
def test_a_desk_sees_its_own_unit(go: Go, role: str, unit: str) -> None:
    page = go("city", role)
    expect(page.locator(".crumbs [aria-current]")).to_have_text(unit)
    expect(page.locator(".crumbs li")).to_have_count(1)


def test_who_reads_no_figures_is_told_so(go: Go) -> None:
    page = go("city", "auditor")
    expect(page.get_by_role("heading", name="您的角色不使用此页面")).to_be_visible()


def test_an_empty_period_says_what_to_do(go: Go) -> None:
    page = go("city", "leader", path=f"?{PAST}")
    expect(page.locator("[data-figure=closure_rate] .kpi-value")).to_have_text("—")
    expect(page.locator(".overdue-panel .empty")).to_contain_text("没有超期事件")


def test_a_session_that_ends_is_renewed_and_the_page_is_kept(go: Go, site: Site, visits: list[Visit]) -> None:
    page = go("city", "leader", path="?unit=120114&measure=overdue")
    expect(page.locator(".crumbs [aria-current]")).to_have_text("武清区")
    expect(page.locator(".trend-panel .as-of")).to_be_visible()
    visits[0].may_fail = True
    page.context.clear_cookies()
    page.get_by_label("间隔").select_option("week")
    dialog = page.get_by_role("dialog", name="登录")
    expect(dialog).to_be_visible()
    who = site.account("leader")
    dialog.get_by_label("手机号").fill(who["phone"])
    dialog.get_by_label("密码").fill(who["password"])
    dialog.get_by_role("button", name="登录").click()
    expect(dialog).to_have_count(0)
    expect(page).to_have_url(re.compile("unit=120114.*measure=overdue"))
    expect(page.locator("[data-figure=reported]")).to_be_enabled()


# ---- for everybody -------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("mode", ["light", "dark", "large"])
@pytest.mark.parametrize("view", VIEWS)
def test_nothing_stands_in_anybodys_way(go: Go, view: str, mode: str) -> None:
    page = go("city", "leader", path=VIEWS[view].format(month="2026-01"), mode=mode, size=FULL_HD)
    expect(page.locator("main h1").first).to_be_attached()
    expect(page.locator(".skeleton")).to_have_count(0)
    assert axe(page) == []
