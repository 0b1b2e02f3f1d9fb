"""The process is data: the table of the grid event, edge by edge, and files that nobody could use."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

from governance import process_check
from governance.bars import BARS
from governance.calendar import WorkCalendar
from governance.city import City
from governance.conditions import CONDITIONS
from governance.errors import NotAllowed, WrongState
from governance.incident import Incident
from governance.journey import allowed_action
from governance.people import ROLES, Actor
from governance.process import BadProcess, load_process, load_processes
from governance.process_check import SYSTEM_ROLES
from governance.process_versions import PROCESSES
from governance.settings import Settings
from governance.steps import STEPS

FILES = {path.stem: yaml.safe_load(path.read_text(encoding="utf-8")) for path in sorted(PROCESSES.glob("*.yaml"))}
EVERYBODY = (*ROLES, *SYSTEM_ROLES)


@pytest.fixture(scope="module")
def bare_city() -> City:
    """A city that has its processes and nothing else."""
    return City(1, Settings(_env_file=None), 1, {}, {}, {}, {}, load_processes(PROCESSES), WorkCalendar(),
                ([], np.array([])))


EDGES = [(name, state, action) for name, data in FILES.items()
         for state, action in [(None, data["start"]), *itertools.product(data["states"], data["actions"])]]


@pytest.mark.parametrize(("process", "state", "action"), EDGES)
def test_every_edge_allowed_and_forbidden(bare_city: City, process: str, state: str | None, action: str) -> None:
    """Whatever the file says, and nothing else: for every process, every state, every action, every role."""
    states, rule = FILES[process]["states"], FILES[process]["actions"][action]
    starts = rule.get("from", [None])
    from_states = [s for s in states if "outcome" not in states[s]] if starts == "open" else starts
    incident = Incident(process=process, status=state or "")
    for role in EVERYBODY:
        actor = Actor(None, "某人", role, "12")
        if role not in rule["by"]:
            with pytest.raises(NotAllowed):
                allowed_action(incident, action, actor, bare_city)
        elif state not in from_states:
            with pytest.raises(WrongState):
                allowed_action(incident, action, actor, bare_city)
        else:
            assert allowed_action(incident, action, actor, bare_city).code == action


def test_what_may_still_happen_after_the_end(bare_city: City) -> None:
    process = bare_city.process("grid_event")
    after = {state: sorted({a.code for role in EVERYBODY for a in process.possible(state, role)})
             for state, rule in process.states.items() if rule.outcome}
    assert after == {
        "closed": ["appeal", "confirm", "dismiss", "rate", "reopen", "return_visit", "uphold", "withdraw"],
        "void": [], "merged": ["rate", "split"]}


def test_what_the_files_may_name_is_there() -> None:
    """The vocabulary of the process files and the functions are the same, and none of it is dead."""
    assert tuple(STEPS) == process_check.STEPS
    assert tuple(BARS) == process_check.BARS
    assert tuple(CONDITIONS) == process_check.CONDITIONS
    processes = load_processes(PROCESSES).values()
    actions = [a for p in processes for a in p.actions.values()]
    requests = [r for p in processes for r in p.requests.values()]
    assert {step for each in [*actions, *requests] for step in each.does} == set(STEPS)
    assert {bar for a in actions for bar in a.unless} == set(BARS)


def unreachable(data: dict[str, Any]) -> None:
    data["states"]["archived"] = {"zh": "已归档", "en": "Archived", "outcome": "closed"}


def no_end(data: dict[str, Any]) -> None:
    data["states"]["lost"] = {"zh": "遗失", "en": "Lost"}
    data["actions"]["comment"]["to"] = "lost"


def unknown_role(data: dict[str, Any]) -> None:
    data["actions"]["file"]["by"] = ["mayor"]


def nobody(data: dict[str, Any]) -> None:
    data["actions"]["void"]["by"] = []


def unknown_state(data: dict[str, Any]) -> None:
    data["actions"]["sign"]["to"] = "singing"


def unknown_clock(data: dict[str, Any]) -> None:
    data["actions"]["sign"]["stop"] = ["signing"]


def unknown_action(data: dict[str, Any]) -> None:
    data["actions"]["rate"]["then"] = {"reopne": "dissatisfied"}


def unknown_step(data: dict[str, Any]) -> None:
    data["actions"]["sign"]["does"] = ["dance"]


def unknown_bar(data: dict[str, Any]) -> None:
    data["actions"]["sign"]["unless"] = ["raining"]


def unknown_request(data: dict[str, Any]) -> None:
    data["actions"]["extend"]["opens"] = "holiday"


def unknown_word(data: dict[str, Any]) -> None:
    data["actions"]["dispatch"]["notify"][0]["zh"] = "请联系 {phone}"


def unknown_outcome(data: dict[str, Any]) -> None:
    data["states"]["void"]["outcome"] = "voided"


@pytest.mark.parametrize(("spoil", "problem"), [
    (unreachable, "state archived cannot be reached"), (no_end, "state lost has no way to an end"),
    (unknown_role, "action file: unknown role mayor"), (nobody, "action void has no role"),
    (unknown_state, "action sign: unknown state singing"), (unknown_clock, "action sign: unknown clock signing"),
    (unknown_step, "action sign: unknown step dance"), (unknown_bar, "action sign: unknown bar raining"),
    (unknown_request, "action extend: unknown request holiday"),
    (unknown_word, "action dispatch: unknown field {phone} in the template '请联系 {phone}'"),
    (unknown_action, "action rate: unknown action reopne"), (unknown_outcome, "state void: unknown outcome voided"),
])
def test_a_file_that_nobody_could_use_is_refused(tmp_path: Path, spoil: Callable[[dict[str, Any]], None],
                                                 problem: str) -> None:
    data = yaml.safe_load((PROCESSES / "grid_event.yaml").read_text(encoding="utf-8"))
    spoil(data)
    path = tmp_path / "spoilt.yaml"
    path.write_text(yaml.safe_dump(data, allow_unicode=True), encoding="utf-8")
    with pytest.raises(BadProcess) as refused:
        load_process(path)
    assert problem in refused.value.problems
