"""Whether the application lives and may be given work."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from api.schemas.common import Out


class Alive(Out):
    status: Literal["alive"] = "alive"


class Check(Out):
    ok: bool
    detail: str = ""


class Ready(Out):
    """`degraded`: reports are taken, but nobody is told of them until Redis is back."""

    status: Literal["ready", "degraded", "not_ready"]
    checks: dict[str, Check]
    relay_lag_seconds: float | None = Field(description="最早一条未转发消息的等待秒数 (age of the oldest waiting row)")
