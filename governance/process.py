"""A process as data: states, actions, roles, fields and clocks, read from YAML and checked before use."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import networkx as nx
import yaml

from governance.calendar import Limit
from governance.people import ROLES

OUTCOMES = ("closed", "void", "merged")
#: Who may act without an account.
SYSTEM_ROLES = ("engine", "hotline", "sensor")


class BadProcess(ValueError):
    """A process file that cannot be used. `problems` are sentences."""

    def __init__(self, name: str, problems: list[str]) -> None:
        self.problems = problems
        super().__init__(f"process {name}: " + "; ".join(problems))


@dataclass(frozen=True)
class State:
    code: str
    name: str
    name_en: str
    outcome: str | None = None


@dataclass(frozen=True)
class ClockRule:
    """The limit of a stage; `by_standard`: the limit of the incident's standard, `limit` if it has none.

    `urgent` goes before `limit` where the standard counts urgent hours: nights and holidays count there too.
    """

    stage: str
    name: str
    name_en: str
    limit: Limit
    by_standard: bool
    urgent: Limit | None = None


@dataclass(frozen=True)
class NoticeRule:
    """Whom a step tells, and how; `when` is passed, failed or always."""

    to: str
    text: str
    text_en: str
    when: str | None = None


@dataclass(frozen=True)
class Action:
    """One action. `to`, `start` and `stamp` may differ by whether it passed or failed."""

    code: str
    name: str
    name_en: str
    from_states: tuple[str | None, ...]
    to: dict[str, str]
    by: tuple[str, ...]
    fields: dict[str, bool] = field(default_factory=dict)
    start: dict[str, tuple[str, ...]] = field(default_factory=dict)
    stop: tuple[str, ...] = ()
    pause: tuple[str, ...] = ()
    resume: tuple[str, ...] = ()
    stamp: dict[str, str] = field(default_factory=dict)
    then: dict[str, str] = field(default_factory=dict)
    notify: tuple[NoticeRule, ...] = ()

    def target(self, state: str | None, result: str) -> str:
        """The state after it; `result` is passed or failed."""
        to = self.to[result]
        return str(state) if to == "same" else to


@dataclass(frozen=True)
class Process:
    code: str
    name: str
    name_en: str
    taxonomy: str
    start: Action
    states: dict[str, State]
    clocks: dict[str, ClockRule]
    actions: dict[str, Action]

    def possible(self, state: str, role: str) -> Iterator[Action]:
        """The actions that a role may take in a state."""
        return (action for action in self.actions.values() if state in action.from_states and role in action.by)


def load_process(path: Path) -> Process:
    """Read and check one YAML file. BadProcess names everything that is wrong."""
    data: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    states = {code: State(code, s["zh"], s["en"], s.get("outcome")) for code, s in data["states"].items()}
    actions = {code: _action(code, a, states) for code, a in data["actions"].items()}
    process = Process(data["process"], data["name"]["zh"], data["name"]["en"], data["taxonomy"],
                      actions[data["start"]], states, {c: _clock(c, r) for c, r in data["clocks"].items()}, actions)
    if problems := list(problems_of(process)):
        raise BadProcess(process.code, problems)
    return process


def load_processes(folder: Path) -> dict[str, Process]:
    processes = (load_process(path) for path in sorted(folder.glob("*.yaml")))
    return {process.code: process for process in processes}


def problems_of(process: Process) -> Iterator[str]:
    """Every state reachable, every state with a way to an end, every action with a role, every name known."""
    yield from _unknown_names(process)
    graph = graph_of(process)
    reachable = nx.descendants(graph, "") if "" in graph else set()
    yield from (f"state {state} cannot be reached" for state in process.states if state not in reachable)
    ends = [code for code, state in process.states.items() if state.outcome]
    to_end = set(ends).union(*(nx.ancestors(graph, end) for end in ends if end in graph))
    yield from (f"state {state} has no way to an end" for state in process.states if state not in to_end)


def graph_of(process: Process) -> nx.MultiDiGraph[str]:
    """The states and, as edges, the actions between them; the node "" stands before the start."""
    graph: nx.MultiDiGraph[str] = nx.MultiDiGraph()
    graph.add_nodes_from(process.states)
    for action in process.actions.values():
        for state in action.from_states:
            for result in dict.fromkeys(action.to.values()):
                graph.add_edge(state or "", str(state) if result == "same" else result, action=action.code)
    return graph


def _unknown_names(process: Process) -> Iterator[str]:
    states, roles = set(process.states), {*ROLES, *SYSTEM_ROLES}
    yield from (f"state {s.code}: unknown outcome {s.outcome}" for s in process.states.values()
                if s.outcome and s.outcome not in OUTCOMES)
    for action in process.actions.values():
        if not action.by:
            yield f"action {action.code} has no role"
        clocks = {*action.stop, *action.pause, *action.resume, *(c for cs in action.start.values() for c in cs)}
        named: dict[str, tuple[set[Any], set[str]]] = {
            "state": ({*action.from_states, *action.to.values()} - {None, "same"}, states),
            "role": (set(action.by), roles), "clock": (clocks, set(process.clocks)),
            "action": (set(action.then), set(process.actions))}
        for kind, (used, known) in named.items():
            yield from (f"action {action.code}: unknown {kind} {name}" for name in sorted(map(str, used - known)))


def _action(code: str, data: dict[str, Any], states: dict[str, State]) -> Action:
    start = data.get("start", [])
    return Action(
        code, data["zh"], data["en"], _from_states(data.get("from"), states), _by_result(data["to"]),
        tuple(data.get("by", ())), {name: need == "required" for name, need in data.get("fields", {}).items()},
        {result: tuple(names) for result, names in _by_result(start).items()},
        tuple(data.get("stop", ())), tuple(data.get("pause", ())), tuple(data.get("resume", ())),
        _by_result(data["stamp"]) if "stamp" in data else {}, data.get("then", {}),
        tuple(NoticeRule(n["to"], n["zh"], n["en"], n.get("when")) for n in data.get("notify", ())))


def _by_result(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {"passed": value, "failed": value}


def _from_states(value: Any, states: dict[str, State]) -> tuple[str | None, ...]:
    if value is None:
        return (None,)
    return tuple(code for code, s in states.items() if not s.outcome) if value == "open" else tuple(value)


def _clock(stage: str, data: dict[str, Any]) -> ClockRule:
    by_standard = data["limit"] == "standard"
    limit = _limit(data["default"] if by_standard else data["limit"])
    urgent = _limit(data["urgent"]) if "urgent" in data else None
    return ClockRule(stage, data["zh"], data["en"], limit, by_standard, urgent)


def _limit(data: dict[str, Any]) -> Limit:
    return Limit(Decimal(str(data["value"])), data["unit"])
