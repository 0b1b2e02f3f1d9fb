"""The demo, prepared once: Tianjin with some 300 incidents that went through the real journey."""

from __future__ import annotations

import hashlib
import json
import os
import random
import subprocess
import sys
import uuid
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher
from sqlalchemy import Engine, select
from sqlmodel import col

from data.engine import make_engine, reading, writing
from governance.audit import first_broken
from governance.city import read_city
from governance.errors import Conflict
from governance.incident import Attachment, Incident, Transition
from governance.outbox import OutboxRow
from governance.people import ROLES, Account, Actor
from governance.settings import Settings
from grids.codes import within
from wangge.demo import further
from wangge.demo.cast import Cast, Stage, read_sentences
from wangge.demo.people import PLAYED_COMMUNITY, PLAYED_STREET
from wangge.demo.prepare import Prepared, prepare, read_accounts
from wangge.demo.stories import STORIES, Story, tell
from wangge.demo.walk import Walk

NOW = datetime(2026, 6, 15, 7, tzinfo=UTC)
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return Settings(_env_file=None, data_dir=tmp_path_factory.mktemp("demo"))


@pytest.fixture(scope="module")
def prepared(settings: Settings) -> Prepared:
    return prepare(settings, NOW)


@pytest.fixture(scope="module")
def engine(settings: Settings, prepared: Prepared) -> Iterator[Engine]:
    made = make_engine(settings.database)
    yield made
    made.dispose()


@pytest.fixture(scope="module")
def incidents(engine: Engine) -> list[Incident]:
    with reading(engine) as session:
        return list(session.scalars(select(Incident)))


@pytest.fixture(scope="module")
def transitions(engine: Engine) -> list[Transition]:
    with reading(engine) as session:
        return list(session.scalars(select(Transition).order_by(col(Transition.incident_id), col(Transition.seq))))


