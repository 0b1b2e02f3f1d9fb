"""Units and outlines in from files, outlines out as GeoJSON. A file with a problem gives nothing but its
problems.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final, Protocol, runtime_checkable

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from data.sheet import BadFile, RowProblem, read_rows
from grids.codes import level_of, parent_of
from grids.fields import columns_of, renamed
from grids.findings import Finding
from grids.frames import in_degrees
from grids.hierarchy import UnitName
from grids.layers import read_layer
from grids.rows import AREA_CLASSES, BAD_CODE, OutlineRow, examine

__all__ = ["AREA_CLASSES", "OutlineRow", "UnitRow", "feature_collection", "problem_of", "read_outlines",
           "read_unit_rows", "read_units"]

DECIMALS: Final = 6  # of a degree, some 0.1 m
NOTE: Final = {
    "zh": "区级以下(街道、社区、单元网格)的边界为演示用示意图形, 由程序切分生成, 不是实际边界。",
    "en": "Outlines below the district (streets, communities, cells) are illustrative: generated, not real.",
}
LICENCE: Final = (
    "District outlines: MIT. Names and codes: National Bureau of Statistics 2023, compiled under WTFPL."
)


class Row(Protocol):
    """What `feature_collection` needs of a unit; an Outline is one."""

    @property
    def code(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def level(self) -> str: ...
    @property
    def geometry(self) -> BaseGeometry: ...


@runtime_checkable
class Classed(Protocol):
    """A row that knows its area class; it goes out with it."""

    @property
    def area_class(self) -> str: ...


@dataclass(frozen=True)
class UnitRow:
    """One row of a sheet of units: its line, the unit, and its area class if the sheet has one."""

    line: int
    unit: UnitName
    area_class: str | None


def read_units(source: Path | str, known: Collection[str] = ()) -> list[UnitName]:
    """The units of a CSV or XLSX file (or of CSV text); see `read_unit_rows`."""
    return [row.unit for row in read_unit_rows(source, known)]


def read_unit_rows(source: Path | str, known: Collection[str] = ()) -> list[UnitRow]:
    """The rows of a CSV or XLSX file (or of CSV text) with the columns code and name, under our names or the usual
    Chinese ones (see `grids.fields`), and perhaps parent_code, level and area_class.

    A unit's parent must be in the file or among the `known` codes. BadFile with every problem by line and field.
    """
    rows = _rows(source)
    columns = columns_of(list(rows[0][1])) if rows else {}
    missing = [column for column in ("code", "name") if rows and column not in columns]
    if missing or not rows:
        raise BadFile([RowProblem(1, column, "缺少此列", "this column is missing") for column in missing]
                      or [RowProblem(1, "", "文件没有数据行", "the file has no rows")], _name(source))
    named = [(line, renamed(row, columns)) for line, row in rows]
    codes = {row["code"] for _, row in named} | set(known)
    problems = [problem for line, row in named for problem in _unit_problems(line, row, codes)]
    problems += _repeated((line, row["code"]) for line, row in named)
    if problems:
        raise BadFile(sorted(problems, key=lambda problem: problem.line), _name(source))
    return [UnitRow(line, UnitName(row["code"], parent_of(row["code"]), level_of(row["code"]), row["name"]),
                    row.get("area_class") or None) for line, row in named]


def _rows(source: Path | str) -> list[tuple[int, dict[str, str]]]:
    if isinstance(source, Path) or "\n" not in source:
        return read_rows(source)
    with TemporaryDirectory() as folder:
        path = Path(folder, "units.csv")
        path.write_text(source, encoding="utf-8", newline="")
        return read_rows(path)


def _name(source: Path | str) -> str:
    return source.name if isinstance(source, Path) else "" if "\n" in source else Path(source).name


def _unit_problems(line: int, row: Mapping[str, str], codes: Collection[str]) -> Iterator[RowProblem]:
    try:
        level, parent = level_of(row["code"]), parent_of(row["code"])
    except ValueError as error:
        yield RowProblem(line, "code", BAD_CODE, str(error))
        return
    if row.get("level") not in (None, level):
        yield RowProblem(line, "level", f"此编码的层级应为 {level}", f"a code of this length is a {level}")
    if "parent_code" in row and (row["parent_code"] or None) != parent:
        yield RowProblem(
            line, "parent_code", f"上级编码应为 {parent or '空'}", f"the parent must be {parent or 'empty'}"
        )
    elif parent and parent not in codes:
        yield RowProblem(
            line, "parent_code", f"上级单元 {parent} 不存在", f"the unit above, {parent}, does not exist"
        )
    if not row["name"]:
        yield RowProblem(line, "name", "名称为空", "the name is empty")
    if (area_class := row.get("area_class")) and area_class not in AREA_CLASSES:
        yield RowProblem(
            line, "area_class", f"“{area_class}” 不是地域类别 A、B 或 C", f"{area_class!r} is no area class A, B or C"
        )


def _repeated(codes: Iterable[tuple[int, str]]) -> Iterator[RowProblem]:
    first: dict[str, int] = {}
    for line, code in codes:
        if code and first.setdefault(code, line) != line:
            yield RowProblem(
                line, "code", f"与第 {first[code]} 行重复", f"the same code as in line {first[code]}"
            )


def read_outlines(source: Path | str) -> list[OutlineRow]:
    """The outlines of a GeoJSON file (or text), shapefile or GeoPackage in lon/lat degrees (WGS-84), each with its
    code.

    BadFile with every problem; its line is the number of the feature, from 1.
    """
    layer = read_layer(source)
    features, misplaced = in_degrees(layer)
    rows, found = examine(features, layer.counter_clockwise)
    if problems := [problem_of(each) for each in [*misplaced, *found] if each.is_error]:
        raise BadFile(sorted(problems, key=lambda problem: problem.line), layer.name)
    return rows


def problem_of(found: Finding) -> RowProblem:
    """A finding as the problem of a feature."""
    return RowProblem(found.feature or 1, found.field, found.reason, found.reason_en)


def feature_collection(rows: Iterable[Row], illustrative: bool, licence: str | None = None,
                       decimals: int | None = DECIMALS) -> dict[str, Any]:
    """Outlines as a GeoJSON FeatureCollection, coordinates to six decimals (None: as they are); says so at
    its top when they are illustrative.

    Shared vertices are rounded alike, so neighbours still fit together. `licence` is that of the
    outlines' sources; for illustrative ones it is known.
    """
    listed = list(rows)
    shapes = np.array([row.geometry for row in listed], dtype=object)
    if decimals is not None:
        shapes = shapely.transform(shapes, lambda xy: np.round(xy, decimals))
    texts: list[str] = list(shapely.to_geojson(shapes)) if listed else []
    head: dict[str, Any] = {"type": "FeatureCollection"}
    if illustrative:
        head["note"] = NOTE
    if licence or illustrative:
        head["licence"] = licence or LICENCE
    return head | {"features": [_feature(row, text) for row, text in zip(listed, texts, strict=True)]}


def _feature(row: Row, geometry: str) -> dict[str, Any]:
    properties = {"code": row.code, "name": row.name, "level": row.level}
    if isinstance(row, Classed) and row.area_class:
        properties["area_class"] = row.area_class
    return {"type": "Feature", "id": row.code, "properties": properties, "geometry": json.loads(geometry)}
