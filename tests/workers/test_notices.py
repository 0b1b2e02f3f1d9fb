"""The rules of telling: who is told what, without a database."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from typing import Any

import pytest

from governance.city import PROCESSES
from governance.incident import Incident, Transition
from governance.notices import ROLE_OF, Recipient, Step, lead_of, messages, nearest, rules_of, words_of
from governance.process import load_processes
from taxonomy.category import Category
from workers.senders import mask_phones

PROCESS = load_processes(PROCESSES)["grid_event"]
SANITATION = Recipient("department", "sanitation_1")
RUBBISH = Category(taxonomy="grid", version=1, code="01001", position=1, leaf=True, name="暴露垃圾",
                   name_en="Exposed rubbish")


def transition(action: str, reason: str = "", department: str | None = None, **fields: Any) -> Transition:
    return Transition(incident_id=uuid.uuid4(), seq=2, action=action, to_state="", role="dispatcher", reason=reason,
                      department=department, fields=fields, at=datetime(2026, 3, 3, 1, tzinfo=UTC), hash="")


def step(taken: Transition, subcategory: Category | None = RUBBISH, due_at: datetime | None = None) -> Step:
    incident = Incident(id=taken.incident_id, number="2026030300000007")
    names = ("和平区", "和平一街", "第一社区")
    return Step(incident, taken, "sanitation_1", "和平一街环卫所", subcategory, names, due_at)


def test_a_dispatch_is_worded_in_both_languages_with_the_local_due_time() -> None:
    taken = transition("dispatch", department="sanitation_1")
    told = messages(rules_of(PROCESS, taken), {"department": [SANITATION]},
                    step(taken, due_at=datetime(2026, 3, 3, 10, tzinfo=UTC)))
    assert [(m.to, m.text, m.text_en) for m in told] == [(
        SANITATION, "新派遣: 2026030300000007 暴露垃圾, 和平区 和平一街 第一社区, 处置时限 2026-03-03 18:00",
        "New dispatch: 2026030300000007 Exposed rubbish, 和平区 和平一街 第一社区, due 2026-03-03 18:00")]


def test_a_check_tells_the_department_when_it_failed_and_the_reporter_when_it_passed() -> None:
    def told(passed: bool) -> list[str]:
        return [rule.to for rule in rules_of(PROCESS, transition("check", passed=passed))]

    assert told(passed=False) == ["department"]
    assert told(passed=True) == ["reporter"]


def test_a_step_that_calls_for_no_notice_has_no_rules() -> None:
    assert rules_of(PROCESS, transition("sign")) == ()
    assert rules_of(PROCESS, transition("an_action_of_an_older_process")) == ()


def test_the_lead_is_the_one_at_that_step() -> None:
    before = transition("dispatch", department="market_1")
    assert lead_of(transition("transfer", department="officers", **{}), before) == "officers"
    assert lead_of(transition("return"), before) == "market_1"
    assert lead_of(transition("report"), None) is None


def test_the_nearest_workers_are_told_and_the_others_are_not() -> None:
    cell, community, colleague = uuid.uuid4(), uuid.uuid4(), uuid.uuid4()
    assert nearest([(community, "120101001001"), (cell, "120101001001001")]) == [cell]
    assert nearest([(community, "120101001001"), (colleague, "120101001001")]) == [community, colleague]
    assert nearest([]) == []


def test_nobody_is_told_twice_of_one_step() -> None:
    taken = transition("dispatch", department="sanitation_1")
    rules = rules_of(PROCESS, taken)
    assert len(messages([*rules, *rules], {"department": [SANITATION]}, step(taken))) == 1


def test_what_is_not_known_yet_is_said_so() -> None:
    zh, en = words_of(step(transition("return", reason="不属我单位"), subcategory=None))
    assert (zh["subcategory"], zh["due"], zh["reason"]) == ("未分类", "未定", "不属我单位")
    assert (en["subcategory"], en["due"]) == ("unclassified", "not set")


def test_a_notice_of_a_restricted_incident_says_neither_what_nor_why_nor_exactly_where() -> None:
    taken = transition("dispatch", reason="独居, 无子女", department="care_1")
    of_a_person = step(taken)
    of_a_person.incident.sensitivity = "restricted"
    zh, en = words_of(of_a_person)
    assert (zh["subcategory"], zh["reason"], zh["unit"]) == ("受限事项", "请登录查看", "和平区 和平一街")
    assert (en["subcategory"], en["reason"], en["unit"]) == ("restricted item", "sign in to read", "和平区 和平一街")


def test_braces_in_a_reason_are_only_text() -> None:
    taken = transition("void", reason="{number} 与 {0} 重复")
    told = messages(rules_of(PROCESS, taken), {"reporter": [SANITATION]}, step(taken))
    assert told[0].text == "您上报的 2026030300000007 未予立案: {number} 与 {0} 重复"


@pytest.mark.parametrize("process", load_processes(PROCESSES).values(), ids=lambda process: process.code)
def test_every_template_of_every_process_can_be_filled(process: Any) -> None:
    zh, en = words_of(step(transition("dispatch")))
    for action in process.actions.values():
        for rule in action.notify:
            assert rule.to in {"department", "reporter", *ROLE_OF}
            assert "{" not in rule.text.format_map(zh) + rule.text_en.format_map(en)


def test_phone_numbers_are_masked_wherever_they_stand() -> None:
    assert mask_phones("请联系13812348000或 15900001234。") == "请联系138****8000或 159****1234。"
    assert mask_phones("2026030300000007") == "2026030300000007"
