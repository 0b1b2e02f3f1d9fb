"""Time moves incidents by itself: warned, urged, escalated, resumed; once each, whatever the watch was doing."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

import pytest
from sqlalchemy import Engine, select, text
from sqlmodel import col

from data.engine import reading, writing
from governance import watch
from governance.city import Cities
from governance.errors import Conflict
from governance.incident import Incident
from governance.outbox import OutboxRow
from governance.settings import Settings
from tests import town
from tests.journey.test_asking import ask, requests, signed
from tests.journey.test_together import whistled
from tests.journey.walk import Walk
from workers.watch import watch_once


def look(walk: Walk, now: datetime) -> int:
    """One round of the watch at an instant."""
    walk.now = now
    with reading(walk.engine) as session:
        due = watch.due_now(session, now)
    return sum(look_at(walk, ident, now) for ident in due)


def look_at(walk: Walk, ident: uuid.UUID, now: datetime) -> int:
    with writing(walk.engine) as session:
        looks = watch.look(session, walk.city, ident, now)
        session.commit()
    return looks


def told(walk: Walk, incident: Incident) -> list[str]:
    """What was announced or done because of the time, in its order: events by name, the system's steps by action."""
    with reading(walk.engine) as session:
        rows = session.scalars(select(OutboxRow).where(col(OutboxRow.incident_id) == incident.id)
                               .order_by(col(OutboxRow.id))).all()
    steps = {step.seq: step for step in walk.history(incident)}
    return [row.event or f"{steps[row.seq].action} {steps[row.seq].fields.get('stage', '')}".strip()
            for row in rows if row.event or steps[row.seq].role == "engine"]


EXPECTED = ["file", "dispatch", "warn:handle", "urge handle", "escalate handle"]


def test_the_clock_of_handling_runs_through_its_course(walk: Walk) -> None:
    """Signed for at nine, two work hours: warned at 10:36, urged at 11:00, escalated at 15:00, after lunch."""
    incident = signed(walk)
    assert look(walk, walk.at("10:35")) == 0
    assert look(walk, walk.at("10:36")) == 1
    assert look(walk, walk.at("10:36")) == 0
    assert look(walk, walk.at("11:00")) == 1
    assert walk.again(incident).urges == 1
    assert walk.history(incident)[-1].fields == {"stage": "handle", "result": "overdue"}
    assert look(walk, walk.at("14:59")) == 0
    assert look(walk, walk.at("15:00")) == 1
    assert (walk.again(incident).desk, walk.again(incident).escalations) == (town.HEPING, 1)
    assert look(walk, walk.at("15:00", day=9)) == 0
    assert told(walk, incident) == EXPECTED


def test_a_watch_that_was_down_for_a_day_misses_nothing_and_doubles_nothing(walk: Walk) -> None:
    incident = signed(walk)
    assert look(walk, walk.at("16:00", day=4)) == 3
    assert look(walk, walk.at("16:00", day=4)) == 0
    assert told(walk, incident) == EXPECTED


@pytest.mark.parametrize("minutes", [1, 7, 60, 600])
def test_however_often_it_looks_the_same_is_told(walk: Walk, minutes: int) -> None:
    incidents = [signed(walk), walk.dispatched(), walk.report("resident", town.NOISE)]
    at, until = walk.now, walk.at("12:00", day=5)
    while at < until:
        at = min(at + timedelta(minutes=minutes), until)
        look(walk, at)
    assert [told(walk, incident) for incident in incidents] == [
        EXPECTED, ["file", "dispatch", "warn:sign", "urge sign", "warn:handle", "urge handle", "escalate handle"]
        if minutes < 600 else told(walk, incidents[1]), ["warn:accept", "urge accept", "escalate accept"]]
    assert sorted(told(walk, incidents[1])) == sorted(
        ["file", "dispatch", "warn:sign", "urge sign", "warn:handle", "urge handle", "escalate handle"])


def test_what_is_done_in_time_is_left_alone(walk: Walk) -> None:
    incident = walk.act("cleaner", "feed_back", signed(walk), photos=1, reason="已清理")
    incident = walk.act("worker", "check", incident, photos=1, here=True, passed=True)
    assert look(walk, walk.at("09:00", day=20)) == 0
    assert told(walk, incident) == ["file", "dispatch"]


def test_after_an_extension_it_is_warned_again_before_the_new_limit(walk: Walk) -> None:
    incident = ask(walk, signed(walk))
    look(walk, walk.at("10:40"))
    incident = walk.act("dispatcher", "grant", incident, request=incident.version)
    assert look(walk, walk.at("12:00")) == 0
    assert look(walk, walk.at("11:00", day=4)) == 2
    assert told(walk, incident) == ["file", "dispatch", "warn:handle", "warn:handle", "urge handle"]


def test_a_suspended_incident_is_reviewed_and_resumes_by_itself(walk: Walk) -> None:
    incident = walk.act("cleaner", "suspend", signed(walk), until=walk.at("09:00", day=20), reason="等待材料")
    incident = walk.act("dispatcher", "grant", incident, request=incident.version)
    number = requests(walk, incident, "suspend")[0].seq
    assert look(walk, walk.at("08:59", day=19)) == 0
    assert look(walk, walk.at("09:00", day=19)) == 1
    assert look(walk, walk.at("08:59", day=20)) == 0
    assert look(walk, walk.at("09:00", day=20)) == 1
    incident = walk.again(incident)
    assert (incident.status, incident.due_at) == ("handling", walk.at("11:00", day=20))
    assert told(walk, incident) == ["file", "dispatch", f"remind:{number}", "resume"]
    assert requests(walk, incident, "suspend")[0].watch_at is None


