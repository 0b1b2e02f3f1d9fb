"""A closed network with an authority of its own: phones that trust it are served over TLS, nobody else is."""

from __future__ import annotations

import os
import signal
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from tests.browser.site import free_port
from wangge.certificates import make_files

ROOT = Path(__file__).resolve().parents[2]
NOW = datetime.now(UTC)


@contextmanager
def served(folder: Path, port: int, **settings: str) -> Iterator[str]:
    own = {name: value for name, value in os.environ.items() if not name.startswith("WANGGE_")}
    process = subprocess.Popen([sys.executable, "-m", "wangge", "serve", "--port", str(port)], cwd=ROOT,
                               stdout=subprocess.DEVNULL, start_new_session=True,
                               env={**own, "WANGGE_DATA_DIR": str(folder), **settings})
    try:
        yield f"https://127.0.0.1:{port}"
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(20)


def wangge(folder: Path, *words: str, **settings: str) -> subprocess.CompletedProcess[str]:
    own = {name: value for name, value in os.environ.items() if not name.startswith("WANGGE_")}
    return subprocess.run([sys.executable, "-m", "wangge", *words], cwd=ROOT, capture_output=True, text=True,
                          check=False, env={**own, "WANGGE_DATA_DIR": str(folder), **settings})


def until_answered(client: httpx.Client) -> httpx.Response:
    for _ in range(300):
        try:
            return client.get("/healthz")
        except httpx.TransportError as error:
            if "CERTIFICATE" in str(error):
                raise
            time.sleep(0.1)
    raise AssertionError("it did not start")


def test_who_trusts_the_authority_is_served_and_nobody_else(tmp_path: Path) -> None:
    made = wangge(tmp_path, "tls", "127.0.0.1", "grid.city.example")
    assert made.returncode == 0, made.stderr
    assert wangge(tmp_path, "db", "upgrade").returncode == 0
    folder = tmp_path / "tls"
    settings = {"WANGGE_TLS_CERT": str(folder / "server.crt"), "WANGGE_TLS_KEY": str(folder / "server.key")}
    with served(tmp_path, free_port(), **settings) as address:
        trusting = ssl.create_default_context(cafile=str(folder / "ca.crt"))
        with httpx.Client(base_url=address, verify=trusting) as client:
            assert until_answered(client).status_code == 200
        with httpx.Client(base_url=address) as client, pytest.raises(httpx.ConnectError, match="CERTIFICATE"):
            until_answered(client)


def test_the_keys_are_for_their_owner_only(tmp_path: Path) -> None:
    files = make_files(tmp_path, ["127.0.0.1"], NOW)
    assert {path.stat().st_mode & 0o777 for path in (files.server_key, files.authority_key)} == {0o600}


def test_a_certificate_is_renewed_by_the_same_authority(tmp_path: Path) -> None:
    first = make_files(tmp_path, ["127.0.0.1"], NOW)
    authority, server = first.authority.read_bytes(), first.server.read_bytes()
    second = make_files(tmp_path, ["127.0.0.1"], NOW)
    assert second.authority.read_bytes() == authority
    assert second.server.read_bytes() != server


def test_half_a_pair_and_a_bad_file_are_told(tmp_path: Path) -> None:
    assert wangge(tmp_path, "db", "upgrade").returncode == 0
    files = make_files(tmp_path / "tls", ["127.0.0.1"], NOW)
    half = wangge(tmp_path, "serve", WANGGE_TLS_CERT=str(files.server))
    assert (half.returncode, "须同时设置" in half.stderr) == (1, True)
    bad = wangge(tmp_path, "serve", WANGGE_TLS_CERT=str(files.server_key), WANGGE_TLS_KEY=str(files.server_key))
    assert (bad.returncode, "不可用" in bad.stderr) == (1, True)
