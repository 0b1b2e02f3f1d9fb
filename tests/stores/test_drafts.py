"""Drafts on both databases: what one would change is said before, applied whole, and taken back in one step."""

from __future__ import annotations

import threading
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine, select
from sqlmodel import col

from data.engine import reading, writing
from data.sheet import BadFile
from governance.audit import AuditEntry
from governance.city import CalendarDay, City
from governance.drafts import drafts
from governance.drafts.draft import Draft, DraftPart, part_of
from governance.drafts.kind import Options
from governance.errors import Conflict, InvalidField, MissingField
from governance.incident import Incident
from governance.journey import report
from governance.people import Account, Actor, LoginSession
from governance.settings import Settings
from taxonomy.category import TaxonomyVersion
from tests import town
from tests.stores import city_sheets as sheets
from tests.stores.city_sheets import HEAP, LEAF, STANDARD, STANDARD_2, Desk


@pytest.fixture
def desk(engine: Engine, settings: Settings, now: datetime, people: dict[str, Actor]) -> Desk:
    return Desk(engine, settings, now, people["admin"])


def take_in(engine: Engine, city: City, person: Actor, now: datetime, subcategory: str, cell: str = town.CELL) -> str:
    """A report that is taken; the number of its incident."""
    with writing(engine) as session:
        sent = town.report_of(subcategory, cell, attachments=(town.photo(session, person),))
        incident = report(session, city, person, sent, now)[0].incident
        session.commit()
        return incident.number


# ---- a list --------------------------------------------------------------------------------------------------------

def test_a_draft_says_what_it_would_change_and_whom_that_concerns(
        desk: Desk, engine: Engine, city: City, people: dict[str, Actor], now: datetime, tmp_path: Path) -> None:
    numbers = [take_in(engine, city, people["worker"], now, code) for code in (town.RUBBISH, town.NOISE, town.NOISE)]
    draft = desk.make("taxonomy", sheets.a_list(tmp_path, LEAF | {"name": "垃圾"}))
    preview = draft.preview
    assert (draft.state, preview["changed"], preview["rows"]["subcategories"]) == ("draft", True, 1)
    assert {"what": "category", "change": "removed", "code": town.NOISE, "name": "噪音扰民", "fields": []} \
        in preview["changes"]
    changed = next(c for c in preview["changes"] if c["code"] == town.RUBBISH)
    assert (changed["change"], "name" in changed["fields"], "code" in changed["fields"]) == ("changed", True, False)
    assert preview["affects"]["open_incidents"] == 3
    assert list(preview["affects"]["numbers"]) == sorted(numbers)
    assert any("2 件在办事件的小类在新版本中已不存在" in warning["zh"] for warning in preview["warnings"])
    assert desk.city.tree("grid").version == 1


def test_applied_it_is_a_new_version_and_rolled_back_the_old_one_again(desk: Desk, tmp_path: Path) -> None:
    before = desk.revision
    draft = desk.apply(desk.make("taxonomy", sheets.a_list(tmp_path, LEAF)))
    assert (draft.state, draft.version, desk.city.tree("grid").version, desk.revision) == ("applied", 2, 2, before + 1)
    assert desk.rollback(draft).state == "rolled_back"
    assert (desk.city.tree("grid").version, desk.revision) == (1, before + 2)
    assert desk.city.tree("grid").leaf(town.CORRIDOR) is not None
    again = desk.apply(desk.make("taxonomy", sheets.a_list(tmp_path, LEAF)))
    assert again.version == 3


def test_standards_alone_are_a_new_version_of_the_list(desk: Desk, engine: Engine, people: dict[str, Actor],
                                                       now: datetime, tmp_path: Path) -> None:
    desk.apply(desk.make("taxonomy", sheets.a_list(tmp_path, LEAF, HEAP, standards=(STANDARD, STANDARD_2))))
    take_in(engine, desk.city, people["worker"], now, town.RUBBISH)
    longer = sheets.a_list(tmp_path, LEAF, standards=(STANDARD | {"limit_value": "8"}, STANDARD_2))["standards"]
    draft = desk.make("standards", {"standards": longer})
    assert draft.preview["counts"] == {"standard": {"changed": 1}}
    assert (draft.preview["affects"]["open_incidents"], draft.preview["affects"]["due_times"]) == (1, 1)
    desk.apply(draft)
    tree = desk.city.tree("grid")
    assert (tree.version, str(tree.standards[town.RUBBISH][0].limit_value.normalize())) == (3, "8")
    assert tree.leaf(town.HEAP) is not None


