"""Telling people of the steps of an incident and of what time brings, on both databases."""

from __future__ import annotations

import logging
import threading
import uuid
from datetime import datetime, timedelta

import pytest
from sqlalchemy import Engine

from data.engine import writing
from governance.city import City
from governance.incident import Incident
from governance.requests import Request
from governance.settings import Settings
from tests import town
from tests.workers.post import deliveries, post, tell
from tests.workers.town_life import People, acted, handled, notices, reported
from workers.jobs import tell_step


def told_to(engine: Engine, settings: Settings, incident: Incident, now: datetime, people: People,
            seq: int | None = None, event: str = "") -> set[str]:
    """The people of the town who are told, by their keys; departments by their codes."""
    keys = {str(actor.id): key for key, actor in people.items()}
    return {keys.get(n.recipient, n.recipient) for n in tell(engine, settings, incident, now, seq, event)}


# ---- steps ---------------------------------------------------------------------------------------------------------

def test_a_dispatch_tells_the_department_what_where_and_by_when(
        engine: Engine, city: City, people: People, now: datetime, settings: Settings) -> None:
    incident = reported(engine, city, people["worker"], now)
    notice, = tell(engine, settings, incident, now)
    assert (notice.recipient_kind, notice.recipient, notice.sent_at) == ("department", "sanitation_1", None)
    where = "和平区 和平一街 和平一街第一社区 和平一街第一社区第1网格"
    assert notice.text == f"新派遣: {incident.number} 暴露垃圾, {where}, 处置时限 2026-03-03 11:00"
    assert notice.text_en == f"New dispatch: {incident.number} 暴露垃圾, {where}, due 2026-03-03 11:00"
    assert not notice.urgent


def test_an_incident_that_has_moved_on_is_told_as_it_was_at_that_step(
        engine: Engine, city: City, people: People, now: datetime, settings: Settings) -> None:
    first = reported(engine, city, people["worker"], now)
    later = now + timedelta(hours=1)
    second = acted(engine, city, people["dispatcher"], first, "transfer", later, department="enforcement_1",
                   reason="占道")
    tell_step(engine, settings, first.id, first.version, later)
    tell_step(engine, settings, second.id, second.version, later)
    assert [(n.recipient, n.text[:3], n.text[-16:]) for n in notices(engine, first)] == [
        ("sanitation_1", "新派遣", "2026-03-03 11:00"), ("enforcement_1", "改派:", "2026-03-03 12:00")]


def test_a_return_tells_the_dispatchers_of_the_place_who_returned_it_and_why(
        engine: Engine, city: City, people: People, now: datetime, settings: Settings) -> None:
    incident = reported(engine, city, people["worker"], now)
    incident = acted(engine, city, people["cleaner"], incident, "return", now, reason="不属我单位")
    notice, = tell(engine, settings, incident, now)
    assert notice.recipient == str(people["dispatcher"].id)
    assert notice.text == f"和平一街环卫所 退回 {incident.number}: 不属我单位"


def test_handled_work_is_checked_by_the_workers_of_its_community(
        engine: Engine, city: City, people: People, now: datetime, settings: Settings) -> None:
    notice, = tell(engine, settings, handled(engine, city, people, now), now)
    assert (notice.recipient, notice.text[:4]) == (str(people["worker"].id), "请核查:")


def test_a_rework_tells_the_department_and_a_close_tells_the_reporter(
        engine: Engine, city: City, people: People, now: datetime, settings: Settings) -> None:
    incident = handled(engine, city, people, now)
    incident = acted(engine, city, people["worker"], incident, "check", now, photo=True, on_the_spot=True,
                     passed=False, reason="仍有残留")
    rework = tell(engine, settings, incident, now)
    assert [(n.recipient, n.text) for n in rework] == [("sanitation_1", f"返工: {incident.number} 仍有残留")]
    incident = acted(engine, city, people["cleaner"], incident, "feed_back", now, photo=True, reason="已清运")
    incident = acted(engine, city, people["worker"], incident, "check", now, photo=True, on_the_spot=True, passed=True)
    assert [(n.recipient, n.text) for n in tell(engine, settings, incident, now)] == [
        (str(people["worker"].id), f"您上报的 {incident.number} 已办结")]


def test_who_reported_the_same_thing_is_told_of_its_end_by_the_own_number_over_every_merge(
        engine: Engine, city: City, people: People, now: datetime, settings: Settings) -> None:
    """The second is merged into the first, and the first into the main one: all three have reported it."""
    main = handled(engine, city, people, now)
    first = reported(engine, city, people["resident"], now)
    second = reported(engine, city, people["resident_2"], now)
    acted(engine, city, people["dispatcher"], second, "merge", now, main=first.id)
    acted(engine, city, people["dispatcher"], first, "merge", now, main=main.id)
    main = acted(engine, city, people["worker"], main, "check", now, photo=True, on_the_spot=True, passed=True)
    told = {notice.recipient: notice.text for notice in tell(engine, settings, main, now)}
    assert told == {str(people["worker"].id): f"您上报的 {main.number} 已办结",
                    str(people["resident"].id): f"您上报的 {first.number} 已办结",
                    str(people["resident_2"].id): f"您上报的 {second.number} 已办结"}


