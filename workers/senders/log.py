"""The log: one line for each notice, for operators and for cities that have no other channel."""

from __future__ import annotations

import logging

from governance.notices.delivery import LOG
from governance.notices.sending import Parcel
from workers.senders import mask_phones

log = logging.getLogger("wangge.notices")


class LogSender:
    """Phone numbers are masked."""

    channel = LOG

    def send(self, parcel: Parcel) -> None:
        log.info("%s %s: %s", parcel.whom, mask_phones(parcel.to) or "-", mask_phones(parcel.lines[0]))
