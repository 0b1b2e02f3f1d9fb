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
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from data.sheet import BadFile, RowProblem, read_rows
from grids.codes import level_of, parent_of
from grids.hierarchy import UnitName

DECIMALS: Final = 6  # of a degree, some 0.1 m
NOTE: Final = {
    "zh": "区级以下(街道、社区、单元网格)的边界为演示用示意图形, 由程序切分生成, 不是实际边界。",
    "en": "Outlines below the district (streets, communities, cells) are illustrative: generated, not real.",
}
LICENCE: Final = (
    "District outlines: MIT. Names and codes: National Bureau of Statistics 2023, compiled under WTFPL."
)
AREA_CLASSES: Final = ("A", "B", "C")
_COLUMNS: Final = ("code", "parent_code", "level", "name")
_AXES: Final = (15.0, 56.0, 70.0, 140.0)  # latitudes and longitudes of China, in degrees, with room around


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
class OutlineRow:
    """One feature of an outline file: the unit's code, its outline (lon/lat, degrees), and its name and area
    class if the file has them.
    """

    code: str
    name: str | None
    geometry: BaseGeometry
    area_class: str | None = None


def read_units(source: Path | str, known: Collection[str] = ()) -> list[UnitName]:
    """The units of a CSV or XLSX file (or of CSV text) with the columns code, parent_code, level, name.

    A unit's parent must be in the file or among the `known` codes. BadFile with every problem by line
    and field.
    """
    rows = _rows(source)
    missing = [column for column in _COLUMNS if rows and column not in rows[0][1]]
    if missing:
        raise BadFile(
            [RowProblem(1, column, "缺少此列", "this column is missing") for column in missing], _name(source)
        )
    codes = {row["code"] for _, row in rows} | set(known)
    problems = [problem for line, row in rows for problem in _unit_problems(line, row, codes)]
    problems += _repeated((line, row["code"]) for line, row in rows)
    if problems:
        raise BadFile(sorted(problems, key=lambda problem: problem.line), _name(source))
    return [
        UnitName(row["code"], row["parent_code"] or None, level_of(row["code"]), row["name"])
        for _, row in rows
    ]


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
        yield RowProblem(line, "code", "不是 2、6、9、12 或 15 位的网格编码", str(error))
        return
    if row["level"] != level:
        yield RowProblem(line, "level", f"此编码的层级应为 {level}", f"a code of this length is a {level}")
    if (row["parent_code"] or None) != parent:
        yield RowProblem(
            line, "parent_code", f"上级编码应为 {parent or '空'}", f"the parent must be {parent or 'empty'}"
        )
    elif parent and parent not in codes:
        yield RowProblem(
            line, "parent_code", f"上级单元 {parent} 不存在", f"the unit above, {parent}, does not exist"
        )
    if not row["name"]:
        yield RowProblem(line, "name", "名称为空", "the name is empty")


def _repeated(codes: Iterable[tuple[int, str]]) -> Iterator[RowProblem]:
    first: dict[str, int] = {}
    for line, code in codes:
        if code and first.setdefault(code, line) != line:
            yield RowProblem(
                line, "code", f"与第 {first[code]} 行重复", f"the same code as in line {first[code]}"
            )


def read_outlines(source: Path | str) -> list[OutlineRow]:
    """The outlines of a GeoJSON file (or text): polygons in lon/lat degrees, each with its `code` in the
    properties.

    BadFile with every problem; its line is the number of the feature, from 1.
    """
    features = _features(source)
    rows: list[OutlineRow] = []
    problems: list[RowProblem] = []
    for number, feature in enumerate(features, start=1):
        row = _outline(feature)
        if isinstance(row, OutlineRow):
            rows.append(row)
        else:
            problems.append(RowProblem(number, *row))
    problems += _repeated((number, _code(feature)) for number, feature in enumerate(features, start=1))
    if problems:
        raise BadFile(sorted(problems, key=lambda problem: problem.line), _file_name(source))
    return rows


