"""Rates: a part of a whole, and nothing where there is no whole."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from governance.figures.closure import COUNTS, RATES, Figure, closure_rate, figure, rate
from wangge.figures import render


def test_a_city_that_closed_9_54_of_9_74_million_closed_97_9_percent() -> None:
    assert f"{closure_rate(reported=9_740_000, voided=0, merged=0, closed=9_540_000):.1%}" == "97.9%"


@pytest.mark.parametrize(("reported", "voided", "merged", "closed", "expected"), [
    (1000, 20, 6, 954, 954 / 974),  # what was void or merged was not to be closed
    (974, 0, 0, 974, 1.0),
    (974, 0, 0, 0, 0.0),
    (3, 2, 1, 0, None),             # nothing was to be closed
    (0, 0, 0, 0, None),
])
def test_closure_rate(reported: int, voided: int, merged: int, closed: int, expected: float | None) -> None:
    assert closure_rate(reported, voided, merged, closed) == expected


def test_a_rate_of_nothing_is_no_rate() -> None:
    assert rate(0, 0) is None
    assert rate(0, 5) == 0.0


@given(st.integers(1, 10**9), st.data())
def test_a_part_is_never_more_than_the_whole(whole: int, data: st.DataObject) -> None:
    part = rate(data.draw(st.integers(0, whole)), whole)
    assert part is not None
    assert 0.0 <= part <= 1.0


def test_every_rate_is_of_counts_that_a_figure_has() -> None:
    assert {name for each in RATES.values() for name in (*each.part, *each.whole)} <= set(COUNTS)
    empty = figure("12", "示例市", None, {})
    assert set(empty.counts.values()) == {0}
    assert set(empty.rates) == set(RATES)
    assert set(empty.rates.values()) == {None}


def test_a_figure_says_its_counts_and_rates_by_name() -> None:
    said = _street("和平一街").document()
    assert (said["key"], said["name"], said["reported"]) == ("120101001", "和平一街", 1200)
    assert (said["closure_rate"], said["on_time_rate"], said["return_rate"]) == (0.9, 0.75, None)


def test_the_table_counts_a_chinese_character_as_two() -> None:
    lines = render([_street("和平一街"), _street("A street")], _street("合计")).splitlines()
    assert len(lines) == 5
    assert {cell_len(line) for line in lines} == {cell_len(lines[0])}
    assert lines[2].split() == ["和平一街", "1,200", "0", "200", "0", "0", "0", "900", "100", "0", "90.0%", "400",
                                "300", "75.0%", "-", "-"]


def _street(name: str) -> Figure:
    return figure("120101001", name, None, {"reported": 1200, "voided": 200, "closed": 900, "open": 100, "due": 400,
                                            "closed_on_time": 300})
