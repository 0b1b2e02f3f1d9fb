"""Several at one incident: assisting departments, whistles, supervision, conferences, escalation, merges."""

from __future__ import annotations

from datetime import timedelta

import pytest

from governance.errors import Conflict, InvalidField, NotAllowed, NotFound, WrongState
from governance.incident import Incident
from tests import town
from tests.journey.test_asking import requests, signed
from tests.journey.walk import Walk


def manhole(walk: Walk) -> Incident:
    """The district's facilities lead; by the list's rule its traffic police assist."""
    return walk.act("fitter", "sign", walk.report("worker", town.MANHOLE, photos=1))


# ---- assisting -----------------------------------------------------------------------------------------------------

def test_the_lead_feeds_back_after_all_whom_a_person_asked_to_assist(walk: Walk) -> None:
    incident = walk.act("dispatcher", "ask_assist", manhole(walk), assisting=("sanitation_1", "enforcement_1"))
    assert incident.assisting == incident.involved == ["traffic", "sanitation_1", "enforcement_1"]
    with pytest.raises(Conflict, match=r"Still assisting: enforcement_1, sanitation_1\."):
        walk.act("fitter", "feed_back", incident, photos=1, reason="井盖已换")
    incident = walk.act("cleaner", "assist", incident, reason="现场已清理")
    with pytest.raises(Conflict, match=r"Still assisting: enforcement_1\."):
        walk.act("fitter", "feed_back", incident, photos=1, reason="井盖已换")
    asked = next(r for r in requests(walk, incident, "assist") if r.party == "enforcement_1")
    with pytest.raises(NotAllowed):
        walk.act("fitter", "withdraw", incident, request=asked.seq)
    incident = walk.act("dispatcher", "withdraw", incident, request=asked.seq, department="enforcement_1")
    assert incident.assisting == ["traffic", "sanitation_1"]
    assert walk.act("fitter", "feed_back", incident, photos=1, reason="井盖已换").status == "handled"
    assert [(r.party, r.state) for r in requests(walk, incident, "assist")] == [
        ("traffic", "lapsed"), ("enforcement_1", "withdrawn"), ("sanitation_1", "answered")]


def test_whom_the_rule_named_may_help_and_holds_nobody_up(walk: Walk) -> None:
    incident = manhole(walk)
    assert [(r.party, r.asked_role) for r in requests(walk, incident, "assist")] == [("traffic", "engine")]
    assert walk.act("fitter", "feed_back", incident, photos=1, reason="井盖已换").status == "handled"


def test_a_desk_that_names_who_assists_at_dispatch_means_it(walk: Walk) -> None:
    incident = walk.report("resident", town.LAMP)
    walk.act("dispatcher", "file", incident)
    walk.act("dispatcher", "dispatch", incident, department="facilities", assisting=("traffic",))
    walk.act("fitter", "sign", incident)
    with pytest.raises(Conflict, match="traffic"):
        walk.act("fitter", "feed_back", incident, photos=1, reason="灯已亮")


def test_who_assists_may_feed_back_its_part_and_nothing_else(walk: Walk) -> None:
    incident = walk.act("dispatcher", "ask_assist", signed(walk), assisting=("enforcement_1",))
    for action in ("feed_back", "extend"):
        with pytest.raises(NotAllowed):
            walk.act("officer", action, incident, photos=1, reason="已处理")
    incident = walk.act("officer", "assist", incident, reason="摊贩已劝离")
    with pytest.raises(WrongState, match="asked of you"):
        walk.act("officer", "assist", incident, reason="又一次")
    assert walk.act("cleaner", "feed_back", incident, photos=1, reason="已清理").status == "handled"


def test_who_is_not_asked_does_not_even_see_it(walk: Walk) -> None:
    with pytest.raises(NotFound):
        walk.act("officer", "assist", signed(walk), reason="我来")


# ---- the whistle ---------------------------------------------------------------------------------------------------

def whistled(walk: Walk) -> Incident:
    return walk.act("dispatcher", "whistle", signed(walk), assisting=("enforcement_1", "facilities"), reason="现场会办")


