"""Deliveries against real receivers: held at night, gathered, limited, tried again, given up, sent again; once each."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from sqlalchemy import Engine
from sqlalchemy import event as sql_event

from data.engine import writing
from governance.city import City
from governance.errors import NotFound, WrongState
from governance.incident import Incident
from governance.notices.delivery import RETRY_SECONDS, Delivery
from governance.notices.mailroom import resend
from governance.notices.sending import Parcel
from governance.people import Account, Actor
from governance.settings import Settings
from tests import town
from tests.workers.post import deliveries, post, take, tell, wishes
from tests.workers.receivers import Letters, Receiver, http_receiver, mail_server, words_of
from tests.workers.town_life import People, acted, handled, notices, reported
from workers.jobs import send_off
from workers.senders import Sender
from workers.senders.all import senders_of

QUIET = {"quiet_from": "22:00", "quiet_to": "07:00"}
AN_HOUR = timedelta(hours=1)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with http_receiver() as started:
        yield started


@pytest.fixture
def letters() -> Iterator[Letters]:
    with mail_server() as started:
        yield started


@pytest.fixture
def settings(settings: Settings, receiver: Receiver) -> Settings:
    """A city with a gateway for text messages."""
    return settings.model_copy(update={"sms_url": f"{receiver.address}/sms", "sms_secret": "k3y",
                                       "wecom_url": receiver.address, "notices_per_hour": 5})


def returned(engine: Engine, city: City, people: People, at: datetime) -> Incident:
    """Something that one dispatcher is told of."""
    incident = reported(engine, city, people["worker"], at)
    return acted(engine, city, people["cleaner"], incident, "return", at, reason="不属我单位")


def texts(receiver: Receiver) -> list[str]:
    return [got.json["text"] for got in receiver.got if got.path == "/sms"]


def states(engine: Engine, channel: str = "sms") -> list[tuple[str, int]]:
    return [(d.state, d.attempts) for d in deliveries(engine, channel)]


# ---- to whom, by which way -----------------------------------------------------------------------------------------

def test_a_department_is_told_by_each_of_its_people_by_the_way_that_each_chose(
        engine: Engine, city: City, people: People, now: datetime, settings: Settings, receiver: Receiver,
        letters: Letters) -> None:
    """The cleaner by text message, as the city does; the head by e-mail, in English. In the inbox it is one notice."""
    with_mail = settings.model_copy(update={"mail_url": f"mailto://127.0.0.1:{letters.port}?from=grid@city.example"})
    wishes(engine, people["cleaner_head"], language="en", channels={
        "sms": {"on": False}, "email": {"on": True, "address": "xu@city.example"}})
    incident = reported(engine, city, people["worker"], now)
    notice, = tell(engine, with_mail, incident, now)
    assert post(engine, with_mail, now) == 3  # and one line of the log
    assert [got.json["phone"] for got in receiver.got] == [people["cleaner"].phone]
    assert texts(receiver) == [notice.text]
    (_, recipients, message), = letters.got
    assert recipients == ["xu@city.example"]
    assert words_of(message).strip() == notice.text_en
    assert {(d.state, d.sent_at) for d in deliveries(engine)} == {("sent", now)}
    assert post(engine, with_mail, now) == 0


def test_who_has_left_or_turned_the_channel_off_meanwhile_gets_nothing(
        engine: Engine, city: City, people: People, now: datetime, settings: Settings, receiver: Receiver) -> None:
    tell(engine, settings, reported(engine, city, people["worker"], now), now)
    wishes(engine, people["cleaner"], channels={"sms": {"on": False}})
    with writing(engine) as session:
        session.get_one(Account, people["cleaner_head"].id).active = False
        session.commit()
    post(engine, settings, now)
    assert receiver.got == []
    assert states(engine) == [("dropped", 1), ("dropped", 1)]


def test_a_new_address_is_used_for_what_still_waits(
        engine: Engine, city: City, people: People, now: datetime, settings: Settings, receiver: Receiver) -> None:
    wishes(engine, people["dispatcher"], channels={"wecom": {"on": True, "address": "old-key"}})
    tell(engine, settings, returned(engine, city, people, now), now)
    wishes(engine, people["dispatcher"], channels={"wecom": {"on": True, "address": "new-key"}}, language="en")
    post(engine, settings, now)
    got, = (got for got in receiver.got if got.query)
    assert got.query == {"key": "new-key"}
    assert " returned " in got.json["text"]["content"]


# ---- quiet hours and digests ---------------------------------------------------------------------------------------

def test_in_quiet_hours_it_waits_for_the_morning_and_then_comes_as_one(
        engine: Engine, city: City, people: People, now: datetime, settings: Settings, receiver: Receiver) -> None:
    wishes(engine, people["dispatcher"], **QUIET)
    night, morning = now.replace(hour=23), (now + timedelta(days=1)).replace(hour=7)
    first, second = (returned(engine, city, people, night) for _ in range(2))
    told = [*tell(engine, settings, first, night), *tell(engine, settings, second, night)]
    assert len(notices(engine)) == 2  # in the inbox at once
    post(engine, settings, night)
    post(engine, settings, morning - timedelta(minutes=3))
    assert receiver.got == []
    post(engine, settings, morning)
    text, = texts(receiver)
    assert text == f"您有 2 条通知:\n1. {told[0].text}\n2. {told[1].text}"
    assert states(engine) == [("sent", 1), ("sent", 1)]
    assert post(engine, settings, morning + AN_HOUR) == 0


def test_what_is_urgent_wakes_people(
        engine: Engine, city: City, people: People, now: datetime, settings: Settings, receiver: Receiver) -> None:
    """A manhole cover is gone: two urgent hours, by night too."""
    night = now.replace(hour=23)
    wishes(engine, people["fitter"], digest="daily", **QUIET)
    incident = reported(engine, city, people["worker"], night, subcategory=town.MANHOLE)
    tell(engine, settings, incident, night)
    post(engine, settings, night)
    assert people["fitter"].phone in [got.json["phone"] for got in receiver.got]


def test_a_digest_gathers_an_hour(
        engine: Engine, city: City, people: People, now: datetime, settings: Settings, receiver: Receiver) -> None:
    wishes(engine, people["dispatcher"], digest="hourly")
    for minutes in (5, 20, 50):
        at = now + timedelta(minutes=minutes)
        tell(engine, settings, returned(engine, city, people, at), at)
        post(engine, settings, at)
    assert receiver.got == []
    post(engine, settings, now + AN_HOUR)
    text, = texts(receiver)
    assert text.startswith("您有 3 条通知:")


def test_a_digest_that_is_refused_comes_again_as_one(
        engine: Engine, city: City, people: People, now: datetime, settings: Settings, receiver: Receiver) -> None:
    wishes(engine, people["dispatcher"], digest="hourly")
    for _ in range(2):
        tell(engine, settings, returned(engine, city, people, now), now)
    receiver.status = 500
    post(engine, settings, now + AN_HOUR)
    assert states(engine) == [("waiting", 1), ("waiting", 1)]
    receiver.status = 200
    post(engine, settings, now + AN_HOUR + timedelta(minutes=1))
    assert len(receiver.got) == 2
    assert receiver.got[0].body == receiver.got[1].body
    assert states(engine) == [("sent", 2), ("sent", 2)]


def test_two_digests_of_the_same_notices_go_out_at_once(
        engine: Engine, city: City, people: People, now: datetime, settings: Settings, receiver: Receiver) -> None:
    for who in ("cleaner", "cleaner_head"):
        wishes(engine, people[who], digest="hourly")
    for _ in range(4):
        tell(engine, settings, reported(engine, city, people["worker"], now), now)
    later = now + AN_HOUR
    due, senders, together = take(engine, later), senders_of(settings), threading.Barrier(2)

    def worker(jobs: list[tuple[int, int]]) -> None:
        together.wait()
        for key, attempts in jobs:
            send_off(engine, settings, senders, key, attempts, later)

    run_together(threading.Thread(target=worker, args=(due,)), threading.Thread(target=worker, args=(due[::-1],)))
    assert [text.partition("\n")[0] for text in texts(receiver)] == ["您有 4 条通知:"] * 2
    assert {state for state, _ in states(engine)} == {"sent"}
    assert all(notice.sent_at == later for notice in notices(engine))


# ---- not too many --------------------------------------------------------------------------------------------------

def test_above_the_limit_of_an_hour_the_rest_comes_as_one_and_none_is_lost(
        engine: Engine, city: City, people: People, now: datetime, settings: Settings, receiver: Receiver) -> None:
    told = []
    for minute in range(9):
        at = now + timedelta(minutes=minute)
        told += tell(engine, settings, returned(engine, city, people, at), at)
        post(engine, settings, at)
    assert texts(receiver) == [notice.text for notice in told[:5]]
    assert [d.held for d in deliveries(engine, "sms")] == [False] * 5 + [True] * 4
    post(engine, settings, now + AN_HOUR - timedelta(seconds=1))
    assert len(texts(receiver)) == 5
    post(engine, settings, now + AN_HOUR)
    assert len(texts(receiver)) == 6
    assert all(notice.text in texts(receiver)[-1] for notice in told[5:])
    assert all(state == "sent" for state, _ in states(engine))


def test_workers_at_once_do_not_go_above_the_limit_either(
        engine: Engine, city: City, people: People, now: datetime, settings: Settings, receiver: Receiver) -> None:
    for _ in range(8):
        tell(engine, settings, returned(engine, city, people, now), now)
    due, senders, together = take(engine, now), senders_of(settings), threading.Barrier(4)

    def worker(part: int) -> None:
        together.wait()
        for key, attempts in due[part::4]:
            send_off(engine, settings, senders, key, attempts, now)

    run_together(*(threading.Thread(target=worker, args=(part,)) for part in range(4)))
    assert len(texts(receiver)) == 5
    assert sorted(state for state, _ in states(engine)) == ["sent"] * 5 + ["waiting"] * 3


def run_together(*threads: threading.Thread) -> None:
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


# ---- again, and once -----------------------------------------------------------------------------------------------

def test_a_gateway_that_answers_500_for_an_hour_gets_it_once_when_it_is_well(
        engine: Engine, city: City, people: People, now: datetime, settings: Settings, receiver: Receiver) -> None:
    tell(engine, settings, returned(engine, city, people, now), now)
    receiver.status = 500
    tried = [minute for minute in range(60) if tries_at(engine, settings, receiver, now + timedelta(minutes=minute))]
    assert tried == [0, 1, 3, 8, 18, 38]
    assert deliveries(engine, "sms")[0].last_error == "HTTP 500"
    receiver.status, receiver.got = 200, []
    for minute in range(60, 120):
        post(engine, settings, now + timedelta(minutes=minute))
    assert len(receiver.got) == 1
    assert states(engine) == [("sent", 7)]


def tries_at(engine: Engine, settings: Settings, receiver: Receiver, at: datetime) -> int:
    before = len(receiver.got)
    post(engine, settings, at)
    return len(receiver.got) - before


def test_after_the_last_try_it_is_dead_and_an_administrator_sends_it_again(
        engine: Engine, city: City, people: People, now: datetime, settings: Settings, receiver: Receiver) -> None:
    wishes(engine, people["dispatcher"])  # no quiet hours
    incident = returned(engine, city, people, now)
    tell(engine, settings, incident, now)
    receiver.status, at = 500, now
    for seconds in (0, *RETRY_SECONDS):
        at += timedelta(seconds=seconds)
        post(engine, settings, at)
    assert states(engine) == [("dead", len(RETRY_SECONDS) + 1)]
    assert post(engine, settings, at + timedelta(days=2)) == 0
    assert len(notices(engine, incident)) == 1  # it stands in the inbox all the time
    receiver.status = 200
    again(engine, people["admin"], deliveries(engine, "sms")[0], at)
    post(engine, settings, at)
    assert states(engine) == [("sent", 1)]
    with pytest.raises(WrongState):
        again(engine, people["admin"], deliveries(engine, "sms")[0], at)


def test_a_retry_does_not_wake_people(
        engine: Engine, city: City, people: People, now: datetime, settings: Settings, receiver: Receiver) -> None:
    wishes(engine, people["dispatcher"], **QUIET)
    evening = now.replace(hour=21, minute=59, second=30)
    tell(engine, settings, returned(engine, city, people, evening), evening)
    receiver.status = 500
    post(engine, settings, evening)
    assert deliveries(engine, "sms")[0].next_at == (now + timedelta(days=1)).replace(hour=7)


def again(engine: Engine, who: Actor, delivery: Delivery, at: datetime) -> None:
    with writing(engine) as session:
        resend(session, who, delivery.id or 0, at)
        session.commit()


def test_an_administrator_sends_again_only_what_belongs_to_the_own_scope(
        engine: Engine, city: City, people: People, now: datetime, settings: Settings) -> None:
    tell(engine, settings, returned(engine, city, people, now), now)
    elsewhere = Actor(people["admin"].id, "林管理", "admin", town.HEDONG)
    with pytest.raises(NotFound):
        again(engine, elsewhere, deliveries(engine, "sms")[0], now)


def test_one_receiver_that_is_broken_holds_up_no_other(
        engine: Engine, city: City, people: People, now: datetime, settings: Settings, receiver: Receiver) -> None:
    wishes(engine, people["dispatcher"], channels={"wecom": {"on": True, "address": "robot-key"}})
    receiver.answers = {"/cgi-bin/webhook/send": {"errcode": 93000, "errmsg": "invalid webhook url, robot-key"}}
    tell(engine, settings, returned(engine, city, people, now), now)
    post(engine, settings, now)
    assert states(engine) == [("sent", 1)]
    assert states(engine, "wecom") == [("waiting", 1)]
    assert deliveries(engine, "wecom")[0].last_error == "errcode 93000: invalid webhook url, ***"


def test_two_workers_with_the_same_job_send_it_once(
        engine: Engine, city: City, people: People, now: datetime, settings: Settings, receiver: Receiver) -> None:
    tell(engine, settings, returned(engine, city, people, now), now)
    due, senders, together = take(engine, now), senders_of(settings), threading.Barrier(4)

    def worker() -> None:
        together.wait()
        for key, attempts in due:
            send_off(engine, settings, senders, key, attempts, now)

    run_together(*(threading.Thread(target=worker) for _ in range(4)))
    assert len(receiver.got) == 1
    assert states(engine) == [("sent", 1)]


class Killed(BaseException):
    """The worker's process ends."""