def test_a_reporter_without_an_account_is_told_by_the_phone_that_was_left(
        engine: Engine, city: City, people: People, now: datetime, settings: Settings) -> None:
    incident = reported(engine, city, people["dispatcher"], now, subcategory=town.NOISE)
    with writing(engine) as session:
        caller = session.get_one(Incident, incident.id)
        caller.reporter, caller.reporter_phone = None, "13911112222"
        session.commit()
    incident = acted(engine, city, people["dispatcher"], incident, "void", now, reason="重复")
    with_sms = settings.model_copy(update={"sms_url": "http://sms.example"})
    notice, = tell(engine, with_sms, incident, now)
    assert (notice.recipient_kind, notice.recipient) == ("reporter", str(incident.id))
    assert "13911112222" not in notice.text
    assert [(d.channel, d.recipient) for d in deliveries(engine)] == [("log", ""), ("sms", str(incident.id))]


def test_a_step_that_concerns_nobody_tells_nobody(
        engine: Engine, city: City, people: People, now: datetime, settings: Settings) -> None:
    incident = reported(engine, city, people["resident"], now, subcategory=town.NOISE)
    assert tell(engine, settings, incident, now) == []
    assert deliveries(engine) == []


def test_what_must_be_handled_in_urgent_hours_is_urgent(
        engine: Engine, city: City, people: People, now: datetime, settings: Settings) -> None:
    incident = reported(engine, city, people["worker"], now, subcategory=town.MANHOLE)
    assert {n.recipient: n.urgent for n in tell(engine, settings, incident, now)} == {
        "facilities": True, "traffic": True}


# ---- what one asks of another, and what time brings ----------------------------------------------------------------

def test_a_whistle_tells_who_is_called_the_answer_tells_who_called(
        engine: Engine, city: City, people: People, now: datetime, settings: Settings) -> None:
    incident = reported(engine, city, people["worker"], now)
    incident = acted(engine, city, people["dispatcher"], incident, "whistle", now, reason="占道堆放",
                     assisting=("enforcement_1", "traffic"))
    called = tell(engine, settings, incident, now)
    assert {n.recipient for n in called} == {"enforcement_1", "traffic"}
    assert {n.text for n in called} == {f"吹哨: {incident.number} 暴露垃圾, 和平区 和平一街 和平一街第一社区 "
                                        "和平一街第一社区第1网格, 请于 2026-03-03 09:30 前到场报到"}
    assert all(n.urgent for n in called)
    asked = incident.version
    incident = acted(engine, city, people["officer"], incident, "check_in", now, on_the_spot=True)
    assert told_to(engine, settings, incident, now, people) == {"dispatcher"}
    late = told_to(engine, settings, incident, now, people, event=f"late:{asked}:1")
    assert late == {"traffic", "dispatcher"}  # enforcement has checked in


def test_an_extension_is_decided_by_the_dispatcher_and_told_to_who_asked(
        engine: Engine, city: City, people: People, now: datetime, settings: Settings) -> None:
    incident = reported(engine, city, people["worker"], now)
    incident = acted(engine, city, people["cleaner"], incident, "sign", now)
    incident = acted(engine, city, people["cleaner"], incident, "extend", now, days=2, reason="设备未到")
    notice, = tell(engine, settings, incident, now)
    assert notice.recipient == str(people["dispatcher"].id)
    assert notice.text == f"和平一街环卫所 申请延期 2 天: {incident.number} 设备未到"
    incident = acted(engine, city, people["dispatcher"], incident, "grant", now, request=incident.version)
    assert told_to(engine, settings, incident, now, people) == {"cleaner"}


def test_a_warning_goes_to_who_holds_the_stage_and_an_overdue_urge_to_the_head_too(
        engine: Engine, city: City, people: People, now: datetime, settings: Settings) -> None:
    incident = reported(engine, city, people["worker"], now)
    incident = acted(engine, city, people["cleaner"], incident, "sign", now)
    warned, = tell(engine, settings, incident, now, event="warn:handle")
    assert warned.recipient == "sanitation_1"
    assert warned.text == f"{incident.number} 暴露垃圾 的处置时限将于 2026-03-03 11:00 到期"
    late = now + timedelta(hours=3)
    incident = acted(engine, city, people["dispatcher"], incident, "urge", late)
    assert told_to(engine, settings, incident, late, people) == {"sanitation_1", "cleaner_head"}


