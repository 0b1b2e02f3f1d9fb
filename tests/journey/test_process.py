"""The process is data: the table of the grid event, edge by edge, and files that nobody could use."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

from governance.calendar import WorkCalendar
from governance.city import PROCESSES, City
from governance.errors import NotAllowed, WrongState
from governance.incident import Incident
from governance.journey import CONDITIONS, STEPS, allowed_action
from governance.people import ROLES, Actor
from governance.process import SYSTEM_ROLES, BadProcess, load_process, load_processes
from governance.settings import Settings

GRID_EVENT = yaml.safe_load((PROCESSES / "grid_event.yaml").read_text(encoding="utf-8"))
STATES, ACTIONS = GRID_EVENT["states"], GRID_EVENT["actions"]
EVERYBODY = (*ROLES, *SYSTEM_ROLES)


@pytest.fixture(scope="module")
def bare_city() -> City:
    """A city that has its processes and nothing else."""
    return City(1, Settings(_env_file=None), 1, {}, {}, {}, {}, load_processes(PROCESSES), WorkCalendar(),
                ([], np.array([])))


@pytest.mark.parametrize(("state", "action"), [(None, "report"), *itertools.product(STATES, ACTIONS)])
def test_every_edge_allowed_and_forbidden(bare_city: City, state: str | None, action: str) -> None:
    """Whatever the file says, and nothing else: for every state, every action, every role."""
    starts = ACTIONS[action].get("from", [None])
    from_states = [s for s in STATES if "outcome" not in STATES[s]] if starts == "open" else starts
    incident = Incident(process="grid_event", status=state or "")
    for role in EVERYBODY:
        actor = Actor(None, "某人", role, "12")
        if role not in ACTIONS[action]["by"]:
            with pytest.raises(NotAllowed):
                allowed_action(incident, action, actor, bare_city)
        elif state not in from_states:
            with pytest.raises(WrongState):
                allowed_action(incident, action, actor, bare_city)
        else:
            assert allowed_action(incident, action, actor, bare_city).code == action


def test_there_is_an_end_and_nothing_but_rating_and_reopening_after_it(bare_city: City) -> None:
    process = bare_city.process("grid_event")
    after = {state: sorted({a.code for role in EVERYBODY for a in process.possible(state, role)})
             for state in STATES if "outcome" in STATES[state]}
    assert after == {"closed": ["rate", "reopen"], "void": [], "merged": []}


def test_what_the_files_name_is_there() -> None:
    """A step or condition that no file names is dead; one that is named and missing would fail in use."""
    named = {a for p in load_processes(PROCESSES).values() for a in p.actions}
    conditions = {c for p in load_processes(PROCESSES).values() for a in p.actions.values() for c in a.then.values()}
    assert set(STEPS) <= named
    assert conditions == set(CONDITIONS)


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


def unknown_outcome(data: dict[str, Any]) -> None:
    data["states"]["void"]["outcome"] = "voided"


@pytest.mark.parametrize(("spoil", "problem"), [
    (unreachable, "state archived cannot be reached"), (no_end, "state lost has no way to an end"),
    (unknown_role, "action file: unknown role mayor"), (nobody, "action void has no role"),
    (unknown_state, "action sign: unknown state singing"), (unknown_clock, "action sign: unknown clock signing"),
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
