"""Grids go out of a city and come back, are examined without being loaded, and are written whole: on both databases."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import shapely
from click.testing import Result
from sqlalchemy import Engine, func, select
from sqlmodel import col
from typer.testing import CliRunner

from data.engine import reading, writing
from data.sheet import BadFile
from governance.city import read_city
from governance.settings import Settings
from grids.boundaries import GridsDraft, apply, compare, draft_of, make_current, read_boundaries
from grids.formats import ENDINGS, FORMATS, Format, write_grids
from grids.preparing import prepare
from grids.unit import BoundaryVersion, Unit
from tests import town
from tests.stores.test_load_grids import everything
from wangge.__main__ import app
from wangge.load import load_grids


@pytest.fixture
def wangge(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The command line on the town's database."""
    monkeypatch.setenv("WANGGE_DATABASE_URL", str(settings.database_url))
    monkeypatch.setenv("COLUMNS", "200")

    def run(*arguments: object) -> Result:
        return CliRunner().invoke(app, [str(argument) for argument in arguments])

    return run


def exported(engine: Engine, path: Path, form: Format = "geojson", **other: str) -> Path:
    """The town's boundaries as a file; units may have other names."""
    with reading(engine) as session:
        current = read_boundaries(session)
    units = [unit if unit.code not in other else type(unit)(**{**vars(unit), "name": other[unit.code]})
             for unit in current.units.values()]
    write_grids(path, units, current.illustrative, form)
    return path


def drafted(engine: Engine, path: Path) -> GridsDraft:
    with reading(engine) as session:
        return prepare([path], read_boundaries(session))


def currents(engine: Engine) -> list[int]:
    with reading(engine) as session:
        return list(session.scalars(select(col(BoundaryVersion.version)).where(col(BoundaryVersion.current))))


# ---- out and in ----------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("form", FORMATS)
def test_what_a_city_exports_it_can_load_again_and_is_the_same(
        engine: Engine, wangge: Any, now: datetime, tmp_path: Path, form: Format) -> None:
    path = tmp_path / f"grids{ENDINGS[form]}"
    done = wangge("export", "grids", path)
    assert done.exit_code == 0, done.output
    assert "已导出版本 1 的 47 个单元" in done.stdout
    with reading(engine) as session:
        before = read_boundaries(session)
    unchanged = wangge("load", "grids", path)
    assert "内容未变" in unchanged.stdout, unchanged.output
    load_grids(engine, path, None, now)
    with reading(engine) as session:
        after = read_boundaries(session)
        assert session.get_one(Unit, (2, town.VOIDED_CELL)).voided_at == town.LOADED
    assert (after.version, after.illustrative, after.voided) == (2, True, {town.VOIDED_CELL})
    assert after.units.keys() == before.units.keys()
    for code, unit in before.units.items():
        again = after.units[code]
        assert (again.name, again.area_class, again.parent) == (unit.name, unit.area_class, unit.parent)
        assert again.geometry.equals(unit.geometry)


def test_a_part_of_a_city_goes_out_by_level_unit_and_version(engine: Engine, wangge: Any, now: datetime,
                                                             tmp_path: Path) -> None:
    path = tmp_path / "cells.geojson"
    assert json.loads(wangge("export", "grids", path, "--level", "cell", "--unit", town.HEDONG, "--json").stdout) == {
        "file": str(path), "format": "geojson", "version": 1, "units": 16}
    codes = [feature["properties"]["code"] for feature in json.loads(path.read_text(encoding="utf-8"))["features"]]
    assert codes == sorted(codes)
    assert all(code.startswith(town.HEDONG) and len(code) == 15 for code in codes)
    load_grids(engine, exported(engine, tmp_path / "all.gpkg", "gpkg", **{town.CELL: "新名网格"}), None, now)
    for version, name in ((1, town.name_of(town.CELL)), (2, "新名网格")):
        assert wangge("export", "grids", path, "--version", version, "--unit", town.CELL).exit_code == 0
        (feature,) = json.loads(path.read_text(encoding="utf-8"))["features"]
        assert feature["properties"]["name"] == name


@pytest.mark.parametrize(("arguments", "why"), [
    (["grids.dwg"], "后缀应为 .geojson、.zip、.gpkg、.csv"), (["g.csv", "--version", "9"], "未找到"),
    (["g.csv", "--unit", "999999"], "没有这样的单元"), (["g.gpkg", "--template"], "模板只有 .csv 和 .geojson")])
def test_an_export_that_cannot_be_says_why(wangge: Any, tmp_path: Path, arguments: list[str], why: str) -> None:
    done = wangge("export", "grids", tmp_path / arguments[0], *arguments[1:])
    assert done.exit_code == 1
    assert why in getattr(done.exception, "zh", "")
    assert list(tmp_path.glob("g*")) == []


def test_templates_come_from_the_command_line(wangge: Any, tmp_path: Path) -> None:
    for name in ("units.csv", "grid.geojson"):
        assert wangge("export", "grids", tmp_path / name, "--template").exit_code == 0
    done = wangge("audit", "grids", tmp_path / "units.csv", tmp_path / "grid.geojson", "--alone")
    assert done.exit_code == 0, done.output
    assert "错误 error 0, 警告 warning 0, 说明 note 0" in done.stdout


# ---- examined, not loaded ------------------------------------------------------------------------------------------