def test_an_escalation_tells_the_desk_that_it_was_raised_to(
        engine: Engine, city: City, people: People, now: datetime, settings: Settings) -> None:
    incident = reported(engine, city, people["worker"], now)
    incident = acted(engine, city, people["dispatcher"], incident, "escalate", now, reason="处置困难")
    told = told_to(engine, settings, incident, now, people)
    desk = {key for key, actor in people.items() if actor.unit == incident.desk
            and actor.role in ("dispatcher", "district_centre", "supervisor")}
    assert told == desk
    assert told


def test_who_is_told_in_person_and_with_the_department_gets_one_message(
        engine: Engine, city: City, people: People, now: datetime, settings: Settings) -> None:
    """An overdue urge tells the department and its head: two notices, one text message to each of the two people."""
    incident = reported(engine, city, people["worker"], now)
    late = now + timedelta(hours=3)
    incident = acted(engine, city, people["dispatcher"], incident, "urge", late)
    tell(engine, settings.model_copy(update={"sms_url": "http://sms.example"}), incident, late)
    by_sms = [d.recipient for d in deliveries(engine, "sms")]
    assert sorted(by_sms) == sorted(str(people[who].id) for who in ("cleaner", "cleaner_head"))


def test_a_dispatch_tells_those_it_named_to_assist_and_not_who_was_asked_later(
        engine: Engine, city: City, people: People, now: datetime, settings: Settings) -> None:
    first = reported(engine, city, people["worker"], now)
    acted(engine, city, people["dispatcher"], first, "ask_assist", now, assisting=("traffic",))
    assert told_to(engine, settings, first, now, people) == {"sanitation_1"}
    second = reported(engine, city, people["worker"], now, subcategory=town.MANHOLE)
    assert told_to(engine, settings, second, now, people) == {"facilities", "traffic"}


def test_the_step_and_the_event_after_it_are_told_each_for_itself(
        engine: Engine, city: City, people: People, now: datetime, settings: Settings) -> None:
    incident = reported(engine, city, people["worker"], now)
    tell(engine, settings, incident, now)
    for _ in range(2):
        tell(engine, settings, incident, now, event="warn:sign")
    assert [(n.recipient, n.event) for n in notices(engine, incident)] == [
        ("sanitation_1", ""), ("sanitation_1", "warn:sign")]


def test_an_event_of_what_was_answered_meanwhile_tells_nobody(
        engine: Engine, city: City, people: People, now: datetime, settings: Settings) -> None:
    incident = reported(engine, city, people["worker"], now)
    with writing(engine) as session:
        session.add(Request(incident_id=incident.id, seq=2, party="traffic", kind="whistle", state="answered",
                            asked_role="dispatcher", asked_at=now))
        session.commit()
    assert tell(engine, settings, incident, now, event="late:2:1") == []
    assert tell(engine, settings, incident, now, event="warn:no_such_stage") == []


# ---- once, and not lost --------------------------------------------------------------------------------------------

def test_a_job_that_runs_twice_tells_once(
        engine: Engine, city: City, people: People, now: datetime, settings: Settings) -> None:
    incident = reported(engine, city, people["worker"], now)
    tell(engine, settings, incident, now)
    assert len(tell(engine, settings, incident, now + timedelta(minutes=1))) == 1
    assert len(deliveries(engine)) == 1


def test_workers_that_run_the_same_job_at_once_tell_once(
        engine: Engine, city: City, people: People, now: datetime, settings: Settings) -> None:
    incident = reported(engine, city, people["worker"], now)
    together = threading.Barrier(4)

    def worker() -> None:
        together.wait()
        tell_step(engine, settings, incident.id, incident.version, now)

    threads = [threading.Thread(target=worker) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(notices(engine, incident)) == 1
    assert len(deliveries(engine)) == 1


def test_a_step_that_does_not_exist_is_an_error_and_not_silence(
        engine: Engine, city: City, people: People, now: datetime, settings: Settings) -> None:
    incident = reported(engine, city, people["worker"], now)
    with pytest.raises(LookupError, match="has no step 9"):
        tell_step(engine, settings, incident.id, 9, now)
    with pytest.raises(LookupError, match="has no step 1"):
        tell_step(engine, settings, uuid.uuid4(), 1, now)


def test_the_log_has_one_line_for_each_notice_with_the_phone_masked(
        engine: Engine, city: City, people: People, now: datetime, settings: Settings,
        caplog: pytest.LogCaptureFixture) -> None:
    incident = reported(engine, city, people["worker"], now)
    incident = acted(engine, city, people["cleaner"], incident, "return", now, reason="请问13912345678")
    tell(engine, settings, incident, now)
    with caplog.at_level(logging.INFO, "wangge.notices"):
        post(engine, settings, now)
    dispatcher = people["dispatcher"]
    told = f"account {dispatcher.id} 138****{dispatcher.phone[-4:]}"
    assert [record.getMessage() for record in caplog.records] == [
        f"{told}: 和平一街环卫所 退回 {incident.number}: 请问139****5678"]
    assert [n.sent_at for n in notices(engine, incident)] == [now]
