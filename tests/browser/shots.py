"""Which pictures the docs show: a screen, who looks at it, and what must be there before it is taken."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from playwright.sync_api import Page, expect

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


def heading(words: str) -> Callable[[Page], None]:
    return lambda page: expect(page.get_by_role("heading", name=words).first).to_be_visible()


def there(selector: str) -> Callable[[Page], None]:
    return lambda page: expect(page.locator(selector).first).to_be_visible()
