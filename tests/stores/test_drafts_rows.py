"""Single rows as drafts on both databases: laid over the sheet in force, previewed, applied, taken back, and laid anew
when somebody else was quicker."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest
from argon2 import PasswordHasher
from sqlalchemy import Engine, select
from sqlmodel import col

from data.engine import reading, writing
from governance.city import CalendarDay
from governance.drafts import drafts
from governance.drafts.draft import Draft, DraftPart, part_of
from governance.drafts.laying import Part
from governance.drafts.rows import Edit
from governance.errors import Conflict, Invalid, InvalidField, MissingField
from governance.people import Account, Actor
from governance.settings import Settings
from tests import town
from tests.journey.walk import Walk
from tests.stores.city_sheets import Desk

NEW_LEAF = {"code": "01003", "parent": "01", "name": "积水", "definition": "路面积水", "kind": "event",
            "function": "sanitation", "level": "street", "settle": False, "file_at_once": True, "public": True,
            "sensitivity": "normal", "photo": "optional", "synonyms": ["水坑", "路面有水"]}
NEW_STANDARD = {"code": "01003-1", "area": "*", "subcategory": "01003", "condition": "积水深于 5 cm",
                "limit_value": 0.5, "limit_unit": "work_day", "basis": "estimate",
                "evidence": "照片", "closing_condition": "水退"}


class RowDesk(Desk):
    """An admin at the screens."""

    def edit(self, sheet: str, rows: list[dict[str, Any]] = [], removed: list[str] = [],  # noqa: B006
             standards: Part = Part()) -> Draft:
        with reading(self.engine) as session:
            proposal = drafts.propose_rows(session, Edit(sheet, "grid", Part(rows, removed), standards), self.tools)
        with writing(self.engine) as session:
            draft = drafts.keep(session, proposal, self.actor, self.tools.now)
            session.commit()
            return draft

    def wrong(self, sheet: str, rows: list[dict[str, Any]] = [], removed: list[str] = [],  # noqa: B006
              standards: Part = Part()) -> dict[str, str]:
        with pytest.raises(Invalid) as refused:
            self.edit(sheet, rows, removed, standards)
        return {problem.field: problem.zh for problem in refused.value.problems}


@pytest.fixture
def desk(engine: Engine, settings: Settings, now: datetime, people: dict[str, Actor]) -> RowDesk:
    return RowDesk(engine, settings, now, people["admin"])


@pytest.fixture
def whole(desk: RowDesk) -> RowDesk:
    """The town's list is rough: every rule of a sheet must hold before rows can be laid over it."""
    definitions = [{"code": code, "definition": name} for code, name, *_ in town.SUBCATEGORIES]
    cells = {"evidence": "照片", "closing_condition": "办妥"}
    standards = [{"code": code, "area": area} | cells for code, area, *_ in town.STANDARDS]
    standards += [{"code": "01001-1", "area": "C", "subcategory": town.RUBBISH, "condition": "散落", "limit_value": 8,
                   "limit_unit": "work_hour", "basis": "estimate"} | cells]
    for code in ("03001-1", "03001-2"):
        standards.append({"code": code, "area": "C", "subcategory": town.MANHOLE, "condition": "缺失", "limit_value": 8,
                          "limit_unit": "urgent_hour", "basis": "estimate"} | cells)
    desk.apply(desk.edit("taxonomy", definitions, standards=Part(standards)))
    return desk


# ---- a list --------------------------------------------------------------------------------------------------------

def test_one_subcategory_is_called_otherwise_and_nothing_else_changes(whole: RowDesk) -> None:
    before = whole.city.tree("grid")
    draft = whole.edit("taxonomy", [{"code": town.RUBBISH, "name": "垃圾", "synonyms": ["脏", "臭"]}])
    assert draft.preview["counts"] == {"category": {"changed": 1}}
    assert draft.preview["changes"][0]["fields"] == ["name", "synonyms"]
    assert (draft.source, draft.name) == ("taxonomy: 01001", "grid")
    whole.apply(draft)
    tree = whole.city.tree("grid")
    assert (tree.name(town.RUBBISH), tree.categories[town.RUBBISH].synonyms) == ("垃圾", ["脏", "臭"])
    assert tree.functions == before.functions
    whole.rollback(draft)
    assert whole.city.tree("grid").version == before.version


def test_a_new_subcategory_comes_with_its_standard_and_goes_with_it(whole: RowDesk) -> None:
    assert whole.wrong("taxonomy", [NEW_LEAF]) == {"rows.0.code": "小类 01003 没有立案/结案标准"}
    whole.apply(whole.edit("taxonomy", [NEW_LEAF], standards=Part([NEW_STANDARD])))
    tree = whole.city.tree("grid")
    assert [code for code in tree.categories if code.startswith("01")] == ["01", "01001", "01002", "01003"]
    assert (tree.categories["01003"].public, str(tree.standards["01003"][0].limit_value.normalize())) == (True, "0.5")
    gone = whole.edit("taxonomy", removed=["01003"])
    assert gone.preview["counts"] == {"category": {"removed": 1}, "standard": {"removed": 1}}
    whole.apply(gone)
    assert whole.city.tree("grid").leaf("01003") is None


