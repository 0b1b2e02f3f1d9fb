"""The demo city behind a real server that can be killed and started again, and browsers that tell of every slip."""

from __future__ import annotations

import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from playwright.sync_api import Browser, BrowserContext, Page

ROOT = Path(__file__).resolve().parents[2]
AXE = ROOT / "web" / "node_modules" / "axe-core" / "axe.min.js"
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
PHONE, OFFICE, FULL_HD = (390, 844), (1366, 768), (1920, 1080)
#: In the community of the demo that all roles of one street have in reach.
PLAYED = (117.207275, 39.125021)
CHROMIUM = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
            "--disable-component-update", "--disable-sync", "--font-render-hinting=none")
#: Told to us by the page itself: what its policy refused.
LISTEN = """
window.__refused = [];
addEventListener('securitypolicyviolation', e => window.__refused.push(`${e.violatedDirective} ${e.blockedURI}`));
"""


@dataclass
class Site:
    """One city, served by processes of its own."""

    data: Path
    accounts: list[dict[str, Any]]
    port: int = 0
    process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Serve, on the same port as before if there was one."""
        self.port = self.port or free_port()
        own = {name: value for name, value in os.environ.items() if not name.startswith("WANGGE_")}
        log = (self.data / "serve.log").open("ab")
        self.process = subprocess.Popen(
            [sys.executable, "-m", "wangge", "serve", "--port", str(self.port)], cwd=ROOT, stdout=log, stderr=log,
            start_new_session=True, env={**own, "WANGGE_DATA_DIR": str(self.data), "WANGGE_SHOW_CODES": "true",
                                         "WANGGE_CODE_LIMITS": "99,999,999", "WANGGE_PUBLIC_PER_MINUTE": "9999",
                                         "WANGGE_CODE_LIMITS_ADDRESS": "99,999,999"})
        log.close()  # the server holds it open
        wait_until(self.ready)

    def ready(self) -> bool:
        try:
            return httpx.get(f"{self.address}/readyz", timeout=2).status_code == 200
        except httpx.TransportError:
            return False

    def kill(self) -> None:
        """As a power cut would: nothing is told, nothing is finished."""
        assert self.process is not None
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        wait_until(lambda: not self.ready())

    def stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(20)

    def give_up(self, delivery: int) -> None:
        """As the sender leaves it after its last try, which is hours later: kept as dead, with the reason."""
        with sqlite3.connect(self.data / "wangge.db", timeout=30) as database:
            database.execute("UPDATE delivery SET state = 'dead', next_at = NULL, last_error = 'connection refused' "
                             "WHERE id = ?", (delivery,))

    def account(self, role: str, **wanted: str) -> dict[str, Any]:
        """An account of the demo by role, and by `unit` (its beginning) or `department`."""
        return next(a for a in self.accounts if a["role"] == role and all(
            str(a[name] or "").startswith(value) for name, value in wanted.items()))

    def client(self, role: str, *, password: str = "", **wanted: str) -> httpx.Client:
        """The same person at the HTTP interface, to look at what was stored."""
        who = self.account(role, **wanted)
        client = httpx.Client(base_url=self.address, timeout=30)
        opened = client.post("/api/v1/sessions", json={"phone": who["phone"], "password": password or who["password"]})
        client.headers["Authorization"] = f"Bearer {opened.json()['token']}"
        client.cookies.clear()
        return client


@dataclass
class Visit:
    """A person's browser and what went wrong in it."""

    context: BrowserContext
    site: Site
    slips: list[str] = field(default_factory=list)
    #: Requests that may fail, as where the server is killed on purpose.
    may_fail: bool = False

    def watch(self, page: Page) -> None:
        page.on("console", lambda said: self._console(said.type, said.text))
        page.on("pageerror", lambda error: self.slips.append(f"error {error}"))
        page.on("request", lambda asked: self._origin(asked.url))

    def _console(self, kind: str, text: str) -> None:
        network = "Failed to load resource" in text or "net::ERR" in text
        if "blocked by Playwright" in text:
            return  # a test that asked for no service worker
        if kind in ("error", "warning") and not (network and self.may_fail):
            self.slips.append(f"{kind} {text}")

    def _origin(self, url: str) -> None:
        if not url.startswith((self.site.address, "data:", "blob:", "about:")):
            self.slips.append(f"off-origin {url}")

    def all_slips(self) -> list[str]:
        refused = [text for page in self.context.pages if not page.is_closed()
                   for text in page.evaluate("window.__refused || []")]
        return self.slips + [f"refused by the policy: {text}" for text in refused]


def new_visit(browser: Browser, site: Site, *, size: tuple[int, int] = OFFICE, mode: str = "light",
              language: str = "zh", at: tuple[float, float] | None = PLAYED, accuracy: float = 10,
              phone: bool = False, **options: Any) -> Visit:
    """A new browser profile. mode: light, dark or large; at: where the phone is."""
    place = {"longitude": at[0], "latitude": at[1], "accuracy": accuracy} if at else None
    context = browser.new_context(
        base_url=site.address, viewport={"width": size[0], "height": size[1]}, locale="zh-CN",
        timezone_id="Asia/Shanghai", color_scheme="dark" if mode == "dark" else "light", has_touch=phone,
        is_mobile=phone, geolocation=place, permissions=["geolocation"] if at else [], **options)
    colours = "dark" if mode == "dark" else "light"
    chosen = f'{{"colours":"{colours}","size":"{"large" if mode == "large" else "normal"}"}}'
    context.add_init_script(LISTEN + f"""if (origin !== 'null') {{
        localStorage.getItem('wangge.theme') || localStorage.setItem('wangge.theme', '{chosen}')
        localStorage.getItem('wangge.language') || localStorage.setItem('wangge.language', '{language}')
    }}""")
    visit = Visit(context, site)
    context.on("page", visit.watch)
    context.set_default_timeout(15_000)
    return visit


def sign_in(context: BrowserContext, account: dict[str, Any]) -> None:
    """By the same call as the page's form; the form itself has a test of its own."""
    opened = context.request.post("/api/v1/sessions", data={"phone": account["phone"], "password": account["password"]})
    assert opened.status == 201, opened.text()


def axe(page: Page, *, without: tuple[str, ...] = ()) -> list[str]:
    """What axe finds against WCAG A and AA: rule, how bad, where."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("([tags, without]) => axe.run({exclude: without.map(s => [s])}, "
                          "{runOnly: {type: 'tag', values: tags}})", [WCAG, list(without)])
    return [f"{rule['id']} ({rule['impact']}): {node['target']} {node.get('failureSummary', '')}"
            for rule in found["violations"] for node in rule["nodes"]]


@contextmanager
def served(data: Path, accounts: list[dict[str, Any]]) -> Iterator[Site]:
    site = Site(data, accounts)
    site.start()
    try:
        yield site
    finally:
        site.stop()


def free_port() -> int:
    with socket.socket() as asked:
        asked.bind(("127.0.0.1", 0))
        return int(asked.getsockname()[1])


def wait_until(true: Any, seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "did not come true"
        time.sleep(0.1)
