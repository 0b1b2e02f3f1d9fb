"""A file of outlines as it stands: features with their properties under our names, rings as they were drawn, and the
coordinate system that the file claims. Nothing is judged here but whether it can be read at all.

GeoJSON is read feature by feature, since GDAL closes and drops what is wrong with a ring. Shapefiles and GeoPackages
are read by GDAL (pyogrio), and only after their first bytes say that they are what they are called: GDAL goes by
content, and some of its formats fetch other files.
"""

from __future__ import annotations

import json
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import numpy as np
import shapely
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from data.sheet import BadFile, RowProblem
from grids.archive import lay_shapefile, unpack_shapefiles
from grids.fields import columns_of, renamed
from grids.findings import Kind, Place

GEOJSON: Final = (".geojson", ".json")
ENDINGS: Final = (*GEOJSON, ".zip", ".shp", ".gpkg")
#: The first bytes of a shapefile (its code 9994) and of SQLite, which a GeoPackage is.
_MAGIC: Final = {".shp": bytes.fromhex("0000270a"), ".gpkg": b"SQLite format 3\0"}


@dataclass(frozen=True)
class Feature:
    """One feature: its number in the file from 1, its properties, its geometry as drawn, None where it cannot be made;
    `flaw` is what its rings lack, `flaw_at` where, in the file's own coordinates, `why` what the reader said.
    """

    number: int
    properties: dict[str, str]
    geometry: BaseGeometry | None
    flaw: Kind | None = None
    flaw_at: Place | None = None
    why: str = ""


@dataclass(frozen=True)
class Layer:
    """The features of a file, and its coordinate system as it claims it, None when it does not; whether its format
    wants outer rings counter-clockwise (RFC 7946).
    """

    name: str
    features: list[Feature]
    crs: str | None
    counter_clockwise: bool = False


def is_layer(path: Path) -> bool:
    """Whether a file is one of outlines, by its ending."""
    return path.suffix.lower() in ENDINGS


def read_layer(source: Path | str) -> Layer:
    """A GeoJSON file (or text), shapefile (`.shp`, or zipped) or GeoPackage. BadFile when it is none."""
    if isinstance(source, str) and source.lstrip().startswith("{"):
        return _read_geojson(source, "")
    path = Path(source)
    if not path.is_file():
        raise bad(path.name, "没有这个文件", "there is no such file")
    ending = path.suffix.lower()
    if ending in (".zip", ".shp"):
        with TemporaryDirectory() as folder:
            laid = unpack_shapefiles(path, Path(folder)) if ending == ".zip" else [lay_shapefile(path, Path(folder))]
            return _joined(path.name, [_read_gdal(each, path.name) for each in laid])
    if ending in _MAGIC:
        return _read_gdal(path, path.name)
    try:
        return _read_geojson(path.read_text(encoding="utf-8-sig"), path.name)
    except UnicodeDecodeError as error:
        raise bad(path.name, "不是 UTF-8 编码的 GeoJSON", f"no GeoJSON FeatureCollection in UTF-8: {error}") from None


def bad(name: str, reason: str, reason_en: str, field: str = "") -> BadFile:
    """A file that cannot be read at all."""
    return BadFile([RowProblem(1, field, reason, reason_en)], name)


def _joined(name: str, layers: Sequence[Layer]) -> Layer:
    """Several layers as one, numbered through. They must agree on where they are."""
    if len({layer.crs for layer in layers}) > 1:
        raise bad(name, "各图层的坐标系不同, 请分别导出为同一坐标系", "its layers have different coordinate systems",
        "crs")
    features = [feature for layer in layers for feature in layer.features]
    return Layer(name, [Feature(number, f.properties, f.geometry, f.flaw, f.flaw_at, f.why)
                        for number, f in enumerate(features, start=1)], layers[0].crs)


def _in_our_names(rows: Iterable[dict[str, Any]], header: Sequence[str], name: str) -> Iterator[dict[str, str]]:
    columns = columns_of(header)
    if "code" not in columns:
        there = "、".join(header[:20]) or "无"
        raise bad(name, f"没有网格编码列 code (或“网格编码”), 只有: {there}",
                  f"the column code is missing; there are: {', '.join(header[:20]) or 'none'}", "code")
    return (renamed(row, columns) for row in rows)


# ---- GeoJSON -------------------------------------------------------------------------------------------------------

def _read_geojson(text: str, name: str) -> Layer:
    try:
        document = json.loads(text)
        features = document["features"]
        if document.get("type") != "FeatureCollection" or not isinstance(features, list) or not features:
            raise ValueError("no features")
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise bad(name, "不是 GeoJSON FeatureCollection, 或没有要素",
        f"no GeoJSON FeatureCollection: {error}") from None
    rows = [_properties(feature) for feature in features]
    columns = columns_of(list(dict.fromkeys(key for row in rows for key in row)))
    return Layer(name, [_feature(number, renamed(row, columns), feature) for number, (row, feature)
                        in enumerate(zip(rows, features, strict=True), start=1)], _claimed(document), True)


def _properties(feature: Any) -> dict[str, Any]:
    properties = feature.get("properties") if isinstance(feature, dict) else None
    return {str(key): value for key, value in properties.items()} if isinstance(properties, dict) else {}


def _claimed(document: dict[str, Any]) -> str:
    """GeoJSON is WGS-84 (RFC 7946); older files may name another system."""
    member = document.get("crs")
    properties = member.get("properties") if isinstance(member, dict) else None
    named = properties.get("name") if isinstance(properties, dict) else None
    return str(named) if named else "OGC:CRS84"