def test_a_street_calls_departments_and_they_check_in(walk: Walk) -> None:
    incident = whistled(walk)
    called = requests(walk, incident, "whistle")
    assert [(r.party, r.state, r.due_at) for r in called] == [
        (party, "asked", walk.at("09:30")) for party in ("enforcement_1", "facilities")]
    assert (incident.status, incident.whistles, set(incident.involved)) == (
        "handling", 1, {"enforcement_1", "facilities"})
    walk.now = walk.at("09:20")
    incident = walk.act("officer", "check_in", incident, here=True, reason="两人到场")
    walk.now = walk.at("09:40")
    incident = walk.act("fitter", "check_in", incident, here=True)
    arrived = requests(walk, incident, "whistle")
    assert [(r.state, r.answered_by, r.answered_at <= r.due_at, r.lon is not None) for r in arrived] == [
        ("answered", walk.people["officer"].id, True, True), ("answered", walk.people["fitter"].id, False, True)]
    number = called[0].seq
    incident = walk.act("dispatcher", "confirm", incident, request=number, department="facilities", score=2)
    incident = walk.act("dispatcher", "confirm", incident, request=number, score=5, reason="行动迅速")
    assert [(r.party, r.state, r.score) for r in requests(walk, incident, "whistle")] == [
        ("enforcement_1", "granted", 5), ("facilities", "granted", 2)]


def test_checking_in_from_afar_is_no_arrival(walk: Walk) -> None:
    incident = whistled(walk)
    lon, lat = town.centre_of(town.FAR_CELL)
    with pytest.raises(InvalidField, match="within 500 m"):
        walk.act("officer", "check_in", incident, lon=lon, lat=lat)
    with pytest.raises(NotAllowed):
        walk.act("dispatcher", "check_in", incident, here=True)


def test_nobody_is_confirmed_before_arriving_and_no_limit_lies_in_the_past(walk: Walk) -> None:
    incident = whistled(walk)
    with pytest.raises(Conflict, match="not been answered"):
        walk.act("dispatcher", "confirm", incident, request=incident.version, score=5)
    with pytest.raises(InvalidField, match="until"):
        walk.act("dispatcher", "whistle", incident, assisting=("traffic",), until=walk.now, reason="再吹")
    with pytest.raises(InvalidField, match="nobody cannot assist"):
        walk.act("dispatcher", "whistle", incident, assisting=("nobody",), reason="再吹")


def test_a_score_is_from_one_to_five(walk: Walk) -> None:
    incident = whistled(walk)
    number = incident.version
    incident = walk.act("officer", "check_in", incident, here=True)
    with pytest.raises(InvalidField, match="from 1 to 5"):
        walk.act("dispatcher", "confirm", incident, request=number, department="enforcement_1", score=6)


# ---- supervision, urging, escalation -------------------------------------------------------------------------------

def test_supervision_has_an_issuer_a_reply_limit_and_a_colour(walk: Walk) -> None:
    incident = walk.act("supervisor", "supervise", signed(walk), reason="群众反复反映")
    order = requests(walk, incident, "supervise")[0]
    assert (order.party, order.asked_by, order.details, order.due_at) == (
        "sanitation_1", walk.people["supervisor"].id, {"level": "blue"}, walk.at("09:00", day=4))
    incident = walk.act("cleaner_head", "reply", incident, reason="今日完成")
    incident = walk.act("supervisor", "confirm", incident, request=order.seq, reason="同意")
    assert requests(walk, incident, "supervise")[0].state == "granted"

    walk.now = walk.at("14:30")
    for level in ("red", "red", "blue"):  # supervised before and overdue; the last says its colour itself
        given = {"level": "blue"} if level == "blue" else {}
        incident = walk.act("supervisor", "supervise", incident, reason="仍未办结", until=walk.at("18:00"), **given)
        assert requests(walk, incident, "supervise")[-1].details["level"] == level


def test_urging_counts_and_says_whom(walk: Walk) -> None:
    incident = walk.act("dispatcher", "urge", signed(walk), reason="请抓紧")
    assert (incident.urges, walk.history(incident)[-1].fields) == (1, {"stage": "handle"})
    walk.now = walk.at("11:00")
    incident = walk.act("supervisor", "urge", incident)
    assert walk.history(incident)[-1].fields == {"stage": "handle", "result": "overdue"}


def test_escalation_goes_up_level_by_level(walk: Walk) -> None:
    incident = walk.act("lead", "escalate", signed(walk), reason="协调不动")
    assert (incident.desk, incident.escalations) == (town.HEPING, 1)
    incident = walk.act("centre", "escalate", incident, reason="跨区")
    assert (incident.desk, incident.escalations) == (town.CITY, 2)
    with pytest.raises(Conflict, match="city's desk"):
        walk.act("centre", "escalate", incident, reason="还要升")


