"""A small survey as the files that a city's surveyors send: two communities, four cells of 100 m in a row."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio.raw  # type: ignore[import-untyped]
import shapely
from pyproj import Transformer
from shapely.geometry.base import BaseGeometry

from grids.boundaries import NOTHING, GridsDraft
from grids.findings import Finding
from grids.preparing import Source, prepare

CITY, DISTRICT, STREET, ONE, TWO = "12", "120101", "120101001", "120101001001", "120101001002"
CELLS = [f"{ONE}001", f"{ONE}002", f"{TWO}001", f"{TWO}002"]
NAMES = [(CITY, "示例市"), (DISTRICT, "和平区"), (STREET, "一街"), (ONE, "第一社区"), (TWO, "第二社区")]
#: Where the town's south-west corner is, and metres in a degree there, to a thousandth.
LON, LAT = 117.2, 39.1
EASTWARDS, NORTHWARDS = 86_496, 111_020

Feature = dict[str, Any]


def box(west: float, east: float, south: float = 0, north: float = 100) -> BaseGeometry:
    """A box from metres east and north of the corner, in degrees."""
    return shapely.box(LON + west / EASTWARDS, LAT + south / NORTHWARDS, LON + east / EASTWARDS,
                       LAT + north / NORTHWARDS)


def town() -> list[BaseGeometry]:
    return [box(100 * number, 100 * number + 100) for number in range(4)]


def sheet(folder: Path, rows: Sequence[tuple[str, str]] = NAMES) -> Path:
    """The list of what lies above the cells."""
    path = folder / "units.csv"
    path.write_text("code,name\n" + "".join(f"{code},{name}\n" for code, name in rows), encoding="utf-8")
    return path


def geojson(folder: Path, edit: Callable[[list[Feature]], object] = len, **head: Any) -> Path:
    """The cells as GeoJSON; the features may be edited first."""
    features = [{"type": "Feature", "properties": {"code": code, "name": f"网格{code[-3:]}"},
                 "geometry": json.loads(shapely.to_geojson(shapely.orient_polygons(shape)))}
                for code, shape in zip(CELLS, town(), strict=True)]
    edit(features)
    path = folder / "grid.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", **head, "features": features}, ensure_ascii=False),
                    encoding="utf-8")
    return path


def layer(path: Path, shapes: Sequence[BaseGeometry], crs: str | None, columns: dict[str, Any],
          **options: Any) -> Path:
    """A shapefile or GeoPackage with these outlines and columns."""
    pyogrio.raw.write(
        path, geometry=np.asarray(shapely.to_wkb(np.array(shapes, dtype=object)), dtype=object),
        fields=list(columns), field_data=[values if isinstance(values, np.ndarray) else np.array(values, dtype=object)
                                             for values in columns.values()], crs=crs,
        geometry_type=options.pop("geometry_type", "Polygon"), **options)
    return path


def columns() -> dict[str, Sequence[Any]]:
    return {"code": CELLS, "name": [f"网格{code[-3:]}" for code in CELLS]}


def projected(shapes: Sequence[BaseGeometry], crs: str) -> list[BaseGeometry]:
    """The same outlines in metres of another system."""
    there = Transformer.from_crs("EPSG:4490" if crs != "EPSG:3857" else "EPSG:4326", crs, always_xy=True)
    return [shapely.transform(shape, lambda xy: np.column_stack(there.transform(xy[:, 0], xy[:, 1])))
            for shape in shapes]


def zipped(folder: Path, name: str = "grid", leave_out: Sequence[str] = (), inside: str = "") -> Path:
    """The files of a shapefile in one archive."""
    path = folder / f"{name}.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for part in sorted(folder.glob(f"{name}.*")):
            if part.suffix not in (".zip", *leave_out):
                archive.write(part, inside + part.name)
    return path


def draft(*files: Path, **source: Any) -> GridsDraft:
    """What files would make of a city without boundaries."""
    return prepare(files, NOTHING, Source(**source))


def kinds(*files: Path, **source: Any) -> list[str]:
    """What is told of them, but for notes."""
    return [found.kind for found in draft(*files, **source).findings if found.severity != "note"]


def only(*files: Path, **source: Any) -> Finding:
    (found,) = [found for found in draft(*files, **source).findings if found.severity != "note"]
    return found


def is_the_town(made: GridsDraft, metres: float = 0.001) -> bool:
    """Whether a draft has the town's units, its cells where they are to a millimetre."""
    made.refuse_errors()
    cells = {unit.code: unit.geometry for unit in made.units if unit.level == "cell"}
    return list(cells) == CELLS and len(made.units) == 9 and all(
        cells[code].hausdorff_distance(shape) * NORTHWARDS < metres for code, shape in zip(CELLS, town(), strict=True))
