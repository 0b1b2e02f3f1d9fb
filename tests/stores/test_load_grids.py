"""A city loads the grid that it has surveyed: as it is or not at all, on both databases."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, func, select
from sqlmodel import col
from typer.testing import CliRunner

from data.engine import reading
from data.sheet import BadFile, RowProblem
from governance.audit import AuditEntry
from governance.city import read_city, revision_of
from governance.settings import Settings
from grids.codes import LEVELS
from grids.exchange import feature_collection
from grids.locate import Placement
from grids.subdivide import Outline
from grids.unit import BoundaryVersion, Unit
from tests import town
from wangge.__main__ import app
from wangge.load import load_grids

Feature = dict[str, Any]
#: Every 0.0005 degree, from some 100 m outside the town on, and the corners of the cells.
POINTS = [(round(117.199 + 0.0005 * x, 6), round(39.099 + 0.0005 * y, 6)) for x in range(85) for y in range(45)]


def outlines(engine: Engine) -> list[Outline]:
    """The town as its survey office has it: every unit that is not voided."""
    with reading(engine) as session:
        units = session.scalars(select(Unit).where(col(Unit.version) == 1, col(Unit.voided_at).is_(None)).order_by(
            col(Unit.code))).all()
        return [Outline(u.code, u.parent, u.level, u.name, u.area_class, u.shape, (u.lon, u.lat),  # type: ignore[arg-type]
                        u.area_m2) for u in units]


def files(folder: Path, units: list[Outline], drawn: list[Outline],
          edit: Callable[[list[Feature]], object] = len) -> tuple[Path, Path]:
    """The two files: these units listed, those drawn; the features may be edited first."""
    sheet, geojson = folder / "units.csv", folder / "grid.geojson"
    with sheet.open("w", encoding="utf-8", newline="") as lines:
        writer = csv.writer(lines)
        writer.writerow(["code", "parent_code", "level", "name"])
        writer.writerows([unit.code, unit.parent or "", unit.level, unit.name] for unit in units)
    document = feature_collection(drawn, illustrative=False)
    edit(document["features"])
    geojson.write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8")
    return sheet, geojson


def surveyed(folder: Path, engine: Engine, edit: Callable[[list[Feature]], object] = len,
             levels: tuple[str, ...] = ("cell",)) -> tuple[Path, Path]:
    """All but the cells listed, the outlines of some levels drawn."""
    known = outlines(engine)
    return files(folder, [unit for unit in known if unit.level != "cell"],
                 [unit for unit in known if unit.level in levels], edit)


def located(engine: Engine, settings: Settings) -> list[Placement]:
    with reading(engine) as session:
        locator = read_city(session, settings).locator
    found = [locator.locate(*point) for point in POINTS]
    return [replace(placement, distance_m=round(placement.distance_m, 3)) for placement in found]


def all_units(engine: Engine, version: int) -> dict[str, tuple[str | None, str, str, str]]:
    with reading(engine) as session:
        units = session.scalars(select(Unit).where(col(Unit.version) == version, col(Unit.voided_at).is_(None)))
        return {u.code: (u.parent, u.level, u.name, u.area_class) for u in units}


def everything(engine: Engine) -> tuple[Any, ...]:
    with reading(engine) as session:
        counts = [session.scalar(select(func.count()).select_from(t)) for t in (BoundaryVersion, Unit, AuditEntry)]
        return (*counts, revision_of(session))


def refused(engine: Engine, now: datetime, sheets: tuple[Path, Path]) -> list[RowProblem]:
    """The problems of a load that must be refused and change nothing."""
    before = everything(engine)
    with pytest.raises(BadFile) as bad:
        load_grids(engine, *sheets, now)
    assert everything(engine) == before
    return bad.value.problems


# ---- as it is ------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("levels", [("cell",), ("district", "cell"), LEVELS])
def test_boundaries_that_went_out_come_in_again_and_answer_the_same(
        engine: Engine, settings: Settings, now: datetime, tmp_path: Path, levels: tuple[str, ...]) -> None:
    before, units = located(engine, settings), all_units(engine, 1)
    assert {placement.placement for placement in before} == {"inside", "near"}
    loaded = load_grids(engine, *surveyed(tmp_path, engine, levels=levels), now)
    assert (loaded.version, loaded.warnings, loaded.rows["cell"]) == (2, (), 32)
    assert located(engine, settings) == before
    assert all_units(engine, 2) == units


def test_a_survey_is_not_called_illustrative_and_what_was_voided_stays_so(
        engine: Engine, now: datetime, tmp_path: Path) -> None:
    load_grids(engine, *surveyed(tmp_path, engine), now)
    with reading(engine) as session:
        version = session.get_one(BoundaryVersion, 2)
        assert (version.illustrative, version.current) == (False, True)
        assert session.get_one(Unit, (2, town.VOIDED_CELL)).voided_at == town.LOADED
        community, cell = session.get_one(Unit, (2, town.COMMUNITY)), session.get_one(Unit, (2, town.CELL))
        assert community.shape.equals(session.get_one(Unit, (1, town.COMMUNITY)).shape)
        assert cell.shape.equals(session.get_one(Unit, (1, town.CELL)).shape)
        assert cell.area_m2 == pytest.approx(0.005 * 86_500 * 0.005 * 111_000, rel=0.01)


def test_cells_may_be_listed_with_the_units_and_need_no_name_in_the_file_of_outlines(
        engine: Engine, now: datetime, tmp_path: Path) -> None:
    known = outlines(engine)

    def forget_names(features: list[Feature]) -> None:
        for feature in features:
            del feature["properties"]["name"]

    load_grids(engine, *files(tmp_path, known, [unit for unit in known if unit.level == "cell"], forget_names), now)
    assert all_units(engine, 2)[town.CELL][2] == town.name_of(town.CELL)


def test_a_cell_without_an_area_class_is_in_class_a(engine: Engine, now: datetime, tmp_path: Path) -> None:
    def forget_classes(features: list[Feature]) -> None:
        for feature in features:
            del feature["properties"]["area_class"]

    load_grids(engine, *surveyed(tmp_path, engine, forget_classes), now)
    assert {unit[3] for unit in all_units(engine, 2).values()} == {"A"}


def test_a_gap_is_told_and_does_not_stop_the_load(engine: Engine, now: datetime, tmp_path: Path) -> None:
    sheets = surveyed(tmp_path, engine, cut_east_edge, ("community", "cell"))
    loaded = load_grids(engine, *sheets, now)
    assert [(warning.kind, warning.codes) for warning in loaded.warnings] == [
        ("gap", (town.COMMUNITY_2, f"{town.COMMUNITY_2}002"))]


def test_the_command_line_prints_what_to_look_at(
        engine: Engine, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WANGGE_DATABASE_URL", str(settings.database_url))
    sheets = surveyed(tmp_path, engine, cut_east_edge, ("community", "cell"))
    done = CliRunner().invoke(app, ["load", "grids", *map(str, sheets)])
    assert done.exit_code == 0, done.output
    assert "cell 32" in done.stdout
    assert f"{town.COMMUNITY_2} 内有一处不属于任何下级单元" in done.stderr


def test_a_program_is_told_what_to_look_at_with_its_kind_area_and_place(
        engine: Engine, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WANGGE_DATABASE_URL", str(settings.database_url))
    sheets = surveyed(tmp_path, engine, cut_east_edge, ("community", "cell"))
    told = CliRunner().invoke(app, ["load", "grids", *map(str, sheets), "--json"])
    (warning,) = json.loads(told.stdout)["preview"]["more"]["findings"]
    assert warning["kind"] == "gap"
    assert warning["area_m2"] == pytest.approx(0.001 * 86_500 * 0.005 * 111_000, rel=0.01)
    assert warning["place"] == pytest.approx([117.2195, 39.1075], abs=1e-5)


# ---- or not at all -------------------------------------------------------------------------------------------------

def corner(features: list[Feature], code: str) -> list[list[float]]:
    """The ring of a cell, to be edited."""
    found = next(feature for feature in features if feature["properties"]["code"] == code)
    ring: list[list[float]] = found["geometry"]["coordinates"][0]
    return ring


def move_east_edge(features: list[Feature], code: str, degrees: float) -> None:
    ring = corner(features, code)
    east = max(lon for lon, _ in ring)
    for place in ring:
        place[0] += degrees if place[0] == east else 0


def cut_east_edge(features: list[Feature]) -> None:
    """The north-east cell of the second community ends 0.001 degree early: a gap within its community."""
    move_east_edge(features, f"{town.COMMUNITY_2}004", -0.001)


def test_an_overlap_is_told_by_its_feature_and_loads_nothing(engine: Engine, now: datetime, tmp_path: Path) -> None:
    sheets = surveyed(tmp_path, engine, lambda features: move_east_edge(features, town.CELL, 0.001))
    (problem,) = refused(engine, now, sheets)
    assert (problem.line, problem.field) == (1, "geometry")
    for reason in (problem.reason, problem.reason_en):
        assert town.CELL in reason
        assert f"{town.COMMUNITY}002" in reason
        assert "117.2055" in reason


def test_what_leaves_its_parent_is_told(engine: Engine, now: datetime, tmp_path: Path) -> None:
    sheets = surveyed(tmp_path, engine, lambda features: move_east_edge(features, town.FAR_CELL, 0.001),
                      ("city", "cell"))
    (problem,) = refused(engine, now, sheets)
    assert (problem.line, problem.field) == (33, "geometry")
    assert f"{town.FAR_CELL} 超出其上级 {town.CITY} 的边界" in problem.reason


def test_units_and_outlines_that_do_not_belong_together_are_told_at_once(
        engine: Engine, now: datetime, tmp_path: Path) -> None:
    known = outlines(engine)
    listed = [unit for unit in known if unit.level != "cell" and unit.code != town.COMMUNITY_2]
    drawn = [unit for unit in known if unit.level == "cell" and unit.parent != "120102002002"]
    problems = refused(engine, now, files(tmp_path, listed, drawn))
    assert [(problem.line, problem.field) for problem in problems] == [
        (5, "code"), (6, "code"), (7, "code"), (8, "code"), (15, "units.code")]
    assert all(town.COMMUNITY_2 in problem.reason for problem in problems[:4])
    assert "120102002002" in problems[4].reason


@pytest.mark.parametrize(("spoil", "field", "why"), [
    (lambda f: f[3]["properties"].update(area_class="D"), "area_class", "'D' is no area class"),
    (lambda f: f[3]["properties"].update(name=" "), "name", "has no name"),
    (lambda f: f[3].update(f[3] | {"properties": f[2]["properties"]}), "code", "the same code as in line 3"),
    (lambda f: f[3]["geometry"].update(coordinates=f[2]["geometry"]["coordinates"]), "geometry", "same outline"),
    (lambda f: [place.reverse() for place in f[3]["geometry"]["coordinates"][0]], "geometry", "axes swapped"),
    (lambda f: [place.__setitem__(0, place[0] * 4000) for place in f[3]["geometry"]["coordinates"][0]], "geometry",
     "projected coordinates"),
    (lambda f: f[3]["geometry"]["coordinates"][0].insert(2, f[3]["geometry"]["coordinates"][0].pop(3)), "geometry",
     "invalid ring"),
])
def test_a_bad_feature_loads_nothing(engine: Engine, now: datetime, tmp_path: Path,
                                     spoil: Callable[[list[Feature]], object], field: str, why: str) -> None:
    (problem,) = refused(engine, now, surveyed(tmp_path, engine, spoil))
    assert problem.line in (3, 4)  # of two with the same outline the first is named
    assert problem.field == field
    assert why in problem.reason_en
