"""The doctor: is everything there that Wangge needs, and if not, what to do."""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path

from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from data.engine import make_engine, reading
from data.migrations import current, head
from governance import findings
from governance.errors import Invalid, NotReady
from governance.findings import Finding
from governance.settings import Settings
from wangge.terminal import read_settings


def examine(now: datetime) -> list[Finding]:
    """Every check in order; those that need what is missing are left out."""
    found = [findings.of_python()]
    try:
        settings = read_settings()
    except Invalid as error:
        return [*found, Finding(False, "设置有误", "settings", f"{error.zh} ({error.en})")]
    found += [Finding(True, "设置有效", "settings are valid"), *findings.of_folders(settings), _redis(settings)]
    return [*found, *_database(settings, now)]


def _redis(settings: Settings) -> Finding:
    from redis import Redis
    from redis.exceptions import RedisError

    from workers.server import server_binary

    if not settings.redis_url:
        binary = Path(server_binary())
        good = os.access(binary, os.X_OK)
        return Finding(good, f"内置 Redis 可用 {binary.name}", "embedded Redis",
                       "" if good else "安装 redis-server, 或设置 WANGGE_REDIS_URL")
    try:
        with Redis.from_url(settings.redis_url, socket_connect_timeout=3, socket_timeout=3) as client:
            client.ping()
    except (RedisError, ValueError, OSError) as error:
        return Finding(False, "Redis 连接失败", f"Redis: {error}", "检查 WANGGE_REDIS_URL (check it)")
    return Finding(True, "Redis 可用", "Redis answers")


def _database(settings: Settings, now: datetime) -> list[Finding]:
    try:
        engine = make_engine(settings.database)
    except NotReady as error:
        return [Finding(False, error.zh, error.en)]
    except ArgumentError as error:
        return [Finding(False, "数据库地址有误", f"database: {error}", "检查 WANGGE_DATABASE_URL (check it)")]
    try:
        schema = findings.of_schema(current(engine), head(), engine.dialect.name)
        if not schema.ok:
            return [schema]
        with reading(engine) as session:
            return [schema, *findings.of_city(session, settings, now), findings.of_watch(session, now)]
    except (SQLAlchemyError, OSError) as error:
        why = str(error).splitlines()[0]
        return [Finding(False, "数据库连接失败", f"database: {why}", "检查 WANGGE_DATABASE_URL (check it)")]
    finally:
        engine.dispose()
