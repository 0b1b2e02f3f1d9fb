"""Sheets of departments, people and working days: what is right comes in, what is wrong is told by line."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from data.sheet import BadFile
from governance.exchange.calendar import read_days
from governance.exchange.people import read_accounts, read_departments

UNITS = {"12": "city", "120101": "district", "120101001": "street", "120101002": "street"}
FUNCTIONS = ("sanitation", "roads")


def sheet(folder: Path, text: str) -> Path:
    path = folder / "sheet.csv"
    path.write_text(text, encoding="utf-8")
    return path


def told(bad: pytest.ExceptionInfo[BadFile]) -> set[tuple[int, str]]:
    assert all(problem.reason and problem.reason_en for problem in bad.value.problems)
    return {(problem.line, problem.field) for problem in bad.value.problems}


# ---- departments ---------------------------------------------------------------------------------------------------

def test_a_department_answers_for_its_functions_in_its_unit(tmp_path: Path) -> None:
    path = sheet(tmp_path, "code,name,level,unit,functions\n120101-s,和平区环卫,district,120101,sanitation|roads\n")
    departments, duties = read_departments(path, UNITS, FUNCTIONS)
    assert [(d.code, d.level, d.unit) for d in departments] == [("120101-s", "district", "120101")]
    assert {(d.function, d.unit, d.department) for d in duties} == {("sanitation", "120101", "120101-s"),
                                                                  ("roads", "120101", "120101-s")}


def test_a_department_may_answer_for_two_streets_of_its_district(tmp_path: Path) -> None:
    path = sheet(tmp_path, "code,name,level,unit,functions,jurisdiction\n"
                           "120101-r,养护队,district,120101,roads,120101001|120101002\n")
    _, duties = read_departments(path, UNITS, FUNCTIONS)
    assert {d.unit for d in duties} == {"120101001", "120101002"}


def test_every_wrong_cell_of_the_departments_is_told(tmp_path: Path) -> None:
    path = sheet(tmp_path, "code,name,level,unit,functions\n"
                           "a,甲,street,120101,sanitation\n"
                           "a,,district,120101,magic\n"
                           ",丙,district,999999,\n")
    with pytest.raises(BadFile) as bad:
        read_departments(path, UNITS, FUNCTIONS)
    assert told(bad) == {(2, "level"), (3, "code"), (3, "name"), (3, "functions"), (4, "code"), (4, "unit"),
                         (4, "functions")}


# ---- accounts ------------------------------------------------------------------------------------------------------

def test_a_person_has_one_role_and_one_scope(tmp_path: Path) -> None:
    path = sheet(tmp_path, "phone,name,role,unit,department,password,active\n"
                           "13800000001,张三,dispatcher,120101001,,,\n"
                           "13800000002,李四,handler,120101,a,long enough,no\n")
    first, second = read_accounts(path, UNITS, {"a"})
    assert (first.role, first.unit, first.department, first.password, first.active) == (
        "dispatcher", "120101001", None, "", True)
    assert (second.department, second.password, second.active) == ("a", "long enough", False)


@pytest.mark.parametrize(("row", "columns"), [
    ("1380,张三,dispatcher,120101001,,", {"phone"}),
    ("13800000001,,dispatcher,120101001,,", {"name"}),
    ("13800000001,张三,emperor,120101001,,", {"role"}),
    ("13800000001,张三,dispatcher,7,,", {"unit"}),
    ("13800000001,张三,handler,120101,,", {"department"}),
    ("13800000001,张三,handler,120101,b,", {"department"}),
    ("13800000001,张三,dispatcher,120101,a,", {"department"}),
    ("13800000001,张三,dispatcher,120101,,short", {"password"}),
])
def test_a_wrong_cell_of_a_person_is_told(tmp_path: Path, row: str, columns: set[str]) -> None:
    path = sheet(tmp_path, f"phone,name,role,unit,department,password\n{row}\n")
    with pytest.raises(BadFile) as bad:
        read_accounts(path, UNITS, {"a"})
    assert told(bad) == {(2, column) for column in columns}


def test_nobody_is_in_the_sheet_twice(tmp_path: Path) -> None:
    path = sheet(tmp_path, "phone,name,role,unit,department\n" + "13800000001,张三,leader,12,\n" * 2)
    with pytest.raises(BadFile) as bad:
        read_accounts(path, UNITS, ())
    assert told(bad) == {(3, "phone")}


# ---- working days --------------------------------------------------------------------------------------------------

def test_a_city_names_its_own_days_and_publishes_a_year(tmp_path: Path) -> None:
    path = sheet(tmp_path, "date,kind,name\n2027,year,国务院通知\n2027-01-01,holiday,元旦\n2027-02-14,work,调休\n")
    days, years = read_days(path)
    assert [(d.day, d.kind, d.name) for d in days] == [(date(2027, 1, 1), "holiday", "元旦"),
                                                       (date(2027, 2, 14), "work", "调休")]
    assert [(y.year, y.name) for y in years] == [(2027, "国务院通知")]


def test_every_wrong_day_is_told(tmp_path: Path) -> None:
    path = sheet(tmp_path, "date,kind,name\n2027-02-30,work,\n2027-01-01,feast,\n2027-01-02,work,\n2027-01-02,work,\n"
                           "27,year,\n")
    with pytest.raises(BadFile) as bad:
        read_days(path)
    assert told(bad) == {(2, "date"), (3, "kind"), (5, "date"), (6, "date")}


def test_a_sheet_as_a_chinese_excel_saves_it_is_told_how_to_save(tmp_path: Path) -> None:
    """Its plain "CSV" is GBK."""
    path = tmp_path / "sheet.csv"
    path.write_text("date,kind,name\n2027-01-01,holiday,元旦\n", encoding="gbk")
    with pytest.raises(BadFile, match="CSV UTF-8") as bad:
        read_days(path)
    assert "另存为" in bad.value.problems[0].reason


def test_the_shipped_overrides_are_empty() -> None:
    from wangge.load import SEED

    assert read_days(SEED / "calendar" / "overrides.csv") == ([], [])
