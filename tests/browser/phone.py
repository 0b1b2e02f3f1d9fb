"""People with a phone: where they stand, what they photograph, and incidents that wait for them."""

from __future__ import annotations

import io
import uuid
from dataclasses import dataclass
from typing import Any

import httpx
from PIL import Image, ImageDraw
from playwright.sync_api import Locator, Page

from tests.browser.site import Site

STREET = "120101002"
#: One degree of latitude in metres.
DEGREE = 111_195
LITTER, STALLS = "01003", "03003"  # 垃圾箱(站)满溢: the district's sanitation; 占道经营: the street's enforcement


@dataclass
class Spot:
    lon: float
    lat: float

    def north(self, metres: float) -> Spot:
        return Spot(self.lon, self.lat + metres / DEGREE)

    @property
    def pair(self) -> tuple[float, float]:
        return self.lon, self.lat


def picture(width: int = 640, height: int = 480, *, orientation: int | None = None, kind: str = "JPEG") -> bytes:
    """A photo with its upper left corner red, perhaps turned as phones note it."""
    image = Image.effect_noise((160, 120), 60).resize((width, height)).convert("RGB")
    ImageDraw.Draw(image).rectangle((0, 0, width // 4, height // 4), fill="red")
    exif = Image.Exif()
    if orientation:
        exif[0x0112] = orientation
    made = io.BytesIO()
    image.save(made, kind, exif=exif, quality=90)
    return made.getvalue()


def file(content: bytes | None = None) -> dict[str, Any]:
    return {"name": "IMG_0001.jpg", "mimeType": "image/jpeg", "buffer": content or picture()}


def stored(page: Page, where: str) -> Any:
    """The first thing that the phone keeps in a store, without its photos."""
    return page.evaluate("""where => new Promise(done => { const asked = indexedDB.open('wangge-m');
        asked.onsuccess = () => {
            const read = asked.result.transaction(where).objectStore(where).getAll();
            read.onsuccess = () => { asked.result.close();
                done(JSON.parse(JSON.stringify(read.result[0] ?? {value: {}}))) } } })""", where)


class Town:
    """The street of the demo where all roles are, seen from the HTTP interface."""

    def __init__(self, site: Site) -> None:
        self.site, self.clients = site, []  # type: Site, list[httpx.Client]
        self.worker = self.client("grid_worker", unit=STREET)
        me = self.worker.get("/api/v1/me").json()
        self.unit = me["unit"]
        self.worker_account = next(a for a in site.accounts if a["unit"] == self.unit and a["name"] == me["name"])
        lon, lat = self.worker.get(f"/api/v1/grids/{self.unit}").json()["centroid"]
        self.middle = Spot(lon, lat)
        self._used = 0

    def client(self, role: str, **wanted: str) -> httpx.Client:
        self.clients.append(self.site.client(role, **wanted))
        return self.clients[-1]

    def close(self) -> None:
        for client in self.clients:
            client.close()

    def spot(self) -> Spot:
        """A place of its own for each test, so that nothing is "the same problem nearby"."""
        self._used += 1
        return self.middle.north(self._used * 8)

    def photo(self, who: httpx.Client) -> str:
        return str(who.post("/api/v1/attachments", files={"file": ("a.jpg", picture(), "image/jpeg")}).json()["id"])

    def reported(self, at: Spot, subcategory: str = LITTER, **more: Any) -> dict[str, Any]:
        told = self.worker.post("/api/v1/incidents", json={
            "id": str(uuid.uuid4()), "subcategory": subcategory, "lon": at.lon, "lat": at.lat,
            "attachments": [self.photo(self.worker)], **more})
        assert told.status_code == 201, told.text
        return self.incident(told.json()["id"])

    def incident(self, ident: str) -> dict[str, Any]:
        found: dict[str, Any] = self.worker.get(f"/api/v1/incidents/{ident}").json()
        return found

    def act(self, who: httpx.Client, incident: dict[str, Any], action: str, **fields: Any) -> dict[str, Any]:
        told = who.post(f"/api/v1/incidents/{incident['id']}/actions/{action}", json={
            "version": self.incident(incident["id"])["version"], **fields})
        assert told.status_code == 200, told.text
        return dict(told.json())

    def doubted(self, at: Spot) -> dict[str, Any]:
        """Somebody rang the desk; the desk asks a worker to see whether it is so."""
        desk = self.client("dispatcher", unit=STREET)
        told = desk.post("/api/v1/incidents", json={"id": str(uuid.uuid4()), "subcategory": STALLS, "lon": at.lon,
                                                    "lat": at.lat, "description": "来电反映占道经营"})
        assert told.status_code == 201, told.text
        return self.act(desk, self.incident(told.json()["id"]), "ask_verify")

    def handled(self, at: Spot) -> dict[str, Any]:
        """Reported, dispatched by the rule, signed for, handled: it waits for a check on the spot."""
        incident = self.reported(at)
        handler = self.client("handler", department=incident["department"])
        self.act(handler, incident, "sign")
        return self.act(handler, incident, "feed_back", reason="已清运", attachments=[self.photo(handler)])

    def steps(self, incident: dict[str, Any]) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.worker.get(f"/api/v1/incidents/{incident['id']}/transitions").json()
        return found

    def newest(self, text: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.worker.get("/api/v1/incidents", params={"q": text}).json()["items"]
        return found


class Finger:
    """Counts what a person taps."""

    def __init__(self, page: Page) -> None:
        self.page, self.taps = page, 0

    def tap(self, what: Locator) -> None:
        self.taps += 1
        what.tap()

    def photograph(self, what: Locator, content: bytes | None = None) -> None:
        """One tap opens the camera; its own shutter is not ours."""
        with self.page.expect_file_chooser() as chosen:
            self.tap(what)
        chosen.value.set_files([file(content)])
