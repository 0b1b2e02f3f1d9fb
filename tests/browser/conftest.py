"""One city, one server and one browser a run; each visit is a person with a browser profile of its own."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from api.screens import STATIC
from governance.settings import Settings
from tests.browser.site import CHROMIUM, PHONE, Site, Visit, new_visit, served, sign_in
from wangge.demo.prepare import prepare, read_accounts

Go = Callable[..., Page]
PHONE_SCREENS = ("m", "report")


@pytest.fixture(scope="session")
def demo_city(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo's data, made once a run: which of the processes comes first makes it, the others wait for it."""
    own = tmp_path_factory.getbasetemp()
    made = (own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / "demo_city"
    with made.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.exists():
            being_made = made.with_suffix(".new")
            prepare(Settings(_env_file=None, data_dir=being_made), datetime.now(UTC))  # type: ignore[call-arg]
            being_made.rename(made)
    return made


@pytest.fixture(scope="session")
def site(demo_city: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The demo's city, served with the built screens."""
    if not (STATIC / "m" / "index.html").is_file():
        pytest.fail("the screens are not built: make web")
    data = tmp_path_factory.mktemp("site")
    shutil.copytree(demo_city, data, dirs_exist_ok=True)
    settings = Settings(_env_file=None, data_dir=data)  # type: ignore[call-arg]
    with served(data, read_accounts(settings)) as site:
        yield site


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=list(CHROMIUM))
        yield browser
        browser.close()


@pytest.fixture
def visits(site: Site, chromium: Browser) -> Iterator[list[Visit]]:
    """Every browser profile that the test opened; none of them may have slipped."""
    opened: list[Visit] = []
    yield opened
    slips = [slip for visit in opened for slip in visit.all_slips()]
    for visit in opened:
        visit.context.close()
    assert slips == []


@pytest.fixture
def go(site: Site, chromium: Browser, visits: list[Visit]) -> Go:
    """`go("desk", "dispatcher", unit="120101002")`: a person signed in at a screen; `role` None: a stranger."""
    def visit(screen: str, role: str | None = None, *, path: str = "", account: dict[str, Any] | None = None,
              unit: str = "", department: str = "", **options: Any) -> Page:
        if screen in PHONE_SCREENS:
            options = {"size": PHONE, "phone": True, **options}
        mine = new_visit(chromium, site, **options)
        visits.append(mine)
        if role is not None:
            wanted = {name: value for name, value in (("unit", unit), ("department", department)) if value}
            sign_in(mine.context, account or site.account(role, **wanted))
        page = mine.context.new_page()
        page.goto(f"/{screen}/{path}")
        return page

    return visit
