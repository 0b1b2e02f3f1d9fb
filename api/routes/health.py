"""Alive, and ready: for the machine that watches this one. No names, no figures, no addresses."""

from __future__ import annotations

from datetime import datetime

from fastapi import APIRouter
from redis import Redis, RedisError
from sqlalchemy import Engine, select
from sqlalchemy.exc import SQLAlchemyError
from starlette.responses import Response

from api.dependencies import Parts, WithParts
from api.schemas.health import Alive, Check, Ready
from data import migrations
from data.engine import reading
from governance.city import revision_of
from governance.outbox import waiting_since

REDIS_SECONDS = 1.0
router = APIRouter(tags=["health"])


@router.get("/healthz", summary="存活 Alive")
def healthz() -> Alive:
    return Alive()


@router.get("/readyz", summary="就绪 Ready for work",
            responses={503: {"model": Ready, "description": "未就绪 Not ready"}})
def readyz(parts: WithParts, response: Response) -> Ready:
    """The database must be there with its schema and a city. Redis may be down: reports are taken and wait."""
    checks = {"database": database(parts.engine), "migrations": at_head(parts.engine), "city": has_city(parts)}
    ready = all(check.ok for check in checks.values())
    if parts.settings.redis_url:
        checks["redis"] = redis(parts.settings.redis_url)
    response.status_code = 200 if ready else 503
    whole = all(check.ok for check in checks.values())
    return Ready(status="ready" if whole else "degraded" if ready else "not_ready", checks=checks,
                 relay_lag_seconds=relay_lag(parts.engine, parts.clock()) if ready else None)


def database(engine: Engine) -> Check:
    try:
        with reading(engine) as session:
            session.execute(select(1))
    except SQLAlchemyError as error:
        return Check(ok=False, detail=type(error).__name__)
    return Check(ok=True)


def at_head(engine: Engine) -> Check:
    wanted = migrations.head()
    try:
        found = migrations.current(engine)
    except SQLAlchemyError as error:
        return Check(ok=False, detail=type(error).__name__)
    return Check(ok=found == wanted, detail=f"{found or '-'}" if found == wanted else f"{found or '-'} != {wanted}")


def has_city(parts: Parts) -> Check:
    """Loaded at all; a change of it is read by the next request anyway."""
    try:
        with reading(parts.engine) as session:
            return Check(ok=revision_of(session) > 0, detail="")
    except SQLAlchemyError as error:
        return Check(ok=False, detail=type(error).__name__)


def redis(url: str) -> Check:
    try:
        with Redis.from_url(url, socket_connect_timeout=REDIS_SECONDS, socket_timeout=REDIS_SECONDS) as client:
            client.ping()
    except (RedisError, OSError, ValueError) as error:
        return Check(ok=False, detail=type(error).__name__)
    return Check(ok=True)


def relay_lag(engine: Engine, now: datetime) -> float:
    """Seconds that the oldest row has waited; 0 when none waits."""
    with reading(engine) as session:
        oldest = waiting_since(session)
    return max(0.0, (now - oldest).total_seconds()) if oldest is not None else 0.0
