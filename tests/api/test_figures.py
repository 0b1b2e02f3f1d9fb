"""Figures over HTTP: what stands beside each, the lists behind them, the files, the map."""

from __future__ import annotations

import csv
import io
import re
from typing import Any

import httpx
import pytest
from openpyxl import load_workbook
from sqlalchemy import update

from data.engine import writing
from governance.city import raise_revision
from governance.figures.counts import COUNTS, RATES
from governance.people import Department
from tests import town
from tests.api.conftest import Town
from tests.api.test_reporting import is_problem

ONE_DATABASE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
MARCH = "from=2026-03-01T00:00:00%2B08:00&to=2026-04-01T00:00:00%2B08:00"
EVERY = (f"closure?by=street&{MARCH}", f"closure?by=department&{MARCH}&compare=last_month",
         f"league?by=street&{MARCH}&rate=return_rate", "stages?by=department", "trend?interval=week")


def read(answer: httpx.Response) -> Any:
    assert answer.status_code == 200, answer.text
    return answer.json()


def expand(template: str, **values: str | None) -> str:
    """RFC 6570, the two forms that are used."""
    def put(match: re.Match[str]) -> str:
        named = [(name, values[name]) for name in match.group(2).split(",") if values.get(name) is not None]
        pairs = [f"{name}={httpx.QueryParams({name: value})[name]}".replace("+", "%2B") for name, value in named]
        return "".join((match.group(1) if n == 0 else "&") + pair for n, pair in enumerate(pairs))

    return re.sub(r"\{([?&])([^}]+)\}", put, template)


@pytest.fixture
def busy(served: Town) -> Town:
    """Rubbish that is dispatched, noise that waits, and a report from a street where no cell is known."""
    served.report("worker", subcategory=town.RUBBISH, attachments=[served.photo("worker")])
    served.report("resident", description="楼下噪音", subcategory=None)
    served.report("worker", lon=None, lat=None, unit=town.COMMUNITY)
    return served


@ONE_DATABASE
def test_every_answer_says_what_it_is_of(busy: Town) -> None:
    for query in EVERY:
        meta = read(busy["centre"].get(f"/api/v1/figures/{query}"))["meta"]
        assert (meta["unit"], meta["unit_name"], meta["formula_version"]) == (town.HEPING, "和平区", 1)
        assert meta["counted_at"] == "2026-03-03T09:00:00+08:00"
        assert all(formula["formula"] and formula["formula_en"] for formula in meta["formulas"])
        if "from=" in query:
            assert (meta["from"], meta["to"]) == ("2026-03-01T00:00:00+08:00", "2026-04-01T00:00:00+08:00")
    formulas = {each["name"]: each for each in meta["formulas"]}
    assert formulas["closure_rate"]["formula"] == "结案 / (上报 − 作废 − 并案)"
    assert formulas["closure_rate"]["part"] == {"closed": 1}
    assert formulas["closure_rate"]["whole"] == {"reported": 1, "voided": -1, "merged": -1}
    assert formulas["reported"]["whole"] is None


def test_the_template_leads_from_every_number_to_its_incidents(busy: Town) -> None:
    for by in ("cell", "category", "department", "source"):
        told = read(busy["leader"].get(f"/api/v1/figures/closure?by={by}&{MARCH}&unit={town.HEPING}"))
        for row in told["rows"]:
            for name in ("reported", "open", "dispatched", "filing_judged", "due"):
                address = expand(told["meta"]["incidents"], figure=name, key=row["key"], list=row["list"])
                assert len(read(busy["leader"].get(address))["items"]) == row[name], address
        whole = read(busy["leader"].get(expand(told["meta"]["incidents"].replace(f"by={by}", "mine=false"),
                                               figure="reported")))
        assert len(whole["items"]) == told["total"]["reported"] == 3


def test_the_trend_and_the_stages_have_their_lists_too(busy: Town) -> None:
    told = read(busy["leader"].get("/api/v1/figures/trend?interval=day"))
    (row,) = told["rows"]
    address = expand(told["meta"]["incidents"], figure="reported", **{"from": row["from"], "to": row["to"]})
    assert len(read(busy["leader"].get(address))["items"]) == row["reported"] == 3
    stages = read(busy["leader"].get("/api/v1/figures/stages?by=street"))
    for row in stages["rows"]:
        for stage in row["stages"]:
            address = expand(stages["meta"]["incidents"], figure=stage["figure"], key=row["key"])
            assert len(read(busy["leader"].get(address))["items"]) == stage["count"], address


@ONE_DATABASE
def test_a_list_of_a_figure_that_is_none(served: Town) -> None:
    for query, field in (("figure=beauty", "figure"), ("by=street", "figure"), ("figure=open&key=1", "by"),
                         ("figure=open&by=colour", "by"), ("figure=open&from=yesterday", "from")):
        answer = served["leader"].get(f"/api/v1/incidents?{query}")
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["field"] == field, answer.text


