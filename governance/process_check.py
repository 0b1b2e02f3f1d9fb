"""What is wrong with a process file: every state reachable, every state with a way to an end, every name known."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

import networkx as nx

from governance.notices.words import problems_of_notices
from governance.people import ROLES
from governance.process_fault import Fault
from grids.codes import LEVELS

if TYPE_CHECKING:
    from governance.process import Action, Process

#: Who may act without an account.
SYSTEM_ROLES = ("engine",)
OUTCOMES = ("closed", "void", "merged")
#: Whom a request may be of, besides a role.
PARTIES = ("lead", "named")
#: What kinds of names a file uses.
KINDS = {"state": "状态", "role": "角色", "clock": "时限", "action": "操作", "condition": "条件", "step": "步骤",
         "bar": "情形", "request": "请求", "verdict": "审批结论", "party": "答复方"}
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


def problems_of(process: Process) -> Iterator[Fault]:
    """None if the process can be used."""
    yield from _unknown_names(process)
    yield from problems_of_notices(process)
    if process.reach not in LEVELS:
        yield Fault(("reach",), f"没有层级 {process.reach}", f"unknown reach {process.reach}")
    graph = graph_of(process)
    reachable = nx.descendants(graph, "") if "" in graph else set()
    yield from (Fault(("states", state), "没有操作能到达该状态", f"state {state} cannot be reached")
                for state in process.states if state not in reachable)
    ends = [code for code, state in process.states.items() if state.outcome]
    to_end = set(ends).union(*(nx.ancestors(graph, end) for end in ends if end in graph))
    yield from (Fault(("states", state), "没有路走到终态", f"state {state} has no way to an end")
                for state in process.states if state not in to_end)


def graph_of(process: Process) -> nx.MultiDiGraph[str]:
    """The states and, as edges, the actions between them; the node "" stands before the start."""
    graph: nx.MultiDiGraph[str] = nx.MultiDiGraph()
    graph.add_nodes_from(process.states)
    for action in process.actions.values():
        for state in action.from_states:
            for result in dict.fromkeys(action.to.values()):
                graph.add_edge(state or "", str(state) if result == "same" else result, action=action.code)
    return graph


def _unknown_names(process: Process) -> Iterator[Fault]:
    yield from (Fault(("actions", action.code), "没有可以操作的角色", f"action {action.code} has no role")
                for action in process.actions.values() if not action.by)
    yield from (Fault(("states", s.code, "outcome"), f"没有结局 {s.outcome}",
                      f"state {s.code}: unknown outcome {s.outcome}")
                for s in process.states.values() if s.outcome and s.outcome not in OUTCOMES)
    for path, kind, used, known in _names_used(process):
        where = f"{path[0].removesuffix('s')} {path[1]}"
        yield from (Fault(path, f"没有{KINDS[kind]} {name}", f"{where}: unknown {kind} {name}")
                    for name in sorted(map(str, set(used) - set(known))))


Names = Iterable[Any]


def _names_used(process: Process) -> Iterator[tuple[tuple[str, ...], str, Names, Names]]:
    """Where, what kind of name, the names used and the names known."""
    roles = {*ROLES, *SYSTEM_ROLES}
    for action in process.actions.values():
        at = ("actions", action.code)
        yield (*at, "from"), "state", {*action.from_states} - {None}, process.states
        yield (*at, "to"), "state", {*action.to.values()} - {"same"}, process.states
        yield (*at, "by"), "role", action.by, roles
        yield at, "clock", _clocks_of(action), process.clocks
        yield (*at, "then"), "action", action.then, process.actions
        yield (*at, "then"), "condition", {c for several in action.then.values() for c in several}, CONDITIONS
        yield (*at, "does"), "step", action.does, STEPS
        yield (*at, "unless"), "bar", action.unless, BARS
        yield at, "request", _requests_of(action), process.requests
        yield (*at, "decides"), "verdict", [action.decides[0]] if action.decides else [], VERDICTS
    for clock in process.clocks.values():
        yield ("clocks", clock.stage), "action", {clock.due, clock.again} - {None}, process.actions
    for rule in process.requests.values():
        at = ("requests", rule.kind)
        yield (*at, "of"), "party", [rule.of], {*PARTIES, *roles}
        yield (*at, "reviews"), "role", {role for review in rule.reviews for role in review}, roles
        yield (*at, "does"), "step", rule.does, STEPS
        yield (*at, "until"), "action", {rule.until} - {None}, process.actions


def _clocks_of(action: Action) -> set[str]:
    return {stage for by in (action.start, action.stop, action.pause, action.resume) for stages in by.values()
            for stage in stages}


def _requests_of(action: Action) -> set[str]:
    decided = action.decides[1] if action.decides else ()
    return {*filter(None, (action.opens, action.answers)), *decided, *action.closes, *action.lapse}