def test_the_limit_of_a_standard_and_whom_it_concerns(whole: RowDesk, people: dict[str, Actor]) -> None:
    number = Walk(whole.engine, whole.city, people).report("worker", town.RUBBISH, photos=1).number
    draft = whole.edit("standards", [{"code": "01001-1", "area": "A", "limit_value": 6}])
    assert draft.preview["changes"] == [{"what": "standard", "change": "changed", "code": "01001-1 A", "name": "",
                                         "fields": ["limit_value"], "before": {"limit_value": "2"},
                                         "after": {"limit_value": "6"}}]
    assert (draft.preview["affects"]["numbers"], draft.preview["affects"]["due_times"]) == ([number], 1)
    whole.apply(draft)
    assert [str(s.limit_value.normalize()) for s in whole.city.tree("grid").standards[town.RUBBISH]] == ["6", "4", "8"]


def test_every_mistake_names_its_row_its_field_and_why(whole: RowDesk) -> None:
    assert whole.wrong("taxonomy", [{"code": town.HEAP, "kind": "wonder"}, {"code": town.RUBBISH, "name": None}]) == {
        "rows.0.kind": "“wonder” 不是允许的值 (component、event、service)", "rows.1.name": "必填"}
    assert whole.wrong("standards", [{"code": "01001-1", "area": "A", "limit_value": -1}]) == {
        "rows.0.limit_value": "“-1” 应为大于 0、至多两位小数的数字"}
    assert whole.wrong("standards", removed=["01002-1"]) == {"rows": "小类 01002 没有立案/结案标准"}
    assert whole.wrong("taxonomy", [{"code": "01001", "colour": "red"}]) == {"rows.0.colour": "没有这个字段"}
    assert whole.wrong("calendar", [{"date": "2026-13-01", "kind": "holiday"},
                                    {"date": "2026-05-04", "kind": "rest"}]) == {
        "rows.0.date": "“2026-13-01” 应为日期 YYYY-MM-DD",
        "rows.1.kind": "“rest” 不是允许的值 (work、holiday、year)"}
    with pytest.raises(MissingField):
        whole.edit("taxonomy")
    with pytest.raises(InvalidField, match="standards"):
        whole.edit("accounts", standards=Part(removed=["x"]))


# ---- somebody else was quicker -------------------------------------------------------------------------------------

def test_comparing_again_undoes_nobody_elses_change(whole: RowDesk) -> None:
    mine = whole.edit("taxonomy", [{"code": town.RUBBISH, "name": "垃圾"}])
    theirs = whole.edit("taxonomy", [{"code": town.HEAP, "name": "堆物"}])
    whole.apply(theirs)
    with pytest.raises(drafts.Stale):
        whole.apply(mine)
    assert whole.compare(mine).preview["counts"] == {"category": {"changed": 1}}
    whole.apply(mine)
    tree = whole.city.tree("grid")
    assert (tree.name(town.RUBBISH), tree.name(town.HEAP)) == ("垃圾", "堆物")


def test_a_row_that_has_become_wrong_is_told_when_it_is_compared_again(whole: RowDesk) -> None:
    mine = whole.edit("standards", [{"code": "01002-1", "area": "*", "limit_value": 5}])
    whole.apply(whole.edit("taxonomy", removed=[town.HEAP]))
    compared = whole.compare(mine)
    assert compared.problems["count"] > 0
    with pytest.raises(Conflict, match="cannot be applied"):
        whole.apply(mine)


# ---- days ----------------------------------------------------------------------------------------------------------

def days(desk: RowDesk) -> set[date]:
    with reading(desk.engine) as session:
        return set(session.scalars(select(col(CalendarDay.day))))


def test_one_day_is_added_and_taken_away_and_the_others_of_the_year_stay(desk: RowDesk) -> None:
    for day in ("2026-05-04", "2026-05-05", "2027-01-04"):
        desk.apply(desk.edit("calendar", [{"date": day, "kind": "holiday", "name": "临时放假"}]))
    assert len(days(desk)) == 3
    gone = desk.edit("calendar", removed=["2026-05-04"])
    assert gone.preview["counts"] == {"day": {"removed": 1}}
    desk.apply(gone)
    assert days(desk) == {date(2026, 5, 5), date(2027, 1, 4)}
    last = desk.apply(desk.edit("calendar", removed=["2026-05-05"]))
    assert days(desk) == {date(2027, 1, 4)}
    desk.rollback(last)
    assert days(desk) == {date(2026, 5, 5), date(2027, 1, 4)}


