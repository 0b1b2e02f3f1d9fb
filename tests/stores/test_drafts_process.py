"""A process as a draft on both databases: a new version says what it changes and whom that concerns, is refused while
an incident would have no place in it, and goes back in one step."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import yaml
from sqlalchemy import Engine, update

from data.engine import reading, writing
from data.sheet import BadFile
from governance.city import Processes
from governance.drafts.draft import Draft
from governance.errors import Conflict, NotReady
from governance.findings import of_city
from governance.incident import Incident
from governance.people import Actor
from governance.process_versions import PROCESSES, ProcessVersion
from governance.settings import Settings
from tests import town
from tests.journey.walk import Walk
from tests.stores.city_sheets import Desk, text

GRID_EVENT = (PROCESSES / "grid_event.yaml").read_text(encoding="utf-8")
Spoil = Callable[[dict[str, Any]], None]


@pytest.fixture
def desk(engine: Engine, settings: Settings, now: datetime, people: dict[str, Actor]) -> Desk:
    return Desk(engine, settings, now, people["admin"])


def walk_of(desk: Desk, people: dict[str, Actor]) -> Walk:
    """The town at work in the city as it is now."""
    return Walk(desk.engine, desk.city, people)


def changed(*changes: Spoil) -> str:
    data = yaml.safe_load(GRID_EVENT)
    for change in changes:
        change(data)
    return yaml.safe_dump(data, allow_unicode=True, sort_keys=False)


def draft_of(desk: Desk, folder: Path, said: str) -> Draft:
    return desk.make("process", {"process": text(folder, "process.yaml", said)})


def with_a_pause(data: dict[str, Any]) -> None:
    """Filed incidents may be put aside for a weather alarm."""
    data["states"]["waiting"] = {"zh": "待天气", "en": "Waiting for the weather"}
    data["actions"]["wait"] = {"zh": "待天气", "en": "Wait", "from": ["filed"], "to": "waiting", "by": ["dispatcher"]}
    data["actions"]["go_on"] = {"zh": "继续", "en": "Go on", "from": ["waiting"], "to": "filed", "by": ["dispatcher"]}


def without_suspension(data: dict[str, Any]) -> None:
    del data["states"]["suspended"]
    for action in ("suspend", "resume"):
        del data["actions"][action]
    for action in data["actions"].values():
        if isinstance(action.get("from"), list):
            action["from"] = [state for state in action["from"] if state != "suspended"]
        for key in ("decides", "lapse"):
            of = action.get(key, {}).get("of", []) if key == "decides" else action.get(key, [])
            if "suspend" in of:
                of.remove("suspend")
    grant = data["actions"]["grant"]
    grant["to"], grant["notify"] = {"extend": "same"}, [n for n in grant["notify"] if n.get("when") != "suspend"]
    del grant["pause"], data["requests"]["suspend"]


def test_the_preview_names_states_and_actions_and_the_incidents_concerned(
        desk: Desk, people: dict[str, Actor], tmp_path: Path) -> None:
    walk = walk_of(desk, people)
    waits, filed = walk.report("worker", town.NOISE), walk.report("worker", town.LAMP, photos=1)
    assert (waits.status, filed.status) == ("reported", "filed")
    preview = draft_of(desk, tmp_path, changed(with_a_pause)).preview
    assert preview["counts"]["state"] == {"added": 1}
    assert {(c["what"], c["change"], c["code"], c["name"]) for c in preview["changes"]} >= {
        ("state", "added", "waiting", "待天气"), ("action", "added", "wait", "待天气"),
        ("action", "added", "go_on", "继续")}
    assert preview["affects"]["numbers"] == [filed.number]
    assert (preview["more"]["open_incidents"], preview["more"]["states"]) == (2, {"reported": 1, "filed": 1})


def test_applied_it_goes_before_the_file_and_incidents_go_on_under_it(
        desk: Desk, people: dict[str, Actor], tmp_path: Path) -> None:
    filed = walk_of(desk, people).report("worker", town.LAMP, photos=1)
    draft = desk.apply(draft_of(desk, tmp_path, changed(with_a_pause)))
    assert (draft.version, draft.name, desk.city.process("grid_event").version) == (1, "grid_event", 1)
    assert walk_of(desk, people).act("dispatcher", "wait", filed).status == "waiting"
    with pytest.raises(Conflict) as refused:
        desk.rollback(draft)
    assert refused.value.extra["incidents"] == [filed.number]
    assert walk_of(desk, people).act("dispatcher", "go_on", filed).status == "filed"
    assert desk.rollback(draft).state == "rolled_back"
    assert (desk.city.process("grid_event").version, "waiting" in desk.city.process("grid_event").states) == (
        None, False)


def test_the_same_file_changes_nothing_and_versions_count_on(desk: Desk, tmp_path: Path) -> None:
    assert draft_of(desk, tmp_path, GRID_EVENT).preview["changed"] is False
    first = desk.apply(draft_of(desk, tmp_path, changed(with_a_pause)))
    assert draft_of(desk, tmp_path, changed(with_a_pause)).preview["changed"] is False
    second = desk.apply(draft_of(desk, tmp_path, GRID_EVENT))
    assert (second.version, second.preview["counts"]["state"]) == (2, {"removed": 1})
    desk.rollback(second)
    assert desk.city.process("grid_event").version == first.version
    assert desk.count(ProcessVersion) == 2


def test_refused_while_an_incident_stands_where_the_new_process_has_no_place(
        desk: Desk, people: dict[str, Actor], tmp_path: Path) -> None:
    walk = walk_of(desk, people)
    asked = walk.report("worker", town.RUBBISH, photos=1)
    walk.act("cleaner", "sign", asked)
    walk.act("cleaner", "suspend", asked, reason="等待配件", until=town.NOW.replace(month=6))
    draft = draft_of(desk, tmp_path, changed(without_suspension))
    assert any("没有请求 suspend" in warning["zh"] for warning in draft.preview["warnings"])
    with pytest.raises(Conflict, match="request suspend") as refused:
        desk.apply(draft)
    assert refused.value.extra["incidents"] == [asked.number]
    granted = walk.act("dispatcher", "grant", asked, request=walk.again(asked).version)
    assert granted.status == "handling" or granted.status == "suspended"
    with pytest.raises(Conflict):
        desk.apply(draft)


def test_a_process_of_the_citys_own_comes_and_goes_while_nothing_is_of_it(
        desk: Desk, people: dict[str, Actor], tmp_path: Path) -> None:
    own = changed(lambda data: data.update(process="own_event"))
    draft = desk.apply(draft_of(desk, tmp_path, own))
    assert desk.city.process("own_event").text == own
    desk.rollback(draft)
    assert "own_event" not in desk.city.processes
    again = desk.apply(draft_of(desk, tmp_path, own))
    walk_of(desk, people).report("worker", town.NOISE, process="own_event")
    with pytest.raises(Conflict, match="first version"):
        desk.rollback(again)


def test_a_worker_reads_the_new_process_without_a_restart(desk: Desk, settings: Settings, tmp_path: Path) -> None:
    known = Processes(settings)
    with reading(desk.engine) as session:
        assert known.at(session)["grid_event"].version is None
    desk.apply(draft_of(desk, tmp_path, changed(with_a_pause)))
    with reading(desk.engine) as session:
        assert known.at(session)["grid_event"].version == 1


def test_a_closed_incident_keeps_the_code_of_a_state_that_is_gone(
        desk: Desk, people: dict[str, Actor], tmp_path: Path) -> None:
    def renamed(data: dict[str, Any]) -> None:
        data["states"]["scrapped"] = data["states"].pop("void")
        data["actions"]["void"]["to"] = "scrapped"

    walk = walk_of(desk, people)
    void: Incident = walk.act("dispatcher", "void", walk.report("worker", town.NOISE), reason="重复")
    desk.apply(draft_of(desk, tmp_path, changed(renamed)))
    assert desk.city.process("grid_event").state(void.status).name == "void"


def test_a_stored_process_of_another_program_is_named_and_can_be_replaced(
        desk: Desk, settings: Settings, tmp_path: Path, now: datetime) -> None:
    desk.apply(draft_of(desk, tmp_path, changed(with_a_pause)))
    with writing(desk.engine) as session:
        session.execute(update(ProcessVersion).values(text=GRID_EVENT.replace("take_on", "step_of_later")))
        session.commit()
    with pytest.raises(NotReady, match="grid_event, version 1"):
        _ = desk.city
    with reading(desk.engine) as session:
        lines = of_city(session, settings, now)
    assert any(line.ok is False and "grid_event" in line.zh for line in lines)
    assert desk.apply(draft_of(desk, tmp_path, GRID_EVENT)).version == 2
    assert desk.city.process("grid_event").version == 2


# ---- mistakes ------------------------------------------------------------------------------------------------------

BROKEN: list[tuple[str, str, str, str]] = [
    ("by: [dispatcher, engine]\n    fields: {subcategory: optional, standard", "by: [mayor]\n    fields: {subcategory: "
     "optional, standard", "actions.file.by", "没有角色 mayor"),
    ("taxonomy: grid", "taxonomy: petitions", "taxonomy", "没有事项清单 petitions"),
    ("start: report", "start: begin", "start", "没有操作 begin"),
    ("  filed:      {zh: 已立案, en: Filed}", "  filed:      {zh: 已立案}", "states.filed.en", "必填"),
    ("  filed:      {zh: 已立案, en: Filed}", "  filed:      {zh: 已立案, en: Filed, colour: red}",
     "states.filed.colour", "没有这个键"),
    ("  filed:      {zh: 已立案, en: Filed}", "  filed:      {zh: 已立案, en: Filed}\n  filed: {zh: 又, en: Again}",
     "states.filed", "重复"),
    ("limit: {value: 0.25, unit: urgent_hour}\n    holder: dispatchers", "limit: {value: -1, unit: urgent_hour}\n"
     "    holder: dispatchers", "clocks.accept.limit.value", "应大于 0"),
    ("actions:\n", "actions:\n  {\n", "", "不是可读的 YAML"),
]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(("right", "wrong", "field", "reason"), BROKEN)
def test_a_mistake_is_told_with_its_line_and_field(desk: Desk, tmp_path: Path, right: str, wrong: str, field: str,
                                                   reason: str) -> None:
    assert right in GRID_EVENT
    said = GRID_EVENT.replace(right, wrong, 1)
    with pytest.raises(BadFile) as bad:
        draft_of(desk, tmp_path, said)
    found = [p for p in bad.value.problems if p.field == field]
    assert found, bad.value
    assert reason in found[0].reason
    assert found[0].reason_en
    at = GRID_EVENT[:GRID_EVENT.index(right)].count("\n") + 1
    assert at <= found[0].line <= at + 4


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("said", [
    "", "- 1\n- 2\n", "a: &a [*a]\n", "\n".join(["a0: &a0 [1, 2, 3]", *(
        f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 9))]), "process: \u0000", "[" * 3000])
def test_what_is_no_process_at_all_is_refused_in_time(desk: Desk, tmp_path: Path, said: str) -> None:
    with pytest.raises(BadFile) as bad:
        draft_of(desk, tmp_path, said)
    assert all(p.line >= 1 and p.reason and p.reason_en for p in bad.value.problems)
