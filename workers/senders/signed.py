"""What goes to a machine of the city's choice, signed: webhooks, and the gateway of text messages.

There is no common interface of Chinese SMS gateways; ours is one JSON document that a few lines of the city's own turn
into what its gateway wants (docs/notices.md).
"""

from __future__ import annotations

import socket
import time

import httpx

from governance.notices.sending import Parcel
from governance.notices.webhooks import is_public, sign
from workers.senders import NotSent, text_of
from workers.senders.http import packed, post

#: 500 Chinese characters: what gateways join into one long text message.
SMS_BYTES = 1500


def headers(once: str, secret: str, body: bytes) -> dict[str, str]:
    """When, which one, and that it is from us."""
    timestamp = str(int(time.time()))
    return {"Wangge-Delivery": once, "Wangge-Timestamp": timestamp, "Wangge-Signature": sign(secret, timestamp, body)}


class SmsSender:
    """A text message through the city's gateway."""

    channel = "sms"

    def __init__(self, url: str, client: httpx.Client, secret: str) -> None:
        self._url, self._client, self._secret = url, client, secret

    def send(self, parcel: Parcel) -> None:
        body = packed({"id": parcel.once, "phone": parcel.to, "text": text_of(parcel, SMS_BYTES)})
        post(self._client, self._url, body, headers=headers(parcel.once, self._secret, body),
             secrets=(parcel.to, self._url))


class WebhookSender:
    """An event, to who has subscribed."""

    channel = "webhook"

    def __init__(self, client: httpx.Client) -> None:
        self._client = client

    def send(self, parcel: Parcel) -> None:
        body = packed(parcel.document)
        post(self._client, parcel.to, body, headers=headers(parcel.once, parcel.secret, body), secrets=(parcel.secret,))


class PublicOnly(httpx.BaseTransport):
    """Connects to addresses of the open internet only, and to the very address that was looked at: a name that leads
    elsewhere a moment later does not help. No connection is kept, since two names may share an address."""

    def __init__(self) -> None:
        self._inner = httpx.HTTPTransport(limits=httpx.Limits(max_keepalive_connections=0))

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        host = request.url.host
        request.extensions["sni_hostname"] = host
        request.url = request.url.copy_with(host=public_address(host, request.url.port or 443))
        return self._inner.handle_request(request)

    def close(self) -> None:
        self._inner.close()


def public_address(host: str, port: int) -> str:
    """What a name leads to. NotSent if any of it is not of the open internet."""
    try:
        found = [str(entry[4][0]) for entry in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    except (OSError, UnicodeError):
        raise NotSent("域名无法解析 (the name cannot be resolved)") from None
    if not found or not all(map(is_public, found)):
        raise NotSent("地址在内网, 已拒绝 (a private address; WANGGE_WEBHOOK_PRIVATE would allow it)")
    return found[0]
