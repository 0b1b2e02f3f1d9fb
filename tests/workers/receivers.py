"""Those whom messages are sent to, real ones on this machine: an HTTP receiver and an SMTP server."""

from __future__ import annotations

import email
import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session


@dataclass(frozen=True)
class Got:
    """One request as it came."""

    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> dict[str, Any]:
        document: dict[str, Any] = json.loads(self.body)
        return document


@dataclass
class Receiver:
    """What it got, and how it answers: `status`, and a JSON document by path (else {"errcode": 0})."""

    address: str = ""
    status: int = 200
    answers: dict[str, Any] = field(default_factory=dict)
    got: list[Got] = field(default_factory=list)

    def answer_to(self, got: Got) -> Any:
        answer = self.answers.get(got.path, {"errcode": 0, "errmsg": "ok"})
        return answer(got) if callable(answer) else answer


@contextmanager
def http_receiver() -> Iterator[Receiver]:
    """Listens on a free port."""
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            parts = urlsplit(self.path)
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            query = {name: values[0] for name, values in parse_qs(parts.query).items()}
            got = Got(parts.path, query, {name.lower(): value for name, value in self.headers.items()}, body)
            receiver.got.append(got)
            said = json.dumps(receiver.answer_to(got)).encode()
            self.send_response(receiver.status)
            self.send_header("Content-Length", str(len(said)))
            if 300 <= receiver.status < 400:
                self.send_header("Location", f"{receiver.address}/elsewhere")
            self.end_headers()
            self.wfile.write(said)

        do_GET = do_POST

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    receiver.address = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield receiver
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@dataclass
class Letters:
    """A mail server: what was delivered to it, and what it says to a recipient."""

    port: int = 0
    refusal: str = ""
    got: list[tuple[str, list[str], Message]] = field(default_factory=list)

    async def handle_RCPT(self, server: SMTP, session: Session, envelope: Envelope, address: str,
                          options: list[str]) -> str:
        if self.refusal:
            return self.refusal
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        content = envelope.content or b""
        message = email.message_from_bytes(content if isinstance(content, bytes) else content.encode())
        self.got.append((str(envelope.mail_from), list(envelope.rcpt_tos), message))
        return "250 Message accepted"


@contextmanager
def mail_server() -> Iterator[Letters]:
    with socket.socket() as free:  # the controller must know its port before it starts
        free.bind(("127.0.0.1", 0))
        letters = Letters(free.getsockname()[1])
    controller = Controller(letters, hostname="127.0.0.1", port=letters.port)
    controller.start()
    try:
        yield letters
    finally:
        controller.stop()


def words_of(message: Message) -> str:
    """The text of a letter."""
    parts = [part for part in message.walk() if part.get_content_type() == "text/plain"]
    payload = parts[0].get_payload(decode=True)
    assert isinstance(payload, bytes)
    return payload.decode()
