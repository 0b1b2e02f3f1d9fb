"""`make pictures`: the screens as they are, from a demo that is prepared and served for it, into docs/screens/."""

from __future__ import annotations

import shutil
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from governance.settings import Settings
from tests.browser.shots import SHOTS, Shot
from tests.browser.site import CHROMIUM, PHONE, ROOT, Site, new_visit, served, sign_in
from wangge.demo.prepare import prepare, read_accounts

FOLDER = ROOT / "docs" / "screens"
PAGE = ROOT / "docs" / "screens.md"
QUALITY = 72
SCREEN_NAMES = {"m": "移动端 · Phone", "desk": "指挥中心 · Command centre", "city": "城市看板 · City dashboard",
                "report": "居民上报 · Residents", "admin": "管理后台 · Administration"}


def main() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(_env_file=None, data_dir=Path(folder))  # type: ignore[call-arg]
        prepare(settings, datetime.now(UTC))
        with served(Path(folder), read_accounts(settings)) as site, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=list(CHROMIUM))
            for shot in SHOTS:
                take(browser, site, shot)
                print(shot.file)
    PAGE.write_text(page_of(SHOTS), encoding="utf-8")


def take(browser: Browser, site: Site, shot: Shot) -> None:
    phone = shot.size == PHONE
    visit = new_visit(browser, site, size=shot.size, mode=shot.mode, language=shot.language, phone=phone,
                      device_scale_factor=2 if phone else 1)
    if shot.role:
        sign_in(visit.context, site.account(shot.role, **shot.wanted))
    page = visit.context.new_page()
    page.goto(f"/{shot.screen}/{shot.path}")
    page.wait_for_load_state("load")
    shot.until(page)
    page.screenshot(path=FOLDER / shot.file, type="jpeg", quality=QUALITY, animations="disabled")
    visit.context.close()


def page_of(shots: list[Shot]) -> str:
    """The page of the docs: each screen with its pictures."""
    parts = ["# The screens\n\nTaken by `make pictures` from the demo: people, departments and incidents are made up,\n"
             "and the outlines below the districts are illustrative.\n"]
    for screen, name in SCREEN_NAMES.items():
        parts.append(f"\n## {name}\n")
        parts += [f"\n{shot.zh} · {shot.en}\n\n![{shot.en}](screens/{shot.file})\n" for shot in shots
                  if shot.screen == screen]
    return "".join(parts)


if __name__ == "__main__":
    main()
