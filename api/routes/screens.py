"""What every screen must know before anybody signs in."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from sqlalchemy import select
from sqlmodel import col

from api.dependencies import WithParts
from api.documented import ALWAYS
from api.routes.sessions import city_or_none
from api.schemas.common import NoQuery
from api.schemas.screens import ScreensOut
from data.engine import glancing
from grids.unit import BoundaryVersion

router = APIRouter(prefix="/api/v1/public", tags=["public"], responses=ALWAYS)


@router.get("/screens", summary="页面设置 What the screens must know")
def read_screens(parts: WithParts, _: Annotated[NoQuery, Query()]) -> ScreensOut:
    """The city's name and middle, the base map, and the rules of screens without a network. Nothing of anybody."""
    with glancing(parts.engine) as session:
        city = city_or_none(parts.cities, session)
        made_up = session.scalar(select(col(BoundaryVersion.illustrative)).where(col(BoundaryVersion.current)))
    top = city.places[city.root] if city and city.places else None
    settings = parts.settings
    return ScreensOut(city=top.code if top else None, city_name=top.name if top else "",
                      centre=(top.lon, top.lat) if top else None, tiles=settings.map_tiles,
                      tiles_attribution=settings.map_attribution, illustrative=bool(made_up),
                      show_codes=settings.show_codes, repeat_metres=settings.repeat_metres,
                      repeat_hours=settings.repeat_hours)
