"""The rules of telling: who is told what, and when it goes out, without a database."""

from __future__ import annotations

import dataclasses
import uuid
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from governance.clocks import Clock
from governance.errors import Invalid
from governance.incident import Incident, Transition
from governance.notices.audience import Recipient, nearest
from governance.notices.choice import NoticeChoice, after_quiet, check_choice, goes_out, ways
from governance.notices.delivery import RETRY_SECONDS, next_try
from governance.notices.facts import Step, lead_of, rules_of, stage_of
from governance.notices.notices import messages, words_of
from governance.notices.words import AUDIENCES, TEMPLATE_FIELDS, problems_of_notices
from governance.process import NoticeRule, Process, load_processes
from governance.process_versions import PROCESSES
from governance.requests import Request
from governance.settings import Settings
from taxonomy.category import Category

EVERY = load_processes(PROCESSES)
PROCESS = EVERY["grid_event"]
SANITATION = Recipient("department", "sanitation_1")
RUBBISH = Category(taxonomy="grid", version=1, code="01001", position=1, leaf=True, name="暴露垃圾",
                   name_en="Exposed rubbish")
AT = datetime(2026, 3, 3, 1, tzinfo=UTC)


def transition(action: str, reason: str = "", department: str | None = None, seq: int = 2, **fields: Any) -> Transition:
    return Transition(incident_id=uuid.UUID(int=1), seq=seq, action=action, to_state="", role="dispatcher",
                      reason=reason, department=department, fields=fields, at=AT, hash="")


def clock(stage: str, due_at: datetime, unit: str = "work_hour") -> Clock:
    return Clock(incident_id=uuid.UUID(int=1), stage=stage, limit_value=1, limit_unit=unit, started_at=AT,
                 resumed_at=AT, warn_at=due_at, due_at=due_at, department="sanitation_1")


def step(taken: Transition, **known: Any) -> Step:
    incident = Incident(id=taken.incident_id, number="2026030300000007")
    facts: dict[str, Any] = {"lead": "sanitation_1", "department_name": "和平一街环卫所", "subcategory": RUBBISH,
                             "unit_names": ("和平区", "和平一街", "第一社区"), **known}
    return Step(PROCESS, incident, taken, **facts)


def request(kind: str, state: str = "asked", party: str = "sanitation_1", **more: Any) -> Request:
    return Request(incident_id=uuid.UUID(int=1), seq=2, party=party, kind=kind, state=state, asked_role="dispatcher",
                   asked_at=AT, **more)


# ---- who and what --------------------------------------------------------------------------------------------------

def test_a_dispatch_is_worded_in_both_languages_with_the_local_due_time() -> None:
    taken = step(transition("dispatch", department="sanitation_1"),
                 handling=clock("handle", datetime(2026, 3, 3, 10, tzinfo=UTC)))
    told = messages(rules_of(taken), {"department": [SANITATION], "assisting": []}, taken)
    assert [(m.to, m.text, m.text_en) for m in told] == [(
        SANITATION, "新派遣: 2026030300000007 暴露垃圾, 和平区 和平一街 第一社区, 处置时限 2026-03-03 18:00",
        "New dispatch: 2026030300000007 Exposed rubbish, 和平区 和平一街 第一社区, due 2026-03-03 18:00")]


def test_a_check_tells_the_department_when_it_failed_and_the_reporter_when_it_passed() -> None:
    def told(passed: bool) -> list[str]:
        return [rule.to for rule in rules_of(step(transition("check", passed=passed)))]

    assert told(passed=False) == ["department"]
    assert told(passed=True) == ["reporter"]


def test_a_step_that_calls_for_no_notice_has_no_rules() -> None:
    assert rules_of(step(transition("sign"))) == ()
    assert rules_of(step(transition("an_action_of_an_older_process"))) == ()


