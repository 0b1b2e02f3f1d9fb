"""Private servers for a test run: a PostgreSQL with PostGIS and a Redis, on sockets in a folder that goes with them.

Nobody else can reach them and they can reach nothing. They end with the run, also when it is killed.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import psycopg
import redis

WAIT_SECONDS = 60
#: Tests trade safety for speed: nothing here outlives a power cut, and nothing here has to.
FAST = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=100", "listen_addresses=",
        "shared_buffers=64MB", "timezone=UTC")


@contextmanager
def postgresql() -> Iterator[str]:
    """The address of a superuser's database in a new cluster. Names sort as Chinese does, as in a real city."""
    binaries = postgres_binaries()
    with folder("wangge-pg-") as home:
        user = "postgres" if os.geteuid() == 0 else None
        if user:
            shutil.chown(home, user)
        data, log = home / "data", home / "log"
        run_as(user, [binaries / "initdb", "-D", data, "-U", "wangge", "-A", "trust", "-E", "UTF8", "--no-sync",
                      "--locale=C.UTF-8", "--locale-provider=icu", "--icu-locale=zh"])
        settings = [part for setting in FAST for part in ("-c", setting)]
        address = f"postgresql+psycopg://wangge@/postgres?host={home}"
        command = [binaries / "postgres", "-D", data, "-k", home, *settings]
        with server(user, command, log, lambda: answers_postgres(home), signal.SIGINT):
            yield address


@contextmanager
def redis_server() -> Iterator[str]:
    """The address of an empty Redis that keeps nothing on disk."""
    binary = shutil.which("redis-server") or shutil.which("valkey-server")
    if binary is None:
        raise RuntimeError("the tests need redis-server: apt-get install redis-server")
    with folder("wangge-redis-") as home:
        socket = home / "redis.sock"
        command = [binary, "--port", "0", "--unixsocket", socket, "--save", "", "--appendonly", "no", "--dir", home]
        with server(None, command, home / "log", lambda: answers_redis(socket), signal.SIGTERM):
            yield f"unix://{socket}"


def postgres_binaries() -> Path:
    """The folder of the newest installed PostgreSQL."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    on_path = shutil.which("initdb")
    if not found and on_path is None:
        raise RuntimeError("the tests need PostgreSQL: apt-get install postgresql postgresql-15-postgis-3")
    return (found[-1] if found else Path(str(on_path))).parent


def answers_postgres(home: Path) -> bool:
    try:
        psycopg.connect(host=str(home), user="wangge", dbname="postgres").close()
    except psycopg.OperationalError:
        return False
    return True


def answers_redis(socket: Path) -> bool:
    client = redis.Redis(unix_socket_path=str(socket))
    try:
        return bool(client.ping())
    except redis.ConnectionError:
        return False
    finally:
        client.close()


@contextmanager
def server(user: str | None, command: Sequence[object], log: Path, answers: Callable[[], bool],
           stop: signal.Signals) -> Iterator[None]:
    """A server process that is up when the block begins and gone when it ends."""
    with log.open("wb") as output:
        process = subprocess.Popen(as_user(user, command, death=stop), stdout=output, stderr=output,
                                   stdin=subprocess.DEVNULL, start_new_session=True)
    try:
        until(answers, process, log)
        yield
    finally:
        process.send_signal(stop)
        try:
            process.wait(WAIT_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def until(answers: Callable[[], bool], process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + WAIT_SECONDS
    while not answers():
        if process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"{process.args}: did not start\n{log.read_text(errors='replace')}")
        time.sleep(0.02)


def run_as(user: str | None, command: Sequence[object]) -> None:
    done = subprocess.run(as_user(user, command), capture_output=True, text=True, cwd="/")
    if done.returncode:
        raise RuntimeError(f"{command[0]} failed:\n{done.stdout}{done.stderr}")


def as_user(user: str | None, command: Sequence[object], death: signal.Signals | None = None) -> list[str]:
    """The command, run by another user if one is given (PostgreSQL refuses root), ended when this process dies."""
    words = [str(word) for word in command]
    options = ([f"--reuid={user}", f"--regid={user}", "--init-groups"] if user else [])
    options += [f"--pdeathsig={death.name.removeprefix('SIG')}"] if death else []
    setpriv = shutil.which("setpriv")
    return [setpriv, *options, *words] if setpriv and options else words


@contextmanager
def folder(prefix: str) -> Iterator[Path]:
    """A folder for the run, short enough a path for a socket, removed at the end."""
    home = Path(tempfile.mkdtemp(prefix=prefix, dir="/tmp"))
    try:
        yield home
    finally:
        shutil.rmtree(home, ignore_errors=True)
