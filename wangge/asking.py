"""Questions that the command line puts to the city."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, datetime, time
from typing import Any, get_args

from sqlalchemy import Engine

from data.engine import reading
from governance.calendar import SHANGHAI
from governance.city import read_city
from governance.errors import InvalidField
from governance.figures.closure import By, Figure, FigureFilter, closure
from governance.people import Actor
from governance.settings import Settings
from grids.datum import Datum, to_wgs84


def locate(engine: Engine, settings: Settings, lon: float, lat: float, datum: str) -> dict[str, Any]:
    """Where a point lies, as the API says it, and the names from the district down."""
    if datum not in get_args(Datum):
        raise InvalidField("datum", f"没有坐标系 {datum}", f"there is no datum {datum}")
    try:
        at = to_wgs84(lon, lat, datum)  # type: ignore[arg-type]
        with reading(engine) as session:
            city = read_city(session, settings)
        found = city.locator.locate(*at, tolerance_m=settings.near_tolerance_m)
    except ValueError as error:
        raise InvalidField("lon", "经纬度有误", str(error)) from None
    return {**asdict(found), "distance_m": round(found.distance_m, 1),
            "name": city.path_names(found.cell) if found.cell else ""}


def figures(engine: Engine, settings: Settings, by: str, unit: str | None, since: date | None, until: date | None,
            now: datetime) -> tuple[list[Figure], Figure]:
    """Closure as the city's leader sees it. The days are local ones."""
    if by not in get_args(By):
        raise InvalidField("by", f"不能按 {by} 统计", f"there are no figures by {by}")
    wanted = FigureFilter(unit=unit, since=_midnight(since), until=_midnight(until))
    with reading(engine) as session:
        city = read_city(session, settings)
        rows, total = closure(session, city, Actor(None, "", "leader", city.root), by,  # type: ignore[arg-type]
                              wanted, now)
    return list(rows), total


def _midnight(day: date | None) -> datetime | None:
    return datetime.combine(day, time(), SHANGHAI) if day else None
