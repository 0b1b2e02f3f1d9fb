"""How PostgreSQL finds things: by its spatial indexes, not by reading everything."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import Engine, event, text

from data.engine import reading
from governance.people import Actor
from governance.queries import IncidentFilter, list_incidents
from tests import town

pytestmark = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)

#: A point as a phone in China has it is turned into degrees of WGS-84 before it is compared; the column stays as it is.
POINT_IN_UNIT = """
    SELECT code FROM unit WHERE version = 1 AND level = 'cell'
    AND ST_Contains(shape, ST_Transform(ST_SetSRID(ST_MakePoint(:x, :y), 4490), 4326))"""
MANY_UNITS = """
    INSERT INTO unit (version, code, parent, level, name, area_class, lon, lat, area_m2, shape)
    SELECT 1, '13' || lpad(n::text, 13, '0'), NULL, 'cell', '', 'C', x, y, 1, ST_MakeEnvelope(x, y, x + 1, y + 1, 4326)
    FROM (SELECT n, n % 100 AS x, n / 100 AS y FROM generate_series(0, 5999) n) square"""
MANY_INCIDENTS = """
    INSERT INTO incident (id, serial, number, process, status, version, taxonomy, taxonomy_version, sensitivity,
        description, lon, lat, address, unit, placement, distance_m, boundary_version, area_class, source,
        reporter_role, reporter_name, reporter_phone, assisting, reported_at, returns, reworks, urges, extensions,
        reopened, decision, content_hash)
    SELECT gen_random_uuid(), n, n::text, 'grid_event', 'reported', 1, 'grid', 1, 'normal',
        '', n % 100, n / 100, '', '12', 'inside', 0, 1, 'A', 'patrol',
        'resident', '', '', '[]', now(), 0, 0, 0, 0, 0, '{}', ''
    FROM generate_series(1, 6000) n"""


def fill(engine: Engine, statement: str) -> None:
    with engine.begin() as connection:
        connection.execute(text(statement))
        connection.execute(text("ANALYZE"))


def test_a_point_finds_its_cell_by_the_index(engine: Engine) -> None:
    fill(engine, MANY_UNITS)
    with engine.connect() as connection:
        plan = connection.execute(text(f"EXPLAIN {POINT_IN_UNIT}"), {"x": 117.202, "y": 39.102}).scalars().all()
    assert "unit_shape" in "\n".join(plan)


@pytest.mark.parametrize("wanted", [
    IncidentFilter(bbox=(10.5, 10.5, 12.5, 12.5)), IncidentFilter(near=(11.0, 11.0, 5000.0)),
    IncidentFilter(bbox=(10.5, 10.5, 12.5, 12.5), open=True, unit=town.CITY)])
def test_a_part_of_the_map_finds_its_incidents_by_the_index(engine: Engine, people: dict[str, Actor],
                                                            wanted: IncidentFilter) -> None:
    """The statement of the list itself is explained, as it was sent."""
    fill(engine, MANY_INCIDENTS)
    sent: list[tuple[str, Any]] = []
    event.listen(engine, "before_cursor_execute", lambda _c, _cursor, sql, values, *_: sent.append((sql, values)))
    with reading(engine) as session:
        list_incidents(session, people["leader"], wanted, town.NOW)
    sql, values = sent[-1]
    with engine.connect() as connection:
        plan = connection.exec_driver_sql(f"EXPLAIN {sql}", values).scalars().all()
    assert "incident_point" in "\n".join(plan)