class DiesAfterSending:
    """Sends by another sender; then its process is killed before anything can be written down."""

    def __init__(self, sender: Sender) -> None:
        self.sender, self.channel = sender, sender.channel

    def send(self, parcel: Parcel) -> None:
        self.sender.send(parcel)
        raise Killed


def test_a_worker_that_is_killed_between_sending_and_stamping_sends_that_one_again(
        engine: Engine, city: City, people: People, now: datetime, settings: Settings, receiver: Receiver) -> None:
    tell(engine, settings, returned(engine, city, people, now), now)
    senders = senders_of(settings)
    with pytest.raises(Killed):
        post(engine, settings, now, {**senders, "sms": DiesAfterSending(senders["sms"])})
    assert states(engine) == [("sending", 1)]
    assert post(engine, settings, now + timedelta(minutes=1)) == 0  # it might still be at it
    post(engine, settings, now + timedelta(minutes=3))
    assert states(engine) == [("sent", 2)]
    first, second = receiver.got
    assert first.json["id"] == second.json["id"]  # so that the gateway can know it
    assert post(engine, settings, now + AN_HOUR) == 0


def test_what_kills_every_worker_is_given_up(
        engine: Engine, city: City, people: People, now: datetime, settings: Settings) -> None:
    tell(engine, settings, returned(engine, city, people, now), now)
    senders = senders_of(settings)
    post(engine, settings, now, {"log": senders["log"]})
    with writing(engine) as session:
        row = session.get_one(Delivery, deliveries(engine, "sms")[0].id)
        row.state, row.attempts, row.next_at = "sending", len(RETRY_SECONDS) + 1, now
        session.commit()
    assert take(engine, now) == []
    assert states(engine) == [("dead", len(RETRY_SECONDS) + 1)]