def test_a_first_version_goes_while_nothing_is_of_it(desk: Desk, tmp_path: Path) -> None:
    draft = desk.apply(desk.make("taxonomy", sheets.a_list(tmp_path, LEAF), Options(name="second")))
    desk.rollback(draft)
    assert "second" not in desk.city.lists


def test_what_changes_nothing_is_not_applied(desk: Desk, tmp_path: Path) -> None:
    files = sheets.a_list(tmp_path, LEAF)
    desk.apply(desk.make("taxonomy", files))
    same = desk.make("taxonomy", files)
    assert same.preview["changed"] is False
    with pytest.raises(Conflict, match="changes nothing"):
        desk.apply(same)


# ---- the order of things -------------------------------------------------------------------------------------------

def test_a_draft_of_yesterdays_city_is_compared_again_first(desk: Desk, tmp_path: Path) -> None:
    draft = desk.make("taxonomy", sheets.a_list(tmp_path, LEAF))
    desk.apply(desk.make("calendar", {"days": sheets.text(tmp_path, "days.csv", "date,kind,name\n2099,year,\n")}))
    with pytest.raises(drafts.Stale) as stale:
        desk.apply(draft)
    assert stale.value.code == "stale_draft"
    assert desk.compare(draft).revision == desk.revision
    assert desk.apply(draft).state == "applied"


def test_of_two_admins_who_apply_at_once_one_wins_and_the_other_is_told(
        desk: Desk, engine: Engine, tmp_path: Path) -> None:
    ours = [desk.make("taxonomy", sheets.a_list(tmp_path, LEAF | {"name": name})) for name in ("甲", "乙")]
    begin, said = threading.Barrier(2), dict[str, str]()

    def admin(draft: Draft) -> None:
        begin.wait()
        try:
            said[str(draft.id)] = desk.apply(draft).state
        except Conflict as refused:
            said[str(draft.id)] = refused.code

    threads = [threading.Thread(target=admin, args=(draft,)) for draft in ours]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(said.values()) == ["applied", "stale_draft"]
    winner = next(draft for draft in ours if said[str(draft.id)] == "applied")
    assert desk.city.tree("grid").version == 2
    assert desk.city.tree("grid").name(town.RUBBISH) in winner.preview["changes"][0]["name"] + "甲乙"
    with reading(engine) as session:
        current = session.scalars(select(TaxonomyVersion).where(col(TaxonomyVersion.current))).all()
    assert len(current) == 1


def test_the_later_one_is_rolled_back_first(desk: Desk, tmp_path: Path) -> None:
    first = desk.apply(desk.make("taxonomy", sheets.a_list(tmp_path, LEAF)))
    second = desk.apply(desk.make("taxonomy", sheets.a_list(tmp_path, LEAF | {"name": "另名"})))
    with pytest.raises(Conflict) as refused:
        desk.rollback(first)
    assert refused.value.extra["later"] == str(second.id)
    assert desk.city.tree("grid").version == 3
    desk.rollback(second)
    desk.rollback(first)
    assert desk.city.tree("grid").version == 1


def test_each_step_is_taken_once(desk: Desk, tmp_path: Path) -> None:
    draft = desk.make("taxonomy", sheets.a_list(tmp_path, LEAF))
    with pytest.raises(Conflict):
        desk.rollback(draft)
    desk.apply(draft)
    for step in (desk.apply, desk.discard, desk.compare):
        with pytest.raises(Conflict):
            step(draft)
    desk.rollback(draft)
    with pytest.raises(Conflict):
        desk.rollback(draft)


def test_a_discarded_draft_keeps_only_that_it_was_there(desk: Desk, tmp_path: Path) -> None:
    draft = desk.discard(desk.make("taxonomy", sheets.a_list(tmp_path, LEAF)))
    assert (draft.state, desk.count(DraftPart)) == ("discarded", 0)
    with pytest.raises(Conflict):
        desk.apply(draft)


def test_every_step_is_in_the_audit_log(desk: Desk, engine: Engine, people: dict[str, Actor], tmp_path: Path) -> None:
    draft = desk.apply(desk.make("taxonomy", sheets.a_list(tmp_path, LEAF)))
    desk.rollback(draft)
    desk.discard(desk.make("taxonomy", sheets.a_list(tmp_path, LEAF)))
    with reading(engine) as session:
        entries = session.scalars(select(AuditEntry).order_by(col(AuditEntry.id))).all()
    assert [entry.event for entry in entries] == ["draft", "load", "draft_rolled_back", "draft", "draft_discarded"]
    assert {(entry.actor, entry.subject) for entry in entries} == {(people["admin"].id, "taxonomy grid")}
    assert entries[1].detail["draft"] == str(draft.id)


