"""A bulletin as it is printed: A4, page numbers, heads that repeat; what is frozen prints the same for ever."""

from __future__ import annotations

import base64
import re
import zlib
from copy import deepcopy
from datetime import datetime

import httpx
import pytest
from sqlalchemy import Engine

from data.engine import writing
from governance.city import City
from governance.figures import bulletin
from governance.figures.bulletin import Bulletin
from governance.figures.bulletin_pdf import pdf_of, percent, span
from governance.people import Actor
from tests import town
from tests.api.conftest import Town
from tests.api.test_reporting import is_problem
from tests.stores.figures_by_chance import a_year

ONE_DATABASE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
PATH = "/api/v1/bulletins/2026-02"
ESCAPED = re.compile(rb"\\([0-7]{3}|.)", re.S)


def pages_of(pdf: bytes) -> list[str]:
    """The words of each page, as they are drawn."""
    assert pdf.startswith(b"%PDF-")
    streams = re.findall(rb"stream\r?\n(.*?)endstream", pdf, re.S)
    drawn = [zlib.decompress(base64.a85decode(stream.strip().removesuffix(b"~>"))) for stream in streams]
    return ["\n".join(_said(text) for text in re.findall(rb"\(((?:\\.|[^\\()])*)\) Tj", page, re.S)) for page in drawn]


def _said(text: bytes) -> str:
    """A string of the font: two bytes a letter, some of them escaped."""
    named = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}
    return ESCAPED.sub(lambda found: bytes([int(found[1], 8)]) if len(found[1]) == 3 else named.get(
        found[1], found[1]), text).decode("utf-16-be")


@pytest.fixture
def made(engine: Engine, city: City, people: dict[str, Actor], now: datetime) -> Bulletin:
    """The bulletin of February."""
    a_year(engine, 200, seed=4)
    with writing(engine) as session:
        issued = bulletin.issue(session, city, people["supervisor"], "2026-02", town.CITY, None, "", now)
        session.commit()
        return issued


@ONE_DATABASE
def test_it_says_what_was_frozen_with_numerators_and_denominators(made: Bulletin) -> None:
    pages = pages_of(pdf_of(made))
    whole = "\n".join(pages)
    total = made.document["closure"]["district"]["total"]
    judged = total["reported"] - total["voided"] - total["merged"]
    for words in ("示例市网格化治理月度通报", "2026 年 2 月", "已发布, 第 1 版, 冻结于 2026-03-03 09:00",
                  "2026-02-01 至 2026-02-28", "何督查", "和平区", "第一社区服务站", "去年同月",
                  percent(total["closure_rate"]), f"{total['closed']} / {judged}",
                  "结案率 = 结案 / (上报 - 作废 - 并案)", "SHA-256"):
        assert words in whole, words
    assert [f"第 {n} 页 共 {len(pages)} 页" in page for n, page in enumerate(pages, start=1)] == [True] * len(pages)


@ONE_DATABASE
def test_the_same_bulletin_gives_the_same_bytes(made: Bulletin) -> None:
    assert pdf_of(made) == pdf_of(made)


@ONE_DATABASE
def test_a_long_table_goes_on_under_its_head(made: Bulletin) -> None:
    document = deepcopy(made.document)
    row = document["closure"]["department"]["rows"][0]
    document["closure"]["department"]["rows"] = [
        {**row, "key": f"d{n}", "name": f"<{n}>所&科"} for n in range(100)]
    long = Bulletin(**{**made.model_dump(), "document": document, "issued_at": made.issued_at})
    holding = [page for page in pages_of(pdf_of(long)) if ">所&科" in page]
    assert len(holding) > 2
    assert all("名称" in page and "退回" in page for page in holding)


@ONE_DATABASE
def test_what_has_moved_since_stands_at_the_end(made: Bulletin) -> None:
    moved = [{"key": town.HEPING, "name": "和平区", "numbers": {"closed": {"frozen": 10, "live": 12},
                                                             "closure_rate": {"frozen": 0.5, "live": None}}}]
    said = "\n".join(pages_of(pdf_of(made, moved)))
    assert said.index("发布后的变化") < said.index("和平区\n结案\n10\n12\n和平区\n结案率\n50.0%\n–")
    assert "发布后的变化" not in "\n".join(pages_of(pdf_of(made, [])))


@pytest.mark.parametrize(("seconds", "words"), [
    (None, "–"), (4, "4 秒"), (90, "1.5 分钟"), (5400, "1.5 小时"), (172_800, "2.0 天")])
def test_times_in_the_unit_that_they_fill(seconds: float | None, words: str) -> None:
    assert span(seconds) == words


# ---- over HTTP -----------------------------------------------------------------------------------------------------

def is_pdf(answer: httpx.Response) -> list[str]:
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["content-disposition"].startswith("inline; filename*=UTF-8''")
    return pages_of(answer.content)


def test_an_issued_bulletin_is_printed_by_format_or_by_accept(served: Town) -> None:
    said = {"month": "2026-02", "unit": town.CITY}
    assert served["supervisor"].post("/api/v1/bulletins", json=said).status_code == 201
    pages = is_pdf(served["leader"].get(f"{PATH}?format=pdf"))
    assert "已发布, 第 1 版" in pages[0]
    accepted = served["leader"].get(PATH, headers={"accept": "application/pdf"})
    assert is_pdf(accepted) == pages
    assert served["leader"].get(f"{PATH}?format=csv").headers["content-type"].startswith("text/csv")
    assert served["leader"].get(PATH).json()["edition"] == 1


@ONE_DATABASE
def test_a_month_that_nobody_has_issued_is_printed_as_it_stands_when_asked(served: Town) -> None:
    served.report("worker")
    path = "/api/v1/bulletins/2026-03"
    is_problem(served["leader"].get(f"{path}?format=pdf"), 404, "not_found")
    is_problem(served["leader"].get(f"{path}?unissued=true"), 404, "not_found")
    pages = is_pdf(served["leader"].get(f"{path}?format=pdf&unissued=true"))
    assert "现时统计, 尚未发布" in pages[0]
    assert "SHA-256" not in pages[0]
    is_pdf(served["dispatcher"].get(f"{path}?format=pdf&unissued=true"))
    is_problem(served["dispatcher"].get(f"{path}?format=pdf&unissued=true&unit={town.CITY}"), 403, "not_allowed")
    is_problem(served["cleaner_head"].get(f"{path}?format=pdf&unissued=true"), 403, "not_allowed")
    is_problem(served["leader"].get("/api/v1/bulletins/2026-04?format=pdf&unissued=true"), 422, "month_not_begun",
               "month")
    assert served["leader"].get("/api/v1/bulletins").json()["items"] == []
