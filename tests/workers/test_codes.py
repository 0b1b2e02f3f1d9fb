"""A code on its way to a phone: through the city's real gateway, or a line in the log that does not tell it."""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from governance.settings import Settings
from wangge.codes import code_sender


@pytest.fixture
def gateway() -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """A gateway that listens; its address, and what it was sent."""
    received: list[dict[str, Any]] = []

    class Gateway(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            received.append({**json.loads(body), "signed": "Wangge-Signature" in self.headers})
            self.send_response(200)
            self.end_headers()

        def log_message(self, *args: Any) -> None:
            """Quiet."""

    with HTTPServer(("127.0.0.1", 0), Gateway) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/sms", received
        server.shutdown()
        thread.join(10)


def test_the_gateway_gets_phone_and_code_signed(gateway: tuple[str, list[dict[str, Any]]], tmp_path: Path) -> None:
    url, received = gateway
    code_sender(Settings(_env_file=None, data_dir=tmp_path, sms_url=url, sms_secret="s" * 32))("13912340001", "123456")
    [sent] = received
    assert (sent["phone"], sent["signed"]) == ("13912340001", True)
    assert "验证码 123456" in sent["text"]


def test_without_a_gateway_the_log_says_so_and_nothing_more(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "wangge.codes")
    code_sender(Settings(_env_file=None, data_dir=tmp_path))("13912340001", "123456")
    assert "139****0001" in caplog.text
    assert "123456" not in caplog.text
    assert "13912340001" not in caplog.text