def test_files_that_belong_to_no_kind_are_named(desk: Desk, tmp_path: Path) -> None:
    path = sheets.text(tmp_path, "a.csv", "a\n1\n")
    with pytest.raises(InvalidField) as wrong:
        desk.make("calendar", {"days": path, "accounts": path})
    assert wrong.value.problems[0].field == "accounts"
    with pytest.raises(MissingField) as missing:
        desk.make("people", {})
    assert missing.value.problems[0].field == "departments"


def test_a_broken_file_is_told_row_by_row_and_can_never_be_applied(desk: Desk, engine: Engine, tmp_path: Path) -> None:
    with reading(engine) as session, pytest.raises(BadFile) as found:
        drafts.propose(session, "taxonomy", sheets.a_list(tmp_path, LEAF | {"kind": "wonder"}, standards=()), Options(),
                       desk.tools)
    bad = found.value
    assert {(problem.line, problem.field) for problem in bad.problems} >= {(3, "kind")}
    with writing(engine) as session:
        draft = drafts.keep(session, drafts.broken(session, "taxonomy", bad, Options()), desk.actor, desk.tools.now)
        session.commit()
    assert (draft.problems["count"], draft.preview) == (len(bad.problems), {})
    for step in (desk.apply, desk.compare):
        with pytest.raises(Conflict, match="cannot be applied"):
            step(draft)
    assert desk.discard(draft).state == "discarded"


# ---- people --------------------------------------------------------------------------------------------------------

def people_files(folder: Path, departments: str = sheets.DEPARTMENTS, accounts: str = sheets.ACCOUNTS,
                 ) -> dict[str, Path]:
    return {"departments": sheets.text(folder, "departments.csv", departments),
            "accounts": sheets.text(folder, "accounts.csv", accounts)}


def test_people_are_added_changed_and_put_back_as_they_were(desk: Desk, engine: Engine, tmp_path: Path) -> None:
    before = {code: department.name for code, department in desk.city.departments.items()}
    accounts = desk.count(Account)
    renamed = sheets.DEPARTMENTS.replace("和平一街环卫所", "新名环卫所")
    known = f"{town.phone_of('worker')},新名字,grid_worker,120101001001,,new password\n"
    draft = desk.make("people", people_files(tmp_path, renamed, sheets.ACCOUNTS + known))
    assert draft.preview["counts"] == {"department": {"added": 1, "changed": 1}, "account": {"added": 2, "changed": 1}}
    desk.apply(draft)
    city = desk.city
    assert (city.department_name("sanitation_1"), city.department_name("roads")) == ("新名环卫所", "和平区市政")
    desk.rollback(draft)
    assert {code: department.name for code, department in desk.city.departments.items()} == before
    assert (desk.city.duties, desk.count(Account)) == (city_duties(city), accounts)
    with reading(engine) as session:
        worker = session.get_one(Account, town.account_id("worker"))
    assert (worker.name, worker.password_hash) == ("王网格", town.password_hash())


def city_duties(city: City) -> dict[tuple[str, str], list[str]]:
    return {key: [code for code in codes if code != "roads"] for key, codes in city.duties.items()
            if set(codes) != {"roads"}}


def test_no_password_is_kept_with_a_draft(desk: Desk, engine: Engine, tmp_path: Path) -> None:
    draft = desk.make("people", people_files(tmp_path))
    with reading(engine) as session:
        content = part_of(session, draft, "content")
    assert "correct horse" not in str(content) + str(draft.preview)
    assert content["accounts"][0]["password_hash"].startswith("$argon2id$")


def test_whoever_has_acted_since_stays(desk: Desk, engine: Engine, settings: Settings, now: datetime,
                                       tmp_path: Path) -> None:
    worker = "13900000007,新网格,grid_worker,120101001001,,\n"
    draft = desk.apply(desk.make("people", people_files(tmp_path, accounts=sheets.ACCOUNTS + worker)))
    with reading(engine) as session:
        account = session.scalars(select(Account).where(col(Account.phone) == "13900000007")).one()
    take_in(engine, desk.city, Actor.of(account), now, town.NOISE)
    with pytest.raises(Conflict, match="13900000007"):
        desk.rollback(draft)
    assert "roads" in desk.city.departments


