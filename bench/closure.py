"""Closure by district over a million incidents: the figure with all its counts, against one bare grouped count."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from sqlalchemy import Engine, text
from sqlmodel import Session

from bench.measure import Measure, seconds, side_by_side
from data.engine import make_engine, reading, writing
from data.migrations import upgrade
from governance.city import read_city
from governance.figures.closure import FigureFilter, closure
from governance.settings import Settings
from tests import servers, town

INCIDENTS = 1_000_000
_COLUMNS = """id, serial, number, process, status, outcome, version, taxonomy, taxonomy_version, category,
    subcategory, sensitivity, description, address, unit, placement, distance_m, boundary_version, area_class, source,
    reporter_role, reporter_name, reporter_phone, assisting, reported_at, filed_at, dispatched_at, handled_at,
    closed_at, handle_due_at, on_time, returns, reworks, urges, extensions, reopened, decision, content_hash"""
#: Rows for measuring only, made by the database; a city's incidents come through the journey.
_FILL = f"""
    INSERT INTO incident ({_COLUMNS})
    SELECT gen_random_uuid(), n, n::text, 'grid_event', CASE WHEN n % 974 < 954 THEN 'closed' ELSE 'handling' END,
        CASE WHEN n % 974 < 954 THEN 'closed' END, 6, 'grid', 1, '01', '01001', 'normal', '巷口有垃圾', '',
        (ARRAY(SELECT code FROM unit WHERE level = 'cell' AND voided_at IS NULL ORDER BY code))[1 + n % 32],
        'inside', 0, 1, 'A', 'patrol', 'grid_worker', '', '', '[]', t, t, t, t + interval '2 hours',
        CASE WHEN n % 974 < 954 THEN t + interval '3 hours' END, t + interval '4 hours', n % 10 > 0,
        0, 0, 0, 0, 0, '{{}}', ''
    FROM (SELECT n, CAST(:now AS timestamptz) - n * interval '30 seconds' AS t
          FROM generate_series(1, CAST(:count AS integer)) n) AS made"""
_BARE = """
    SELECT substr(unit, 1, 6), count(*), count(*) FILTER (WHERE outcome = 'closed'),
        count(*) FILTER (WHERE outcome = 'void'), count(*) FILTER (WHERE outcome = 'merged')
    FROM incident WHERE unit >= '12' AND unit < '13' GROUP BY 1"""


def measures() -> Iterator[Measure]:
    with servers.postgresql() as url:
        upgrade(url)
        engine = make_engine(url)
        with writing(engine) as session:
            town.settle_town(session)
            session.execute(text(_FILL), {"now": town.NOW, "count": INCIDENTS})
            session.commit()
        with engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
            connection.execute(text("VACUUM ANALYZE incident"))
        yield from _measured(engine)
        engine.dispose()


def _measured(engine: Engine) -> Iterator[Measure]:
    with reading(engine) as session:
        city, leader = read_city(session, Settings()), town.actors()["leader"]
        month = FigureFilter(since=town.NOW - timedelta(days=30), until=town.NOW)
        for name, wanted in (("all time", FigureFilter()), ("a month", month)):
            yield side_by_side(
                f"closure by district of {INCIDENTS:,}, {name}", "s",
                lambda wanted=wanted: seconds(lambda: closure(session, city, leader, "district", wanted, town.NOW)),
                lambda: seconds(lambda: _bare(session)), note="bare: one count by district over all rows")


def _bare(session: Session) -> None:
    session.execute(text(_BARE)).all()
