"""Figures on the map: every unit's outline with its counts and rates."""

from __future__ import annotations

import json
from collections import Counter
from typing import Annotated, Any

from fastapi import APIRouter, Query
from sqlalchemy import select
from sqlmodel import col
from starlette.responses import Response

from api.dependencies import MayReadFigures
from api.documented import ALWAYS, SIGNED_IN
from api.routes.figures import about, filter_of
from api.routes.grids import GeoJson, below, outlines, place_of
from api.schemas.figures import MapOut, MapQuery, meta_out
from data.engine import reading
from governance.errors import InvalidField
from governance.figures.closure import Figure, closure, figure
from governance.figures.filters import check_scope
from grids.exchange import feature_collection
from grids.unit import BoundaryVersion

router = APIRouter(prefix="/api/v1/figures", tags=["figures"], responses={**ALWAYS, **SIGNED_IN})


@router.get("/map", response_model=MapOut, response_class=GeoJson, summary="地图统计 Figures on the map, as GeoJSON")
def read_map(caller: MayReadFigures, wanted: Annotated[MapQuery, Query()]) -> Response:
    """The units of a level with their outlines. Incidents that are not placed at the level are in no feature; they are
    in `unplaced`, so that the numbers add up."""
    of, unit = filter_of(wanted), wanted.unit or caller.actor.unit
    check_scope(caller.city, caller.actor, of)
    level = wanted.level or below(place_of(caller.city, unit))
    if level == "city":
        raise InvalidField("level", "应为区、街道、社区或单元网格", "must be district, street, community or cell")
    version = caller.city.boundary_version
    with reading(caller.engine) as session:
        rows, total = closure(session, caller.city, caller.actor, level, of, caller.now)
        drawn = outlines(session, version, unit, level)
        illustrative = session.scalar(select(col(BoundaryVersion.illustrative)).where(
            col(BoundaryVersion.version) == version))
    meta = meta_out(about(caller, wanted, ("地图统计", "Figures on the map"), by=level))
    document = feature_collection(drawn, bool(illustrative)) | {
        "meta": meta.model_dump(mode="json", by_alias=True), "total": numbers(total)}
    document["unplaced"] = fill(document["features"], rows)
    return GeoJson(json.dumps(document, ensure_ascii=False, separators=(",", ":")))


def fill(features: list[dict[str, Any]], rows: list[Figure]) -> dict[str, Any]:
    """Give every feature the figures of its unit; those of no feature, together."""
    figures = {row.key: row for row in rows}
    for feature in features:
        code = feature["id"]
        feature["properties"] |= numbers(figures.pop(code, figure(code, "", None, {})))
    return numbers(figure(None, "", None, sum((Counter(row.counts) for row in figures.values()), Counter())))


def numbers(row: Figure) -> dict[str, Any]:
    return {**row.counts, **row.rates}
