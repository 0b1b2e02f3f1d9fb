"""Drafts of boundaries: what would move is said before, and the old version comes back in one step."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import shapely
from sqlalchemy import Engine

from data.engine import reading, writing
from data.sheet import BadFile
from governance.city import City
from governance.errors import Conflict
from governance.journey import report
from governance.people import Actor
from governance.settings import Settings
from grids.boundaries import read_boundaries, selected
from grids.exchange import feature_collection
from tests import town
from tests.stores import city_sheets as sheets
from tests.stores.city_sheets import Desk

NEW_CELL = "120101001001009"


@pytest.fixture
def desk(engine: Engine, settings: Settings, now: datetime, people: dict[str, Actor]) -> Desk:
    return Desk(engine, settings, now, people["admin"])


def cells(desk: Desk) -> dict[str, Any]:
    """The city's cells as a GeoJSON document."""
    with reading(desk.engine) as session:
        return feature_collection(selected(read_boundaries(session), "cell"), False)


def outlines(folder: Path, document: dict[str, Any]) -> dict[str, Path]:
    import json

    return {"outlines": sheets.text(folder, "cells.geojson", json.dumps(document))}


def renumbered(desk: Desk) -> dict[str, Any]:
    """The first cell under a new code; the second under another name."""
    document = cells(desk)
    properties = [feature["properties"] for feature in document["features"]]
    first = next(p for p in properties if p["code"] == town.CELL)
    first |= {"code": NEW_CELL}
    document["features"][properties.index(first)]["id"] = NEW_CELL
    properties[-1]["name"] = "新名网格"
    return document


def test_the_same_grid_changes_nothing(desk: Desk, tmp_path: Path) -> None:
    draft = desk.make("grids", outlines(tmp_path, cells(desk)))
    assert {(change["change"], *change["fields"]) for change in draft.preview["changes"]} <= {
        ("changed", "area_class"), ("changed", "drawn")}  # surveyed now, made up before: that is said
    assert draft.preview["more"]["moved"] == 0


def test_units_that_go_concern_what_is_open_in_them(
        desk: Desk, engine: Engine, city: City, people: dict[str, Actor], now: datetime, tmp_path: Path) -> None:
    with writing(engine) as session:
        number = report(session, city, people["worker"], town.report_of(town.NOISE), now)[0].incident.number
        session.commit()
    draft = desk.make("grids", outlines(tmp_path, renumbered(desk)))
    changes = {(change["change"], change["code"]) for change in draft.preview["changes"]}
    assert {("added", NEW_CELL), ("removed", town.CELL)} <= changes
    assert draft.preview["affects"] == {"open_incidents": 1, "due_times": 0, "numbers": [number]}
    desk.apply(draft)
    assert (desk.city.boundary_version, desk.city.places[town.CELL].voided) == (2, True)
    lon, lat = town.centre_of(town.CELL)
    assert desk.city.locator.locate(lon, lat).cell == NEW_CELL
    desk.rollback(draft)
    assert (desk.city.boundary_version, desk.city.places[town.CELL].voided) == (1, False)
    assert desk.city.locator.locate(lon, lat).cell == town.CELL


def test_a_grid_that_incidents_fell_into_stays(desk: Desk, engine: Engine, people: dict[str, Actor], now: datetime,
                                               tmp_path: Path) -> None:
    draft = desk.apply(desk.make("grids", outlines(tmp_path, renumbered(desk))))
    with writing(engine) as session:
        report(session, desk.city, people["worker"], town.report_of(town.NOISE), now)
        session.commit()
    with pytest.raises(Conflict, match=NEW_CELL):
        desk.rollback(draft)
    assert desk.city.boundary_version == 2


def test_overlapping_cells_are_told_and_make_no_draft_of_units(desk: Desk, tmp_path: Path) -> None:
    document = cells(desk)
    document["features"][0]["geometry"] = shapely.geometry.mapping(shapely.box(117.2, 39.1, 117.209, 39.105))
    with pytest.raises(BadFile, match="overlap"):
        desk.make("grids", outlines(tmp_path, document))
