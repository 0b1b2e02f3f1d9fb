"""Residents without an account at the town's public door."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from typing import Any

import httpx

from tests import town
from tests.api.conftest import Town, jpeg

PUBLIC = "/api/v1/public"
PHONE, OTHER_PHONE = "13912340001", "13912340002"


@dataclass
class Resident:
    """Somebody with a phone. The town shows its codes, as a demo does."""

    town: Town
    phone: str = PHONE
    client: httpx.Client = field(init=False)

    def __post_init__(self) -> None:
        self.town.settings.show_codes = True
        self.town.settings.code_limits = self.town.settings.code_limits_address = "1000,1000,1000"
        self.client = self.town.stranger()

    def ask_code(self) -> httpx.Response:
        return self.client.post(f"{PUBLIC}/codes", json={"phone": self.phone})

    def code(self) -> str:
        answer = self.ask_code()
        assert answer.status_code == 202, answer.text
        return str(answer.json()["code"])

    def sign_in(self, code: str | None = None) -> httpx.Response:
        return self.client.post(f"{PUBLIC}/sessions", json={"phone": self.phone, "code": code or self.code()})

    def signed_in(self) -> httpx.Client:
        """With a session; made when it is first asked for."""
        if "authorization" not in self.client.headers:
            answer = self.sign_in()
            assert answer.status_code == 201, answer.text
            self.client.headers["Authorization"] = f"Bearer {answer.json()['token']}"
        return self.client

    def photo(self) -> str:
        sent = self.signed_in().post("/api/v1/attachments", files={"file": ("photo.jpg", jpeg())})
        assert sent.status_code == 201, sent.text
        return str(sent.json()["id"])

    def send(self, **said: Any) -> httpx.Response:
        return self.signed_in().post(f"{PUBLIC}/incidents", json=said)

    def report(self, **said: Any) -> dict[str, Any]:
        """Rubbish in the first cell, unless something else is said."""
        lon, lat = town.centre_of(town.CELL)
        answer = self.send(**{"id": str(uuid.uuid4()), "subcategory": town.RUBBISH, "description": "楼下垃圾没人收",
                              "lon": lon, "lat": lat, **said})
        assert answer.status_code == 201, answer.text
        told: dict[str, Any] = answer.json()
        return told

    def ask(self, **said: Any) -> dict[str, Any]:
        """A question to a unit of the first district."""
        return self.report(**{"process": "public_inquiry", "subcategory": "102", "department": "facilities",
                              "unit": town.HEPING, "lon": None, "lat": None,
                              "description": "孩子入学需要什么材料? 我的电话 13912340001", **said})

    def follow(self, report: dict[str, Any], code: str | None = None) -> httpx.Response:
        """Anybody who has number and code, without any session."""
        return self.town.stranger().get(f"{PUBLIC}/incidents/{report['number']}",
                                        params={"code": code or report["follow_code"]})

    def sees(self, report: dict[str, Any]) -> dict[str, Any]:
        answer = self.follow(report)
        assert answer.status_code == 200, answer.text
        told: dict[str, Any] = answer.json()
        return told

    def rate(self, report: dict[str, Any], score: int, **said: Any) -> httpx.Response:
        return self.town.stranger().post(f"{PUBLIC}/incidents/{report['number']}/rate",
                                         params={"code": report["follow_code"]}, json={"score": score, **said})


def take(served: Town, person: str, report: dict[str, Any], action: str, **said: Any) -> dict[str, Any]:
    """A person of the staff acts on it as it stands now."""
    incident = served[person].get(f"/api/v1/incidents/{report['number']}").json()
    return served.take(person, incident, action, **said)
