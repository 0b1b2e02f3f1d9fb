"""Personal numbers in words that others will read, and the limits of codes: rules without a database."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from governance.errors import InvalidField
from governance.residents.masking import mask
from governance.residents.phone_codes import mobile, wait_of

NOW = datetime(2026, 3, 3, 1, tzinfo=UTC)


@pytest.mark.parametrize(("written", "shown"), [
    ("电话13812348000找我", "电话138****8000找我"),
    ("打 138 1234 8000", "打 138****8000"),
    ("138-1234-8000", "138****8000"),
    ("+86 13812348000", "138****8000"),
    ("手机１３８１２３４８０００", "手机138****8000"),
    ("a13812348000b", "a138****8000b"),
    ("身份证110105199001010123", "身份证110105********0123"),
    ("身份证号 11010519900101012X。", "身份证号 110105********012X。"),
    ("旧证 120101800101123", "旧证 120101*****1123"),
    ("022-27312345", "022****45"),
    ("卡号 6222020200112233445", "卡号 ****3445"),
    ("邮箱 zhang.san@example.com", "邮箱 ****"),
    ("我的微信: wx_abc123", "我的微信: ****"),
    ("联系方式:27312345", "联系方式:****"),
    ("两个 13812348000、13912348001", "两个 138****8000、139****8001"),
])
def test_what_is_made_unreadable(written: str, shown: str) -> None:
    assert mask(written) == shown
    assert mask(shown) == shown


@pytest.mark.parametrize("text", [
    "", "路口3号楼2单元501", "编号2026112200000012 未处理", "2026-03-05 12:30 到 2026.03.06", "共 1234567.89 元",
    "第 12345678 号", "100路公交车", "微信群里说的", "电话打不通", "3.14159265358979",
])
def test_what_is_nobodys_number_stays(text: str) -> None:
    assert mask(text) == text


@pytest.mark.parametrize("typed", ["13912340001", "+8613912340001", "86 139 1234 0001", " 139-1234-0001 ",
                                   "１３９１２３４０００１"])
def test_a_number_however_it_was_typed(typed: str) -> None:
    assert mobile(typed) == "13912340001"


@pytest.mark.parametrize("typed", ["", "12345678901", "1391234000", "139123400011", "13912340001x", "٠١٢٣٤٥٦٧٨٩٠"])
def test_what_is_no_number(typed: str) -> None:
    with pytest.raises(InvalidField, match="phone"):
        mobile(typed)


@pytest.mark.parametrize(("minutes_ago", "wait"), [
    ([], 0), ([0], 60), ([0.5], 30), ([1], 0), ([2, 5, 9, 20], 0), ([2, 5, 9, 20, 59], 60), ([2, 5, 9, 20, 60], 0),
    ([120 + 60 * n for n in range(9)], 0), ([120 + 60 * n for n in range(10)], (1440 - 660) * 60),
])
def test_one_a_minute_five_an_hour_ten_a_day(minutes_ago: list[float], wait: int) -> None:
    asked = [NOW - timedelta(minutes=minutes) for minutes in minutes_ago]
    assert wait_of(asked, "1,5,10", NOW) == timedelta(seconds=wait)