def test_a_warning_speaks_of_its_stage_and_when_that_is_due() -> None:
    due = datetime(2026, 3, 3, 3, tzinfo=UTC)
    warned = step(transition("dispatch"), event="warn:handle", clock=clock("handle", due))
    rule, = rules_of(warned)
    assert rule.to == "holder"
    zh, en = words_of(warned)
    assert (zh["stage"], en["stage"], zh["due"]) == ("处置", "Handling", "2026-03-03 11:00")


@pytest.mark.parametrize(("action", "result", "told"), [
    ("urge", {}, ["holder"]), ("urge", {"result": "overdue"}, ["holder", "head"]),
    ("uphold", {"result": "review"}, ["centre"]), ("uphold", {"result": "appeal"}, ["asker"]),
])
def test_who_is_told_may_differ_by_how_it_came_out(action: str, result: dict[str, str], told: list[str]) -> None:
    assert [rule.to for rule in rules_of(step(transition(action, **result)))] == told


def test_late_and_reminded_requests_have_words_of_their_own() -> None:
    due = datetime(2026, 3, 3, 2, tzinfo=UTC)
    late = step(transition("whistle"), event="late:2:1", asked=[request("whistle", due_at=due)])
    assert {rule.to for rule in rules_of(late)} == {"asked", "dispatchers"}
    assert words_of(late)[0]["due"] == "2026-03-03 10:00"
    until = {"until": "2026-03-05T00:00:00+00:00"}
    reminded = step(transition("grant"), event="remind:2", asked=[request("suspend", "granted", details=until)])
    assert {rule.to for rule in rules_of(reminded)} == {"asker", "dispatchers"}
    assert words_of(reminded)[0]["until"] == "2026-03-05 08:00"
    assert rules_of(step(transition("whistle"), event="late:9:1")) == ()


def test_the_lead_is_the_one_at_that_step() -> None:
    first, back = transition("dispatch", department="x", **{}), transition("return", seq=3)
    first.fields = {"department": "market_1"}
    again = transition("transfer", seq=4)
    again.fields = {"department": "officers"}
    asked = transition("confirm", seq=5)
    asked.fields = {"department": "traffic", "request": 1}  # names another party, not the lead
    helper = transition("assist", department="traffic", seq=6)  # somebody else acts

    def lead(*steps: Transition) -> str | None:
        return lead_of(PROCESS, steps)

    assert lead(first) == "market_1"
    assert lead(first, back) == "market_1"
    assert lead(first, back, transition("comment")) is None
    assert lead(first, back, again, asked, helper) == "officers"
    assert lead(transition("report")) is None


def test_the_stage_is_the_named_one_else_the_nearest_due() -> None:
    soon, later = clock("check", AT + timedelta(hours=1)), clock("handle", AT + timedelta(hours=2))
    def stage(taken: Transition, event: str = "", clocks: Sequence[Clock] = (later, soon)) -> str | None:
        return stage_of(PROCESS, taken, event, clocks)

    assert stage(transition("urge", stage="handle")) == "handle"
    assert stage(transition("urge")) == "check"
    assert stage(transition("urge"), clocks=()) is None
    assert stage(transition("dispatch")) is None
    assert stage(transition("dispatch"), "warn:sign") == "sign"
    assert stage(transition("dispatch"), "late:2:1") is None


def test_the_nearest_workers_are_told_and_the_others_are_not() -> None:
    cell, community, colleague = uuid.uuid4(), uuid.uuid4(), uuid.uuid4()
    assert nearest([(community, "120101001001"), (cell, "120101001001001")]) == [cell]
    assert nearest([(community, "120101001001"), (colleague, "120101001001")]) == [community, colleague]
    assert nearest([]) == []


def test_nobody_is_told_twice_of_one_step() -> None:
    taken = step(transition("return"))
    rules = rules_of(taken)
    assert len(messages([*rules, *rules], {"dispatchers": [SANITATION]}, taken)) == 1


def test_what_is_not_known_yet_is_said_so() -> None:
    zh, en = words_of(step(transition("return", reason="不属我单位"), subcategory=None))
    assert (zh["subcategory"], zh["due"], zh["reason"]) == ("未分类", "未定", "不属我单位")
    assert (en["subcategory"], en["due"]) == ("unclassified", "not set")