def overlapping(engine: Engine, path: Path) -> Path:
    """The town with its first cell 0.001 degree too wide."""
    exported(engine, path)
    document = json.loads(path.read_text(encoding="utf-8"))
    first = next(f for f in document["features"] if f["properties"]["code"] == town.CELL)
    wide = shapely.transform(shapely.geometry.shape(first["geometry"]),
                             lambda xy: xy + (xy[:, [0]] > 117.204) * [0.001, 0.0])
    first["geometry"] = shapely.geometry.mapping(wide)
    path.write_text(json.dumps(document), encoding="utf-8")
    return path


def test_an_audit_tells_everything_and_loads_nothing(engine: Engine, wangge: Any, tmp_path: Path) -> None:
    path, before = overlapping(engine, tmp_path / "grid.geojson"), everything(engine)
    done = wangge("audit", "grids", path, "--geojson", tmp_path / "audit.geojson", "--json")
    assert done.exit_code == 1
    told = json.loads(done.stdout)
    (error,) = [finding for finding in told["findings"] if finding["severity"] == "error"]
    assert (error["kind"], error["codes"]) == ("overlap", [town.CELL, f"{town.COMMUNITY}002"])
    assert error["area_m2"] == pytest.approx(0.001 * 86_500 * 0.005 * 111_000, rel=0.01)
    assert error["place"] == pytest.approx([117.2055, 39.1025], abs=1e-4)
    assert (told["features"], told["units"]) == (47, {})
    drawn = json.loads((tmp_path / "audit.geojson").read_text(encoding="utf-8"))["features"]
    shape = shapely.geometry.shape(next(f for f in drawn if f["properties"]["kind"] == "overlap")["geometry"])
    assert shape.bounds == pytest.approx((117.205, 39.1, 117.206, 39.105), abs=1e-6)
    assert everything(engine) == before
    loaded = wangge("load", "grids", path)
    assert loaded.exit_code == 1
    assert isinstance(loaded.exception, BadFile)
    assert everything(engine) == before


def test_an_audit_is_for_people_too(wangge: Any, engine: Engine, tmp_path: Path) -> None:
    done = wangge("audit", "grids", overlapping(engine, tmp_path / "grid.geojson"))
    assert "47 个要素 (features); 错误 error 1" in done.stdout
    assert "overlap" in done.stdout.partition("note] numbering")[0]  # the errors first


@pytest.mark.parametrize(("name", "content"), [
    ("grid.zip", b"PK\x03\x04 no archive"), ("grid.shp", b"no shapefile"), ("grid.gpkg", b"no database"),
    ("grid.geojson", b"{"), ("units.csv", b"code,name\n12\n"), ("units.xlsx", b"no sheet"), ("grid.dwg", b"AC1032")])
def test_a_file_that_cannot_be_read_loads_nothing(
        engine: Engine, now: datetime, tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    before = everything(engine)
    with pytest.raises(BadFile) as bad:
        load_grids(engine, tmp_path / name, None, now)
    assert bad.value.source == name
    assert everything(engine) == before


# ---- one version after the other -----------------------------------------------------------------------------------

def test_two_who_load_at_once_get_two_versions_and_one_is_current(
        engine: Engine, now: datetime, tmp_path: Path) -> None:
    path = exported(engine, tmp_path / "grid.gpkg", "gpkg")
    with ThreadPoolExecutor(4) as pool:
        loads = list(pool.map(lambda _: load_grids(engine, path, None, now), range(4)))
    assert sorted(loaded.version or 0 for loaded in loads) == [2, 3, 4, 5]
    assert currents(engine) == [5]
    with reading(engine) as session:
        counts = session.execute(select(func.count()).select_from(Unit).group_by(col(Unit.version))).scalars().all()
    assert set(counts) == {48}


def test_a_draft_that_was_kept_is_written_later_as_it_was(engine: Engine, now: datetime, tmp_path: Path,
                                                          settings: Settings) -> None:
    kept = json.dumps(drafted(engine, exported(engine, tmp_path / "a.geojson", **{town.CELL: "新名网格"})).document())
    with writing(engine) as session:
        assert apply(session, draft_of(json.loads(kept)), now) == 2
        session.rollback()
    assert currents(engine) == [1]  # nothing is committed for its caller
    with writing(engine) as session:
        apply(session, draft_of(json.loads(kept)), now)
        session.commit()
    with reading(engine) as session:
        assert read_city(session, settings).places[town.CELL].name == "新名网格"


def test_a_code_that_was_voided_since_the_draft_was_made_is_refused(
        engine: Engine, now: datetime, tmp_path: Path) -> None:
    whole = drafted(engine, exported(engine, tmp_path / "whole.geojson"))
    without = GridsDraft("b", tuple(unit for unit in whole.units if unit.code != town.CELL), False)
    with writing(engine) as session:
        apply(session, without, now)
        session.commit()
    with writing(engine) as session, pytest.raises(BadFile, match="was voided"):
        apply(session, whole, now)
    assert currents(engine) == [2]
    with reading(engine) as session:
        changes = compare(read_boundaries(session, 1), without)
    assert (changes.removed, changes.affected) == ((town.CELL,), {town.CELL})


def test_an_earlier_version_can_be_in_force_again(engine: Engine, now: datetime, tmp_path: Path) -> None:
    later = now + timedelta(days=1)
    load_grids(engine, exported(engine, tmp_path / "a.geojson", **{town.CELL: "新名网格"}), None, later)
    with writing(engine) as session:
        make_current(session, 1)
        session.commit()
    assert currents(engine) == [1]
    with writing(engine) as session, pytest.raises(LookupError):
        make_current(session, 9)
    with reading(engine) as session:
        assert read_boundaries(session).units[town.CELL].name == town.name_of(town.CELL)
