"""Where on the map: incidents in a box, or not farther than so many metres from a point.

PostGIS finds the candidates by its index; the last word is the same plain arithmetic on both databases.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Protocol

from sqlalchemy import ColumnElement, and_, func, literal_column
from sqlmodel import col

from data.shape import WGS84
from governance.errors import InvalidField
from governance.incident import Incident
from grids.metres import degree_metres

Condition = ColumnElement[bool]
#: Part of an indexed expression, so written out and not sent as a parameter.
WGS84_INLINE: ColumnElement[int] = literal_column(str(WGS84))
MOST_METRES = 50_000.0


class Wanted(Protocol):
    """What a filter says of the place; `governance.queries.IncidentFilter` says it."""

    @property
    def bbox(self) -> tuple[float, float, float, float] | None: ...
    @property
    def near(self) -> tuple[float, float, float] | None: ...


def places(wanted: Wanted, postgresql: bool) -> Iterator[Condition]:
    """What a filter asks of the place."""
    if wanted.bbox is not None:
        west, south, east, north = wanted.bbox
        if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
            raise InvalidField("bbox", "应为 西,南,东,北 (度)", "must be west,south,east,north in degrees")
        yield _in_box(wanted.bbox, postgresql)
    if wanted.near is not None:
        lon, lat, metres = wanted.near
        if not (-180 <= lon <= 180 and -85 <= lat <= 85 and 0 < metres <= MOST_METRES):
            raise InvalidField("near", f"应为 经度,纬度,米 (至多 {MOST_METRES:.0f} 米)",
                               f"must be lon,lat,metres, at most {MOST_METRES:.0f} m")
        yield from within_metres(lon, lat, metres, postgresql)


def _in_box(box: tuple[float, float, float, float], postgresql: bool) -> Condition:
    """The edges count as inside. PostGIS compares boxes in single precision, so `&&` only finds the candidates."""
    west, south, east, north = box
    exact = and_(col(Incident.lon).between(west, east), col(Incident.lat).between(south, north))
    if not postgresql:
        return exact
    # As in the GiST index, letter for letter; the literal is made to fit the column, never the column the literal.
    point = func.ST_SetSRID(func.ST_MakePoint(col(Incident.lon), col(Incident.lat)), WGS84_INLINE)
    return and_(point.bool_op("&&")(func.ST_MakeEnvelope(west, south, east, north, WGS84)), exact)


def within_metres(lon: float, lat: float, metres: float, postgresql: bool) -> Iterator[Condition]:
    """Not farther than so many metres, like `grids.metres.metres_between` to 0.01 % within 50 km.

    The length of a degree of longitude is that at the middle latitude; it changes in a straight line here, so plain
    arithmetic is enough on both databases.
    """
    here, up = (float(value) for value in degree_metres(lat))
    slope = _slope(lat)
    high, wide = 1.02 * metres / up, 1.02 * metres / (here - 2 * abs(slope) * metres / up)
    yield _in_box((lon - wide, lat - high, lon + wide, lat + high), postgresql)
    yield squared_metres(lon, lat) <= metres * metres


def squared_metres(lon: float, lat: float) -> ColumnElement[Any]:
    """The square of the distance from a point, for comparing and for sorting."""
    here, up = (float(value) for value in degree_metres(lat))
    north = col(Incident.lat) - lat
    east = (col(Incident.lon) - lon) * (here + _slope(lat) * north)
    squared: ColumnElement[Any] = east * east + north * north * (up * up)
    return squared


def _slope(lat: float) -> float:
    """By how much a degree of longitude is shorter a degree farther north."""
    return (float(degree_metres(lat + 0.5)[0]) - float(degree_metres(lat - 0.5)[0])) / 2
