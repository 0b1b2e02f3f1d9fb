"""The senders that a city's settings call for."""

from __future__ import annotations

from governance.settings import Settings
from workers.senders import Sender
from workers.senders.chat import DingTalkRobot, WecomApp, WecomRobot
from workers.senders.http import client
from workers.senders.log import LogSender
from workers.senders.mail import MailSender
from workers.senders.signed import PublicOnly, SmsSender, WebhookSender


def senders_of(settings: Settings) -> dict[str, Sender]:
    """By channel. Of the channels that are not set up there is none."""
    outside = client()
    senders: list[Sender] = [LogSender(), WebhookSender(outside if settings.webhook_private else client(PublicOnly()))]
    if settings.sms_url:
        senders.append(SmsSender(settings.sms_url, outside, settings.sms_secret))
    if settings.mail_url:
        senders.append(MailSender(settings.mail_url))
    if settings.wecom_url and settings.wecom_corp_id:
        senders.append(WecomApp(settings.wecom_url, outside, settings.wecom_corp_id, settings.wecom_agent_id,
                                settings.wecom_secret))
    elif settings.wecom_url:
        senders.append(WecomRobot(settings.wecom_url, outside))
    if settings.dingtalk_url:
        senders.append(DingTalkRobot(settings.dingtalk_url, outside))
    return {sender.channel: sender for sender in senders}
