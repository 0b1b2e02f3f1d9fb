"""A client that posts reports over kept-alive connections as fast as they are answered; in a process of its own.

`python -m bench.load PORT TOKEN SECONDS CONNECTIONS` prints a JSON line: answered, failed, p50 and p99 in ms.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
import uuid

REPORT = {"subcategory": "02002", "description": "夜里施工, 睡不着", "lon": 117.2012, "lat": 39.1012,
          "address": "示例路 1 号"}


class Poster(asyncio.Protocol):
    """One connection: post, wait for the answer, post again until the time is up."""

    def __init__(self, token: str, until: float, done: asyncio.Future[None]) -> None:
        self.token, self.until, self.done = token, until, done
        self.taken: list[float] = []
        self.failed = 0
        self.buffer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self.post()

    def post(self) -> None:
        body = json.dumps({"id": str(uuid.uuid4()), **REPORT}).encode()
        self.sent = time.perf_counter()
        self.transport.write(
            b"POST /api/v1/incidents HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
            b"Authorization: Bearer %b\r\nContent-Length: %d\r\n\r\n%b" % (self.token.encode(), len(body), body))

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        head, found, rest = self.buffer.partition(b"\r\n\r\n")
        if not found or len(rest) < _length(head):
            return
        self.buffer = b""
        self.taken.append(time.perf_counter() - self.sent)
        self.failed += not head.startswith(b"HTTP/1.1 201")
        if time.perf_counter() < self.until:
            self.post()
        else:
            self.transport.close()

    def connection_lost(self, error: Exception | None) -> None:
        if not self.done.done():
            self.done.set_result(None)


def _length(head: bytes) -> int:
    return next(int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))


async def drive(port: int, token: str, seconds: float, connections: int) -> dict[str, float]:
    loop, until = asyncio.get_running_loop(), time.perf_counter() + seconds
    ends: list[asyncio.Future[None]] = [loop.create_future() for _ in range(connections)]
    posters = [(await loop.create_connection(lambda done=done: Poster(token, until, done), "127.0.0.1", port))[1]
               for done in ends]
    await asyncio.gather(*ends)
    taken = sorted(t for poster in posters for t in poster.taken)
    return {"answered": len(taken), "failed": sum(poster.failed for poster in posters),
            "p50_ms": round(1000 * taken[len(taken) // 2], 2), "p99_ms": round(1000 * taken[len(taken) * 99 // 100], 2)}


if __name__ == "__main__":
    port, token, seconds, connections = sys.argv[1:]
    print(json.dumps(asyncio.run(drive(int(port), token, float(seconds), int(connections)))))
