"""Where reports lie close together: circles of 150 m, whatever border runs through them.

A circle's centre is the middle of the reports of one small square; the circle with most reports is taken first, then
the next that does not overlap with one taken. The same reports give the same circles, in whatever order they come. What
is told of a circle is counted anew by the arithmetic of the list's `near`, so it is exactly what that lists.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import numpy as np
import shapely
import sqlalchemy as sql
from numpy.typing import NDArray
from sqlalchemy import select
from sqlmodel import Session, col

from data.engine import is_postgresql
from governance.city import City
from governance.figures.filters import Condition, FigureFilter, limits_of
from governance.figures.hotspots import HotSpot, Periods, periods_of, query_of
from governance.incident import Incident
from governance.on_the_map import within_metres
from governance.people import Actor
from grids.metres import degree_metres

Floats = NDArray[np.float64]

RADIUS_M = 150.0
SQUARE_M = RADIUS_M / 2
#: Twice the radius and a little, since metres are measured at one latitude for the whole city.
APART_M = RADIUS_M * 2.05
#: More points than these are not looked at: a shorter period or a smaller unit must be asked.
MOST_POINTS = 300_000
#: A centre as the query names it; a tenth of a metre.
DECIMALS = 6


@dataclass(frozen=True)
class Clusters:
    """The circles; `left_out` when there were too many points to look at."""

    spots: list[HotSpot]
    left_out: bool = False


def clusters(session: Session, city: City, actor: Actor, wanted: FigureFilter, now: datetime, periods: int = 4,
             minimum: int = 5, limit: int = 10) -> Clusters:
    """The densest circles of the period, the fullest first, each against the periods before."""
    limits = [*limits_of(city, actor, wanted), col(Incident.sensitivity) != "restricted"]
    compared = periods_of(wanted.since, wanted.until, periods, now)
    since, until = compared.bounds[0]
    wanted = replace(wanted, since=since, until=until)
    points = session.execute(select(col(Incident.lon), col(Incident.lat)).where(
        *limits, col(Incident.lon).is_not(None), col(Incident.lat).is_not(None), col(Incident.reported_at) >= since,
        col(Incident.reported_at) < until).limit(MOST_POINTS + 1)).all()
    if len(points) > MOST_POINTS:
        return Clusters([], left_out=True)
    centres = densest(np.array(points, dtype=np.float64).reshape(-1, 2), minimum, limit)
    spots = _counted(session, city, actor, wanted, compared, limits, centres)
    kept = [spot for spot in spots if spot.count >= minimum]
    return Clusters(sorted(kept, key=lambda s: (-s.count, s.lon or 0, s.lat or 0)))


def densest(points: Floats, minimum: int, limit: int) -> list[tuple[float, float]]:
    """Centres (degrees) of circles that do not overlap, the fullest first, each with `minimum` points or more."""
    if not len(points):
        return []
    scale = np.array([float(value) for value in degree_metres(float(np.median(points[:, 1])))])
    flat = points * scale
    middles = _middles(flat)
    tree = shapely.STRtree(shapely.points(flat))
    index, _ = tree.query(shapely.points(middles), predicate="dwithin", distance=RADIUS_M)
    counts = np.bincount(index, minlength=len(middles))
    chosen: list[Any] = []
    for place in np.lexsort((middles[:, 1], middles[:, 0], -counts)):
        if counts[place] < minimum or len(chosen) == limit:
            break
        if all(np.hypot(*(middles[place] - other)) > APART_M for other in chosen):
            chosen.append(middles[place])
    return [(round(float(x / scale[0]), DECIMALS), round(float(y / scale[1]), DECIMALS)) for x, y in chosen]


def _middles(flat: Floats) -> Floats:
    """The mean of the points of every square that has any."""
    flat = flat[np.lexsort((flat[:, 1], flat[:, 0]))]
    _, square, counts = np.unique(np.floor(flat / SQUARE_M), axis=0, return_inverse=True, return_counts=True)
    sums = np.stack([np.bincount(square.ravel(), flat[:, axis]) for axis in (0, 1)], axis=1)
    return np.asarray(sums / counts[:, None], dtype=np.float64)


def _counted(session: Session, city: City, actor: Actor, wanted: FigureFilter, periods: Periods,
             limits: Sequence[Condition], centres: Sequence[tuple[float, float]]) -> list[HotSpot]:
    """What lies in each circle, in every period: one statement."""
    if not centres:
        return []
    since, until = periods.whole
    postgresql, at = is_postgresql(session), col(Incident.reported_at)
    each = [select(sql.literal_column(str(number), sql.Integer).label("circle"), *periods.counts()).where(
        *limits, at >= since, at < until, *within_metres(*centre, RADIUS_M, postgresql))
        for number, centre in enumerate(centres)]
    rows = session.execute(sql.union_all(*each)).all()
    return [_spot(city, actor, wanted, centres[number], counts) for number, *counts in rows]


def _spot(city: City, actor: Actor, wanted: FigureFilter, centre: tuple[float, float], counts: list[int]) -> HotSpot:
    lon, lat = centre
    unit = city.locator.locate(lon, lat, tolerance_m=city.settings.near_tolerance_m).cell
    where = f"{city.path_names(unit)}附近" if unit else f"({lon}, {lat}) 附近"
    near = {**query_of(actor, wanted), "near": f"{lon},{lat},{RADIUS_M:g}"}
    return HotSpot(f"{where} {RADIUS_M:g} 米内", counts[0], tuple(counts[1:]), False, near, unit=unit, lon=lon, lat=lat,
                   radius_m=RADIUS_M)
