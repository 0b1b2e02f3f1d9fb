"""The page for a city office is true: its example files load, one after the other, into an empty database."""

from __future__ import annotations

import re
from datetime import date, datetime
from pathlib import Path

from sqlalchemy import Engine

from data.engine import reading
from data.migrations import upgrade
from governance.city import read_city
from governance.settings import Settings
from wangge.load import load_calendar, load_grids, load_people, load_taxonomy

PAGE = Path(__file__).parents[2] / "docs" / "loading.md"
EXAMPLE = re.compile(r"^`([a-z]+\.\w+)`:\n\n```\w+\n(.*?)^```", re.M | re.S)


def test_the_examples_on_the_page_make_a_city(
        empty_url: str, empty_engine: Engine, now: datetime, tmp_path: Path) -> None:
    upgrade(empty_url)
    sheets = {name: tmp_path / name for name, _ in EXAMPLE.findall(PAGE.read_text(encoding="utf-8"))}
    for name, content in EXAMPLE.findall(PAGE.read_text(encoding="utf-8")):
        sheets[name].write_text(content, encoding="utf-8")
    grids = load_grids(empty_engine, sheets["units.csv"], sheets["grid.geojson"], now)
    load_taxonomy(empty_engine, "grid", sheets["categories.csv"], sheets["standards.csv"], now)
    people = load_people(empty_engine, sheets["departments.csv"], sheets["accounts.csv"], now)
    load_calendar(empty_engine, sheets["calendar.csv"], now)
    assert (grids.rows["cell"], grids.warnings, people.rows["accounts"]) == (2, (), 2)
    with reading(empty_engine) as session:
        city = read_city(session, Settings(_env_file=None, data_dir=tmp_path, database_url=empty_url))
    assert city.locator.locate(117.202, 39.102).cell == "120101001001001"
    assert city.duties["sanitation", "120101001"] == ["sanitation-1"]
    assert city.tree("grid").leaf("01001") is not None
    assert [city.calendar.is_workday(date(2027, 1, day)) for day in (1, 3, 4)] == [False, True, True]