def test_comparison_gives_both_and_the_difference(busy: Town) -> None:
    told = read(busy["leader"].get(f"/api/v1/figures/closure?by=district&{MARCH}&compare=last_year"))
    row = next(row for row in told["rows"] if row["key"] == town.HEPING)
    assert (row["reported"], row["before"]["reported"], row["difference"]["reported"]) == (3, 0, 3)
    assert row["difference"]["closure_rate"] is None
    is_problem(busy["leader"].get("/api/v1/figures/closure?compare=last_year"), 422, "missing_field", "from")
    is_problem(busy["leader"].get("/api/v1/figures/league?rate=beauty"), 422, "unknown_rate", "rate")


# ---- files ---------------------------------------------------------------------------------------------------------

@ONE_DATABASE
@pytest.mark.parametrize("query", EVERY)
def test_every_figure_comes_as_csv(busy: Town, query: str) -> None:
    answer = busy["centre"].get(f"/api/v1/figures/{query}&format=csv")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert "filename*=UTF-8''" in answer.headers["content-disposition"]
    lines = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert len(lines[0]) >= 8
    assert re.search(r"[一-鿿]", lines[0][0])
    about = {line[0]: line[1] for line in lines[lines.index([]):] if len(line) == 2}
    assert about["数据截至 As of"] == "2026-03-03 09:00"
    assert about["范围 Unit"].startswith("和平区")
    assert answer.content == busy["centre"].get(f"/api/v1/figures/{query}", headers={"Accept": "text/csv"}).content


@ONE_DATABASE
@pytest.mark.parametrize("query", EVERY)
def test_every_figure_comes_as_xlsx_with_its_formulas(busy: Town, query: str) -> None:
    answer = busy["centre"].get(f"/api/v1/figures/{query}&format=xlsx")
    book = load_workbook(io.BytesIO(answer.content))
    data, about = (book.worksheets[n] for n in (0, 1))
    assert data.max_row >= 2
    assert any(isinstance(cell.value, int) for row in data.iter_rows(min_row=2) for cell in row)
    said = [[cell.value for cell in row] for row in about.iter_rows()]
    assert ["数据截至 As of", "2026-03-03 09:00"] in [row[:2] for row in said]
    assert any(row[0] == "指标" for row in said)


@ONE_DATABASE
def test_numbers_are_numbers_and_rates_are_shown_in_percent(busy: Town) -> None:
    answer = busy["leader"].get("/api/v1/figures/closure?by=district&format=xlsx")
    page = load_workbook(io.BytesIO(answer.content)).worksheets[0]
    heads = [cell.value for cell in page[1]]
    assert heads[:3] == ["编码", "名称", "上报"]
    assert len(heads) == 2 + len(COUNTS) + len(RATES)
    closure = page.cell(2, heads.index("结案率") + 1)
    assert (closure.value, closure.number_format) == (0, "0.0%")
    assert page.cell(2, 3).value == 3


# ---- the map -------------------------------------------------------------------------------------------------------

def test_the_map_has_every_unit_with_its_figures(busy: Town) -> None:
    answer = busy["centre"].get("/api/v1/figures/map")
    assert answer.headers["content-type"] == "application/geo+json"
    told = read(answer)
    assert [feature["id"] for feature in told["features"]] == [town.STREET, town.STREET_2]
    first, second = (feature["properties"] for feature in told["features"])
    assert (first["name"], first["reported"], first["closure_rate"], second["reported"]) == ("和平一街", 3, 0.0, 0)
    assert told["features"][0]["geometry"]["type"] == "Polygon"
    cells = read(busy["centre"].get("/api/v1/figures/map?level=cell"))
    assert (cells["total"]["reported"], cells["unplaced"]["reported"]) == (3, 1)
    drawn = sum(feature["properties"]["reported"] for feature in cells["features"])
    assert drawn + cells["unplaced"]["reported"] == cells["total"]["reported"]
    assert cells["note"]["zh"]
    is_problem(busy["centre"].get(f"/api/v1/figures/map?unit={town.HEDONG}"), 403, "not_allowed")
    is_problem(busy["leader"].get("/api/v1/figures/map?level=city"), 422, "invalid_field", "level")
    is_problem(busy["leader"].get("/api/v1/figures/map?unit=99"), 422, "unknown_unit", "unit")


# ---- bulletins and evaluation --------------------------------------------------------------------------------------

