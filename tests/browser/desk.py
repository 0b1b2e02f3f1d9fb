"""What the tests of the desk do again and again: incidents of their own, and keys pressed without a mouse."""

from __future__ import annotations

import uuid
from typing import Any

from playwright.sync_api import Page, expect

from tests.browser.phone import picture
from tests.browser.site import PLAYED, Site

STREET = "120101002"
#: Its one department is the district's sanitation.
RUBBISH = "01003"
LEAD = "120101-sanitation"
#: What can be undone is held for eight seconds.
HELD_MS = 8_500
#: A machine that is busy with other things is slow, not wrong.
expect.set_options(timeout=15_000)


class Desk:
    """The same street at the HTTP interface: to make incidents, and to look at what was stored."""

    def __init__(self, site: Site) -> None:
        self.dispatcher = site.client("dispatcher", unit=STREET)
        self.lead = site.client("handler", department=LEAD)

    def close(self) -> None:
        self.dispatcher.close()
        self.lead.close()

    def photo(self) -> str:
        told = self.dispatcher.post("/api/v1/attachments", files={"file": ("a.jpg", picture(), "image/jpeg")})
        return str(told.json()["id"])

    def report(self, words: str, *, step: int = 0, **more: Any) -> dict[str, Any]:
        """A report that waits to be filed; each `step` some metres further."""
        made = self.dispatcher.post("/api/v1/incidents", json={
            "subcategory": RUBBISH, "description": words, "lon": PLAYED[0] + step * 0.0001, "lat": PLAYED[1],
            **more})
        assert made.status_code == 201, made.text
        incident: dict[str, Any] = made.json()
        return incident

    def take(self, who: str, incident: dict[str, Any], action: str, **fields: Any) -> dict[str, Any]:
        version = self.now(incident)["version"]
        taken = getattr(self, who).post(f"/api/v1/incidents/{incident['id']}/actions/{action}",
                                        json={"version": version, **fields})
        assert taken.status_code == 200, taken.text
        changed: dict[str, Any] = taken.json()
        return changed

    def dispatched(self, words: str, **more: Any) -> dict[str, Any]:
        """Filed, and sent by the rule to its one department."""
        return self.take("dispatcher", self.report(words, **more), "file")

    def now(self, incident: dict[str, Any]) -> dict[str, Any]:
        found: dict[str, Any] = self.dispatcher.get(f"/api/v1/incidents/{incident['id']}").json()
        return found


def unlike(words: str) -> str:
    """Words that no other incident has."""
    return f"{words} {uuid.uuid4().hex[:8]}"


def rows(page: Page) -> Any:
    return page.get_by_role("grid").get_by_role("row")


def search(page: Page, words: str, count: int = 1) -> None:
    """By the key, and back to the list with the first row focused."""
    page.bring_to_front()
    expect(rows(page).first).to_be_visible()
    page.keyboard.press("/")
    expect(page.get_by_role("searchbox", name="搜索")).to_be_focused()
    page.keyboard.press("Control+a")
    page.keyboard.type(words)
    expect(rows(page)).to_have_count(count)
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    expect(rows(page).first).to_be_focused()


def wait_out(page: Page) -> None:
    """The eight seconds have passed."""
    page.clock.fast_forward(HELD_MS)
    expect(page.get_by_role("region", name="待发送")).to_have_count(0)
