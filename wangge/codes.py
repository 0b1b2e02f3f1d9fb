"""The way of an SMS code to its phone: the gateway that also carries the notices, or a line in the log."""

from __future__ import annotations

import uuid

from governance.notices.sending import Parcel
from governance.residents.phone_codes import LIVES, SendCode, log_only
from governance.settings import Settings

TEXT = "【网格】验证码 {code}, {minutes} 分钟内有效, 请勿告诉他人。Your code is {code}, valid {minutes} minutes."


def code_sender(settings: Settings) -> SendCode:
    """By the gateway of WANGGE_SMS_URL; until one is set the code is not sent, which the log says without it."""
    if not settings.sms_url:
        return log_only
    from workers.senders.http import client
    from workers.senders.signed import SmsSender

    sender = SmsSender(settings.sms_url, client(), settings.sms_secret)
    minutes = int(LIVES.total_seconds() // 60)

    def send(phone: str, code: str) -> None:
        sender.send(Parcel((), uuid.uuid4().hex, sender.channel, phone,
                           (TEXT.format(code=code, minutes=minutes),)))

    return send
