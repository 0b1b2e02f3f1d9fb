"""Personal numbers out of words that others will read: phones, identity cards, bank cards, addresses of mail and chat.

By rule: 138****8000, 110105********0123 (the domain brief, section 5). A rule knows no names; those a moderator takes
out (governance/residents/inquiries.py).
"""

from __future__ import annotations

import re
import unicodedata

DIGIT = "[0-9０-９]"
#: Digits in a row, as people write them: with blanks, hyphens and dots between; an identity card may end in X.
RUN = re.compile(rf"(?<![0-9０-９])(?:[+＋])?{DIGIT}(?:[ \-－—–.·　]?{DIGIT}){{9,18}}[XxＸｘ]?"
                 rf"(?![0-9０-９])")
MAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+", re.ASCII)
#: A number or name of chat that says itself what it is: 电话 27312345, 微信号: wx_abc123.
NAMED = re.compile(r"((?:电话|手机|座机|联系方式|微信号?|QQ|身份证号?(?:码)?|tel|phone|wechat)"
                   r"[^\w\n]{0,3}(?:是|为|号)?[^\w\n]{0,3})"
                   r"([0-9A-Za-z_][0-9A-Za-z_-]{4,}+)(?![*])", re.IGNORECASE)
#: Our own numbers: the day and eight digits of a serial.
OUR_NUMBER = re.compile(r"20\d{6}\d{8}")
#: Identity cards: 18 signs, or the 15 of before 1999, with the day of birth in them.
IDENTITY = re.compile(r"[1-9]\d{5}(?:19|20)\d{9}[\dX]|[1-9]\d{7}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}")
HIDDEN = "****"


def mask(text: str) -> str:
    """The text with every personal number in it made unreadable; what is none stays."""
    text = MAIL.sub(HIDDEN, text)
    text = RUN.sub(lambda found: _masked(found[0]), text)
    return NAMED.sub(lambda found: found[1] + HIDDEN, text)


def _masked(written: str) -> str:
    """One run of digits: masked if it can be somebody's number."""
    plain = "".join(sign for sign in unicodedata.normalize("NFKC", written).upper() if sign.isalnum())
    if OUR_NUMBER.fullmatch(plain):
        return written
    phone = re.fullmatch(r"(?:86)?(1[3-9]\d)\d{4}(\d{4})", plain)
    if phone:
        return f"{phone[1]}{HIDDEN}{phone[2]}"
    if IDENTITY.fullmatch(plain):
        return f"{plain[:6]}{'*' * (len(plain) - 10)}{plain[-4:]}"
    if re.fullmatch(r"0\d{9,11}", plain):
        return f"{plain[:3]}{HIDDEN}{plain[-2:]}"
    return f"{HIDDEN}{plain[-4:]}" if re.fullmatch(r"[3-6]\d{15,18}", plain) else written
