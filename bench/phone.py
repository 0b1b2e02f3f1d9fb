"""What a worker waits for on the phone, in a browser whose processor is slowed down four times (a cheap phone), each
beside what the browser needs by itself for the same: a photo of 12 megapixels made ready, a letter typed into the
search of subcategories until its rows are drawn, and the first frame of each screen (its skeleton).

Needs the screens (make web) and a Chromium.
"""

from __future__ import annotations

import base64
import shutil
import statistics
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from bench.measure import Measure, side_by_side
from governance.settings import Settings
from tests.browser.phone import picture
from tests.browser.site import PHONE, Site, new_visit, served, sign_in
from wangge.demo.prepare import prepare, read_accounts

SLOWER = 4
SCREENS = ("m", "report", "desk", "city", "admin")
#: How long until a photo is in the form, as it will be sent.
TAKE = """async bytes => {
  const input = document.querySelector('input[type=file]')
  const files = new DataTransfer()
  files.items.add(new File([Uint8Array.from(atob(bytes), c => c.charCodeAt(0))], 'a.jpg', {type: 'image/jpeg'}))
  input.files = files.files
  const before = document.querySelectorAll('figure.photo').length, began = performance.now()
  input.dispatchEvent(new Event('change', {bubbles: true}))
  while (document.querySelectorAll('figure.photo').length === before) await new Promise(requestAnimationFrame)
  const took = performance.now() - began
  document.querySelector('.photo-drop').click()
  return took
}"""
#: The same photo, opened, drawn once at 1,600 pixels and packed: the least that any page must do.
BARE_TAKE = """async bytes => {
  const blob = new Blob([Uint8Array.from(atob(bytes), c => c.charCodeAt(0))], {type: 'image/jpeg'})
  const began = performance.now()
  const image = await createImageBitmap(blob, {resizeWidth: 1600})
  const canvas = Object.assign(document.createElement('canvas'), {width: image.width, height: image.height})
  canvas.getContext('2d').drawImage(image, 0, 0)
  await new Promise(done => canvas.toBlob(done, 'image/jpeg', 0.82))
  return performance.now() - began
}"""
#: From a letter to the frame after its rows.
TYPE = """async ([field, words]) => {
  const input = document.querySelector(field), took = []
  for (let n = 1; n <= words.length; n++) {
    await new Promise(requestAnimationFrame)
    const began = performance.now()
    input.value = words.slice(0, n)
    input.dispatchEvent(new Event('input', {bubbles: true}))
    await new Promise(done => requestAnimationFrame(() => setTimeout(done)))
    took.push(performance.now() - began)
  }
  return Math.max(...took)
}"""
FIRST = "() => performance.getEntriesByName('first-paint')[0].startTime"


def measures() -> Iterator[Measure]:
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(_env_file=None, data_dir=Path(folder))  # type: ignore[call-arg]
        prepare(settings, datetime.now(UTC))
        with served(Path(folder), read_accounts(settings)) as site, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
            form = opened(browser, site, "report")
            yield photo(form)
            yield search(form)
            for screen in SCREENS:
                yield first_frame(browser, site, screen)
            browser.close()


def opened(browser: Browser, site: Site, path: str) -> Page:
    visit = new_visit(browser, site, size=PHONE, phone=True)
    sign_in(visit.context, site.account("grid_worker"))
    page = visit.context.new_page()
    page.goto(f"/m/{path}")
    page.locator(".place-name", has_text="网格").wait_for()
    slow(page)
    return page


def slow(page: Page) -> None:
    page.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})


def photo(form: Page) -> Measure:
    bytes_ = base64.b64encode(picture(4000, 3000)).decode()
    return side_by_side("phone: a photo of 12 megapixels", "ms", lambda: float(form.evaluate(TAKE, bytes_)),
                        lambda: float(form.evaluate(BARE_TAKE, bytes_)), rounds=5, note="beside one turn of the codec")


def search(form: Page) -> Measure:
    """The slowest letter of a word. Beside it: a letter typed into a field that searches nothing."""
    form.get_by_role("button", name="搜索小类").tap()
    worst = statistics.median(form.evaluate(TYPE, ["#what-q", "ljxmy"]) for _ in range(5))
    return side_by_side("phone: search of subcategories, a letter", "ms",
                        lambda: float(form.evaluate(TYPE, ["#what-q", "zdjy"])),
                        lambda: float(form.evaluate(TYPE, ["#words", "zdjy"])), rounds=9,
                        note=f"beside a field that searches nothing; “ljxmy” {worst:.0f} ms")


def first_frame(browser: Browser, site: Site, screen: str) -> Measure:
    return side_by_side(f"{screen}: first frame of a new visitor", "ms",
                        lambda: painted(browser, site, f"/{screen}/"), lambda: painted(browser, site, "/bare"),
                        rounds=5, note="beside a page of one word")


def painted(browser: Browser, site: Site, path: str) -> float:
    """Milliseconds from the wish to the first frame with something on it, with nothing kept from before."""
    visit = new_visit(browser, site, size=PHONE, phone=True)
    page = visit.context.new_page()
    slow(page)
    page.route("**/bare", lambda route: route.fulfill(content_type="text/html", body="<!doctype html><p>bare"))
    page.goto(path)
    page.wait_for_function("() => performance.getEntriesByName('first-paint').length")
    at = float(page.evaluate(FIRST))
    visit.context.close()
    return at
