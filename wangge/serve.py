"""Everything at once: the embedded Redis, the API and the worker as processes of ours, stopped by one Ctrl-C.

    serve ── redis      (only without WANGGE_REDIS_URL)
          ├─ api        uvicorn on a socket that we hold, so that no request is refused while it restarts
          ├─ work       jobs and relay
          └─ watch      what time brings: warnings, urging, escalation

A part that ends by itself is started again with back-off; one that keeps ending brings all down with a message.
"""

from __future__ import annotations

import os
import signal
import socket
import ssl
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from governance.errors import Conflict, InvalidField, NotReady, WanggeError
from governance.settings import Settings
from workers.keeper import Child, Keeper, Part
from workers.queues import connect
from workers.server import EmbeddedRedis

ROOT = Path(__file__).resolve().parent.parent
PARTS = ("api", "work", "watch")
#: Requests in hand get this long; then all is ended within the five seconds that a person waits.
GRACE_SECONDS = 4
#: A connection without a request is kept so long: more than the minute of the usual proxies, which must be the first to
#: close it (who sends into a connection that we close just then is cut off), and a phone need not shake hands anew.
IDLE_SECONDS = 75
STOP_SECONDS = 4.5


def serve(settings: Settings, only: str | None = None, port: int | None = None) -> None:
    """Run until SIGINT or SIGTERM. SystemExit(1) with a sentence when it cannot start or cannot go on."""
    if port is not None:
        settings = settings.model_copy(update={"port": port})
    try:
        with ExitStack() as stack:
            asked = stack.enter_context(_stop_signals())
            _check(settings)
            parts = _parts(stack, settings, only)
            _run(parts, asked, _greeting(settings, only))
    except WanggeError as error:
        print(f"{error.zh}\n{error.en}", file=sys.stderr)
        raise SystemExit(1) from None


def work(settings: Settings) -> None:
    """Only the worker and its relay."""
    serve(settings, only="work")


def _check(settings: Settings) -> None:
    """What no part could start with is told once, here, and not by each part that fails."""
    settings.make_data_dir()
    _check_certificate(settings)
    _check_log(settings)
    if not settings.redis_url:
        return
    try:
        connect(settings.redis_url).close()  # it only reads the address: a Redis that is down may come back
    except ValueError as error:
        raise NotReady(f"WANGGE_REDIS_URL 不是 Redis 地址, 应如 redis://127.0.0.1:6379 ({error})",
                       f"WANGGE_REDIS_URL is no address of a Redis: {error}") from None


def _check_certificate(settings: Settings) -> None:
    """A certificate and its key come together and can be used."""
    if settings.tls_cert is None and settings.tls_key is None:
        return
    if settings.tls_cert is None or settings.tls_key is None:
        raise NotReady("WANGGE_TLS_CERT 和 WANGGE_TLS_KEY 须同时设置", "Set both WANGGE_TLS_CERT and WANGGE_TLS_KEY.")
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(settings.tls_cert, settings.tls_key)
    except (OSError, ssl.SSLError) as error:
        raise NotReady(f"证书 {settings.tls_cert} 或私钥 {settings.tls_key} 不可用 ({error})",
                       f"The certificate or its key cannot be used: {error}") from None


def _check_log(settings: Settings) -> None:
    """The log can be written to."""
    if settings.log_file is None:
        return
    try:
        settings.log_file.open("a").close()
    except OSError as error:
        raise NotReady(f"日志文件 {settings.log_file} 不可写 ({error.strerror}); 请检查 WANGGE_LOG_FILE",
                       f"The log {settings.log_file} cannot be written ({error.strerror}); check WANGGE_LOG_FILE."
                       ) from None


def _parts(stack: ExitStack, settings: Settings, only: str | None) -> list[Part]:
    """What runs, in the order of starting. The API and the watch alone start no Redis: they never enqueue."""
    if only is not None and only not in PARTS:
        raise InvalidField("only", f"没有 {only}; 可用: {', '.join(PARTS)}",
                           f"there is no {only}; use {', '.join(PARTS)}")
    listening = stack.enter_context(_listen(settings)) if only in (None, "api") else None
    parts: list[Part] = []
    redis = settings.redis_url
    if not redis and only in (None, "work"):
        server = EmbeddedRedis(settings.data_dir)
        server.start()
        stack.callback(server.stop)
        redis = server.url
        parts.append(server)
    environment = _environment(settings.model_copy(update={"redis_url": redis}))
    if listening is not None:
        fd = listening.fileno()
        parts.append(Child("api", ("wangge.serve", "api", str(fd)), environment, [fd]))
    parts.extend(Child(name, ("wangge.serve", name), environment) for name in ("work", "watch") if only in (None, name))
    return parts


