"""A resident at the public pages, and the staff who take the report further at the HTTP interface."""

from __future__ import annotations

import itertools
import re
from contextlib import ExitStack, closing
from typing import Any, Self

import httpx
from playwright.sync_api import Page, expect

from tests.browser.phone import picture
from tests.browser.site import PLAYED, Site

STREET, DISTRICT = "120101002", "120101"
_phones = itertools.count(13_955_000_001)


def phone_number() -> str:
    """Nobody else's."""
    return str(next(_phones))


def ask_code(page: Page, phone: str) -> str:
    """The code that the demo shows."""
    page.get_by_label("手机号").fill(phone)
    page.get_by_role("button", name="获取验证码").click()
    shown = page.get_by_text("演示环境, 验证码是")
    expect(shown).to_be_visible()
    return re.sub(r"\D", "", shown.inner_text())[-6:]


def prove(page: Page, phone: str) -> None:
    code = ask_code(page, phone)
    page.get_by_label("短信验证码").fill(code)
    expect(page.get_by_text("已验证")).to_be_visible()


def go_on(page: Page) -> None:
    page.get_by_role("button", name="下一步").click()


def heading(page: Page, words: str) -> None:
    expect(page.get_by_role("heading", level=1, name=words)).to_be_visible()


def fill(page: Page, words: str, *, photo: bytes | None = None) -> None:
    """A report up to the phone."""
    heading(page, "拍张照片")
    if photo:
        page.locator("#file-album").set_input_files({"name": "IMG_1.jpg", "mimeType": "image/jpeg", "buffer": photo})
        expect(page.locator(".file img")).to_be_visible()
    go_on(page)
    page.get_by_label("说说是什么问题").fill(words)
    go_on(page)
    page.get_by_role("button", name="用手机定位").click()
    expect(page.locator(".here")).to_contain_text("小白楼街道")
    page.get_by_label("具体位置").fill("3 号楼东侧")
    go_on(page)
    heading(page, "留个手机号")


def reported(page: Page, words: str, phone: str, **more: Any) -> tuple[str, str]:
    """All the way; the number and the code of the slip."""
    fill(page, words, **more)
    prove(page, phone)
    go_on(page)
    page.get_by_role("button", name="发送").click()
    return slip(page)


def slip(page: Page) -> tuple[str, str]:
    shown = page.locator(".slip .large")
    expect(shown).to_have_count(2)
    number, code = (text.strip() for text in shown.all_inner_texts())
    return re.sub(r"\D", "", number), code


class Staff:
    """Whoever has the report in hand next; all of them leave at the end."""

    def __init__(self, site: Site, number: str) -> None:
        self.site, self.number, self._all = site, number, ExitStack()
        self.dispatcher = self.client("dispatcher", unit=STREET)
        self.worker = self.client("grid_worker", unit=STREET)
        self.centre = self.client("district_centre", unit=DISTRICT)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._all.close()

    def client(self, role: str, **wanted: str) -> httpx.Client:
        return self._all.enter_context(closing(self.site.client(role, **wanted)))

    def incident(self) -> dict[str, Any]:
        found: dict[str, Any] = self.centre.get(f"/api/v1/incidents/{self.number}").json()
        return found

    def act(self, who: httpx.Client, action: str, **fields: Any) -> dict[str, Any]:
        now = self.incident()
        told = who.post(f"/api/v1/incidents/{now['id']}/actions/{action}", json={"version": now["version"], **fields})
        assert told.status_code == 200, told.text
        return dict(told.json())

    def photo(self, who: httpx.Client) -> str:
        sent = who.post("/api/v1/attachments", files={"file": ("a.jpg", picture(80, 60), "image/jpeg")})
        return str(sent.json()["id"])

    def handler(self) -> httpx.Client:
        return self.client("handler", department=str(self.incident()["department"]))

    def close(self, **filed: str) -> None:
        """Filed, dispatched by the rule, signed for, handled, checked on the spot."""
        self.act(self.dispatcher, "file", **filed)
        handler = self.handler()
        self.act(handler, "sign")
        self.act(handler, "feed_back", reason="已清运, 并增加一次清运", attachments=[self.photo(handler)])
        self.act(self.worker, "check", passed=True, lon=PLAYED[0], lat=PLAYED[1], attachments=[self.photo(self.worker)])

    def answer(self, words: str) -> None:
        """The moderator approves; the department that was asked answers."""
        self.act(self.centre, "approve")
        self.act(self.handler(), "answer", reason=words)
