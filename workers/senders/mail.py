"""E-mail, by Apprise over SMTP: TLS, sign-in and the form of the message are its matter."""

from __future__ import annotations

import logging
import warnings
from typing import Any
from urllib.parse import quote

from governance.notices.sending import Parcel
from workers.senders import NotSent, cleaned, text_of

MOST_BYTES = 100_000
TITLES = {"zh": "网格通知", "en": "Wangge notice"}


class MailSender:
    """`url`: the server and who sends, as Apprise writes it, such as mailtos://USER:PASSWORD@HOST:465?from=ADDRESS."""

    channel = "email"

    def __init__(self, url: str) -> None:
        self._url = url
        # It tells of addresses; what must be known of a failure we tell ourselves, without them.
        logging.getLogger("apprise").propagate = False

    def send(self, parcel: Parcel) -> None:
        from apprise import LogCapture

        service = service_of(f"{self._url}{'&' if '?' in self._url else '?'}to={quote(parcel.to)}")
        with LogCapture(level=logging.DEBUG, fmt="%(message)s") as captured:  # type: ignore[no-untyped-call]
            done = service.notify(body=text_of(parcel, MOST_BYTES), title=TITLES[parcel.language], body_format="text")
            said = captured.getvalue()
        if not done:
            raise NotSent(cleaned(reason_in(said), parcel.to, service.password or "", service.user or ""))


def service_of(url: str) -> Any:
    """Apprise's plugin for this server and recipient. By itself: Apprise would first import all of its hundred."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of a module of Python's that it imports
        from apprise.exception import AppriseException
        from apprise.plugins.email.base import NotifyEmail
    try:
        return NotifyEmail(**NotifyEmail.parse_url(url))  # type: ignore[no-untyped-call]
    except (AppriseException, TypeError):
        raise NotSent("WANGGE_MAIL_URL 不是 Apprise 的邮件地址 (is no address of a mail server for Apprise)") from None


def reason_in(said: str) -> str:
    """What the library says of the failure; the cause, where it tells it, after the fact."""
    lines = [line for line in said.splitlines() if line.startswith(("Socket Exception", "Connection error", "SMTP"))]
    return "; ".join(lines) or "the mail server did not take it"