def _run(parts: Sequence[Part], asked: list[int], greeting: str) -> None:
    """Start what does not run yet, watch it, and stop it in the opposite order."""
    keepers = [Keeper(part) for part in parts]
    try:
        for keeper in keepers:
            if not keeper.part.alive():
                keeper.start()
        print(greeting, flush=True)
        while not asked:
            for keeper in keepers:
                keeper.look()
            time.sleep(0.1)
    finally:
        _stop(parts)


def _stop(parts: Sequence[Part]) -> None:
    """API and worker together; Redis after them, since the worker finishes its job with it."""
    until = time.monotonic() + STOP_SECONDS
    children = [part for part in parts if isinstance(part, Child)]
    for child in children:
        child.ask_to_stop()
    for child in children:
        child.stop(max(0.0, until - time.monotonic()))
    for part in parts:
        if part not in children:
            part.stop(max(0.5, until - time.monotonic()))


@contextmanager
def _listen(settings: Settings) -> Iterator[socket.socket]:
    """Our socket, listening. Conflict if the port is in use."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as listening:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listening.bind((settings.host, settings.port))
        except OSError as error:
            where, why = f"{settings.host}:{settings.port}", error.strerror
            raise Conflict(f"无法监听 {where}, 端口可能已被占用; 请用 --port 换一个 ({why})",
                           f"Cannot listen on {where}, it may be in use; choose another with --port ({why})."
                           ) from None
        listening.listen(2048)
        yield listening


@contextmanager
def _stop_signals() -> Iterator[list[int]]:
    """The signals that asked us to stop, as they come."""
    asked: list[int] = []
    numbers = [signal.SIGINT, signal.SIGTERM]
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # nohup wants us to outlive the terminal
        numbers.append(signal.SIGHUP)
    before = [signal.signal(number, lambda got, _: asked.append(got)) for number in numbers]
    try:
        yield asked
    finally:
        for number, handler in zip(numbers, before, strict=True):
            signal.signal(number, handler)


def _environment(settings: Settings) -> dict[str, str]:
    """Our environment, with every setting in force as a variable of its own."""
    own = {f"WANGGE_{name.upper()}": str(value) for name, value in settings.model_dump().items() if value is not None}
    path = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH", ""))))
    return {**os.environ, **own, "PYTHONPATH": path}


def _greeting(settings: Settings, only: str | None) -> str:
    if only in ("work", "watch"):
        return f"{only} 进程已启动, 按 Ctrl-C 停止 (the {only} process runs; Ctrl-C stops it)"
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    scheme = "https" if settings.speaks_tls else "http"
    return f"网格已启动: {scheme}://{host}:{settings.port}, 按 Ctrl-C 停止 (running; Ctrl-C stops everything)"


# ---- inside the children -------------------------------------------------------------------------------------------

def _run_api(fd: int) -> None:
    import uvicorn
    from fastapi import FastAPI

    from api.app import create_app
    from wangge.codes import code_sender

    def app() -> FastAPI:
        settings = Settings()
        return create_app(settings, send_code=code_sender(settings))

    settings = Settings()
    config = uvicorn.Config(app, factory=True, proxy_headers=False, access_log=False, log_level="warning",
                            timeout_keep_alive=IDLE_SECONDS, timeout_graceful_shutdown=GRACE_SECONDS,
                            ssl_certfile=settings.tls_cert, ssl_keyfile=settings.tls_key)
    with socket.socket(fileno=fd) as listening:
        uvicorn.Server(config).run(sockets=[listening])


def _run_work() -> None:
    from workers.worker import run

    run(Settings().redis_url)


def _run_watch() -> None:
    from workers.watch import run

    run()


def _end_with_parent() -> None:
    """Wait for the end of the pipe from our parent, then ask ourselves to stop."""
    while os.read(0, 1):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


def _tell(name: str, log_file: Path | None) -> None:
    """What happens is told at the terminal; where there is a log, there, and at the terminal what goes wrong."""
    import logging
    from logging.handlers import WatchedFileHandler  # one that is moved away, as logrotate does, is begun anew

    terminal = logging.StreamHandler()
    handlers: list[logging.Handler] = [terminal]
    if log_file is not None:
        terminal.setLevel(logging.WARNING)
        handlers.append(WatchedFileHandler(log_file, encoding="utf-8"))
    logging.basicConfig(level=logging.INFO, handlers=handlers,
                        format=f"%(asctime)s {name} %(levelname)s %(name)s: %(message)s")
    logging.getLogger("alembic").setLevel(logging.WARNING)  # it tells of every plugin that it loads


def _child(name: str, *fds: str) -> None:
    _tell(name, Settings().log_file)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    if name == "api":
        _run_api(int(fds[0]))
    else:
        {"work": _run_work, "watch": _run_watch}[name]()


if __name__ == "__main__":
    _child(*sys.argv[1:])
