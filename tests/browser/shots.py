"""Which pictures the docs show: a screen, who looks at it, and what must be there before it is taken."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from playwright.sync_api import Page

from tests.browser.site import FULL_HD, OFFICE, PHONE


@dataclass(frozen=True)
class Shot:
    screen: str
    name: str
    zh: str
    en: str
    until: Callable[[Page], None]
    path: str = ""
    role: str | None = None
    size: tuple[int, int] = OFFICE
    mode: str = "light"
    language: str = "zh"
    wanted: dict[str, str] = field(default_factory=dict)

    @property
    def file(self) -> str:
        return f"{self.screen}-{self.name}.jpg"


def quiet(page: Page) -> None:
    """Nothing is on its way any more: the figures are there, the map is drawn."""
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(600)


def opened(page: Page) -> None:
    """The first of the queue, opened by key."""
    quiet(page)
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    quiet(page)


STREET = {"unit": "120101002"}
PHONE_SHOTS = [
    Shot("m", "home", "首页: 上报, 待我办", "Home: report, and what waits for me", quiet, role="grid_worker",
         wanted=STREET, size=PHONE),
    Shot("m", "report", "上报: 照片、小类、定位", "A report: photo, subcategory, place", quiet, "report", "grid_worker",
         size=PHONE, wanted=STREET),
    Shot("m", "patrol", "巡查", "A patrol round", quiet, "patrol", "grid_worker", size=PHONE, wanted=STREET),
    Shot("m", "handler", "处置人员, 深色", "A handler, dark", quiet, role="handler", size=PHONE, mode="dark"),
    Shot("m", "me", "我的统计, 大字", "My figures, large letters", quiet, "me", "grid_worker", size=PHONE, mode="large",
         wanted=STREET),
]
DESK_SHOTS = [
    Shot("desk", "queue", "队列、地图和事件详情", "Queue, map and one incident", opened, role="district_centre",
         size=FULL_HD),
    Shot("desk", "office", "办公电脑 1366×768", "An office PC, 1366×768", opened, role="dispatcher"),
    Shot("desk", "dark", "深色", "Dark", opened, role="district_centre", mode="dark", size=FULL_HD),
    Shot("desk", "english", "英文, 大字", "English, large letters", opened, role="dispatcher", mode="large",
         language="en", size=FULL_HD),
]
CITY_SHOTS = [
    Shot("city", "overview", "总览", "Overview", quiet, role="leader", size=FULL_HD),
    Shot("city", "office", "办公电脑 1366×768", "An office PC, 1366×768", quiet, role="leader"),
    Shot("city", "wall", "大屏", "The wall", quiet, "wall", "leader", size=FULL_HD, mode="dark"),
    Shot("city", "figure", "一个数的公式和事件", "A number, its formula and its incidents", quiet, "?show=closure_rate",
         "leader"),
    Shot("city", "evaluation", "考核", "Evaluation", quiet, "evaluation", "supervisor"),
    Shot("city", "phone", "手机上", "On a phone", quiet, role="leader", size=PHONE),
]
RESIDENT_SHOTS = [
    Shot("report", "start", "首页", "Start", quiet, size=PHONE),
    Shot("report", "what", "报问题: 说说是什么", "A report: what it is", quiet, "new/what", size=PHONE),
    Shot("report", "board", "公开问政", "Public inquiries", quiet, "board", size=PHONE),
    Shot("report", "large", "大字, 英文", "Large letters, English", quiet, size=PHONE, mode="large", language="en"),
]
ADMIN_SHOTS = [
    Shot("admin", "overview", "系统状态", "How the system stands", quiet, role="admin"),
    Shot("admin", "taxonomy", "事项清单与标准", "The list and its standards", quiet, "taxonomy/01003", "admin",
         size=FULL_HD),
    Shot("admin", "grids", "网格", "Grids", quiet, "grids", "admin"),
    Shot("admin", "processes", "流程", "A process, drawn from its file", quiet, "processes/grid_event", "admin",
         size=FULL_HD),
    Shot("admin", "calendar", "工作日历", "The working calendar", quiet, "calendar", "admin"),
    Shot("admin", "people", "人员", "People", quiet, "people", "admin"),
]
SHOTS = [*PHONE_SHOTS, *DESK_SHOTS, *CITY_SHOTS, *RESIDENT_SHOTS, *ADMIN_SHOTS]
