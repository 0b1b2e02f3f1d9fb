"""From a file's coordinate system to WGS-84 degrees, longitude first; and what looks wrong with where a file lies.

Accepted are WGS-84 and CGCS2000 (equal to centimetres, see `grids.datum`), in degrees or projected in any way; GCJ-02
and BD-09 when somebody says so. Beijing 1954 and Xi'an 1980 are refused: their parameters are not public, and PROJ's
ballpark is a hundred metres off. A system that a file does not name is guessed for the message only, never applied.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any, Final

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError

from grids.datum import CHINA, Datum, to_wgs84_many
from grids.findings import Finding, Kind, Place, finding, place_in
from grids.layers import Feature, Layer, bad
from grids.metres import areas_m2

Shapes = NDArray[Any]
Floats = NDArray[np.float64]
_Misplaced = tuple[NDArray[np.bool_], Kind, dict[str, Any], Shapes | None]
#: Latitudes and longitudes of China, in degrees, with room around: what comes in this order has its axes swapped.
_AXES: Final = (15.0, 56.0, 70.0, 140.0)
_KNOWN_DATUMS: Final = ("worldgeodeticsystem1984", "wgs84", "wgs1984", "dwgs1984", "china2000", "dchina2000",
                        "cgcs2000", "chinageodeticcoordinatesystem2000")
#: CGCS2000 / Gauss-Kruger: first zone, its code with the zone before the easting, its code without, the first meridian.
_ZONES: Final = ((25, 4513, 4534, 75, 3), (13, 4491, 4502, 75, 6))
#: Metres: what lies in one square of this size is guessed as one.
_PATCH: Final = 500_000.0
_EASTING: Final = (100_000.0, 900_000.0)
_NORTHING: Final = (1_500_000.0, 6_300_000.0)


def in_degrees(layer: Layer, near: Place | None = None, crs: str | None = None,
               datum: Datum = "wgs84") -> tuple[list[Feature], list[Finding]]:
    """The features in WGS-84 degrees, and what is wrong with their place; a feature in no place has no geometry.

    `crs` is the system that somebody says it is, over what the file claims; `near` a point (lon, lat) of the city, to
    guess a projection by. BadFile for a `crs` that is none.
    """
    system, found = _system(layer, crs)
    if system is None and found and found[0].is_error:
        return [replace(feature, geometry=None) for feature in layer.features], found
    at = [number for number, feature in enumerate(layer.features)
          if feature.geometry is not None and not feature.geometry.is_empty]
    shapes = np.array([layer.features[number].geometry for number in at], dtype=object)
    moved, wrong = _moved(shapes, system, datum), _misplaced(shapes, system, near)
    features, trouble = list(layer.features), np.zeros(len(at), dtype=bool)
    for flags, kind, why, shown in wrong:
        flags, trouble = flags & ~trouble, trouble | flags
        if flags.any():
            members = [features[at[number]] for number in np.flatnonzero(flags)]
            found.append(finding(kind, *(f.properties.get("code", "") for f in members), feature=members[0].number,
                                 **why, **({} if shown is None else _extent(shown[flags]))))
    for number, shape, lost in zip(at, moved, trouble, strict=True):
        features[number] = replace(features[number], geometry=None if lost else shape,
                                   flaw_at=None if lost else _point_moved(features[number].flaw_at, system, datum))
    return features, found


def _system(layer: Layer, said: str | None) -> tuple[CRS | None, list[Finding]]:
    """The projected system to come from, None for degrees; what is to be said of it."""
    named = said or layer.crs
    if not named:
        return None, [finding("no_crs")]
    try:
        system = CRS.from_user_input(named)
    except CRSError as error:
        if said:
            raise bad(layer.name, f"没有坐标系 {said}", f"there is no coordinate system {said}", "crs") from None
        return None, [finding("crs", why=f"读不懂文件的坐标系 {named[:60]}",
                              why_en=f"the coordinate system of the file cannot be read: {str(error)[:80]}")]
    if "Undefined" in system.name or system.is_engineering:
        return None, [finding("no_crs")]
    if not _is_known(system):
        return None, [finding("crs", why=f"文件的坐标系是 {system.name}, 不能准确换算到 CGCS2000",
                              why_en=f"the file is in {system.name}, which cannot be turned into CGCS2000 exactly")]
    return (system if system.is_projected else None), []


def _is_known(system: CRS) -> bool:
    datum = system.datum.name if system.datum else ""
    plain = "".join(letter for letter in datum.casefold() if letter.isalnum()).removesuffix("ensemble")
    return plain in _KNOWN_DATUMS


def _moved(shapes: Shapes, system: CRS | None, datum: Datum) -> Shapes:
    """The shapes in WGS-84; coordinates that mean nothing stay or become infinite."""
    to_degrees = _to_degrees(system) if system is not None else None

    def move(xy: Floats) -> Floats:
        x, y = xy[:, 0], xy[:, 1]
        if to_degrees is not None:
            x, y = to_degrees.transform(x, y)
        if datum not in ("wgs84", "cgcs2000"):
            x, y = to_wgs84_many(x, y, datum)
        return np.column_stack([x, y])

    if system is None and datum in ("wgs84", "cgcs2000"):
        return shapes
    return np.asarray(shapely.transform(shapes, move), dtype=object)


def _to_degrees(system: CRS) -> Transformer:
    """Back to the system's own degrees; its datum is WGS-84 or equal to it."""
    return Transformer.from_crs(system, system.geodetic_crs or CRS(4326), always_xy=True)


