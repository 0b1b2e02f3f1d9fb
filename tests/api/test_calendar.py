"""The working calendar over HTTP: enough to count working time down to the second."""

from __future__ import annotations

from datetime import date

import pytest

from data.engine import writing
from governance.city import CalendarDay, CalendarYear, raise_revision
from tests.api.conftest import Town
from tests.api.test_reporting import is_problem

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
PATH = "/api/v1/calendar"
HOURS = [["08:00", "12:00"], ["14:00", "18:00"]]


def test_sixty_days_from_today(served: Town) -> None:
    answer = served["worker"].get(PATH).json()
    assert (answer["timezone"], answer["unpublished"]) == ("Asia/Shanghai", [])
    assert [answer["days"][at]["date"] for at in (0, -1)] == ["2026-03-03", "2026-05-02"]
    assert answer["days"][0] == {"date": "2026-03-03", "work": True, "name": "", "name_en": "", "spans": HOURS}
    assert answer["days"][4] == {"date": "2026-03-07", "work": False, "name": "", "name_en": "", "spans": []}


def test_a_holiday_and_the_day_that_makes_up_for_it(served: Town) -> None:
    answer = served["worker"].get(f"{PATH}?from=2026-02-14&to=2026-02-17").json()
    assert [(day["date"], day["work"], day["name"]) for day in answer["days"]] == [
        ("2026-02-14", True, "春节调休上班"), ("2026-02-15", False, "春节"), ("2026-02-16", False, "春节"),
        ("2026-02-17", False, "春节")]
    assert answer["days"][0]["name_en"] == "Working day for Spring Festival"


def test_the_days_of_an_unpublished_year_are_left_out_and_named(served: Town) -> None:
    answer = served["worker"].get(f"{PATH}?from=2026-12-30&to=2027-01-03").json()
    assert [day["date"] for day in answer["days"]] == ["2026-12-30", "2026-12-31"]
    assert answer["unpublished"] == [2027]


def test_what_the_city_says_goes_first_and_is_sent_again(served: Town) -> None:
    path = f"{PATH}?from=2027-01-01&to=2027-01-04"
    before = served["worker"].get(path)
    tag = {"If-None-Match": before.headers["etag"]}
    assert (before.json()["days"], served["worker"].get(path, headers=tag).status_code) == ([], 304)
    with writing(served.engine) as session:
        session.add_all([CalendarYear(year=2027), CalendarDay(day=date(2027, 1, 1), kind="holiday", name="元旦"),
                         CalendarDay(day=date(2027, 1, 3), kind="work", name="市运会补班")])
        raise_revision(session)
        session.commit()
    days = served["worker"].get(path, headers=tag).json()["days"]
    assert [(day["work"], day["name"]) for day in days] == [
        (False, "元旦"), (False, ""), (True, "市运会补班"), (True, "")]


def test_ranges_that_cannot_be_answered(served: Town) -> None:
    client = served["worker"]
    assert len(client.get(f"{PATH}?from=2025-01-01&to=2026-02-04").json()["days"]) == 400
    is_problem(client.get(f"{PATH}?from=2025-01-01&to=2026-02-05"), 422, "invalid_field", "to")
    is_problem(client.get(f"{PATH}?from=2026-03-02&to=2026-03-01"), 422, "invalid_field", "to")
    for wrong in ("2026-02-30", "2026-03-03T09:00:00Z", "1772496000", "0001-01-01"):
        is_problem(client.get(f"{PATH}?from={wrong}"), 422, "invalid_request", "from")
    is_problem(client.get(f"{PATH}?since=2026-03-03"), 422, "unknown_field", "since")
