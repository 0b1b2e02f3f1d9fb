"""Grid units: lists, one, the one of a point, and outlines."""

from __future__ import annotations

import base64
import binascii
import json
import math
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from itertools import islice
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query
from sqlalchemy import Engine, func, select
from sqlmodel import Session, col
from starlette.requests import Request
from starlette.responses import Response

from api.dependencies import MayReadReference
from api.documented import ALWAYS, SIGNED_IN, problems, unchanged
from api.etags import fresh_or, tag_of
from api.schemas.common import Code, NoQuery
from api.schemas.grids import (
    BoundariesQuery,
    FeatureCollection,
    LocateQuery,
    NeighbourOut,
    PlacementOut,
    UnitOut,
    UnitPage,
    UnitsQuery,
)
from data.engine import reading
from governance.city import City, Place
from governance.errors import InvalidField, NotFound
from grids.codes import LEVELS, Level, code_range, level_of, parent_of, path_of
from grids.datum import to_wgs84
from grids.exchange import feature_collection
from grids.unit import BoundaryVersion, Unit

#: Outlines in one answer: all communities of a large city, not all its cells.
MOST_OUTLINES = 6_500
GEOJSON = "application/geo+json"

router = APIRouter(prefix="/api/v1/grids", tags=["grids"], responses={**ALWAYS, **SIGNED_IN})
UnitCode = Annotated[Code, Path(description="网格编码, 如 120101 (code of a unit)")]


class GeoJson(Response):
    media_type = GEOJSON


@dataclass(frozen=True)
class Outline:
    """A unit with its outline, as the exchange wants it."""

    code: str
    name: str
    level: str
    area_class: str
    geometry: Any


@router.get("", summary="网格单元列表 List grid units")
def list_units(caller: MayReadReference, wanted: Annotated[UnitsQuery, Query()]) -> UnitPage:
    """In the order of their codes; voided units are not listed."""
    after = read_cursor(wanted.cursor) if wanted.cursor is not None else ""
    found = list(islice((p for p in matching(caller.city, wanted) if p.code > after), wanted.limit + 1))
    page = found[:wanted.limit]
    following = base64.urlsafe_b64encode(page[-1].code.encode()).decode() if len(found) > wanted.limit else None
    return UnitPage(items=[unit_out(caller.city, place) for place in page], next_cursor=following)


@router.get("/locate", summary="坐标定位 Which cell a point lies in")
def locate(caller: MayReadReference, wanted: Annotated[LocateQuery, Query()]) -> PlacementOut:
    """Inside a cell, near one (within the city's tolerance), or outside all."""
    lon, lat = to_wgs84(wanted.lon, wanted.lat, wanted.datum)
    found = caller.city.locator.locate(lon, lat, tolerance_m=caller.settings.near_tolerance_m)
    known = asdict(found)
    known["distance_m"] = round(found.distance_m, 2) if math.isfinite(found.distance_m) else None
    return PlacementOut(**known, path_name=caller.city.path_names(found.cell) if found.cell else None)


@router.get("/{code}", responses=problems(404), summary="一个网格单元 One grid unit")
def read_unit(code: UnitCode, caller: MayReadReference, _: Annotated[NoQuery, Query()]) -> UnitOut:
    return unit_out(caller.city, place_of(caller.city, code))


@router.get("/{code}/neighbours", responses=problems(404), summary="相邻网格 Units that share a border")
def read_neighbours(code: UnitCode, caller: MayReadReference, _: Annotated[NoQuery, Query()]) -> list[NeighbourOut]:
    """Of the same level, the longest border first."""
    place = place_of(caller.city, code)
    return [NeighbourOut(code=found, name=caller.city.places[found].name, border_m=round(metres, 1))
            for found, metres in caller.city.locator.neighbours(place.code).items()]


@router.get("/{code}/boundaries", response_model=FeatureCollection, responses={**unchanged(), **problems(404)},
            response_class=GeoJson, summary="边界 Outlines as GeoJSON")
def read_boundaries(request: Request, code: UnitCode, caller: MayReadReference,
                    wanted: Annotated[BoundariesQuery, Query()]) -> Response:
    """Of the units of a level in the unit: by default the level below. Says so when outlines are illustrative."""
    place = place_of(caller.city, code)
    level = wanted.level or below(place)
    version = caller.city.boundary_version
    tag = tag_of("boundaries", version, code, level)
    return fresh_or(request, tag, lambda: boundaries(caller.engine, version, code, level), GEOJSON)


# ---- units in memory -----------------------------------------------------------------------------------------------

def matching(city: City, wanted: UnitsQuery) -> Iterator[Place]:
    """The city's units are in the order of their codes."""
    words = (wanted.q or "").strip()
    for code in city.places if wanted.parent is None else children(city, wanted.parent):
        place = city.places[code]
        if (not place.voided and wanted.level in (None, place.level)
                and (words in place.name or place.code.startswith(words))):
            yield place


def children(city: City, parent: str) -> list[str]:
    return city.hierarchy.children(parent) if parent in city.hierarchy else []


def place_of(city: City, code: str) -> Place:
    place = city.places.get(code)
    if place is None:
        raise NotFound(f"网格 {code}")
    return place


def below(place: Place) -> Level:
    """The level below a unit's; a cell has none below, so its own."""
    return LEVELS[min(LEVELS.index(level_of(place.code)) + 1, len(LEVELS) - 1)]


def unit_out(city: City, place: Place) -> UnitOut:
    return UnitOut(code=place.code, name=place.name, level=level_of(place.code), parent=parent_of(place.code),
                   path=list(path_of(place.code)), path_name=city.path_names(place.code),
                   area_class=place.area_class, centroid=(place.lon, place.lat), voided=place.voided)


def read_cursor(cursor: str) -> str:
    try:
        code = base64.urlsafe_b64decode(cursor.encode()).decode("ascii")
    except (binascii.Error, ValueError):
        code = ""
    if not code.isdigit():
        raise InvalidField("cursor", "不是本列表给出的游标", "is not a cursor of this list", "bad_cursor")
    return code


# ---- outlines ------------------------------------------------------------------------------------------------------

def boundaries(engine: Engine, version: int, code: str, level: str) -> bytes:
    with reading(engine) as session:
        illustrative = session.scalar(select(col(BoundaryVersion.illustrative)).where(
            col(BoundaryVersion.version) == version))
        document = feature_collection(outlines(session, version, code, level), bool(illustrative))
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()


def outlines(session: Session, version: int, code: str, level: str) -> list[Outline]:
    low, high = code_range(code)
    limits = (col(Unit.version) == version, col(Unit.level) == level, col(Unit.code) >= low, col(Unit.code) < high,
              col(Unit.voided_at).is_(None), col(Unit.shape).is_not(None))
    count = session.scalar(select(func.count()).select_from(Unit).where(*limits)) or 0
    if count > MOST_OUTLINES:
        raise InvalidField("level", f"共 {count} 个边界, 一次最多 {MOST_OUTLINES} 个, 请选下级网格",
                           f"means {count} outlines; at most {MOST_OUTLINES} at once, so ask for a smaller unit",
                           "too_many_outlines", outlines=count)
    rows = session.execute(select(col(Unit.code), col(Unit.name), col(Unit.level), col(Unit.area_class),
                                  col(Unit.shape)).where(
        *limits).order_by(col(Unit.code)))
    return [Outline(*row) for row in rows]