def test_the_reminder_comes_even_when_the_watch_slept_over_both(walk: Walk) -> None:
    incident = walk.act("cleaner", "suspend", signed(walk), until=walk.at("09:00", day=5), reason="等待材料")
    incident = walk.act("dispatcher", "grant", incident, request=incident.version)
    look(walk, walk.at("09:00", day=12))
    assert walk.again(incident).status == "handling"
    assert [event.partition(":")[0] for event in told(walk, incident)] == ["file", "dispatch", "remind", "resume"]


def test_who_does_not_check_in_is_named(walk: Walk) -> None:
    incident = whistled(walk)
    number = incident.version
    walk.now = walk.at("09:20")
    walk.act("officer", "check_in", incident, here=True)
    look(walk, walk.at("09:30"))
    assert told(walk, incident) == ["file", "dispatch", f"late:{number}:1"]


def test_a_supervision_without_an_answer_goes_up_its_colours(walk: Walk) -> None:
    incident = walk.act("supervisor", "supervise", signed(walk), reason="群众反复反映", until=walk.at("10:00"))
    number = incident.version
    levels = []
    for day in (3, 4, 5, 6):
        look(walk, walk.at("10:00", day=day))
        levels.append(requests(walk, incident, "supervise")[0].details["level"])
    assert levels == ["orange", "red", "red", "red"]
    assert [event for event in told(walk, incident) if event.startswith("late")] == [
        f"late:{number}:{time}" for time in (1, 2, 3)]


def test_what_is_merged_or_void_is_watched_no_more(walk: Walk) -> None:
    main = walk.act("cleaner", "feed_back", signed(walk), photos=1, reason="已清理")
    follower = walk.act("dispatcher", "merge", walk.dispatched(), main=main.id)
    nothing = walk.act("dispatcher", "void", walk.report("resident", town.NOISE), reason="误报")
    look(walk, walk.at("12:00", day=9))
    assert (told(walk, follower), told(walk, nothing)) == (["file", "dispatch"], [])


def test_an_extension_asked_after_the_watch_urged_is_refused(walk: Walk) -> None:
    incident = signed(walk)
    look(walk, walk.at("11:00"))
    walk.now = walk.at("11:00") + timedelta(seconds=1)
    with pytest.raises(Conflict, match="overdue"):
        ask(walk, incident)


# ---- the process of the watch --------------------------------------------------------------------------------------

def test_two_watches_at_once_do_each_thing_once(walk: Walk, settings: Settings) -> None:
    """The second finds the incident locked, or what was due already done."""
    incident = signed(walk)
    ident, now = incident.id, walk.at("11:00")
    with reading(walk.engine) as session:
        assert watch.due_now(session, now) == [ident]
    with writing(walk.engine) as first:
        assert watch.look(first, walk.city, ident, now) == 2
        if walk.engine.dialect.name == "postgresql":
            assert look_at(walk, ident, now) == 0
        first.commit()
    assert look_at(walk, ident, now) == 0
    assert told(walk, incident) == EXPECTED[:4]


def test_one_that_cannot_be_looked_at_holds_up_no_other(walk: Walk, settings: Settings,
                                                        caplog: pytest.LogCaptureFixture) -> None:
    spoilt, sound = signed(walk), signed(walk)
    with walk.engine.begin() as connection:
        connection.execute(text("UPDATE incident SET process = 'gone' WHERE number = :number"),
                           {"number": spoilt.number})
    broken: set[uuid.UUID] = set()
    assert watch_once(walk.engine, Cities(settings), walk.at("11:00"), broken) == 2
    assert broken == {spoilt.id}
    assert told(walk, sound) == EXPECTED[:4]
    assert "无法查看时限" in caplog.text


def test_many_more_than_a_batch(walk: Walk, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("workers.watch.BATCH", 3)
    incidents = [signed(walk) for _ in range(8)]
    assert watch_once(walk.engine, Cities(settings), walk.at("11:00")) == 16
    assert all(told(walk, incident) == EXPECTED[:4] for incident in incidents)


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_looking_while_nothing_is_due_reads_no_table(engine: Engine) -> None:
    fill = """INSERT INTO clock (incident_id, stage, limit_value, limit_unit, started_at, resumed_at, warn_at, due_at,
        stopped_at, used_seconds, watch_at)
        SELECT gen_random_uuid(), 'handle', 1, 'work_hour', now(), now(), now(), now(),
        CASE WHEN n % 10 > 0 THEN now() END, 0, CASE WHEN n % 10 = 0 THEN now() + n * interval '1 second' END
        FROM generate_series(1, 5000) n"""
    with engine.begin() as connection:
        connection.execute(text(fill))
        connection.execute(text("ANALYZE clock"))
        plan = "\n".join(connection.execute(text(
            "EXPLAIN SELECT incident_id FROM clock WHERE watch_at IS NOT NULL AND watch_at <= now()")).scalars())
    assert "clock_watch" in plan
    assert "Seq Scan" not in plan
