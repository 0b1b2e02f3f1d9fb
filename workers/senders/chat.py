"""企业微信 and 钉钉, in the form that they document.

Not by Apprise, which has both: it takes any HTTP 200 of a group robot for success, while both answer 200 with an
`errcode` when they refuse (a wrong key, too many messages), so a refused message would count as sent and be lost; and
its addresses are fixed, while private deployments of both exist.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import time
from typing import Any

import httpx

from governance.notices.sending import Parcel
from workers.senders import NotSent, cleaned, text_of
from workers.senders.http import exchange, packed, post

#: developer.work.weixin.qq.com/document/path/91770 and 90236: a text has at most 2,048 bytes.
WECOM_BYTES = 2048
#: open.dingtalk.com, custom robots: a message has at most 20,000 bytes.
DINGTALK_BYTES = 18_000
#: WeCom's codes of a token that has expired or is not valid (any more).
TOKEN_IS_OVER = (40014, 41001, 42001)


class WecomRobot:
    """To a group, by the key of its robot."""

    channel = "wecom"

    def __init__(self, url: str, client: httpx.Client) -> None:
        self._url, self._client = url.rstrip("/"), client

    def send(self, parcel: Parcel) -> None:
        body = packed({"msgtype": "text", "text": {"content": text_of(parcel, WECOM_BYTES)}})
        said = post(self._client, f"{self._url}/cgi-bin/webhook/send", body, params={"key": parcel.to},
                    secrets=(parcel.to,))
        accepted(said, parcel.to)


class WecomApp:
    """To a person, by the user id, from the city's own application."""

    channel = "wecom"

    def __init__(self, url: str, client: httpx.Client, corp_id: str, agent_id: int, secret: str) -> None:
        self._url, self._client = url.rstrip("/"), client
        self._corp_id, self._agent_id, self._secret = corp_id, agent_id, secret
        self._token = ""

    def send(self, parcel: Parcel) -> None:
        said = self._try(parcel, self._token or self._fetch())
        if said.get("errcode") in TOKEN_IS_OVER:
            said = self._try(parcel, self._fetch())
        accepted(said, parcel.to, self._token)
        if said.get("invaliduser"):
            raise NotSent("企业微信没有这个成员账号 (WeCom has no such user id)")

    def _try(self, parcel: Parcel, token: str) -> dict[str, Any]:
        body = packed({"touser": parcel.to, "msgtype": "text", "agentid": self._agent_id,
                       "text": {"content": text_of(parcel, WECOM_BYTES)}, "enable_duplicate_check": 1})
        return post(self._client, f"{self._url}/cgi-bin/message/send", body, params={"access_token": token},
                    secrets=(token, parcel.to))

    def _fetch(self) -> str:
        """A new token; it serves until WeCom says that it is over."""
        said = exchange(self._client, "GET", f"{self._url}/cgi-bin/gettoken", secrets=(self._secret,),
                        params={"corpid": self._corp_id, "corpsecret": self._secret})
        accepted(said, self._secret)
        self._token = str(said.get("access_token", ""))
        return self._token


class DingTalkRobot:
    """To a group, by its robot's access_token; `token:secret` signs too (加签)."""

    channel = "dingtalk"

    def __init__(self, url: str, client: httpx.Client) -> None:
        self._url, self._client = url.rstrip("/"), client

    def send(self, parcel: Parcel) -> None:
        token, _, secret = parcel.to.partition(":")
        body = packed({"msgtype": "text", "text": {"content": text_of(parcel, DINGTALK_BYTES)}})
        said = post(self._client, f"{self._url}/robot/send", body, secrets=(token, secret),
                    params={"access_token": token, **(signed(secret, round(time.time() * 1000)) if secret else {})})
        accepted(said, token, secret)


def signed(secret: str, milliseconds: int) -> dict[str, str]:
    """DingTalk's signature of the time."""
    code = hmac.new(secret.encode(), f"{milliseconds}\n{secret}".encode(), hashlib.sha256).digest()
    return {"timestamp": str(milliseconds), "sign": base64.b64encode(code).decode()}


def accepted(said: dict[str, Any], *secrets: str) -> None:
    """NotSent unless the answer says that it was taken."""
    if said.get("errcode") != 0:
        raise NotSent(cleaned(f"errcode {said.get('errcode')}: {said.get('errmsg', '')}", *secrets))
