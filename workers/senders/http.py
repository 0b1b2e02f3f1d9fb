"""One POST of JSON to a receiver, and what it answered."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import httpx

from workers.senders import NotSent, cleaned

#: Seconds for each of connecting, writing and waiting: less than a job may take.
SECONDS = 8.0
#: What of an answer is read; nobody makes us read without end.
MOST_ANSWER_BYTES = 4096


def client(transport: httpx.BaseTransport | None = None) -> httpx.Client:
    """A client for the life of a worker. It follows no redirect. With a transport of our own no proxy is asked."""
    return httpx.Client(timeout=SECONDS, transport=transport, trust_env=transport is None,
                        headers={"User-Agent": "Wangge"})


def packed(document: Mapping[str, Any]) -> bytes:
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()


def post(by: httpx.Client, url: str, body: bytes, *, params: Mapping[str, str] | None = None,
         headers: Mapping[str, str] | None = None, secrets: tuple[str, ...] = ()) -> dict[str, Any]:
    """The JSON object of the answer, empty if it is none. NotSent unless the answer is a 2xx."""
    return exchange(by, "POST", url, body, params=params, secrets=secrets,
                    headers={"Content-Type": "application/json; charset=utf-8", **(headers or {})})


def exchange(by: httpx.Client, method: str, url: str, body: bytes | None = None, *,
             params: Mapping[str, str] | None = None, headers: Mapping[str, str] | None = None,
             secrets: tuple[str, ...] = ()) -> dict[str, Any]:
    try:
        with by.stream(method, url, content=body, params=params, headers=headers) as answer:
            read = _beginning(answer)
    except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
        raise NotSent(cleaned(f"{type(error).__name__}: {error}", *secrets)) from None
    if not answer.is_success:
        raise NotSent(f"HTTP {answer.status_code}")
    try:
        said = json.loads(read)
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}


def _beginning(answer: httpx.Response) -> bytes:
    read = b""
    for chunk in answer.iter_bytes():
        read += chunk
        if len(read) >= MOST_ANSWER_BYTES:
            break
    return read
