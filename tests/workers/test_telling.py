"""Telling people of the steps of an incident, on both databases."""

from __future__ import annotations

import logging
import threading
from datetime import datetime, timedelta

import pytest
from sqlalchemy import Engine

from governance.city import City
from governance.incident import Incident
from governance.outbox import Notice
from tests import town
from tests.workers.town_life import People, acted, handled, notices, reported
from workers.jobs import tell_step
from workers.senders import LogSender


class Post:
    """A sender that keeps what it sent; it can be out of order."""

    channel = "post"

    def __init__(self) -> None:
        self.sent: list[tuple[str, str, str]] = []
        self.broken = False

    def send(self, notice: Notice, phone: str) -> None:
        if self.broken:
            raise ConnectionError("the gateway does not answer")
        self.sent.append((notice.recipient, notice.text, phone))


@pytest.fixture
def post() -> Post:
    return Post()


def tell(engine: Engine, post: Post, incident: Incident, now: datetime) -> list[Notice]:
    """Tell of the incident's last step; gives the notices of that step."""
    tell_step(engine, post, incident.id, incident.version, now)
    return [notice for notice in notices(engine, incident) if notice.seq == incident.version]


def test_a_dispatch_tells_the_department_what_where_and_by_when(
        engine: Engine, city: City, people: People, now: datetime, post: Post) -> None:
    incident = reported(engine, city, people["worker"], now)
    told = tell(engine, post, incident, now)
    assert [(n.recipient_kind, n.recipient, n.channel, n.sent_at) for n in told] == [
        ("department", "sanitation_1", "post", now)]
    where = "和平区 和平一街 和平一街第一社区 和平一街第一社区第1网格"
    assert told[0].text == f"新派遣: {incident.number} 暴露垃圾, {where}, 处置时限 2026-03-03 11:00"
    assert told[0].text_en == f"New dispatch: {incident.number} 暴露垃圾, {where}, due 2026-03-03 11:00"


def test_an_incident_that_has_moved_on_is_told_as_it_was_at_that_step(
        engine: Engine, city: City, people: People, now: datetime, post: Post) -> None:
    first = reported(engine, city, people["worker"], now)
    later = now + timedelta(hours=1)
    second = acted(engine, city, people["dispatcher"], first, "transfer", later, department="enforcement_1",
                   reason="占道")
    tell_step(engine, post, first.id, first.version, later)
    tell_step(engine, post, second.id, second.version, later)
    assert [(n.recipient, n.text[:3], n.text[-16:]) for n in notices(engine, first)] == [
        ("sanitation_1", "新派遣", "2026-03-03 11:00"), ("enforcement_1", "改派:", "2026-03-03 12:00")]


def test_a_return_tells_the_dispatchers_of_the_place_who_returned_it_and_why(
        engine: Engine, city: City, people: People, now: datetime, post: Post) -> None:
    incident = reported(engine, city, people["worker"], now)
    incident = acted(engine, city, people["cleaner"], incident, "return", now, reason="不属我单位")
    told = tell(engine, post, incident, now)
    assert [n.recipient for n in told] == [str(people["dispatcher"].id)]
    assert told[0].text == f"和平一街环卫所 退回 {incident.number}: 不属我单位"
    assert post.sent[-1][2] == people["dispatcher"].phone


def test_handled_work_is_checked_by_the_workers_of_its_community(
        engine: Engine, city: City, people: People, now: datetime, post: Post) -> None:
    told = tell(engine, post, handled(engine, city, people, now), now)
    assert [(n.recipient, n.text[:4]) for n in told] == [(str(people["worker"].id), "请核查:")]


