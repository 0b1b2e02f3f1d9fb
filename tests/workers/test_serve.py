"""`wangge serve`: everything starts, everything stops, and what goes wrong is said."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from data.engine import make_engine
from governance.errors import NotReady
from governance.settings import Settings
from tests import town
from tests.workers.town_life import notices
from wangge.serve import serve
from workers.keeper import Child, Keeper
from workers.server import EmbeddedRedis


@pytest.fixture
def data_dir(sqlite_template: Path, tmp_path: Path) -> Path:
    """A data folder with the town in it."""
    shutil.copy(sqlite_template, tmp_path / "wangge.db")
    return tmp_path


@pytest.fixture
def port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@contextmanager
def serving(data_dir: Path, port: int, only: str = "", **more: str) -> Iterator[subprocess.Popen[str]]:
    """`wangge serve` in a process of its own, as a person starts it."""
    call = ("from governance.settings import Settings; from wangge.serve import serve; "
            f"serve(Settings(), {only or None!r})")
    environment = {**os.environ, "WANGGE_DATA_DIR": str(data_dir), "WANGGE_PORT": str(port),
                   "WANGGE_DATABASE_URL": "", "WANGGE_REDIS_URL": "", **more}
    process = subprocess.Popen([sys.executable, "-c", call], env=environment, text=True, stdout=subprocess.PIPE,
                               stderr=subprocess.STDOUT)
    try:
        yield process
    finally:
        process.kill()
        process.communicate()
        with EmbeddedRedis(data_dir):
            pass  # ends one that was left over


def first_line(process: subprocess.Popen[str]) -> str:
    assert process.stdout
    return process.stdout.readline()


def family(pid: int) -> list[int]:
    """The processes that a process has started."""
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def gone(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] == "Z"
    except OSError:
        return True


def until(true: Callable[[], bool], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.05)


def healthy(address: str) -> bool:
    try:
        return httpx.get(f"{address}/healthz", timeout=30).status_code == 200
    except httpx.TransportError:
        return False


# ---- the whole -----------------------------------------------------------------------------------------------------

def test_a_report_over_http_reaches_the_department_and_one_ctrl_c_stops_everything(data_dir: Path, port: int) -> None:
    address = f"http://127.0.0.1:{port}"
    with serving(data_dir, port) as process:
        assert address in first_line(process)
        until(lambda: healthy(address))
        number = report_over_http(address)
        engine = make_engine(f"sqlite:///{data_dir / 'wangge.db'}")
        until(lambda: any(n.sent_at and number in n.text and n.recipient == "facilities" for n in notices(engine)))
        engine.dispose()
        children = family(process.pid)
        assert len(children) == 4  # redis, api, work, watch
        process.send_signal(signal.SIGINT)
        assert process.wait(10) == 0
        assert all(gone(child) for child in children)


def test_with_a_log_file_the_terminal_stays_as_it_is(data_dir: Path, port: int) -> None:
    address, log = f"http://127.0.0.1:{port}", data_dir / "wangge.log"
    with serving(data_dir, port, WANGGE_LOG_FILE=str(log)) as process:
        first_line(process)
        until(lambda: healthy(address))
        number = report_over_http(address)
        until(lambda: number in log.read_text(encoding="utf-8"))
        process.send_signal(signal.SIGINT)
        assert process.communicate(timeout=20) == ("", None)


def test_a_log_that_cannot_be_written_is_said(data_dir: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        serve(Settings(_env_file=None, data_dir=data_dir, log_file=data_dir), only="work")  # type: ignore[call-arg]
    assert "请检查 WANGGE_LOG_FILE" in capsys.readouterr().err


def report_over_http(address: str) -> str:
    """The resident's photo-less report of a missing manhole cover is filed and dispatched; its number."""
    with httpx.Client(base_url=f"{address}/api/v1", timeout=30) as client:
        def sign_in(who: str) -> dict[str, str]:
            answer = client.post("/sessions", json={"phone": town.phone_of(who), "password": town.PASSWORD})
            return {"Authorization": f"Bearer {answer.json()['token']}"}

        lon, lat = town.centre_of(town.CELL)
        sent = client.post("/incidents", headers=sign_in("resident"), json={
            "subcategory": town.MANHOLE, "description": "井盖没了", "lon": lon, "lat": lat})
        assert sent.status_code == 201, sent.text
        incident = sent.json()
        filed = client.post(f"/incidents/{incident['id']}/actions/file", headers=sign_in("dispatcher"),
                            json={"version": incident["version"]})
        assert filed.json()["status"] == "dispatched", filed.text
        return str(incident["number"])


def test_a_part_that_crashes_is_started_again(data_dir: Path, port: int) -> None:
    with serving(data_dir, port, only="work") as process:
        first_line(process)
        until(lambda: len(family(process.pid)) == 2)
        for _ in range(2):  # Redis, then the worker
            victim = family(process.pid)[0]
            os.kill(victim, signal.SIGKILL)
            until(lambda victim=victim: len(family(process.pid)) == 2 and victim not in family(process.pid))
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0


def test_when_we_are_killed_the_worker_ends_too(data_dir: Path, port: int) -> None:
    with serving(data_dir, port, only="work") as process:
        first_line(process)
        until(lambda: len(family(process.pid)) == 2)
        _, worker = family(process.pid)
        process.kill()
        until(lambda: gone(worker), 15)


def test_a_stop_while_everything_is_still_starting_leaves_nothing_behind(data_dir: Path, port: int) -> None:
    with serving(data_dir, port, only="work") as process:
        until(lambda: len(family(process.pid)) >= 1)
        children = family(process.pid)
        process.send_signal(signal.SIGINT)
        assert process.wait(10) in (0, 1, -signal.SIGINT)
        assert all(gone(child) for child in children)


# ---- what is refused -----------------------------------------------------------------------------------------------

def test_a_port_in_use_is_said_in_both_languages(data_dir: Path, port: int, capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", port))
        taken.listen()
        with pytest.raises(SystemExit) as ended:
            serve(Settings(_env_file=None, data_dir=data_dir), port=port)
    said = capsys.readouterr().err
    assert ended.value.code == 1
    assert f"无法监听 127.0.0.1:{port}, 端口可能已被占用" in said
    assert f"Cannot listen on 127.0.0.1:{port}" in said
    assert not (data_dir / "redis").exists()


def test_a_part_that_is_not_there_is_said(data_dir: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        serve(Settings(_env_file=None, data_dir=data_dir), only="nonsense")
    assert ended.value.code == 1
    assert "没有 nonsense; 可用: api, work, watch" in capsys.readouterr().err


def test_a_part_that_keeps_ending_is_hopeless(monkeypatch: pytest.MonkeyPatch,
                                              capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("workers.keeper.BACK_OFF_SECONDS", (0.0, 0.0))
    ends_at_once = Child("api", ("wangge.no_such_module",), dict(os.environ))
    keeper = Keeper(ends_at_once)
    keeper.start()

    def look_on() -> None:
        while True:
            keeper.look()
            time.sleep(0.01)

    with pytest.raises(NotReady, match="The part api keeps ending"):
        look_on()
    ends_at_once.stop(1)
    assert capsys.readouterr().err.count("部件 api 意外退出") == 2