def test_a_loop_of_returns_ends_in_a_conference(walk: Walk) -> None:
    """Nobody takes it on; the district's conference names the lead, who may not return it."""
    incident = walk.dispatched()
    for time in range(3):
        incident = walk.act("cleaner", "return", incident, reason="不在辖区")
        assert (incident.status, incident.returns) == ("filed", time + 1)
        with pytest.raises(NotAllowed):
            walk.act("worker", "settle", incident, photos=2)
        if time < 2:
            incident = walk.act("dispatcher", "dispatch", incident, department="sanitation_1", reason="属其辖区")
    assert walk.actions(incident)[-2:] == ["return", "ask_confer"]
    assert requests(walk, incident, "conference")[0].party == "district_centre"
    incident = walk.act("centre", "confer", incident, department="sanitation_1", reason="会议纪要第3号: 环卫所主办")
    assert (incident.status, requests(walk, incident, "conference")[0].state) == ("dispatched", "granted")
    with pytest.raises(NotAllowed, match="conference"):
        walk.act("cleaner", "return", incident, reason="还是不归我")
    assert walk.act("cleaner", "sign", incident).status == "handling"


# ---- merged and split ----------------------------------------------------------------------------------------------

def test_who_follows_a_main_incident_rates_it_and_may_stand_alone_again(walk: Walk) -> None:
    first, second = walk.report("resident", town.RUBBISH), walk.report("resident_2", town.RUBBISH)
    walk.act("dispatcher", "file", first)
    follower = walk.act("dispatcher", "merge", second, main=first.id)
    with pytest.raises(Conflict, match="not closed yet"):
        walk.act("resident_2", "rate", follower, score=1)
    walk.act("cleaner", "sign", first)
    walk.act("cleaner", "feed_back", first, photos=1, reason="已清理")
    walk.act("worker", "check", first, photos=1, here=True, passed=True)
    follower = walk.act("resident_2", "rate", follower, score=1, reason="我家门口还有")
    assert walk.actions(follower)[-2:] == ["rate", "split"]
    assert (follower.status, follower.merged_into, follower.score) == ("reported", None, 1)
    assert walk.clocks(follower, "accept")[-1].due_at == walk.now + timedelta(minutes=15)
    assert walk.again(first).status == "closed"


def test_what_was_merged_by_mistake_is_split_off(walk: Walk) -> None:
    main = walk.dispatched()
    wrong = walk.act("dispatcher", "merge", walk.report("resident", town.NOISE), main=main.id)
    wrong = walk.act("dispatcher", "split", wrong, reason="不是同一件事")
    assert (wrong.status, wrong.outcome, wrong.merged_into) == ("reported", None, None)
    assert walk.act("dispatcher", "file", wrong).status in ("filed", "dispatched")


def test_nothing_is_merged_into_what_is_merged(walk: Walk) -> None:
    main, other = walk.dispatched(), walk.dispatched()
    follower = walk.act("dispatcher", "merge", walk.dispatched(), main=main.id)
    with pytest.raises(Conflict, match="has ended"):
        walk.act("dispatcher", "merge", other, main=follower.id)
    with pytest.raises(WrongState):
        walk.act("dispatcher", "merge", follower, main=other.id)


# ---- afterwards ----------------------------------------------------------------------------------------------------

def test_a_return_visit_counts_when_somebody_answered(walk: Walk) -> None:
    incident = walk.closed_for("resident")
    incident = walk.act("dispatcher", "return_visit", incident, contacted=False, reason="无人接听")
    assert (incident.visit_contacted, incident.visit_solved, incident.visit_score) == (False, None, None)
    with pytest.raises(InvalidField, match="score"):
        walk.act("dispatcher", "return_visit", incident, contacted=True, passed=True, score=9)
    incident = walk.act("centre", "return_visit", incident, contacted=True, passed=True, score=4)
    assert (incident.status, incident.visit_solved, incident.visit_score, incident.visited_at) == (
        "closed", True, 4, walk.now)
    incident = walk.act("dispatcher", "return_visit", incident, contacted=True, passed=False, score=1, reason="没修好")
    assert (incident.status, incident.reopened) == ("filed", 1)
