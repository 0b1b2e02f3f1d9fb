"""Datums: WGS-84, GCJ-02, BD-09, CGCS2000."""

import random

import numpy as np
import pytest

from grids.datum import DATUMS, Datum, from_wgs84, to_wgs84, to_wgs84_many

TIANANMEN = (116.391, 39.907)


def _points_in_china() -> list[tuple[float, float]]:
    chance = random.Random(12)
    return [(chance.uniform(73.5, 134.5), chance.uniform(18.2, 53.5)) for _ in range(500)]


def test_known_pairs() -> None:
    # GCJ-02 as computed by prcoords 1.0.2 and by geocoordinates-rs 0.14.2, which agree to 1e-13 degree
    assert from_wgs84(*TIANANMEN, "gcj02") == pytest.approx((116.3972409586, 39.9084011088), abs=1e-9)
    # BD-09 as in the README of github.com/wandergis/coordtransform: GCJ-02 116.404, 39.915
    wgs = to_wgs84(116.404, 39.915, "gcj02")
    assert from_wgs84(*wgs, "bd09") == pytest.approx((116.4103694937, 39.9213369935), abs=1e-7)


def test_cgcs2000_is_taken_as_wgs84() -> None:
    assert to_wgs84(*TIANANMEN, "cgcs2000") == TIANANMEN
    assert from_wgs84(*TIANANMEN, "cgcs2000") == TIANANMEN


@pytest.mark.parametrize("datum", DATUMS)
def test_there_and_back_is_the_same_point(datum: Datum) -> None:
    for point in _points_in_china():
        assert to_wgs84(*from_wgs84(*point, datum), datum) == pytest.approx(point, abs=1e-9)
        assert from_wgs84(*to_wgs84(*point, datum), datum) == pytest.approx(point, abs=1e-9)


def test_gcj02_moves_points_in_tianjin_by_some_hundred_metres() -> None:
    lon, lat = from_wgs84(117.2, 39.13, "gcj02")
    assert 100 < np.hypot((lon - 117.2) * 86_000, (lat - 39.13) * 111_000) < 1000


def test_gcj02_leaves_what_is_outside_china_alone() -> None:
    assert from_wgs84(2.35, 48.85, "gcj02") == (2.35, 48.85)
    assert to_wgs84(2.35, 48.85, "gcj02") == (2.35, 48.85)


@pytest.mark.parametrize("datum", DATUMS)
def test_a_whole_file_gives_the_same_as_point_by_point(datum: Datum) -> None:
    points = np.array([*_points_in_china(), (2.35, 48.85)])
    lons, lats = to_wgs84_many(points[:, 0], points[:, 1], datum)
    singly = np.array([to_wgs84(lon, lat, datum) for lon, lat in points])
    assert np.column_stack([lons, lats]) == pytest.approx(singly, abs=1e-9)


def test_an_unknown_datum_is_refused() -> None:
    with pytest.raises(ValueError, match="wgs72"):
        to_wgs84(117.2, 39.1, "wgs72")  # type: ignore[arg-type]