@ONE_DATABASE
def test_a_supervisor_issues_a_month_and_the_unit_reads_it(busy: Town) -> None:
    body = {"month": "2026-02", "unit": town.HEPING}
    is_problem(busy["centre"].post("/api/v1/bulletins", json=body), 403, "not_allowed")
    is_problem(busy["supervisor"].post("/api/v1/bulletins", json={**body, "month": "2026-03"}), 422, "month_not_over",
               "month")
    is_problem(busy["supervisor"].post("/api/v1/bulletins", json={**body, "title": "x"}), 422, "unknown_field", "title")
    sent = busy["supervisor"].post("/api/v1/bulletins", json=body)
    assert sent.status_code == 201, sent.text
    assert sent.headers["location"] == f"/api/v1/bulletins/2026-02?unit={town.HEPING}&edition=1"
    is_problem(busy["supervisor"].post("/api/v1/bulletins", json=body), 409, "conflict")
    again = busy["supervisor"].post("/api/v1/bulletins", json={**body, "reason": "漏计"})
    assert (again.status_code, again.json()["edition"]) == (201, 2)

    told = read(busy["dispatcher"].get(f"/api/v1/bulletins/2026-02?unit={town.HEPING}&edition=1"))
    assert (told["hash"], told["sound"], told["moved"]) == (sent.json()["hash"], True, None)
    assert [each["reason"] for each in told["editions"]] == ["", "漏计"]
    assert read(busy["centre"].get("/api/v1/bulletins/2026-02"))["moved"] == []
    is_problem(busy["centre"].get("/api/v1/bulletins/2026-01"), 404, "not_found")
    is_problem(busy["centre"].get("/api/v1/bulletins/February"), 422, "invalid_request", "month")
    is_problem(busy["centre"].get(f"/api/v1/bulletins/2026-02?unit={town.HEDONG}"), 403, "not_allowed")


@ONE_DATABASE
def test_bulletins_are_listed_page_by_page(busy: Town) -> None:
    for unit, month in ((town.CITY, "2026-01"), (town.CITY, "2026-02"), (town.HEPING, "2026-02")):
        assert busy["supervisor"].post("/api/v1/bulletins", json={"month": month, "unit": unit}).status_code == 201
    first = read(busy["leader"].get("/api/v1/bulletins?limit=2"))
    rest = read(busy["leader"].get(f"/api/v1/bulletins?limit=2&cursor={first['next_cursor']}"))
    listed = [(each["month"], each["unit"]) for page in (first, rest) for each in page["items"]]
    assert listed == [("2026-02", town.HEPING), ("2026-02", town.CITY), ("2026-01", town.CITY)]
    assert rest["next_cursor"] is None
    assert len(read(busy["worker_hedong"].get("/api/v1/bulletins"))["items"]) == 2
    is_problem(busy["leader"].get("/api/v1/bulletins?cursor=x"), 422, "bad_cursor", "cursor")


@ONE_DATABASE
def test_a_bulletin_comes_as_a_workbook(busy: Town) -> None:
    busy["supervisor"].post("/api/v1/bulletins", json={"month": "2026-02", "unit": town.CITY})
    answer = busy["leader"].get("/api/v1/bulletins/2026-02?format=xlsx")
    book = load_workbook(io.BytesIO(answer.content))
    assert book.sheetnames[:2] == ["各区结案情况", "各责任单位结案情况"]
    assert {"各责任单位排名", "各区环节用时", "说明 About"} <= set(book.sheetnames)


def test_evaluation_says_what_it_is_made_of(busy: Town) -> None:
    told = read(busy["dispatcher"].get("/api/v1/figures/evaluation?of=grid_worker"))
    assert told["meta"]["from"] == "2026-03-01T00:00:00+08:00"  # without a period: this month
    assert [each["weight"] for each in told["rows"][0]["components"]] == [40, 20, 20, 20]
    assert {each["name"] for each in told["meta"]["formulas"]} == {"valid_reports", "missed", "verify_on_time",
                                                                   "check_on_time"}
    row = next(row for row in told["rows"] if row["name"] == "王网格")
    assert (row["components"][0]["numerator"], row["components"][0]["denominator"]) == (1, 1)
    mine = read(busy["worker"].get("/api/v1/figures/evaluation"))
    assert [row["name"] for row in mine["rows"]] == ["王网格"]
    is_problem(busy["worker"].get("/api/v1/figures/evaluation?of=resident"), 422, "unknown_evaluation", "of")
    is_problem(busy["resident"].get("/api/v1/figures/evaluation"), 403, "not_allowed")
    for form in ("csv", "xlsx"):
        assert busy["leader"].get(f"/api/v1/figures/evaluation?of=department&format={form}").status_code == 200


# ---- what a spreadsheet would run ----------------------------------------------------------------------------------

@ONE_DATABASE
def test_a_name_that_looks_like_a_formula_stays_a_name(busy: Town) -> None:
    with writing(busy.engine) as session:
        session.execute(update(Department).where(Department.code == "sanitation_1").values(name='=HYPERLINK("x")'))
        raise_revision(session)
        session.commit()
    query = "/api/v1/figures/closure?by=department&format="
    assert '\'=HYPERLINK(""x"")"' in busy["leader"].get(f"{query}csv").text
    page = load_workbook(io.BytesIO(busy["leader"].get(f"{query}xlsx").content)).worksheets[0]
    assert [cell.data_type for cell in page["B"][1:]] == ["s"] * (page.max_row - 1)