def test_a_rework_tells_the_department_and_a_close_tells_the_reporter(
        engine: Engine, city: City, people: People, now: datetime, post: Post) -> None:
    incident = handled(engine, city, people, now)
    incident = acted(engine, city, people["worker"], incident, "check", now, photo=True, on_the_spot=True,
                     passed=False, reason="仍有残留")
    rework = tell(engine, post, incident, now)
    assert [(n.recipient, n.text) for n in rework] == [("sanitation_1", f"返工: {incident.number} 仍有残留")]
    incident = acted(engine, city, people["cleaner"], incident, "feed_back", now, photo=True, reason="已清运")
    incident = acted(engine, city, people["worker"], incident, "check", now, photo=True, on_the_spot=True, passed=True)
    assert [(n.recipient, n.text) for n in tell(engine, post, incident, now)] == [
        (str(people["worker"].id), f"您上报的 {incident.number} 已办结")]


def test_who_reported_the_same_thing_is_told_of_its_end_by_the_own_number(
        engine: Engine, city: City, people: People, now: datetime, post: Post) -> None:
    main = handled(engine, city, people, now)
    same = reported(engine, city, people["resident"], now)
    acted(engine, city, people["dispatcher"], same, "merge", now, main=main.id)
    main = acted(engine, city, people["worker"], main, "check", now, photo=True, on_the_spot=True, passed=True)
    told = {notice.recipient: notice.text for notice in tell(engine, post, main, now)}
    assert told == {str(people["worker"].id): f"您上报的 {main.number} 已办结",
                    str(people["resident"].id): f"您上报的 {same.number} 已办结"}


def test_a_step_that_concerns_nobody_tells_nobody(
        engine: Engine, city: City, people: People, now: datetime, post: Post) -> None:
    incident = reported(engine, city, people["resident"], now, subcategory=town.NOISE)
    assert tell(engine, post, incident, now) == []
    assert post.sent == []


def test_a_job_that_runs_twice_tells_once(
        engine: Engine, city: City, people: People, now: datetime, post: Post) -> None:
    incident = reported(engine, city, people["worker"], now)
    tell(engine, post, incident, now)
    assert len(tell(engine, post, incident, now + timedelta(minutes=1))) == 1
    assert len(post.sent) == 1


def test_workers_that_run_the_same_job_at_once_tell_once(
        engine: Engine, city: City, people: People, now: datetime, post: Post) -> None:
    incident = reported(engine, city, people["worker"], now)
    together = threading.Barrier(4)

    def worker() -> None:
        together.wait()
        tell_step(engine, post, incident.id, incident.version, now)

    threads = [threading.Thread(target=worker) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(notices(engine, incident)) == 1
    assert len(post.sent) == 1


def test_a_broken_gateway_keeps_the_notice_and_sends_it_when_tried_again(
        engine: Engine, city: City, people: People, now: datetime, post: Post) -> None:
    incident = reported(engine, city, people["worker"], now)
    post.broken = True
    with pytest.raises(ConnectionError):
        tell(engine, post, incident, now)
    assert [n.sent_at for n in notices(engine, incident)] == [None]
    post.broken = False
    later = now + timedelta(minutes=5)
    assert [n.sent_at for n in tell(engine, post, incident, later)] == [later]
    assert len(post.sent) == 1


def test_a_step_that_does_not_exist_is_an_error_and_not_silence(
        engine: Engine, city: City, people: People, now: datetime, post: Post) -> None:
    incident = reported(engine, city, people["worker"], now)
    with pytest.raises(LookupError, match="has no step 9"):
        tell_step(engine, post, incident.id, 9, now)


def test_the_log_sender_writes_one_line_with_the_phone_masked(
        engine: Engine, city: City, people: People, now: datetime, caplog: pytest.LogCaptureFixture) -> None:
    incident = reported(engine, city, people["worker"], now)
    incident = acted(engine, city, people["cleaner"], incident, "return", now, reason="请问13912345678")
    with caplog.at_level(logging.INFO, "wangge.notices"):
        tell_step(engine, LogSender(), incident.id, incident.version, now)
    dispatcher = people["dispatcher"]
    told = f"account {dispatcher.id} 138****{dispatcher.phone[-4:]}"
    assert [record.getMessage() for record in caplog.records] == [
        f"{told}: 和平一街环卫所 退回 {incident.number}: 请问139****5678"]
