"""Degrees to metres near a place: local equirectangular, exact enough for a city (some 0.1 % within 50 km).

The length of one degree on the WGS-84 ellipsoid as a series in the latitude: NGA TR8350.2 constants, the
usual series 111132.92 - 559.82 cos 2φ + 1.175 cos 4φ (latitude) and 111412.84 cos φ - 93.5 cos 3φ + 0.118
cos 5φ (longitude).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]


def degree_metres(lat: ArrayLike) -> tuple[Floats, Floats]:
    """Metres in one degree of longitude and in one degree of latitude, at latitudes in degrees."""
    phi = np.radians(np.asarray(lat, dtype=np.float64))
    along = 111412.84 * np.cos(phi) - 93.5 * np.cos(3 * phi) + 0.118 * np.cos(5 * phi)
    up = 111132.92 - 559.82 * np.cos(2 * phi) + 1.175 * np.cos(4 * phi)
    return along, up


def areas_m2(shapes: NDArray[Any]) -> Floats:
    """Areas in square metres of lon/lat outlines, each measured at the latitude of its own centre."""
    centres = shapely.get_y(shapely.centroid(shapes))
    along, up = degree_metres(centres)
    return np.asarray(shapely.area(shapes) * along * up, dtype=np.float64)


def lengths_m(shapes: NDArray[Any]) -> Floats:
    """Lengths in metres of lon/lat lines (points in a collection count nothing), each step measured at its
    own latitude.
    """
    parts, whose = shapely.get_parts(shapes, return_index=True)
    points, part = shapely.get_coordinates(parts, return_index=True)
    same = part[1:] == part[:-1]
    steps = np.diff(points, axis=0)[same]
    along, up = degree_metres((points[1:, 1] + points[:-1, 1])[same] / 2)
    metres = np.hypot(steps[:, 0] * along, steps[:, 1] * up)
    return np.bincount(whose[part[1:][same]], metres, minlength=len(shapes)).astype(np.float64)


def distances_m(lon: float, lat: float, shapes: NDArray[Any]) -> Floats:
    """Distances in metres from a point to lon/lat shapes, in the plane that touches the earth there."""
    along, up = degree_metres(lat)
    origin, scale = np.array([lon, lat]), np.array([along, up])
    flat = shapely.transform(shapes, lambda xy: (xy - origin) * scale)
    return np.asarray(shapely.distance(flat, shapely.Point(0.0, 0.0)), dtype=np.float64)


def metres_between(lon: float, lat: float, other_lon: float, other_lat: float) -> float:
    """Metres between two points, degrees WGS-84."""
    along, up = degree_metres((lat + other_lat) / 2)
    return float(np.hypot((lon - other_lon) * along, (lat - other_lat) * up))