# ---- people --------------------------------------------------------------------------------------------------------

def account(desk: RowDesk, phone: str) -> Account:
    with reading(desk.engine) as session:
        return session.scalars(select(Account).where(col(Account.phone) == phone)).one()


def test_an_account_is_made_changed_and_deactivated(desk: RowDesk) -> None:
    made = desk.apply(desk.edit("accounts", [{"phone": "13900000001", "name": "张三", "role": "handler",
                                              "unit": town.HEPING, "department": "traffic",
                                              "password": "a good one 1"}]))
    assert PasswordHasher().verify(account(desk, "13900000001").password_hash or "", "a good one 1")
    worker = town.phone_of("worker")
    moved = desk.edit("accounts", [{"phone": worker, "unit": town.COMMUNITY_2}, {"phone": "13900000001",
                                                                                 "active": False}])
    assert moved.preview["counts"] == {"account": {"changed": 2}}
    desk.apply(moved)
    assert (account(desk, worker).unit, account(desk, worker).name, account(desk, worker).active) == (
        town.COMMUNITY_2, "王网格", True)
    assert account(desk, "13900000001").active is False
    with pytest.raises(Conflict, match="applied later"):
        desk.rollback(made)
    desk.rollback(moved)
    assert (account(desk, worker).unit, account(desk, "13900000001").active) == (town.COMMUNITY, True)


def test_of_other_people_each_edit_goes_back_by_itself(desk: RowDesk) -> None:
    first = desk.apply(desk.edit("accounts", [{"phone": town.phone_of("worker"), "name": "甲"}]))
    second = desk.apply(desk.edit("accounts", [{"phone": town.phone_of("lead"), "name": "乙"}]))
    desk.rollback(first)
    assert (account(desk, town.phone_of("worker")).name, account(desk, town.phone_of("lead")).name) == ("王网格", "乙")
    assert second.state == "applied"


def test_no_password_is_kept_and_comparing_again_loses_none(desk: RowDesk) -> None:
    draft = desk.edit("accounts", [{"phone": "13900000001", "name": "张三", "role": "leader", "unit": town.CITY,
                                    "password": "a good one 1"}])
    desk.apply(desk.edit("calendar", [{"date": "2026-05-04", "kind": "holiday"}]))
    desk.compare(draft)
    with reading(desk.engine) as session:
        kept = [part_of(session, draft, part.part) for part in session.scalars(select(DraftPart).where(
            col(DraftPart.draft_id) == draft.id))]
    assert "a good one 1" not in str(kept)
    desk.apply(draft)
    assert PasswordHasher().verify(account(desk, "13900000001").password_hash or "", "a good one 1")


def test_mistakes_of_people_name_row_and_field(desk: RowDesk) -> None:
    assert desk.wrong("accounts", [{"phone": "1", "name": "", "role": "king", "unit": "99", "password": "short"}]) == {
        "rows.0.phone": "应为 5 至 19 位数字", "rows.0.name": "必填", "rows.0.role": "“king” 不是允许的值",
        "rows.0.unit": "没有网格 99", "rows.0.password": "密码至少 8 位"}
    assert list(desk.wrong("accounts", removed=[town.phone_of("worker")])) == ["removed"]
    assert desk.wrong("departments", [{"code": "traffic", "functions": []}]) == {"rows.0.functions": "至少一项职能"}


def test_a_department_is_renamed_and_removed_once_nothing_is_open_there(
        desk: RowDesk, people: dict[str, Actor]) -> None:
    renamed = desk.edit("departments", [{"code": "sanitation_1", "name": "环卫一所"}])
    assert renamed.preview["changes"] == [{"what": "department", "change": "changed", "code": "sanitation_1",
                                           "name": "环卫一所", "fields": ["name"],
                                           "before": {"name": "和平一街环卫所"}, "after": {"name": "环卫一所"}}]
    desk.apply(renamed)
    assert desk.city.department_name("sanitation_1") == "环卫一所"
    Walk(desk.engine, desk.city, people).report("worker", town.RUBBISH, photos=1)
    gone = desk.edit("departments", removed=["sanitation_1"])
    assert gone.preview["counts"] == {"department": {"removed": 1}}
    with pytest.raises(Conflict, match="open incidents"):
        desk.apply(gone)
    other = desk.apply(desk.edit("departments", removed=["care_1"]))
    assert {code for codes in desk.city.duties.values() for code in codes} >= {"sanitation_1", "traffic"}
    assert ("care", town.COMMUNITY) not in desk.city.duties
    desk.rollback(other)
    assert desk.city.duties["care", town.COMMUNITY] == ["care_1"]
