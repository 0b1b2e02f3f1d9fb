"""The ways a notice goes out. A sender is anything with a channel and `send`; the first is the log."""

from __future__ import annotations

import logging
import re
from typing import Protocol

from governance.outbox import Notice

log = logging.getLogger("wangge.notices")

_MOBILE = re.compile(r"(?<!\d)(1\d{2})\d{4}(\d{4})(?!\d)")


class Sender(Protocol):
    """Sends notices of its own channel. It raises when it could not, and is asked again later."""

    channel: str

    def send(self, notice: Notice, phone: str) -> None:
        """`phone` is that of the account told; a department has none."""


class LogSender:
    """One line per notice, for operators and for cities that have no SMS gateway. Phone numbers are masked."""

    channel = "log"

    def send(self, notice: Notice, phone: str) -> None:
        log.info("%s %s %s: %s", notice.recipient_kind, notice.recipient, mask_phones(phone) or "-",
                 mask_phones(notice.text))


def mask_phones(text: str) -> str:
    """13812348000 becomes 138****8000, wherever in the text it stands: people write numbers into reasons."""
    return _MOBILE.sub(r"\1****\2", text)
