"""A process as data: states, actions, roles, fields, requests and clocks, read from YAML and checked before use."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeVar

from governance import process_file
from governance.calendar import Limit
from governance.process_check import problems_of
from governance.process_fault import BadProcess, Fault
from governance.process_form import faults_of_form
from grids.codes import Level

__all__ = ["Action", "BadProcess", "ByResult", "ClockRule", "NoticeRule", "Process", "RequestRule", "State",
           "by_result", "load_process", "load_processes", "parse_process"]

T = TypeVar("T")
#: A value that differs by how a step came out: passed, failed, or the kind of the request that was decided ("" is
#: every other way).
ByResult = Mapping[str, T]


@dataclass(frozen=True)
class State:
    code: str
    name: str
    name_en: str
    outcome: str | None = None


@dataclass(frozen=True)
class NoticeRule:
    """Whom a step tells, and how; `when` is a result of the step, None: always. Urgent ones wait for no morning."""

    to: str
    text: str
    text_en: str
    when: str | None = None
    urgent: bool = False


@dataclass(frozen=True)
class ClockRule:
    """The limit of a stage; `by_standard`: the limit of the incident's standard, `limit` if it has none.

    `urgent` goes before `limit` where the standard counts urgent hours: nights and holidays count there too. `holder`
    and `head` are whom the watch tells: who is to act, and who answers for that. At expiry the system takes the action
    `due`, when overdue by the limit again the action `again`. `carries`: it goes on from one department to the next.
    """

    stage: str
    name: str
    name_en: str
    limit: Limit
    by_standard: bool
    urgent: Limit | None = None
    holder: str = ""
    head: str = ""
    warn: tuple[NoticeRule, ...] = ()
    due: str | None = None
    again: str | None = None
    carries: bool = False


@dataclass(frozen=True)
class RequestRule:
    """Something that one party asks of another.

    of: who must answer: `lead` (department), `named` (the departments named in `assisting`), or a role.
    reviews: the roles that decide it, one after the other; none: who asked confirms it.
    limit: the time to answer, if the step does not say `until`.
    most_asked, most_granted: how often in one incident.
    does: the steps that follow when it is granted. At `until` the system takes the action `until`.
    remind: told a day before `until`. late: told when it was not answered in time; `levels`: it is raised each time.
    """

    kind: str
    name: str
    name_en: str
    of: str
    reviews: tuple[tuple[str, ...], ...] = ()
    limit: Limit | None = None
    most_asked: int | None = None
    most_granted: int | None = None
    does: tuple[str, ...] = ()
    until: str | None = None
    levels: tuple[str, ...] = ()
    remind: tuple[NoticeRule, ...] = ()
    late: tuple[NoticeRule, ...] = ()


@dataclass(frozen=True)
class Action:
    """One action: who may take it from where, what it needs and does. What may differ by its result is a ByResult.

    unless: what stands against it in one incident. does: its steps, by the names of governance.steps.
    opens, answers: the kind of request that it opens or answers; decides: the verdict that it gives on a request of
    one of these kinds; closes, lapse: pending requests of these kinds are done, or have become idle.
    involved: departments beside the lead may take it.
    """

    code: str
    name: str
    name_en: str
    from_states: tuple[str | None, ...]
    to: ByResult[str]
    by: tuple[str, ...]
    fields: Mapping[str, bool] = field(default_factory=dict)
    unless: tuple[str, ...] = ()
    does: tuple[str, ...] = ()
    opens: str | None = None
    answers: str | None = None
    decides: tuple[str, tuple[str, ...]] | None = None
    closes: tuple[str, ...] = ()
    lapse: tuple[str, ...] = ()
    involved: bool = False
    start: ByResult[tuple[str, ...]] = field(default_factory=dict)
    stop: ByResult[tuple[str, ...]] = field(default_factory=dict)
    pause: ByResult[tuple[str, ...]] = field(default_factory=dict)
    resume: ByResult[tuple[str, ...]] = field(default_factory=dict)
    stamp: ByResult[str] = field(default_factory=dict)
    then: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    notify: tuple[NoticeRule, ...] = ()

    def target(self, state: str | None, result: str) -> str:
        """The state after it."""
        to = by_result(self.to, result, "same")
        return str(state) if to == "same" else to


def by_result(value: ByResult[T], result: str, default: T) -> T:
    """What holds for this result, else what holds for every other."""
    return value.get(result, value.get("", default))


@dataclass(frozen=True)
class Process:
    """One process. `reach`: the largest unit that a report may name. `place`: whether it needs a place at all.

    `text` is the file that it was read from; `version` that of the database, None: it is a file's.
    """

    code: str
    name: str
    name_en: str
    taxonomy: str
    start: Action
    states: Mapping[str, State]
    clocks: Mapping[str, ClockRule]
    actions: Mapping[str, Action]
    requests: Mapping[str, RequestRule] = field(default_factory=dict)
    reach: Level = "street"
    place: bool = True
    text: str = field(default="", repr=False, compare=False)
    version: int | None = field(default=None, compare=False)

    def state(self, code: str) -> State:
        """A state, also one that an older version of the process had: it is called by its code."""
        return self.states.get(code) or State(code, code, code)

    def possible(self, state: str, role: str) -> Iterator[Action]:
        """The actions that a role may take in a state."""
        return (action for action in self.actions.values() if state in action.from_states and role in action.by)


# ---- reading -------------------------------------------------------------------------------------------------------

def load_process(path: Path) -> Process:
    """Read and check one YAML file. BadProcess names everything that is wrong."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise BadProcess(path.stem, [Fault((), "不是 UTF-8 编码", "cannot be read: not UTF-8", 1)]) from None
    return parse_process(text, path.stem)


