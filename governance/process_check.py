"""What is wrong with a process file: every state reachable, every state with a way to an end, every name known."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

import networkx as nx

from governance.notices.words import problems_of_notices
from governance.people import ROLES
from grids.codes import LEVELS

if TYPE_CHECKING:
    from governance.process import Action, Process

#: Who may act without an account.
SYSTEM_ROLES = ("engine",)
OUTCOMES = ("closed", "void", "merged")
#: Whom a request may be of, besides a role.
PARTIES = ("lead", "named")
VERDICTS = ("granted", "refused", "withdrawn")
#: What actions may be made of: the steps of governance.steps, what stands against an action (governance.bars), and
#: when the system follows by itself (governance.conditions). A test holds these names and the functions together.
STEPS = ("stand_near", "stand_at_place", "bring_photo", "bring_two_photos", "say_why_not", "classify", "join_main",
         "leave_main", "send", "confer", "take_on", "give_back", "ask_to_assist", "call_to_place", "name_days",
         "name_review_date", "prolong", "put_aside", "count_urge", "name_level", "raise_desk", "count_rework",
         "count_as_handled", "excuse", "score", "visit", "start_over")
BARS = ("own_work", "not_settleable", "returned", "overdue", "in_time", "asked_already", "asked_too_often",
        "assisting_open", "at_the_top", "after_conference", "main_open", "no_department")
CONDITIONS = ("reporter_files", "one_department", "asked_department", "dissatisfied", "dissatisfied_follower",
              "returned_often")


def problems_of(process: Process) -> Iterator[str]:
    """Sentences; none if the process can be used."""
    yield from _unknown_names(process)
    yield from problems_of_notices(process)
    if process.reach not in LEVELS:
        yield f"unknown reach {process.reach}"
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
    yield from (f"action {action.code} has no role" for action in process.actions.values() if not action.by)
    yield from (f"state {s.code}: unknown outcome {s.outcome}" for s in process.states.values()
                if s.outcome and s.outcome not in OUTCOMES)
    for where, kind, used, known in _names_used(process):
        yield from (f"{where}: unknown {kind} {name}" for name in sorted(map(str, set(used) - set(known))))


def _names_used(process: Process) -> Iterator[tuple[str, str, Iterable[Any], Iterable[Any]]]:
    """Where, what kind of name, the names used and the names known."""
    roles = {*ROLES, *SYSTEM_ROLES}
    for action in process.actions.values():
        where = f"action {action.code}"
        yield where, "state", {*action.from_states, *action.to.values()} - {None, "same"}, process.states
        yield where, "role", action.by, roles
        yield where, "clock", _clocks_of(action), process.clocks
        yield where, "action", action.then, process.actions
        yield where, "condition", {c for conditions in action.then.values() for c in conditions}, CONDITIONS
        yield where, "step", action.does, STEPS
        yield where, "bar", action.unless, BARS
        yield where, "request", _requests_of(action), process.requests
        yield where, "verdict", [action.decides[0]] if action.decides else [], VERDICTS
    for clock in process.clocks.values():
        yield f"clock {clock.stage}", "action", {clock.due, clock.again} - {None}, process.actions
    for rule in process.requests.values():
        yield f"request {rule.kind}", "party", [rule.of], {*PARTIES, *roles}
        yield f"request {rule.kind}", "role", {role for review in rule.reviews for role in review}, roles
        yield f"request {rule.kind}", "step", rule.does, STEPS
        yield f"request {rule.kind}", "action", {rule.until} - {None}, process.actions


def _clocks_of(action: Action) -> set[str]:
    return {stage for by in (action.start, action.stop, action.pause, action.resume) for stages in by.values()
            for stage in stages}


def _requests_of(action: Action) -> set[str]:
    decided = action.decides[1] if action.decides else ()
    return {*filter(None, (action.opens, action.answers)), *decided, *action.closes, *action.lapse}
