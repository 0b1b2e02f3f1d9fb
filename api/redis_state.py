"""What Redis says of itself and of the queues in it."""

from __future__ import annotations

from redis import Redis, RedisError
from rq import Queue
from rq.serializers import JSONSerializer

from api.schemas.system import QueueOut, RedisOut
from governance.findings import Finding

#: Whoever looks must not wait long for a Redis that hangs.
SECONDS = 1.0
UNKNOWN = RedisOut(ok=None, version="", used_bytes=None, queues=[])


def state_of(url: str) -> tuple[RedisOut, Finding]:
    """How it stands, and the line that says so."""
    if not url:
        return UNKNOWN, Finding(None, "本进程未连接 Redis", "this process knows of no Redis", "WANGGE_REDIS_URL")
    try:
        with Redis.from_url(url, socket_connect_timeout=SECONDS, socket_timeout=SECONDS) as client:
            said = client.info()
            queues = [QueueOut(name=queue.name, waiting=queue.count, failed=queue.failed_job_registry.count)
                      for queue in Queue.all(connection=client, serializer=JSONSerializer)]
    except (RedisError, OSError, ValueError) as error:
        return UNKNOWN.model_copy(update={"ok": False}), Finding(
            False, "Redis 连接失败, 上报不受影响, 通知等待", f"Redis: {type(error).__name__}; notices wait",
            "检查 WANGGE_REDIS_URL (check it)")
    found = RedisOut(ok=True, version=str(said.get("redis_version", "")), used_bytes=said.get("used_memory"),
                     queues=sorted(queues, key=lambda queue: queue.name))
    return found, Finding(True, "Redis 可用", "Redis answers")