def test_what_redis_lost_is_moved_again(
        engine: Engine, city: City, people: People, now: datetime, settings: Settings, receiver: Receiver) -> None:
    tell(engine, settings, returned(engine, city, people, now), now)
    lost = take(engine, now)
    assert lost
    assert take(engine, now + timedelta(seconds=90)) == []
    assert take(engine, now + timedelta(seconds=121)) == lost
    assert receiver.got == []


def test_nothing_is_sent_while_a_transaction_is_open(
        engine: Engine, city: City, people: People, now: datetime, settings: Settings, receiver: Receiver) -> None:
    """A receiver that is slow holds no lock, on SQLite not the only one there is."""
    open_now: list[int] = []
    tell(engine, settings, returned(engine, city, people, now), now)
    running = {"transactions": 0}
    sql_event.listen(engine, "begin", lambda _: running.update(transactions=running["transactions"] + 1))
    for end in ("commit", "rollback"):
        sql_event.listen(engine, end, lambda _: running.update(transactions=running["transactions"] - 1))

    def note(_: object) -> dict[str, int]:
        open_now.append(running["transactions"])
        return {"errcode": 0}

    receiver.answers = {"/sms": note}
    post(engine, settings, now)
    assert open_now == [0]


def test_a_channel_that_was_taken_away_drops_what_waits(
        engine: Engine, city: City, people: People, now: datetime, settings: Settings, receiver: Receiver) -> None:
    tell(engine, settings, handled(engine, city, people, now), now)
    post(engine, settings.model_copy(update={"sms_url": ""}), now)
    assert receiver.got == []
    assert states(engine) == [("dropped", 1)]
