"""Names as they are typed with a Latin keyboard, so that a search finds 暴露垃圾 by `bllj` or `baolulaji`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from taxonomy.category import Category

if TYPE_CHECKING:
    from pypinyin import Style


def spellings(leaf: Category) -> list[str]:
    """Of a subcategory: its name's initials and full pinyin without tones; of its other names the initials."""
    others = (initials(name) for name in (*leaf.synonyms, *leaf.local_names))
    return list(dict.fromkeys(spelt for spelt in (initials(leaf.name), full(leaf.name), *others) if spelt))


def initials(name: str) -> str:
    """暴露垃圾 -> bllj. Latin letters and digits stay as they are."""
    from pypinyin import Style  # its dictionaries take a while to load

    return _spelt(name, Style.FIRST_LETTER)


def full(name: str) -> str:
    """暴露垃圾 -> baolulaji; ü is v, as on a keyboard."""
    from pypinyin import Style

    return _spelt(name, Style.NORMAL)


def _spelt(name: str, style: Style) -> str:
    from pypinyin import lazy_pinyin

    return _typed(lazy_pinyin(name, style=style))


def _typed(parts: Iterable[str]) -> str:
    return "".join(char for part in parts for char in part.lower() if char.isascii() and char.isalnum())
