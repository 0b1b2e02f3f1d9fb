"""What was told before notices had channels of their own is still told after the change, and after taking it back."""

from __future__ import annotations

from typing import Any

import pytest
from alembic import command
from sqlalchemy import Engine, text

from data.migrations import config, upgrade

INCIDENT = """INSERT INTO incident (id, serial, number, process, status, version, taxonomy, taxonomy_version,
    sensitivity,
    description, address, unit, placement, distance_m, boundary_version, area_class, source, reporter_role,
    reporter_name, reporter_phone, assisting, involved, reported_at, returns, reworks, urges, extensions, reopened,
    decision, content_hash)
    VALUES (:id, 1, '1', 'grid_event', 'filed', 1, 'grid', 1, 'normal', '', '', '120101', 'picked', 0, 1, 'A',
    'patrol',
    'engine', '', '', '[]', '[]', '2026-03-03', 0, 0, 0, 0, 0, '{}', '')"""
NOTICE = """INSERT INTO notice (incident_id, seq, recipient_kind, recipient, channel, text, text_en, created_at,
    sent_at)
    VALUES (:id, :seq, 'department', 'sanitation_1', :channel, 'a', 'b', '2026-03-03', '2026-03-04')"""


def rows(engine: Engine, query: str) -> list[Any]:
    with engine.connect() as connection:
        return [tuple(row) for row in connection.execute(text(query))]


@pytest.fixture
def told(empty_url: str, empty_engine: Engine) -> str:
    """A database of the version before, with three notices; two of them are of one step, by two channels."""
    command.upgrade(config(empty_url), "0002")
    ident = "00000000000000000000000000000001"
    with empty_engine.begin() as connection:
        connection.execute(text(INCIDENT), {"id": ident})
        for seq, channel in ((1, "log"), (2, "log"), (2, "post")):
            connection.execute(text(NOTICE), {"id": ident, "seq": seq, "channel": channel})
    return empty_url


def test_notices_are_kept_once_for_each_recipient_of_a_step(told: str, empty_engine: Engine) -> None:
    upgrade(told)
    assert rows(empty_engine, "SELECT id, seq, event, recipient, text FROM notice ORDER BY id") == [
        (1, 1, "", "sanitation_1", "a"), (2, 2, "", "sanitation_1", "a")]
    with empty_engine.begin() as connection:
        connection.execute(text("INSERT INTO notice (incident_id, seq, event, recipient_kind, recipient, text, text_en,"
                                " urgent, created_at) SELECT incident_id, 3, '', 'department', 'x', '', '', urgent,"
                                " created_at FROM notice WHERE id = 1"))
    assert rows(empty_engine, "SELECT id FROM notice WHERE seq = 3") in ([(3,)], [(4,)])
    command.downgrade(config(told), "0002")
    assert rows(empty_engine, "SELECT seq, recipient, channel FROM notice ORDER BY seq") == [
        (1, "sanitation_1", "log"), (2, "sanitation_1", "log"), (3, "x", "log")]