def wangge(settings: Settings, *words: str, given: str = "") -> subprocess.CompletedProcess[str]:
    """The command line on the demo's data folder."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("WANGGE_")}
    return subprocess.run([sys.executable, "-m", "wangge", *words], cwd=ROOT, input=given, capture_output=True,
                          text=True, env={**own, "WANGGE_DATA_DIR": str(settings.data_dir)}, check=False)


# ---- the incidents -------------------------------------------------------------------------------------------------

def test_some_300_incidents_are_in_every_state(prepared: Prepared, incidents: list[Incident]) -> None:
    assert 280 <= prepared.incidents == len(incidents) <= 440
    assert set(prepared.states) >= {
        "reported", "filed", "dispatched", "handling", "handled", "closed", "void", "merged",
        "submitted", "answering", "answered", "rejected"}
    assert prepared.states["closed"] > len(incidents) / 2


def test_every_chain_of_transitions_holds(incidents: list[Incident], transitions: list[Transition]) -> None:
    chains: dict[Any, list[Transition]] = {incident.id: [] for incident in incidents}
    for transition in transitions:
        chains[transition.incident_id].append(transition)
    assert [key for key, chain in chains.items() if not chain or first_broken(chain) is not None] == []


def test_everything_that_can_happen_has_happened(transitions: list[Transition], incidents: list[Incident]) -> None:
    taken = Counter(transition.action for transition in transitions)
    assert set(taken) >= {"report", "ask_verify", "verify", "file", "void", "merge", "settle", "dispatch", "sign",
                          "return", "transfer", "feed_back", "check", "rate", "reopen", "comment", "extend", "grant",
                          "refuse", "suspend", "resume", "ask_assist", "assist", "whistle", "check_in", "supervise",
                          "reply", "confirm", "appeal", "uphold", "return_visit"}
    assert any(incident.reworks for incident in incidents)
    assert any(incident.on_time is False for incident in incidents)
    assert any(incident.outcome is None and incident.due_at and incident.due_at < NOW for incident in incidents)


def test_nothing_happens_in_the_future_or_in_the_night(transitions: list[Transition]) -> None:
    assert max(transition.at for transition in transitions) <= NOW
    people = [transition for transition in transitions if transition.role != "engine"]  # the watch never sleeps
    assert {(transition.at.hour + 8) % 24 for transition in people} <= set(range(7, 21))


def test_people_say_many_different_things(incidents: list[Incident]) -> None:
    assert len({text for _, text in read_sentences()["report"]}) >= 40
    assert len({incident.description for incident in incidents}) >= 100
    assert len({incident.subcategory for incident in incidents}) >= 40


def test_the_photographs_are_real_files(engine: Engine, settings: Settings) -> None:
    with reading(engine) as session:
        attachments = session.scalars(select(Attachment)).all()
    assert len(attachments) > 500
    for attachment in attachments[:20]:
        content = (settings.attachments_dir / attachment.sha256[:2] / attachment.sha256).read_bytes()
        assert content.startswith(b"\xff\xd8\xff")
        assert (len(content), hashlib.sha256(content).hexdigest()) == (attachment.bytes, attachment.sha256)


def test_who_works_there_answers_for_the_place(engine: Engine, transitions: list[Transition]) -> None:
    with reading(engine) as session:
        accounts = {account.id: account for account in session.scalars(select(Account))}
        units = {row.id: row.unit for row in session.execute(select(col(Incident.id), col(Incident.unit)))}
    for transition in transitions:
        if transition.role in ("grid_worker", "dispatcher") and transition.actor:
            assert within(units[transition.incident_id], accounts[transition.actor].unit)


def test_nobody_is_told_of_last_month_when_the_demo_starts(engine: Engine) -> None:
    with reading(engine) as session:
        waiting = session.scalars(select(OutboxRow).where(col(OutboxRow.relayed_at).is_(None))).all()
    assert all((NOW - row.created_at).days < 1 for row in waiting)


# ---- at whatever instant -------------------------------------------------------------------------------------------

#: Before anybody is about, at the end of a holiday week, on a Saturday night, around new year.
INSTANTS = ("2026-11-25T22:38Z", "2026-10-08T00:10Z", "2026-08-01T15:20Z", "2026-12-31T16:05Z", "2027-01-05T02:00Z")


def some_of_each() -> list[Story]:
    """Every story twice; those in which somebody asks for more time so often that for some it is too late."""
    return [replace(story, times=20 if "extend" in story.steps else 2) for story in STORIES]


@pytest.mark.parametrize("instant", INSTANTS)
def test_the_stories_can_be_told_at_any_instant(engine: Engine, tmp_path: Path, instant: str) -> None:
    """Beside the incidents that are there, in a transaction that is not committed."""
    at, aside = datetime.fromisoformat(instant), Settings(_env_file=None, data_dir=tmp_path)
    with writing(engine) as session:
        cast = Cast.of(session.scalars(select(Account).where(col(Account.active))))
        stage = Stage(aside, read_city(session, aside), cast, random.Random(instant), at)
        told = [Walk(session, stage, story, when).go() for when, story in tell(stage.chance, at, some_of_each())]
        further.play(session, stage)
        states = Counter(incident.status for incident in told)
        extensions = [incident.extensions for incident in told if incident.outcome == "closed"]
    assert set(states) >= {"reported", "filed", "dispatched", "handling", "suspended", "handled", "closed", "merged"}
    assert sum(extensions) >= 10


# ---- the accounts --------------------------------------------------------------------------------------------------

def test_every_role_can_sign_in(engine: Engine, settings: Settings) -> None:
    accounts = read_accounts(settings)
    assert {account["role"] for account in accounts} == set(ROLES)
    assert len({account["department"] for account in accounts if account["role"] == "handler"}) >= 4
    with reading(engine) as session:
        stored = {account.phone: account for account in session.scalars(select(Account))}
    for account in accounts[:3]:
        assert PasswordHasher().verify(stored[account["phone"]].password_hash or "", account["password"])
    assert sum(account.password_hash is not None for account in stored.values()) == len(accounts)


def test_one_person_can_play_the_whole_street(settings: Settings) -> None:
    accounts = read_accounts(settings)
    for role in ("grid_worker", "community_lead", "dispatcher", "handler", "resident", "district_centre"):
        assert any(PLAYED_STREET.startswith(account["unit"]) or account["unit"].startswith(PLAYED_STREET)
                   for account in accounts if account["role"] == role)


def test_who_plays_finds_something_to_do(incidents: list[Incident]) -> None:
    here = Counter(incident.status for incident in incidents if within(incident.unit, PLAYED_COMMUNITY))
    assert all(here[status] >= 2 for status in ("reported", "filed", "dispatched", "handling", "handled")), here


def test_the_passwords_are_for_their_owner_only(settings: Settings, prepared: Prepared) -> None:
    assert (settings.data_dir / "demo-accounts.jsonl").stat().st_mode & 0o777 == 0o600


def test_a_department_can_be_given_what_happens_there(engine: Engine, settings: Settings) -> None:
    with reading(engine) as session:
        city = read_city(session, settings)
        handlers = {Actor.of(a).department for a in session.scalars(select(Account)) if a.role == "handler"}
    assert 6_000 <= len(city.departments) <= 8_000
    path = ("120101002002", "120101002", "120101")
    for leaf in city.tree("grid").leaves():
        near = [department for code in path for department in city.duties.get((leaf.function, code), ())]
        assert near, leaf.name
        assert near[0] in handlers


# ---- again, and at the command line --------------------------------------------------------------------------------

def test_preparing_again_adds_nothing(prepared: Prepared, settings: Settings) -> None:
    before = (settings.data_dir / "demo-accounts.jsonl").read_bytes()
    again = prepare(settings, NOW)
    assert (again.loaded, again.incidents, again.states) == (False, prepared.incidents, prepared.states)
    assert (settings.data_dir / "demo-accounts.jsonl").read_bytes() == before


def test_a_real_city_is_not_turned_into_a_demo(tmp_path: Path) -> None:
    from data.migrations import upgrade

    settings = Settings(_env_file=None, data_dir=tmp_path)
    upgrade(settings.database)
    engine = make_engine(settings.database)
    with writing(engine) as session:
        session.add(Account(id=uuid.uuid4(), phone="13800000001", name="张三", role="leader", unit="12",
                            created_at=NOW))
        session.commit()
    engine.dispose()
    with pytest.raises(Conflict):
        prepare(settings, NOW)


def test_the_command_line_prints_the_accounts(prepared: Prepared, settings: Settings) -> None:
    printed = wangge(settings, "demo", "--accounts")
    lines = [json.loads(line) for line in printed.stdout.splitlines()]
    assert lines == read_accounts(settings)
    assert set(lines[0]) == {"role", "phone", "password", "name", "unit", "department"}


def test_the_command_line_finds_a_place(prepared: Prepared, settings: Settings) -> None:
    found = json.loads(wangge(settings, "locate", "117.2", "39.12", "--json").stdout)
    assert (found["placement"], found["district"]) == ("inside", "120101")
    assert found["cell"].startswith(found["street"])


def test_the_command_line_counts(prepared: Prepared, settings: Settings) -> None:
    counted = json.loads(wangge(settings, "figures", "--by", "district", "--json").stdout)
    assert counted["total"]["reported"] == prepared.incidents
    assert counted["total"]["closed"] == prepared.states["closed"]
    assert len(counted["rows"]) == 16
    assert "和平区" in wangge(settings, "figures").stdout


def test_the_doctor_is_content_with_a_demo(prepared: Prepared, settings: Settings) -> None:
    examined = wangge(settings, "doctor", "--json")
    findings = json.loads(examined.stdout)
    assert (examined.returncode, [f for f in findings if f["ok"] is False]) == (0, [])


def test_the_doctor_says_what_is_missing(tmp_path: Path) -> None:
    examined = wangge(Settings(_env_file=None, data_dir=tmp_path), "doctor")
    assert examined.returncode == 1
    assert "✘" in examined.stdout
    assert "wangge db upgrade" in examined.stdout


def test_a_bad_file_is_told_without_a_traceback(prepared: Prepared, settings: Settings, tmp_path: Path) -> None:
    bad = tmp_path / "calendar.csv"
    bad.write_text("date,kind,name\n2027-02-30,work,\n", encoding="utf-8")
    loaded = wangge(settings, "load", "calendar", str(bad))
    assert loaded.returncode == 1
    assert "第 2 行" in loaded.stderr
    assert "nothing was loaded" in loaded.stderr
    assert "Traceback" not in loaded.stderr


def test_a_user_is_added_with_a_password_from_a_pipe(prepared: Prepared, settings: Settings, engine: Engine) -> None:
    added = wangge(settings, "user", "add", "13800000007", "--name", "张三", "--role", "dispatcher", "--unit",
                   PLAYED_STREET, "--password-stdin", given="correct horse\n")
    assert added.returncode == 0
    with reading(engine) as session:
        stored = session.scalars(select(Account).where(col(Account.phone) == "13800000007")).one()
    assert PasswordHasher().verify(stored.password_hash or "", "correct horse")
