"""How the system stands."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from api.schemas.common import Moment, Out


class SoftwareOut(Out):
    version: str
    python: str


class DatabaseOut(Out):
    kind: Literal["sqlite", "postgresql"]
    version: str
    size_bytes: int
    schema_found: str | None
    schema_wanted: str


class QueueOut(Out):
    name: str
    waiting: int
    failed: int


class RedisOut(Out):
    """`ok` is null where this process knows of no Redis: reports are taken, nobody is told of them."""

    ok: bool | None
    version: str
    used_bytes: int | None
    queues: list[QueueOut]


class RelayOut(Out):
    waiting: int
    lag_seconds: float


class DeliveriesOut(Out):
    waiting: int
    held: int
    sending: int
    dead: int = Field(description="放弃的, 见 /deliveries?state=dead (given up)")


class WatchOut(Out):
    last_round_at: Moment | None
    due: int = Field(description="已到期尚未查看的, 至多计一千 (due and not looked at; counted up to a thousand)")


class DiskOut(Out):
    free_bytes: int
    total_bytes: int


class ListVersion(Out):
    list: str
    version: int
    loaded_at: Moment
    source: str
    subcategories: int


class BoundaryVersionOut(Out):
    version: int
    loaded_at: Moment
    source: str
    illustrative: bool


class CalendarOut(Out):
    years: list[int] = Field(description="今年前后已有日历的年份 (years around now that have a calendar)")
    own_days: int


class ProcessVersionOut(Out):
    code: str
    name: str
    name_en: str
    version: int | None


class CityOut(Out):
    revision: int
    taxonomies: list[ListVersion]
    boundaries: BoundaryVersionOut
    calendar: CalendarOut
    processes: list[ProcessVersionOut]


class CountsOut(Out):
    incidents: int
    open_incidents: int
    accounts: int
    active_accounts: int
    departments: int
    units: int
    cells: int


class FindingOut(Out):
    """`ok` null: no fault, but should be known. `todo` says what to do."""

    ok: bool | None
    zh: str
    en: str
    todo: str


class SystemOut(Out):
    at: Moment
    software: SoftwareOut
    database: DatabaseOut
    redis: RedisOut
    relay: RelayOut
    deliveries: DeliveriesOut
    watch: WatchOut
    disk: DiskOut
    city: CityOut
    counts: CountsOut
    findings: list[FindingOut] = Field(description="与 wangge doctor 相同 (what `wangge doctor` says)")
