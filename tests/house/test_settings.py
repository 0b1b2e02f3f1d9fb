"""Whoever runs a city finds every setting in docs/settings.md, as it is."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from governance.settings import Settings

PAGE = Path(__file__).resolve().parents[2] / "docs" / "settings.md"
ROW = re.compile(r"^\| `WANGGE_(\w+)` \| (.*?) \| (.*?) \| (.*?) \|$", re.M)


def documented() -> dict[str, tuple[str, str, str]]:
    """Setting -> its default, what it is in Chinese, and in English."""
    return {row[0].lower(): row[1:] for row in ROW.findall(PAGE.read_text(encoding="utf-8"))}


def test_the_page_has_every_setting_and_no_other() -> None:
    assert list(documented()) == list(Settings.model_fields)


@pytest.mark.parametrize("name", Settings.model_fields)
def test_a_setting_is_described_as_it_is(name: str) -> None:
    field = Settings.model_fields[name]
    default, chinese, english = documented()[name]
    assert default.strip("`") == ("–" if field.default in ("", None) else str(field.default))
    assert re.search("[一-鿿]", chinese)
    assert english == field.description


def test_no_setting_comes_from_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WANGGE_PORT", "8123")
    monkeypatch.setenv("PORT", "9")
    assert Settings(_env_file=None).port == 8123
