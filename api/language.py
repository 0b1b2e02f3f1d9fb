"""Chinese or English, as the caller asked: Chinese unless `Accept-Language` prefers English."""

from __future__ import annotations

from typing import Literal

from starlette.requests import Request

Language = Literal["zh", "en"]


def language_of(request: Request) -> Language:
    """The language that the caller likes best of the two."""
    weights = {"zh": -1.0, "en": -1.0}
    for part in request.headers.get("accept-language", "").split(","):
        tag, _, quality = part.strip().partition(";q=")
        name = tag.strip().lower().split("-")[0]
        if name in weights:
            weights[name] = max(weights[name], _weight(quality))
    return "en" if weights["en"] > max(weights["zh"], 0.0) else "zh"


def _weight(quality: str) -> float:
    try:
        return float(quality) if quality else 1.0
    except ValueError:
        return 0.0
