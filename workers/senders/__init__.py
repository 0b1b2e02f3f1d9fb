"""The ways a message goes out, behind one port: a sender is anything with a channel and `send`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Protocol

from governance.notices.sending import Parcel

_MOBILE = re.compile(r"(?<!\d)(1\d{2})\d{4}(\d{4})(?!\d)")
CUT = "…"


class NotSent(Exception):
    """The receiver did not take it; the reason is kept and shown to administrators, so it holds no secret."""


class Sender(Protocol):
    """Sends what goes by its own channel. NotSent when it could not; it is asked again later."""

    channel: str

    def send(self, parcel: Parcel) -> None: ...


def mask_phones(text: str) -> str:
    """13812348000 becomes 138****8000, wherever in the text it stands: people write numbers into reasons."""
    return _MOBILE.sub(r"\1****\2", text)


def cleaned(reason: str, *secrets: str) -> str:
    """A reason in one line without secrets, addresses and phones."""
    for secret in filter(None, secrets):
        reason = reason.replace(secret, "***")
    return mask_phones(" ".join(reason.split()))[:300]


def text_of(parcel: Parcel, most_bytes: int) -> str:
    """The message in words. Several notices are one list; what has no room is counted, and stands in the inbox."""
    if len(parcel.lines) == 1:
        return cut(parcel.lines[0], most_bytes)
    return "\n".join(_digest(parcel, most_bytes))


def _digest(parcel: Parcel, most_bytes: int) -> Iterator[str]:
    english, number = parcel.language == "en", len(parcel.lines)
    head = f"{number} notices:" if english else f"您有 {number} 条通知:"
    room, yielded = most_bytes - len(head.encode()) - 60, 0  # 60: the last line
    yield head
    for line in parcel.lines:
        shown = f"{yielded + 1}. {line}"
        room -= len(shown.encode()) + 1
        if room < 0:
            break
        yielded += 1
        yield shown
    if left := number - yielded:
        yield f"{left} more; sign in to read them" if english else f"另有 {left} 条, 请登录查看"


def cut(text: str, most_bytes: int) -> str:
    """The text, or as much of it as fits with a sign that there is more; never half a character."""
    if len(text.encode()) <= most_bytes:
        return text
    return text.encode()[:most_bytes - len(CUT.encode())].decode(errors="ignore") + CUT