def test_a_notice_of_a_restricted_incident_says_neither_what_nor_why_nor_exactly_where() -> None:
    of_a_person = step(transition("dispatch", reason="独居, 无子女", department="care_1"))
    of_a_person.incident.sensitivity = "restricted"
    zh, en = words_of(of_a_person)
    assert (zh["subcategory"], zh["reason"], zh["unit"]) == ("受限事项", "请登录查看", "和平区 和平一街")
    assert (en["subcategory"], en["reason"], en["unit"]) == ("restricted item", "sign in to read", "和平区 和平一街")


def test_braces_in_a_reason_are_only_text() -> None:
    taken = step(transition("void", reason="{number} 与 {0} 重复"))
    told = messages(rules_of(taken), {"reporter": [SANITATION]}, taken)
    assert told[0].text == "您上报的 2026030300000007 未予立案: {number} 与 {0} 重复"


# ---- the words of a process file -----------------------------------------------------------------------------------

@pytest.mark.parametrize("process", EVERY.values(), ids=lambda process: process.code)
def test_every_template_of_every_process_can_be_filled(process: Process) -> None:
    zh, en = words_of(step(transition("dispatch")))
    assert set(zh) == set(en) == set(TEMPLATE_FIELDS)
    rules = [rule for action in process.actions.values() for rule in action.notify]
    rules += [rule for one in process.clocks.values() for rule in one.warn]
    rules += [rule for one in process.requests.values() for rule in (*one.remind, *one.late)]
    for rule in rules:
        assert rule.to in AUDIENCES
        assert "{" not in rule.text.format_map(zh) + rule.text_en.format_map(en)


@pytest.mark.parametrize(("rule", "problem"), [
    (NoticeRule("everyone", "x", "x"), "unknown audience everyone"),
    (NoticeRule("heads", "x", "x", when="sometimes"), "unknown result sometimes"),
    (NoticeRule("heads", "{reporter_phone}", "x"), "unknown field {reporter_phone}"),
    (NoticeRule("heads", "x", "{number.__class__}"), "unknown field {number.__class__}"),
    (NoticeRule("heads", "{}", "x"), "unknown field {}"),
    (NoticeRule("heads", "{number:>9}", "x"), "{number} must stand alone"),
    (NoticeRule("heads", "{number!r}", "x"), "{number} must stand alone"),
    (NoticeRule("heads", "{number", "x"), "in the template '{number'"),
])
def test_what_a_process_file_says_wrongly_is_found_when_it_is_read(rule: NoticeRule, problem: str) -> None:
    sign = dataclasses.replace(PROCESS.actions["sign"], notify=(rule,))
    process = dataclasses.replace(PROCESS, actions={**PROCESS.actions, "sign": sign})
    found = list(problems_of_notices(process))
    assert len(found) == 1
    assert found[0].en.startswith("action sign: ")
    assert problem in found[0].en
    assert found[0].path[:3] == ("actions", "sign", "notify")


def test_a_clock_names_people_as_its_holder_and_no_clock() -> None:
    wrong = dataclasses.replace(PROCESS.clocks["sign"], holder="head", head="nobody")
    process = dataclasses.replace(PROCESS, clocks={**PROCESS.clocks, "sign": wrong})
    assert [fault.en for fault in problems_of_notices(process)] == [
        "clock sign: unknown audience head", "clock sign: unknown audience nobody"]


# ---- when it goes out ----------------------------------------------------------------------------------------------

def local(day: int, hour: int, minute: int = 0) -> datetime:
    from governance.calendar import SHANGHAI

    return datetime(2026, 3, day, hour, minute, tzinfo=SHANGHAI)


def choice(**wishes: Any) -> NoticeChoice:
    return NoticeChoice(account=uuid.UUID(int=7), **wishes)


