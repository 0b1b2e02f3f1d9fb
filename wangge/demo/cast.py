"""Who is in the demo and what they say: the actors by role and place, and their sentences."""

from __future__ import annotations

import random
import uuid
from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from shapely import Point

from data.sheet import read_rows
from governance.city import City
from governance.incident import Incident
from governance.people import Account, Actor
from governance.settings import Settings
from grids.codes import code_range
from wangge.demo.people import PEOPLE, PLAYED_STREET

Sentences = dict[str, list[tuple[str, str]]]
METRE: Final = 1e-5  # degrees, about


def read_sentences() -> Sentences:
    """What people write, by kind: (subcategory, text)."""
    found: Sentences = {}
    for _, row in read_rows(PEOPLE / "texts.csv"):
        found.setdefault(row["kind"], []).append((row["subcategory"], row["text"]))
    return found


@dataclass
class Cast:
    """Who plays whom: the actors by role and place, the handlers by department."""

    by_id: dict[uuid.UUID, Actor] = field(default_factory=dict)
    by_place: dict[tuple[str, str], list[Actor]] = field(default_factory=dict)
    by_department: dict[str, list[Actor]] = field(default_factory=dict)

    @classmethod
    def of(cls, accounts: Iterable[Account]) -> Cast:
        cast = cls()
        for account in sorted(accounts, key=lambda a: a.phone):
            actor = Actor.of(account)
            cast.by_id[account.id] = actor
            if actor.role == "handler" and actor.department:
                cast.by_department.setdefault(actor.department, []).append(actor)
            cast.by_place.setdefault((actor.role, actor.unit), []).append(actor)
        return cast

    def communities(self) -> list[str]:
        """Where grid workers are. The street that can be played comes thrice: more happens there."""
        found = sorted(unit for role, unit in self.by_place if role == "grid_worker")
        return found + [unit for unit in found if unit.startswith(PLAYED_STREET)] * 2


@dataclass
class Stage:
    """What every story needs: the city, its people, their words, chance, and the present."""

    settings: Settings
    city: City
    cast: Cast
    chance: random.Random
    now: datetime
    sentences: Sentences = field(default_factory=read_sentences)
    open: list[Incident] = field(default_factory=list)

    def say(self, kind: str) -> str:
        return self.chance.choice(self.sentences[kind])[1]

    def id(self) -> uuid.UUID:
        return uuid.UUID(int=self.chance.getrandbits(128), version=4)

    def cells(self, community: str) -> range:
        """The places of a community's cells among the city's shapes, which are in the order of their codes."""
        codes = self.city.shapes[0]
        low, high = code_range(community)
        return range(bisect_left(codes, low), bisect_left(codes, high))

    def point_in(self, cell: int) -> tuple[float, float]:
        """Somewhere in a cell, not at its very edge."""
        shape, place = self.city.shapes[1][cell], self.city.places[self.city.shapes[0][cell]]
        west, south, east, north = shape.bounds
        for _ in range(50):
            point = Point(self.chance.uniform(west, east), self.chance.uniform(south, north))
            if shape.contains(point) and shape.boundary.distance(point) > 3 * METRE:
                return point.x, point.y
        return place.lon, place.lat
