"""The desk's map under the hand: frames per second of a drag over a whole city's outlines and 2,000 open incidents,
beside the same map with nothing on it, in one browser without a GPU.

The city is the demo's: 16 districts, 299 streets and 5,617 communities. The incidents are written straight into a data
folder of its own, which is deleted afterwards. Needs the screens (make web) and a Chromium.
"""

from __future__ import annotations

import random
import shutil
import statistics
import tempfile
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright
from sqlalchemy import insert, select
from sqlmodel import col

from bench.measure import Measure, side_by_side
from data.engine import make_engine, writing
from governance.incident import Incident
from governance.settings import Settings
from tests.browser.site import CHROMIUM, FULL_HD, Site, new_visit, served, sign_in
from wangge.demo.prepare import prepare, read_accounts

INCIDENTS = 2000
STEPS, STEP_PX = 90, 6
#: Counts the frames that the page is given while it is dragged.
COUNT = """() => {
  window.__at = []
  const tick = now => { window.__at.push(now); window.__frame = requestAnimationFrame(tick) }
  window.__frame = requestAnimationFrame(tick)
}"""
STOP = "() => { cancelAnimationFrame(window.__frame); return window.__at }"
FULL = "/desk/?outlines=community&map=117.30000,39.35000,9.30"
EMPTY = "/desk/?outlines=none&q=%E7%A9%BA%E7%99%BD-&map=117.30000,39.35000,9.30"


def measures() -> Iterator[Measure]:
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder)
        settings = Settings(_env_file=None, data_dir=data)  # type: ignore[call-arg]
        prepare(settings, datetime.now(UTC))
        spread(settings)
        with served(data, read_accounts(settings)) as site, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=list(CHROMIUM))
            full, empty = (opened(browser, site, path) for path in (FULL, EMPTY))
            yield side_by_side("desk: drag, 5,617 outlines, 2,000 points", "frames/s", lambda: drag(full),
                               lambda: drag(empty), rounds=5, note="beside the empty map; longest frame "
                               f"{max(gaps(full)):.0f} ms and {max(gaps(empty)):.0f} ms")
            browser.close()


def spread(settings: Settings) -> None:
    """Open incidents all over the city, each like one of the demo's open ones."""
    dice, now = random.Random(1), datetime.now(UTC)
    with writing(make_engine(settings.database)) as session:
        table = Incident.__table__  # type: ignore[attr-defined]
        like = [dict(row) for row in session.execute(select(table).where(
            col(Incident.outcome).is_(None), col(Incident.lon).is_not(None))).mappings()]
        session.execute(insert(table), [{
            **dice.choice(like), "id": uuid.uuid4(), "serial": 1_000_000 + n, "number": f"B{n:011d}",
            "lon": dice.uniform(116.9, 117.7),
            "lat": dice.uniform(38.8, 39.6), "due_at": now + timedelta(minutes=dice.uniform(-600, 3000))}
            for n in range(INCIDENTS)])
        session.commit()


def opened(browser: Browser, site: Site, path: str) -> Page:
    """The map as a supervisor of the city has it, at rest, alone on the window."""
    visit = new_visit(browser, site, size=FULL_HD)
    sign_in(visit.context, site.account("supervisor"))
    page = visit.context.new_page()
    wanted = "boundaries?level=community" if path == FULL else "/incidents/points"
    with page.expect_response(lambda answer: wanted in answer.url, timeout=60_000):
        page.goto(path)
    if path == FULL:
        page.get_by_text(f"仅显示最新的 {INCIDENTS} 件").wait_for()
    page.wait_for_timeout(6000)
    return page


def frames(page: Page) -> list[float]:
    """When the frames came while the map was dragged to and fro."""
    page.bring_to_front()
    box = page.locator(".map-canvas").bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.evaluate(COUNT)
    for step in range(STEPS):
        page.mouse.move(x + STEP_PX * (step % 30 - 15), y + STEP_PX * (step % 20 - 10))
    at: list[float] = page.evaluate(STOP)
    page.mouse.up()
    page.wait_for_timeout(1500)
    return at


def gaps(page: Page) -> list[float]:
    at = frames(page)
    return [later - earlier for earlier, later in pairwise(at)]


def drag(page: Page) -> float:
    return 1000 / statistics.mean(gaps(page))