def _point_moved(place: Place | None, system: CRS | None, datum: Datum) -> Place | None:
    if place is None:
        return None
    (moved,) = _moved(np.array([shapely.Point(place)], dtype=object), system, datum)
    return (float(moved.x), float(moved.y)) if np.isfinite([moved.x, moved.y]).all() else None


# ---- what looks wrong ----------------------------------------------------------------------------------------------

def _extent(shapes: Shapes) -> dict[str, Any]:
    """The area of shapes, a point in the first, and the one shape or the box around all."""
    if not np.isfinite(shapely.total_bounds(shapes)).all():
        return {}
    shape = shapes[0] if len(shapes) == 1 else shapely.box(*shapely.total_bounds(shapes))
    with np.errstate(invalid="ignore"):
        return {"area": float(areas_m2(shapes).sum()), "place": place_in(shapes[0]), "shape": shape}


def _misplaced(shapes: Shapes, system: CRS | None, near: Place | None) -> Iterator[_Misplaced]:
    """Which shapes are where no city of China can be, why, the words for it, and where all of them may have been meant
    to be; the first reason counts.
    """
    with np.errstate(invalid="ignore"):
        x0, y0, x1, y1 = shapely.bounds(shapes).T if len(shapes) else np.empty((4, 0))
        finite = np.array([bool(np.isfinite(shapely.get_coordinates(each)).all()) for each in shapes], dtype=bool)
        degrees = (x0 >= -180) & (x1 <= 180) & (y0 >= -90) & (y1 <= 90)
        low, high, west, east = _AXES
        swapped = (x0 >= low) & (x1 <= high) & (y0 >= west) & (y1 <= east)
        yield ~finite, "no_area", {"why": "坐标不是有限的数",
        "why_en": "outside the range: coordinates not finite"}, None
    if system is not None:
        yield degrees | swapped, "crs", _said_metres(system), shapes
        moved, turned = _moved(shapes, system, "wgs84"), _moved(_turned(shapes), system, "wgs84")
        yield ~_in_china(moved) & _in_china(turned), "axes", {}, turned
        yield ~_in_china(moved), "elsewhere", {}, moved
        return
    yield swapped, "axes", {}, _turned(shapes)
    yield from _projected(shapes, ~degrees & ~swapped & finite, near)
    yield ~_in_china(shapes), "elsewhere", {}, shapes


def _said_metres(system: CRS) -> dict[str, str]:
    return {"why": f"文件声明为 {system.name} (米), 坐标却是度",
            "why_en": f"the file claims {system.name} (metres), but its coordinates are degrees"}


def _turned(shapes: Shapes) -> Shapes:
    return np.asarray(shapely.transform(shapes, lambda xy: xy[:, ::-1]), dtype=object)


def _in_china(shapes: Shapes) -> NDArray[np.bool_]:
    west, south, east, north = CHINA
    with np.errstate(invalid="ignore"):
        x0, y0, x1, y1 = shapely.bounds(shapes).T if len(shapes) else np.empty((4, 0))
        return np.asarray((x0 >= west) & (x1 <= east) & (y0 >= south) & (y1 <= north), dtype=bool)


def _projected(shapes: Shapes, metres: NDArray[np.bool_], near: Place | None) -> Iterator[_Misplaced]:
    """The shapes in metres, by the system that they look like."""
    x, y = shapely.bounds(shapes)[:, :2].T
    guessed: dict[int | None, NDArray[np.bool_]] = {}
    for column, row in {(a // _PATCH, b // _PATCH) for a, b in zip(x[metres], y[metres], strict=True)}:
        patch = metres & (x // _PATCH == column) & (y // _PATCH == row)
        code = _guess(float(np.median(x[patch])), float(np.median(y[patch])), near)
        guessed[code] = guessed.get(code, np.zeros_like(metres)) | patch
    for code, flags in guessed.items():
        if code is None:
            yield flags, "projected", {"why": "坐标系不明", "why_en": "of an unknown system"}, None
            continue
        system = CRS.from_epsg(code)
        looks = f"EPSG:{code} ({system.name})"
        yield flags, "projected", {"why": f"像是 {looks}", "why_en": f"they look like {looks}"}, _moved(
            shapes, system, "wgs84")


def _guess(x: float, y: float, near: Place | None) -> int | None:
    """The system that a point's metres look like: the candidate nearest to the city, else the first."""
    fits = [(code, place) for code in _candidates(x, y, near) if (place := _place_under(code, x, y))]
    if near is None:
        return fits[0][0] if fits else None
    return min(fits, key=lambda fit: _apart(fit[1], near), default=(None, near))[0]


def _candidates(x: float, y: float, near: Place | None) -> Sequence[int]:
    """Codes of systems that have such metres: Web Mercator; CGCS2000 zones, by the number before the easting or, with
    none there, by the city's own meridian."""
    codes = [3857]
    zone, easting = divmod(x, 1_000_000)
    if not (_NORTHING[0] <= y <= _NORTHING[1] and _EASTING[0] <= easting <= _EASTING[1]):
        return codes
    for first, numbered, plain, meridian, width in _ZONES:
        count = 21 if width == 3 else 11
        if zone == 0 and near is not None:
            turn = round((near[0] - meridian) / width)
            codes += [plain + turn] if 0 <= turn < count else []
        elif 0 <= zone - first < count:
            codes.append(int(numbered + zone - first))
    return codes


def _place_under(code: int, x: float, y: float) -> Place | None:
    lon, lat = _to_degrees(CRS.from_epsg(code)).transform(x, y)
    west, _, east, north = CHINA
    return (lon, lat) if west <= lon <= east and _AXES[0] <= lat <= north else None


def _apart(one: Place, other: Place) -> float:
    return float(np.hypot(one[0] - other[0], one[1] - other[1]))
