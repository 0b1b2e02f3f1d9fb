"""Codes of grid units."""

import pytest

from grids.codes import LEVELS, code_range, level_of, parent_of, path_of, within

CELL = "120101001001007"


@pytest.mark.parametrize(
    ("code", "level", "parent"),
    [
        ("12", "city", None),
        ("120101", "district", "12"),
        ("120101001", "street", "120101"),
        ("120101001001", "community", "120101001"),
        (CELL, "cell", "120101001001"),
    ],
)
def test_a_code_tells_its_level_and_its_parent(code: str, level: str, parent: str | None) -> None:
    assert level_of(code) == level
    assert parent_of(code) == parent


def test_a_path_leads_from_the_city_down_to_the_unit_itself() -> None:
    assert path_of(CELL) == ("12", "120101", "120101001", "120101001001", CELL)
    assert [level_of(code) for code in path_of(CELL)] == list(LEVELS)
    assert path_of("12") == ("12",)


@pytest.mark.parametrize(
    ("code", "why"),
    [
        ("", "digits only"),
        ("津", "digits only"),
        ("１２", "digits only"),
        ("12 ", "digits only"),
        ("1201", "4 digits instead of"),
        ("120101001001000", "numbered from 001"),
    ],
)
def test_a_malformed_code_is_refused_with_the_reason(code: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        level_of(code)


def test_a_scope_holds_its_own_unit_and_all_below() -> None:
    assert within(CELL, "12")
    assert within(CELL, CELL)
    assert within("120101", "120101")
    assert not within("120101", "120101001")
    assert not within(CELL, "120102")


@pytest.mark.parametrize("scope", ["12", "120109", "120101", "120101999", "120101001001", CELL])
def test_a_range_scan_finds_exactly_what_is_within(scope: str) -> None:
    low, high = code_range(scope)
    codes = ["11", "12", "13", "120101", "120102", "120109", "120110", "120101999", "120102001", "120109001"]
    codes += ["120101001", "120101001001", "120101001002", CELL, "120101001001008", "120101999001001"]
    assert [code for code in codes if low <= code < high] == [code for code in codes if within(code, scope)]
