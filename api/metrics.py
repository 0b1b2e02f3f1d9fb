"""What this process has answered, counted for Prometheus, and the text in which Prometheus reads it.

The text format is small and stable, so it is written here: a name, labels, a number in each line.
"""

from __future__ import annotations

import time
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator
from itertools import accumulate

from starlette.types import ASGIApp, Message, Receive, Scope, Send

MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8"
#: Upper ends, in seconds, of the classes that answers are sorted into.
SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)


class Answered:
    """Counts of one process, kept by its event loop alone."""

    def __init__(self) -> None:
        self.requests: Counter[tuple[str, str, int]] = Counter()
        self.classes: dict[str, list[int]] = {}
        self.seconds: dict[str, float] = {}

    def note(self, method: str, route: str, status: int, seconds: float) -> None:
        self.requests[method, route, status] += 1
        self.classes.setdefault(route, [0] * (len(SECONDS) + 1))[bisect_left(SECONDS, seconds)] += 1
        self.seconds[route] = self.seconds.get(route, 0.0) + seconds

    def lines(self) -> Iterator[str]:
        yield from head("wangge_http_requests_total", "counter", "Requests answered, by route and status.")
        for (method, route, status), number in sorted(self.requests.copy().items()):
            yield line("wangge_http_requests_total", number, method=method, route=route, status=str(status))
        name = "wangge_http_request_seconds"
        yield from head(name, "histogram", "Seconds until an answer begins, by route.")
        for route, classes in sorted(self.classes.copy().items()):
            ends = [*map(str, SECONDS), "+Inf"]
            for end, number in zip(ends, accumulate(classes), strict=True):
                yield line(f"{name}_bucket", number, route=route, le=end)
            yield line(f"{name}_sum", round(self.seconds[route], 6), route=route)
            yield line(f"{name}_count", sum(classes), route=route)


class Counted:
    """Notes every answer under its route: by its pattern, so that no number of an incident becomes a label."""

    def __init__(self, app: ASGIApp, answered: Answered) -> None:
        self.app, self.answered = app, answered

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        began = time.perf_counter()

        async def counted(message: Message) -> None:
            if message["type"] == "http.response.start":
                route = str(getattr(scope.get("route"), "path", "")) or "other"
                self.answered.note(scope["method"], route, message["status"], time.perf_counter() - began)
            await send(message)

        await self.app(scope, receive, counted)


def head(name: str, kind: str, what: str) -> tuple[str, str]:
    return f"# HELP {name} {what}", f"# TYPE {name} {kind}"


def line(name: str, value: float, **labels: str) -> str:
    said = ",".join(f'{label}="{_escaped(text)}"' for label, text in labels.items())
    return f"{name}{{{said}}} {value}" if said else f"{name} {value}"


def gauge(name: str, what: str, value: float, **labels: str) -> list[str]:
    return [*head(name, "gauge", what), line(name, value, **labels)]


def _escaped(text: str) -> str:
    return text.replace("\\", r"\\").replace("\n", r"\n").replace('"', r"\"")