def test_whoever_has_only_signed_in_goes(desk: Desk, engine: Engine, now: datetime, tmp_path: Path) -> None:
    draft = desk.apply(desk.make("people", people_files(tmp_path)))
    with writing(engine) as session:
        account = session.scalars(select(Account).where(col(Account.phone) == "13900000001")).one()
        session.add(LoginSession(token_hash="0" * 64, account=account.id, created_at=now, expires_at=now))
        session.commit()
    desk.rollback(draft)
    assert "roads" not in desk.city.departments


def test_an_account_that_was_changed_by_hand_since_is_not_overwritten(
        desk: Desk, engine: Engine, tmp_path: Path) -> None:
    draft = desk.apply(desk.make("people", people_files(tmp_path)))
    with writing(engine) as session:
        session.scalars(select(Account).where(col(Account.phone) == "13900000002")).one().active = False
        session.commit()
    with pytest.raises(Conflict, match="changed since"):
        desk.rollback(draft)


def test_a_department_with_open_incidents_is_not_removed_until_they_are_moved(
        desk: Desk, engine: Engine, city: City, people: dict[str, Actor], now: datetime, tmp_path: Path) -> None:
    number = take_in(engine, city, people["worker"], now, town.RUBBISH)
    only = sheets.DEPARTMENTS.splitlines()[:2]
    files = {"departments": sheets.text(tmp_path, "departments.csv", "\n".join(only) + "\n")}
    draft = desk.make("people", files, Options(complete=True))
    assert draft.preview["counts"]["department"]["removed"] == len(town.DEPARTMENTS)
    assert any("须先改派" in warning["zh"] for warning in draft.preview["warnings"])
    with pytest.raises(Conflict) as refused:
        desk.apply(draft)
    assert refused.value.extra["incidents"] == [number]
    with writing(engine) as session:  # as the desk does it by a transfer
        session.scalars(select(Incident).where(col(Incident.number) == number)).one().department = "traffic"
        session.commit()
    with pytest.raises(Conflict):
        desk.apply(draft)
    with writing(engine) as session:
        session.scalars(select(Incident).where(col(Incident.number) == number)).one().department = None
        session.commit()
    desk.apply(draft)
    assert {code for codes in desk.city.duties.values() for code in codes} == {"roads"}
    with reading(engine) as session:
        assert session.get_one(Account, town.account_id("cleaner")).active is False
    again = desk.make("people", files, Options(complete=True))
    assert again.preview["changed"] is False
    desk.rollback(draft)
    assert desk.city.duties == city.duties
    with reading(engine) as session:
        assert session.get_one(Account, town.account_id("cleaner")).active is True


# ---- the calendar --------------------------------------------------------------------------------------------------

def test_a_calendar_says_whose_due_time_would_be_another(
        desk: Desk, engine: Engine, city: City, people: dict[str, Actor], now: datetime, tmp_path: Path) -> None:
    number = take_in(engine, city, people["worker"], now, town.RUBBISH)
    take_in(engine, city, people["worker"], now, town.STALL)
    files = {"days": sheets.text(tmp_path, "days.csv", f"date,kind,name\n{now.date()},holiday,临时放假\n")}
    draft = desk.make("calendar", files)
    assert number in draft.preview["affects"]["numbers"]
    assert draft.preview["affects"]["due_times"] >= 1
    with reading(engine) as session:
        due = session.scalars(select(Incident).where(col(Incident.number) == number)).one().due_at
    desk.apply(draft)
    assert desk.city.calendar.is_workday(now.date()) is False
    with reading(engine) as session:
        assert session.scalars(select(Incident).where(col(Incident.number) == number)).one().due_at == due
    desk.rollback(draft)
    assert desk.city.calendar.is_workday(now.date()) is True


def test_a_calendar_of_other_years_stands_on_nothing(desk: Desk, engine: Engine, tmp_path: Path) -> None:
    first, second = (desk.apply(desk.make("calendar", {"days": sheets.text(
        tmp_path, "days.csv", f"date,kind,name\n{year},year,\n{year}-05-04,holiday,\n")})) for year in (2098, 2099))
    desk.rollback(first)
    with reading(engine) as session:
        assert set(session.scalars(select(col(CalendarDay.day)))) == {date(2099, 5, 4)}
    assert (second.state, first.created_at.astimezone(UTC)) == ("applied", desk.tools.now.astimezone(UTC))
