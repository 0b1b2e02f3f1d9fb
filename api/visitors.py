"""Visitors without an account: from which address they come, and how often one address may ask.

The count is kept in memory, by each process for itself: it holds off whoever tries numbers and codes in a row, and
costs no question to the database. What must hold over all processes (messages to phones) is counted in the database.
"""

from __future__ import annotations

import ipaddress
import threading
from collections import OrderedDict, deque
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated

from fastapi import Depends
from sqlalchemy import Engine
from starlette.requests import Request

from api.dependencies import Caller, Holds, Parts, parts_of
from data.engine import glancing
from governance.city import City
from governance.errors import TooMany
from governance.residents.phone_codes import whole_seconds
from governance.settings import Settings

MINUTE = timedelta(minutes=1)
#: Addresses remembered at once; the ones that asked longest ago are forgotten first.
MOST_ADDRESSES = 50_000
#: Whoever has one IPv6 address has the whole network around it.
NETWORK_V6 = 64


class Turnstile:
    """Counts the requests of each address in the last minute."""

    def __init__(self, most_a_minute: int, remembered: int = MOST_ADDRESSES) -> None:
        self.most, self.remembered = most_a_minute, remembered
        self._lock = threading.Lock()
        self._seen: OrderedDict[str, deque[datetime]] = OrderedDict()

    def enter(self, address: str, now: datetime) -> None:
        """Count one request. TooMany if the address has had all of its minute."""
        with self._lock:
            seen = self._seen.setdefault(address, deque())
            self._seen.move_to_end(address)
            while seen and seen[0] <= now - MINUTE:
                seen.popleft()
            if len(seen) >= self.most:
                raise TooMany(whole_seconds(seen[0] + MINUTE - now))
            seen.append(now)
            while len(self._seen) > self.remembered:
                self._seen.popitem(last=False)


@dataclass(frozen=True)
class Visitor:
    """Somebody who is not signed in: the address, the city as it is now, and when this is."""

    address: str
    parts: Parts
    now: datetime

    @property
    def engine(self) -> Engine:
        return self.parts.engine

    @property
    def settings(self) -> Settings:
        return self.parts.settings

    @property
    def city(self) -> City:
        with glancing(self.engine) as session:
            return self.parts.cities.at(session)


def address_of(request: Request, header: str) -> str:
    """The caller's address; behind a proxy the last one of the header that it sets, since callers can write the ones
    before. An IPv6 address stands for its network."""
    given = request.headers.get(header, "").rpartition(",")[2].strip() if header else ""
    peer = request.client.host if request.client else ""
    try:
        address = ipaddress.ip_address(given or peer)
    except ValueError:
        return peer[:45]
    if address.version == 4:
        return str(address)
    mapped = address.ipv4_mapped
    return str(mapped or ipaddress.ip_network((address, NETWORK_V6), strict=False))


def visitor(request: Request) -> Visitor:
    """Whoever asks, if the address has not asked too often."""
    parts = parts_of(request)
    turnstile: Turnstile = request.app.state.turnstile
    now = parts.clock()
    address = address_of(request, parts.settings.client_address_header)
    turnstile.enter(address, now)
    return Visitor(address, parts, now)


Anybody = Annotated[Visitor, Depends(visitor)]
MayReportPublicly = Annotated[Caller, Depends(Holds("report_publicly"))]
MayModerate = Annotated[Caller, Depends(Holds("moderate"))]
