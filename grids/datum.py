"""Datums that phones and maps in China speak, to and from WGS-84.

CGCS2000 differs from WGS-84 by centimetres and is taken as equal. GCJ-02 (Amap, Tencent) shifts points
inside China by some 350 m; BD-09 (Baidu) shifts GCJ-02 again. Their constants were never published; these
are the ones that everybody uses: ellipsoid a = 6378245.0, e² = 0.00669342162296594323 (Krasovsky 1940) and
the sums of sines in the public-domain EvilTransform (https://github.com/googollee/eviltransform); BD-09 as
in https://github.com/wandergis/coordtransform (MIT). Libraries on PyPI were looked at in 2026:
eviltransform and prcoords are unmaintained since 2018 and 2019, and geocoordinates-rs is a compiled one
before 1.0, so the two pages of arithmetic stand here.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, Final, Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

Datum = Literal["wgs84", "gcj02", "bd09", "cgcs2000"]
Floats = NDArray[np.float64]
Shift = Callable[[Any, Any, Any], tuple[Any, Any]]

DATUMS: Final[tuple[Datum, ...]] = get_args(Datum)
CHINA: Final = (
    72.004,
    0.8293,
    137.8347,
    55.8271,
)  # west, south, east, north of the box in which GCJ-02 applies
_A: Final = 6378245.0
_EE: Final = 0.00669342162296594323
_BD_LON, _BD_LAT = 0.0065, 0.006
_BD_TURN: Final = math.pi * 3000.0 / 180.0
_CLOSE: Final = 1e-11  # degrees: where the inverse stops, well under a micrometre
_ROUNDS: Final = 30


def to_wgs84(lon: float, lat: float, datum: Datum) -> tuple[float, float]:
    """The WGS-84 longitude and latitude, in degrees, of a point given in `datum`. ValueError for another
    datum.
    """
    _known(datum)
    return _to_wgs84(float(lon), float(lat), datum, math)


def from_wgs84(lon: float, lat: float, datum: Datum) -> tuple[float, float]:
    """The longitude and latitude in `datum`, in degrees, of a WGS-84 point. ValueError for another datum."""
    _known(datum)
    lon, lat = float(lon), float(lat)
    if datum in ("wgs84", "cgcs2000"):
        return lon, lat
    gcj = _gcj_from_wgs(lon, lat, math)
    return gcj if datum == "gcj02" else _bd_from_gcj(*gcj, math)


def to_wgs84_many(lons: ArrayLike, lats: ArrayLike, datum: Datum) -> tuple[Floats, Floats]:
    """The same as `to_wgs84`, to under 1e-9 degree, for a whole file at once."""
    _known(datum)
    lon, lat = np.asarray(lons, dtype=np.float64), np.asarray(lats, dtype=np.float64)
    return _to_wgs84(lon, lat, datum, np)


def _to_wgs84(lon: Any, lat: Any, datum: Datum, m: Any) -> tuple[Any, Any]:
    if datum in ("wgs84", "cgcs2000"):
        return lon, lat
    if datum == "bd09":
        lon, lat = _inverse(_bd_from_gcj, lon, lat, m)
    return _inverse(_gcj_from_wgs, lon, lat, m)


def _known(datum: str) -> None:
    if datum not in DATUMS:
        raise ValueError(f"unknown datum {datum!r}: one of {', '.join(DATUMS)} (未知坐标系)")


def _inverse(shift: Shift, lon: Any, lat: Any, m: Any) -> tuple[Any, Any]:
    """The point that `shift` moves to (lon, lat): walk back by what is missing. Each round gains three
    digits or so.
    """
    x, y = lon, lat
    for _ in range(_ROUNDS):
        east, north = shift(x, y, m)
        east, north = lon - east, lat - north
        x, y = x + east, y + north
        if np.all(abs(east) < _CLOSE) and np.all(abs(north) < _CLOSE):
            break
    return x, y


def _gcj_from_wgs(lon: Any, lat: Any, m: Any) -> tuple[Any, Any]:
    west, south, east, north = CHINA
    inside = (lon >= west) & (lon <= east) & (lat >= south) & (lat <= north)
    d_lon, d_lat = _offset(lon - 105.0, lat - 35.0, m)
    sine = m.sin(lat * (math.pi / 180.0))
    magic = 1.0 - _EE * sine * sine
    d_lat = d_lat * 180.0 / (_A * (1.0 - _EE) / (magic * m.sqrt(magic)) * math.pi)
    d_lon = d_lon * 180.0 / (_A / m.sqrt(magic) * m.cos(lat * (math.pi / 180.0)) * math.pi)
    return lon + d_lon * inside, lat + d_lat * inside


def _offset(x: Any, y: Any, m: Any) -> tuple[Any, Any]:
    """The shift in metres, x and y in degrees from (105 E, 35 N)."""
    pi, sin, root = math.pi, m.sin, m.sqrt(abs(x))
    both = (20.0 * sin(6.0 * pi * x) + 20.0 * sin(2.0 * pi * x)) * 2.0 / 3.0
    d_lon = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root + both
    d_lon = d_lon + (20.0 * sin(pi * x) + 40.0 * sin(pi / 3.0 * x)) * 2.0 / 3.0
    d_lon = d_lon + (150.0 * sin(pi / 12.0 * x) + 300.0 * sin(pi / 30.0 * x)) * 2.0 / 3.0
    d_lat = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root + both
    d_lat = d_lat + (20.0 * sin(pi * y) + 40.0 * sin(pi / 3.0 * y)) * 2.0 / 3.0
    d_lat = d_lat + (160.0 * sin(pi / 12.0 * y) + 320.0 * sin(pi / 30.0 * y)) * 2.0 / 3.0
    return d_lon, d_lat


def _bd_from_gcj(lon: Any, lat: Any, m: Any) -> tuple[Any, Any]:
    atan2 = m.atan2 if m is math else np.arctan2
    radius = m.sqrt(lon * lon + lat * lat) + 0.00002 * m.sin(lat * _BD_TURN)
    angle = atan2(lat, lon) + 0.000003 * m.cos(lon * _BD_TURN)
    return radius * m.cos(angle) + _BD_LON, radius * m.sin(angle) + _BD_LAT
