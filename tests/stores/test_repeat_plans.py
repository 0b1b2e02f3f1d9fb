"""How PostgreSQL finds what may be the same incident: by the point, not by reading everything."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, event

from data.engine import reading
from governance.city import City
from governance.people import Actor
from governance.repeats.duplicates import nearby
from tests import town
from tests.stores.test_figures import plain_incident
from tests.stores.test_hotspots import many


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_what_is_nearby_is_found_by_the_index_of_points(engine: Engine, city: City, people: dict[str, Actor]) -> None:
    many(engine, (plain_incident(n, town.NOW - timedelta(hours=n % 20), lon=100 + n % 100 / 10, lat=30 + n // 100 / 10,
                                 outcome=None, subcategory=town.RUBBISH) for n in range(6000)))
    with engine.begin() as connection:
        connection.exec_driver_sql("ANALYZE")
    sent: list[tuple[str, Any]] = []
    event.listen(engine, "before_cursor_execute", lambda _c, _cursor, sql, values, *_: sent.append((sql, values)))
    with reading(engine) as session:
        nearby(session, city, people["resident"], "grid_event", town.RUBBISH, 105.0, 32.0, "wgs84", town.NOW)
    sql, values = sent[-1]
    with engine.connect() as connection:
        plan = connection.exec_driver_sql(f"EXPLAIN {sql}", values).scalars().all()
    assert "incident_point" in "\n".join(plan)
