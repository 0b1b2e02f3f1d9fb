"""What helps a resident to fill the form: where a point lies, outlines to find oneself on, what words may mean.

Nothing of it is kept. Outlines end at the community: cells are the office's own.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query
from starlette.requests import Request
from starlette.responses import Response

from api.documented import ALWAYS, problems, unchanged
from api.etags import fresh_or, tag_of
from api.routes import grids
from api.schemas.common import Code, NoQuery
from api.schemas.grids import FeatureCollection, LocateQuery
from api.schemas.public import (
    OutlinesQuery,
    PublicPlaceOut,
    PublicSuggestIn,
    PublicSuggestionOut,
    PublicSuggestions,
)
from api.visitors import Anybody
from data.engine import reading
from governance import learning
from governance.residents import form as public_form
from grids.datum import to_wgs84

#: Looked at and shown: most of what words mean is open to the public.
LOOKED_AT, SHOWN = 12, 3

router = APIRouter(prefix="/api/v1/public", tags=["public"], responses={**ALWAYS, **problems(429)})


@router.get("/locate", summary="坐标所在社区 Which community a point lies in")
def locate_publicly(asked: Annotated[LocateQuery, Query()], visitor: Anybody) -> PublicPlaceOut:
    city = visitor.city
    lon, lat = to_wgs84(asked.lon, asked.lat, asked.datum)
    found = city.locator.locate(lon, lat, tolerance_m=visitor.settings.near_tolerance_m)
    return PublicPlaceOut(placement=found.placement, unit=found.community, street=found.street,
                          path_name=city.path_names(found.community) if found.community else None)


@router.get("/units/{code}/outlines", response_model=FeatureCollection, response_class=grids.GeoJson,
            responses={**unchanged(), **problems(404)}, summary="区域边界 Outlines to find oneself on")
def read_public_outlines(request: Request, code: Annotated[Code, Path(description="网格编码 (code of a unit)")],
                         asked: Annotated[OutlinesQuery, Query()], visitor: Anybody) -> Response:
    """GeoJSON of the districts, streets or communities in a unit. Says so when they are illustrative."""
    city = visitor.city
    version, place = city.boundary_version, grids.place_of(city, code)
    return fresh_or(request, tag_of("outlines", version, place.code, asked.level),
                    lambda: grids.boundaries(visitor.engine, version, place.code, asked.level), grids.GEOJSON)


@router.post("/suggestions", summary="事项建议 What words may mean")
def suggest_publicly(sent: PublicSuggestIn, visitor: Anybody, _: Annotated[NoQuery, Query()]) -> PublicSuggestions:
    """At most three subcategories that the public may report, the best first; none where we know too little."""
    tree = public_form.open_list(visitor.city, sent.process)
    with reading(visitor.engine) as session:
        ranking = learning.ranker(session, visitor.city, tree.taxonomy).rank(sent.text, LOOKED_AT)
    return PublicSuggestions(items=[PublicSuggestionOut(code=leaf.code, name=leaf.name, name_en=leaf.name_en)
                                    for leaf in public_form.offered(tree, ranking, SHOWN)])
