"""What is rising, and where."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from api.dependencies import MayReadFigures
from api.documented import ALWAYS, SIGNED_IN
from api.schemas.figures import FigureQuery
from api.schemas.hotspots import HotSpotOut, HotSpotsOut, HotSpotsQuery, PeriodOut
from data.engine import reading
from governance.figures.clusters import Clusters, clusters
from governance.figures.filters import FigureFilter
from governance.figures.hotspots import MOST_CHANCE, HotSpot, HotSpots, hot_spots

router = APIRouter(prefix="/api/v1/figures", tags=["figures"], responses={**ALWAYS, **SIGNED_IN})


@router.get("/hotspots", summary="热点 Rising subcategories and places, and clusters")
def read_hot_spots(caller: MayReadFigures, wanted: Annotated[HotSpotsQuery, Query()]) -> HotSpotsOut:
    """Reports of the period against the same weekdays before. The arithmetic: governance/figures/hotspots.py."""
    asked = FigureFilter(**{name: getattr(wanted, name) for name in FigureQuery.model_fields})
    numbers = {"periods": wanted.periods, "minimum": wanted.minimum, "limit": wanted.limit}
    with reading(caller.engine) as session:
        found = hot_spots(session, caller.city, caller.actor, asked, caller.now, wanted.level, **numbers)
        circles = clusters(session, caller.city, caller.actor, asked, caller.now, **numbers)
    return spots_out(found, circles)


def spots_out(found: HotSpots, circles: Clusters) -> HotSpotsOut:
    period, *before = [PeriodOut(since=since, until=until) for since, until in found.periods.bounds]
    return HotSpotsOut(
        level=found.level, period=period, before=before, step_days=found.periods.step.days, minimum=found.minimum,
        most_chance=MOST_CHANCE, tested=found.tested, rising_subcategories=shown(found.subcategories),
        rising_places=shown(found.places), rising_pairs=shown(found.pairs), top_places=shown(found.places_by_count),
        clusters=shown(circles.spots), clusters_left_out=circles.left_out)


def shown(spots: list[HotSpot]) -> list[HotSpotOut]:
    return [spot_out(spot) for spot in spots]


def spot_out(spot: HotSpot) -> HotSpotOut:
    zh, en = spot.sentences()
    return HotSpotOut(
        name=spot.name, unit=spot.unit, list=spot.taxonomy, subcategory=spot.subcategory, lon=spot.lon, lat=spot.lat,
        radius_m=spot.radius_m, count=spot.count, before=list(spot.before), expected=round(spot.expected, 2),
        factor=None if spot.factor is None else round(spot.factor, 2), chance=spot.chance, rising=spot.rising,
        small_sample=spot.small_sample, zh=zh, en=en, query=spot.query)