@pytest.mark.parametrize(("quiet", "at", "until"), [
    (("22:00", "07:00"), local(3, 23), local(4, 7)), (("22:00", "07:00"), local(4, 6, 59), local(4, 7)),
    (("22:00", "07:00"), local(4, 7), local(4, 7)), (("22:00", "07:00"), local(3, 21, 59), local(3, 21, 59)),
    (("22:00", "07:00"), local(3, 22), local(4, 7)), (("12:00", "14:00"), local(3, 13), local(3, 14)),
    (("12:00", "14:00"), local(3, 11), local(3, 11)), (("", ""), local(3, 3), local(3, 3)),
    (("08:00", "08:00"), local(3, 3), local(3, 3)), (("00:00", "06:00"), local(3, 0), local(3, 6)),
])
def test_quiet_hours_end_in_the_morning(quiet: tuple[str, str], at: datetime, until: datetime) -> None:
    assert after_quiet(choice(quiet_from=quiet[0], quiet_to=quiet[1]), at.astimezone(UTC)) == until


@pytest.mark.parametrize(("wishes", "now", "out"), [
    ({}, local(3, 9), local(3, 9)),
    ({"digest": "hourly"}, local(3, 9, 20), local(3, 10)), ({"digest": "hourly"}, local(3, 9), local(3, 10)),
    ({"digest": "daily", "digest_at": "17:30"}, local(3, 9), local(3, 17, 30)),
    ({"digest": "daily", "digest_at": "17:30"}, local(3, 17, 30), local(4, 17, 30)),
    ({"digest": "hourly", "quiet_from": "21:00", "quiet_to": "08:00"}, local(3, 20, 30), local(4, 8)),
])
def test_a_digest_waits_for_its_hour(wishes: dict[str, str], now: datetime, out: datetime) -> None:
    assert goes_out(choice(**wishes), now, urgent=False) == out
    assert goes_out(choice(**wishes), now, urgent=True) == now


def test_tries_come_later_and_later_until_the_last() -> None:
    waits = [next_try(tries, AT) for tries in range(1, len(RETRY_SECONDS) + 2)]
    assert waits[0] == AT + timedelta(minutes=1)
    assert waits[-1] is None
    known = [wait for wait in waits if wait is not None]
    assert known == sorted(known)
    assert timedelta(hours=1) < timedelta(seconds=sum(RETRY_SECONDS)) < timedelta(hours=12)


# ---- what a person may choose --------------------------------------------------------------------------------------

CITY = Settings(_env_file=None, sms_url="http://sms.example", mail_url="mailto://mail.example", dingtalk_url="")


def test_a_person_is_told_by_what_is_on_set_up_and_has_an_address() -> None:
    def of(channels: dict[str, Any], phone: str = "13800000001") -> list[str]:
        return list(ways(choice(channels=channels), phone, CITY))

    assert of({}) == ["sms"]
    assert of({}, phone="") == []
    assert of({"sms": {"on": False}}) == []
    assert of({"email": {"on": True, "address": "a@b.example"}, "dingtalk": {"on": True, "address": "abcdefgh"}}) == [
        "sms", "email"]


@pytest.mark.parametrize(("channel", "wish", "field"), [
    ("email", {"on": True, "address": ""}, "channels.email.address"),
    ("email", {"on": True, "address": "a@b"}, "channels.email.address"),
    ("email", {"on": True, "address": "a@b.example,c@d.example"}, "channels.email.address"),
    ("sms", {"on": True, "address": "13900000000"}, "channels.sms.address"),
    ("wecom", {"on": True, "address": "a&key=b"}, "channels.wecom.address"),
    ("dingtalk", {"on": True, "address": "abcdefgh"}, "channels.dingtalk.on"),
])
def test_a_wish_that_cannot_be_met_is_refused_with_its_field(channel: str, wish: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as told:
        check_choice({channel: wish}, "", "", CITY)
    assert [problem.field for problem in told.value.problems] == [field]
    assert told.value.problems[0].zh
    assert told.value.problems[0].en


def test_half_a_night_is_refused() -> None:
    with pytest.raises(Invalid) as told:
        check_choice({}, "22:00", "", CITY)
    assert [problem.field for problem in told.value.problems] == ["quiet_to"]
