"""Grids out as files that can be read in again: GeoJSON, shapefile, GeoPackage, and a sheet of units without outlines.

Outlines go out as they are stored, WGS-84 longitude and latitude in double precision (EPSG:4326). Every row says
whether its outline is illustrative, so that nobody takes it for surveyed when it comes back.
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final, Literal, get_args

import numpy as np
import shapely

from data import sheet_writing
from grids.codes import LEVELS
from grids.exchange import feature_collection
from grids.subdivide import Outline

Format = Literal["geojson", "shp", "gpkg", "csv"]
FORMATS: Final[tuple[Format, ...]] = get_args(Format)
MEDIA_TYPES: Final[dict[Format, str]] = {
    "geojson": "application/geo+json", "shp": "application/zip", "gpkg": "application/geopackage+sqlite3",
    "csv": sheet_writing.MEDIA_TYPES["csv"]}
ENDINGS: Final[dict[Format, str]] = {"geojson": ".geojson", "shp": ".zip", "gpkg": ".gpkg", "csv": ".csv"}
COLUMNS: Final = ("code", "parent_code", "level", "name", "area_class")
SHEET_COLUMNS: Final = (*COLUMNS, "lon", "lat", "area_m2")
#: The name of the layer, and of the files of a shapefile.
LAYER: Final = "grids"
_CRS: Final = "EPSG:4326"
_DBF_NAME: Final = 10

#: One cell of a small square, for the templates; its codes and names are made up.
_EXAMPLE: Final = ("12", "120101", "120101001", "120101001001", "120101001001001")
_NAMES: Final = ("示例市", "和平区", "和平一街", "第一社区", "第一社区第1网格")


def format_of(path: Path) -> Format | None:
    """The format that a file's ending asks for; a `.shp` goes out zipped, as all its files belong together."""
    ending = path.suffix.lower()
    return next((form for form, known in ENDINGS.items() if known == ending), "geojson" if ending == ".json" else None)


def write_grids(path: Path, units: Sequence[Outline], illustrative: bool, form: Format) -> None:
    """Write units, with their outlines but in a sheet, to a file. A shapefile is one ZIP archive, its text UTF-8."""
    writers: dict[Format, Callable[[Path, Sequence[Outline], bool], None]] = {
        "geojson": _geojson, "shp": _shapefile, "gpkg": _geopackage, "csv": _sheet}
    writers[form](path, units, illustrative)


def template(form: Literal["csv", "geojson"]) -> bytes:
    """An empty sheet of units with one example of each level, or a GeoJSON file with one example cell."""
    units = [Outline(code, parent, level, name, "A", shapely.box(117.2, 39.1, 117.205, 39.105), (117.2025, 39.1025),
                     240_000.0)
             for code, parent, level, name in zip(_EXAMPLE, (None, *_EXAMPLE), LEVELS, _NAMES, strict=False)]
    if form == "csv":
        rows = [dict(zip(COLUMNS, _values(unit), strict=True)) for unit in units]
        return b"".join(sheet_writing.write(rows, COLUMNS, "csv"))
    return json.dumps(_document(units[-1:], False), ensure_ascii=False, indent=1).encode() + b"\n"


def _values(unit: Outline) -> tuple[str, str, str, str, str]:
    return unit.code, unit.parent or "", unit.level, unit.name, unit.area_class


def _document(units: Sequence[Outline], illustrative: bool) -> dict[str, Any]:
    shapes = shapely.orient_polygons(np.array([unit.geometry for unit in units], dtype=object))  # RFC 7946
    document = feature_collection([replace(unit, geometry=shape) for unit, shape in zip(units, shapes, strict=True)],
                                  illustrative, decimals=None)
    for feature, unit in zip(document["features"], units, strict=True):
        feature["properties"] = dict(zip(COLUMNS, _values(unit), strict=True)) | {"illustrative": illustrative}
    return document


def _geojson(path: Path, units: Sequence[Outline], illustrative: bool) -> None:
    document = _document(units, illustrative)
    path.write_text(json.dumps(document, ensure_ascii=False, separators=(",", ":")), encoding="utf-8")


def _sheet(path: Path, units: Sequence[Outline], illustrative: bool) -> None:
    rows = (dict(zip(COLUMNS, _values(u), strict=True)) | {
        "lon": u.centroid[0], "lat": u.centroid[1], "area_m2": round(u.area_m2, 2)} for u in units)
    with path.open("wb") as file:
        file.writelines(sheet_writing.write(rows, SHEET_COLUMNS, "csv"))


def _geopackage(path: Path, units: Sequence[Outline], illustrative: bool) -> None:
    path.unlink(missing_ok=True)
    _table(path, units, illustrative, "GPKG", (*COLUMNS, "illustrative"), layer=LAYER)


def _shapefile(path: Path, units: Sequence[Outline], illustrative: bool) -> None:
    names = [name[:_DBF_NAME] for name in (*COLUMNS, "illustrative")]
    with TemporaryDirectory() as folder:
        _table(Path(folder, f"{LAYER}.shp"), units, illustrative, "ESRI Shapefile", names, encoding="UTF-8")
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for part in sorted(Path(folder).iterdir()):
                archive.write(part, part.name)


def _table(path: Path, units: Sequence[Outline], illustrative: bool, driver: str, names: Sequence[str],
           **options: str) -> None:
    from pyogrio.raw import write  # type: ignore[import-untyped]

    shapes = np.array([shapely.multipolygons(shapely.get_parts(unit.geometry)) for unit in units], dtype=object)
    columns = [*zip(*map(_values, units), strict=True)] or [()] * len(COLUMNS)
    values = [np.array(column, dtype=object) for column in columns]
    write(path, geometry=np.asarray(shapely.to_wkb(shapes), dtype=object), fields=list(names), driver=driver, crs=_CRS,
          field_data=[*values, np.full(len(units), int(illustrative), dtype=np.int32)], geometry_type="MultiPolygon",
          **options)
