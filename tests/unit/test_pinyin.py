"""Names as they are typed with a Latin keyboard."""

from __future__ import annotations

import pytest

from taxonomy.category import Category
from taxonomy.pinyin import full, initials, spellings
from tests.unit.shipped_list import tree


@pytest.mark.parametrize(("name", "typed", "whole"), [
    ("暴露垃圾", "bllj", "baolulaji"), ("重复路面", "cflm", "chongfulumian"), ("绿地 (女厕)", "ldnc", "lvdinvce"),
    ("5G基站", "5gjz", "5gjizhan"), ("ATM机", "atmj", "atmji"), ("…", "", "")])
def test_a_name_as_it_is_typed(name: str, typed: str, whole: str) -> None:
    assert (initials(name), full(name)) == (typed, whole)


def test_a_subcategory_is_found_by_all_its_names_each_spelling_once() -> None:
    leaf = Category(taxonomy="grid", version=1, code="1", position=0, leaf=True, name="暴露垃圾",
                    synonyms=["垃圾没人收", "暴露垃圾", "—"], local_names=["脏土"])
    assert spellings(leaf) == ["bllj", "baolulaji", "ljmrs", "zt"]


def test_the_spellings_of_the_whole_list_stay_small() -> None:
    """They go to every phone with the list."""
    leaves = list(tree().leaves())
    size = sum(len(spelt) for leaf in leaves for spelt in spellings(leaf))
    assert all(spellings(leaf) for leaf in leaves)
    assert size < 100 * len(leaves)