def _feature(number: int, properties: dict[str, str], feature: Any) -> Feature:
    """A feature with the first flaw of its rings."""
    geometry = feature.get("geometry") if isinstance(feature, dict) else None
    if not isinstance(geometry, dict):
        return Feature(number, properties, None, "no_area", why="geometry: null")
    try:
        flaw, at = _ring_flaw(geometry)
        if flaw == "few_points":
            return Feature(number, properties, None, flaw, at)
        with np.errstate(invalid="ignore"):  # NaN is told with the place
            made = shapely.force_2d(shape(geometry))
    except (ValueError, TypeError, KeyError, AttributeError, IndexError, shapely.errors.ShapelyError) as error:
        return Feature(number, properties, None, "no_area", why=str(error)[:80])
    return Feature(number, properties, made, flaw, at)


def _ring_flaw(geometry: dict[str, Any]) -> tuple[Kind | None, Place | None]:
    """The first ring that is too short or not closed, and its first point."""
    depth = {"Polygon": 1, "MultiPolygon": 2}.get(geometry.get("type", ""), 0)
    polygons = geometry["coordinates"] if depth == 2 else [geometry["coordinates"]] if depth else []
    for ring in (ring for polygon in polygons for ring in polygon):
        first, last = (tuple(map(float, ring[at][:2])) for at in (0, -1)) if ring else ((), ())
        place = (first[0], first[1]) if len(first) > 1 else None
        if len({tuple(point[:2]) for point in ring}) < 3:
            return "few_points", place
        if first != last:
            return "unclosed", place
    return None, None


# ---- shapefile, GeoPackage -----------------------------------------------------------------------------------------

def _read_gdal(path: Path, name: str) -> Layer:
    ending = path.suffix.lower()
    with path.open("rb") as file:
        if file.read(len(_MAGIC[ending])) != _MAGIC[ending]:
            raise bad(name, f"不是 {ending} 文件", f"this is no {ending} file")
    from pyogrio.errors import CRSError, DataLayerError, DataSourceError, FieldError  # type: ignore[import-untyped]

    try:
        with warnings.catch_warnings(action="ignore", category=RuntimeWarning):  # what GDAL repairs by itself
            return _read_layers(path, name)
    except CRSError as error:
        raise bad(name, "坐标系 (.prj) 写法有误", f"its coordinate system is malformed: {error}", "crs") from None
    except (DataSourceError, DataLayerError, FieldError, OSError, ValueError, UnicodeError) as error:
        raise bad(name, "文件损坏或不完整", f"broken or incomplete: {error}") from None


def _read_layers(path: Path, name: str) -> Layer:
    from pyogrio import list_layers  # type: ignore[import-untyped]

    layers = [str(layer) for layer, kind in list_layers(path) if "Polygon" in (kind or "") or kind == "Unknown"]
    if not layers:
        raise bad(name, "没有面图层", "there is no layer of polygons")
    return _joined(name, [_read_table(path, layer, name) for layer in layers])


def _read_table(path: Path, layer: str, name: str) -> Layer:
    from pyogrio.raw import read  # type: ignore[import-untyped]

    encoding = "ISO-8859-1" if path.suffix.lower() == ".shp" else None  # every byte as it is
    meta, _, shapes, values = read(path, layer=layer, encoding=encoding, force_2d=True)
    decode = _decoder(path, [*meta["fields"], *(v for column in values if column.dtype == object for v in column)])
    header = [decode(field) for field in meta["fields"]]
    columns = [[decode(v) if isinstance(v, str) else v for v in column.tolist()] for column in values]
    rows = (dict(zip(header, row, strict=True)) for row in zip(*columns, strict=True))
    made = shapely.from_wkb(shapes, on_invalid="ignore")
    closed = shapely.from_wkb(shapes, on_invalid="fix")
    features = [_from_gdal(number, row, drawn, whole) for number, (row, drawn, whole)
                in enumerate(zip(_in_our_names(rows, header, name), made, closed, strict=True), start=1)]
    if not features:
        raise bad(name, "没有要素", "there are no features")
    return Layer(name, features, meta["crs"])


def _from_gdal(number: int, row: dict[str, str], drawn: BaseGeometry | None, whole: BaseGeometry | None) -> Feature:
    if drawn is None and whole is not None:
        return Feature(number, row, whole, "unclosed")
    return Feature(number, row, drawn, None if drawn is not None else "no_area", why="" if drawn else "no geometry")


def _decoder(path: Path, texts: Sequence[Any]) -> Callable[[str], str]:
    """How the text of a file is to be read. A dBASE file often claims the wrong encoding, or none: it is UTF-8 if most
    of what is not plain ASCII is (what was cut in two is not), else GB 18030, which holds GBK and GB 2312, of which
    next to nothing looks like UTF-8.
    """
    if path.suffix.lower() != ".shp":
        return str
    raw = [text.encode("latin-1") for text in texts if isinstance(text, str) and not text.isascii()]
    encoding = "utf-8" if 2 * sum(map(_is_utf8, raw)) > len(raw) else "gb18030"
    return lambda text: text.encode("latin-1").decode(encoding, "ignore")


def _is_utf8(text: bytes) -> bool:
    try:
        return bool(text.decode("utf-8"))
    except UnicodeDecodeError:
        return False