def parse_process(text: str, name: str, version: int | None = None) -> Process:
    """The process that a file says: first its form, then what it means. BadProcess names everything that is wrong."""
    file = process_file.read(text, name)
    if faults := faults_of_form(file.data):
        raise BadProcess(name, [file.place(fault) for fault in faults])
    if file.data["start"] not in file.data["actions"]:
        fault = Fault(("start",), f"没有操作 {file.data['start']}", f"start: unknown action {file.data['start']}")
        raise BadProcess(name, [file.place(fault)])
    process = _process(file.data, text, version)
    if faults := list(problems_of(process)):
        raise BadProcess(process.code, [file.place(fault) for fault in faults])
    return process


def load_processes(*folders: Path) -> dict[str, Process]:
    """All processes of the folders; a later folder's goes before one of the same code."""
    processes = (load_process(path) for folder in folders for path in sorted(folder.glob("*.yaml")))
    return {process.code: process for process in processes}


def _process(data: dict[str, Any], text: str, version: int | None) -> Process:
    states = {code: State(code, s["zh"], s["en"], s.get("outcome")) for code, s in data["states"].items()}
    actions = {code: _action(code, a, states) for code, a in data["actions"].items()}
    return Process(
        data["process"], data["name"]["zh"], data["name"]["en"], data["taxonomy"], actions[data["start"]], states,
        {code: _clock(code, rule) for code, rule in data.get("clocks", {}).items()}, actions,
        {kind: _request(kind, rule) for kind, rule in data.get("requests", {}).items()},
        data.get("reach", "street"), data.get("place", True), text, version)


def _action(code: str, data: dict[str, Any], states: dict[str, State]) -> Action:
    stages = {name: _stages(data.get(name, [])) for name in ("start", "stop", "pause", "resume")}
    decides = data.get("decides")
    return Action(
        code, data["zh"], data["en"], _from_states(data.get("from"), states), _varying(data["to"]),
        tuple(data.get("by", ())), {name: need == "required" for name, need in data.get("fields", {}).items()},
        tuple(data.get("unless", ())), tuple(data.get("does", ())), data.get("opens"), data.get("answers"),
        (decides["as"], tuple(decides["of"])) if decides else None, tuple(data.get("closes", ())),
        tuple(data.get("lapse", ())), data.get("involved", False), **stages,
        stamp=_varying(data["stamp"]) if "stamp" in data else {},
        then={following: _names(conditions) for following, conditions in data.get("then", {}).items()},
        notify=_notices(data.get("notify", ())))


def _clock(stage: str, data: dict[str, Any]) -> ClockRule:
    by_standard = data["limit"] == "standard"
    limit = _limit(data["default"] if by_standard else data["limit"])
    urgent = _limit(data["urgent"]) if "urgent" in data else None
    return ClockRule(stage, data["zh"], data["en"], limit, by_standard, urgent, data.get("holder", ""),
                     data.get("head", ""), _notices(data.get("warn", ())), data.get("due"), data.get("again"),
                     data.get("carries", False))


def _request(kind: str, data: dict[str, Any]) -> RequestRule:
    return RequestRule(
        kind, data["zh"], data["en"], data["of"], tuple(_names(roles) for roles in data.get("reviews", ())),
        _limit(data["limit"]) if "limit" in data else None, data.get("most_asked"), data.get("most_granted"),
        tuple(data.get("does", ())), data.get("until"), tuple(data.get("levels", ())),
        _notices(data.get("remind", ())), _notices(data.get("late", ())))


def _notices(rules: Iterable[dict[str, Any]]) -> tuple[NoticeRule, ...]:
    return tuple(NoticeRule(n["to"], n["zh"], n["en"], n.get("when"), n.get("urgent", False)) for n in rules)


def _varying(value: Any) -> dict[str, Any]:
    return {("" if result == "else" else result): v for result, v in value.items()} if isinstance(value, dict) \
        else {"": value}


def _stages(value: Any) -> dict[str, tuple[str, ...]]:
    return {result: tuple(stages) for result, stages in _varying(value).items()}


def _names(value: Any) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value)


def _from_states(value: Any, states: dict[str, State]) -> tuple[str | None, ...]:
    if value is None:
        return (None,)
    return tuple(code for code, s in states.items() if not s.outcome) if value == "open" else tuple(value)


def _limit(data: dict[str, Any]) -> Limit:
    return Limit(Decimal(str(data["value"])), data["unit"])
