from __future__ import annotations

import pytest
from sqlalchemy import Engine

from governance.city import City
from governance.people import Actor
from tests.journey.walk import Walk


@pytest.fixture
def walk(engine: Engine, city: City, people: dict[str, Actor]) -> Walk:
    return Walk(engine, city, people)