def _file_name(source: Path | str) -> str:
    return (
        source.name
        if isinstance(source, Path)
        else ""
        if source.lstrip().startswith("{")
        else Path(source).name
    )


def _features(source: Path | str) -> list[Any]:
    is_text = isinstance(source, str) and source.lstrip().startswith("{")
    try:
        document = json.loads(str(source) if is_text else Path(source).read_text(encoding="utf-8-sig"))
        features = document["features"]
        if document.get("type") != "FeatureCollection" or not isinstance(features, list) or not features:
            raise ValueError("no features")
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        problem = RowProblem(
            1, "", "不是 GeoJSON FeatureCollection, 或没有要素", f"no GeoJSON FeatureCollection: {error}"
        )
        raise BadFile([problem], _file_name(source)) from None
    return features


def _code(feature: Any) -> str:
    properties = feature.get("properties") if isinstance(feature, dict) else None
    return str(properties.get("code") or "") if isinstance(properties, dict) else ""


def _outline(feature: Any) -> OutlineRow | tuple[str, str, str]:
    """The row that a feature makes, or the field and the reasons why it makes none."""
    code = _code(feature)
    if not code:
        return "code", "缺少编码 properties.code", "properties.code is missing"
    try:
        level_of(code)
    except ValueError as error:
        return "code", "不是 2、6、9、12 或 15 位的网格编码", str(error)
    try:
        with np.errstate(invalid="ignore"):  # NaN is told below
            geometry = shapely.force_2d(shape(feature["geometry"]))
    except (
        ValueError,
        TypeError,
        KeyError,
        AttributeError,
        IndexError,
        shapely.errors.ShapelyError,
    ) as error:
        return "geometry", "图形无法读取(环至少要有 4 个点)", f"unreadable geometry: {error}"
    if wrong := _wrong_geometry(geometry):
        return "geometry", *wrong
    name, area_class = (_text(feature["properties"], key) for key in ("name", "area_class"))
    if area_class not in (None, *AREA_CLASSES):
        return "area_class", f"“{area_class}” 不是地域类别 A、B 或 C", f"{area_class!r} is no area class A, B or C"
    return OutlineRow(code, name, geometry, area_class)


def _text(properties: Mapping[str, Any], key: str) -> str | None:
    value = properties.get(key)
    return None if value is None else str(value).strip() or None


def _wrong_geometry(geometry: BaseGeometry) -> tuple[str, str] | None:
    if geometry.geom_type not in ("Polygon", "MultiPolygon") or geometry.is_empty:
        return "不是面(Polygon 或 MultiPolygon)", f"a {geometry.geom_type} is not an area"
    x, y = shapely.get_coordinates(geometry).T
    south, north, west, east = _AXES
    if ((x >= south) & (x <= north)).all() and ((y >= west) & (y <= east)).all():
        return "经纬度颠倒: 应为先经度后纬度", "axes swapped: longitude comes first, then latitude"
    if not ((np.abs(x) <= 180) & (np.abs(y) <= 90)).all():
        return (
            "坐标超出经纬度范围(是否为投影坐标?)",
            "outside the range of longitude and latitude: projected coordinates?",
        )
    if not geometry.is_valid:
        return "图形无效(自相交等)", f"invalid ring: {shapely.is_valid_reason(geometry)}"
    return None


def feature_collection(rows: Iterable[Row], illustrative: bool, licence: str | None = None) -> dict[str, Any]:
    """Outlines as a GeoJSON FeatureCollection, coordinates to six decimals; says so at its top when they
    are illustrative.

    Shared vertices are rounded alike, so neighbours still fit together. `licence` is that of the
    outlines' sources; for illustrative ones it is known.
    """
    listed = list(rows)
    shapes = shapely.transform([row.geometry for row in listed], lambda xy: np.round(xy, DECIMALS))
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
