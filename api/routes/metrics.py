"""Numbers for Prometheus: what this process has answered, what waits, what is open. For who has the token."""

from __future__ import annotations

import hmac
from collections.abc import Iterator
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from api.dependencies import Parts, WithParts
from api.documented import file_of, problems
from api.metrics import MEDIA_TYPE, Answered, gauge, head, line
from api.schemas.common import NoQuery
from data.engine import reading
from governance import process_versions, system
from governance.errors import NotAuthenticated, NotFound

router = APIRouter(tags=["health"])
_bearer = HTTPBearer(auto_error=False, scheme_name="MetricsToken", description="WANGGE_METRICS_TOKEN")


@router.get("/metrics", response_class=Response,
            responses={**file_of(["text/plain"]), **problems(401, 404, 422, 500, 503)},
            summary="监控指标 Metrics for Prometheus")
def read_metrics(request: Request, parts: WithParts, _: Annotated[NoQuery, Query()],
                 token: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]) -> Response:
    """Of this process and of the database. 404 unless `WANGGE_METRICS_TOKEN` is set; then it is asked for."""
    admit(parts, token.credentials if token else "")
    answered: Answered = request.app.state.answered
    with reading(parts.engine) as session:
        lines = [*answered.lines(), *standing(session, parts)]
    return Response("\n".join(lines) + "\n", media_type=MEDIA_TYPE)


def admit(parts: Parts, token: str) -> None:
    wanted = parts.settings.metrics_token
    if not wanted:
        raise NotFound("/metrics")
    if not hmac.compare_digest(wanted.encode(), token.encode("utf-8", "replace")):
        raise NotAuthenticated


def standing(session: Session, parts: Parts) -> Iterator[str]:
    """What the database says: the same whichever process is asked."""
    waiting = system.waiting(session, parts.clock())
    relay, deliveries, watch = waiting["relay"], waiting["deliveries"], waiting["watch"]
    yield from gauge("wangge_relay_waiting", "Steps that are not yet relayed.", relay["waiting"])
    yield from gauge("wangge_relay_lag_seconds", "Age of the oldest of these.", relay["lag_seconds"])
    yield from head("wangge_deliveries", "gauge", "Deliveries on their way or given up, by state.")
    yield from (line("wangge_deliveries", number, state=state) for state, number in deliveries.items())
    yield from gauge("wangge_watch_due", "Incidents that the watch has yet to look at.", watch["due"])
    if (last := watch["last_round_at"]) is not None:
        yield from gauge("wangge_watch_last_round_timestamp_seconds", "When the watch last went round.",
                         last.timestamp())
    yield from head("wangge_incidents_open", "gauge", "Open incidents, by process.")
    yield from (line("wangge_incidents_open", number, process=code)
                for code, number in sorted(process_versions.open_by_process(session).items()))
