"""Live: changes of incidents as they happen, as Server-Sent Events. The only route that is not a plain function."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Header, Query
from starlette.requests import Request
from starlette.responses import StreamingResponse

from api.dependencies import MayReadIncidents
from api.documented import ALWAYS, SIGNED_IN
from api.live import Live
from api.live_events import Listener
from api.schemas.live import LiveOut, LiveQuery
from api.security import token_hash
from governance.errors import InvalidField

router = APIRouter(prefix="/api/v1", tags=["live"], responses={**ALWAYS, **SIGNED_IN})
#: A proxy must hand on every event as it comes.
UNBUFFERED = {"X-Accel-Buffering": "no"}


class EventStream(StreamingResponse):
    """Events that are made already, once for all who are sent them."""

    media_type = "text/event-stream"


@router.get("/live", summary="实时变动 Changes as they happen", response_class=EventStream, responses={
    200: {"model": LiveOut, "description": "事件 incident (数据如下) 和 reset (请重新加载); events `incident` with "
                                           "this data, and `reset`: load anew"}})
async def follow_live(caller: MayReadIncidents, wanted: Annotated[LiveQuery, Query()], request: Request,
                      last_event_id: Annotated[str | None, Header(
                          description="上次收到的 id, 之后的变动会补发 (what came after it is sent first)")] = None,
                      ) -> EventStream:
    """Only incidents that the caller may see. Every event has its `id`; `Last-Event-ID` brings what came since. A
    change may come twice. Heartbeats are comments. The stream ends when the session does."""
    if wanted.unit is not None and wanted.unit not in caller.city.places:
        raise InvalidField("unit", f"没有网格 {wanted.unit}", f"there is no unit {wanted.unit}", "unknown_unit")
    live: Live = request.app.state.live
    await live.open()
    listener = Listener(caller.actor, wanted.unit, token_hash(caller.token))
    return EventStream(live.events(listener, last_event_id), headers=UNBUFFERED)
