"""The page of a process, drawn from its file: a state diagram and the table of its actions.

`python -m wangge.diagram grid_event > docs/journey.md`
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

from governance.people import ROLES
from governance.process import Action, Process, load_process
from governance.process_versions import PROCESSES

SYSTEM = {"engine": "系统"}


def page(process: Process) -> str:
    """Markdown: title, diagram (mermaid), table of actions, clocks."""
    return "\n".join([
        f"# {process.name} ({process.name_en})", "",
        f"Drawn from `data/seed/processes/{process.code}.yaml` by `python -m wangge.diagram {process.code}`.", "",
        "```mermaid", *diagram(process), "```", "", "## Actions 操作", "", *table(process), "",
        *(["## Requests 请求", "", *requests(process), ""] if process.requests else []),
        "## Clocks 时限", "", *clocks(process), ""])


def diagram(process: Process) -> Iterator[str]:
    """Mermaid lines. What leaves the state as it is stands in the table only."""
    yield "stateDiagram-v2"
    yield from (f"    {state.code}: {state.name} {state.name_en}" for state in process.states.values())
    for action in process.actions.values():
        for source in action.from_states:
            for target, label in _targets(process, action, source):
                if source != target:
                    yield f"    {source or '[*]'} --> {target}: {label}"
    yield from (f"    {state.code} --> [*]" for state in process.states.values() if state.outcome)


def _targets(process: Process, action: Action, source: str | None) -> Iterator[tuple[str, str]]:
    """Each state that it may lead to, and what to call the way there."""
    for result in action.to:
        kind = process.requests.get(result)
        said = {"": "", "passed": " 通过", "failed": " 不通过"}.get(result, f" {kind.name}" if kind else f" {result}")
        yield action.target(source, result), f"{action.name}{said}"


def table(process: Process) -> Iterator[str]:
    yield "| action 操作 | from 自 | to 至 | by 由 | needs 必填 | may have 可填 | clocks 时限 |"
    yield "|---|---|---|---|---|---|---|"
    for action in process.actions.values():
        sources = "–" if action.from_states == (None,) else "、".join(
            process.states[s].name for s in action.from_states if s)
        targets = "、".join(dict.fromkeys(
            "不变" if t == "same" else process.states[t].name for t in action.to.values()))
        roles = "、".join({**ROLES, **SYSTEM}[role] for role in action.by)
        needs = ", ".join(f"`{name}`" for name, required in action.fields.items() if required)
        may = ", ".join(f"`{name}`" for name, required in action.fields.items() if not required)
        yield (f"| `{action.code}` {action.name} | {sources} | {targets} | {roles} | {needs} | {may} "
               f"| {_winding(process, action)} |")


def _winding(process: Process, action: Action) -> str:
    """Which clocks the action stops, pauses, resumes and starts."""
    ways = {"停": action.stop, "暂停": action.pause, "恢复": action.resume, "起": action.start}
    parts = {what: dict.fromkeys(stage for stages in way.values() for stage in stages) for what, way in ways.items()}
    names = {what: "、".join(process.clocks[stage].name for stage in stages)
             for what, stages in parts.items() if stages}
    return "; ".join(f"{what} {stages}" for what, stages in names.items())


def requests(process: Process) -> Iterator[str]:
    yield "| request 请求 | of 向 | decided by 审批 | time to answer 答复时限 | at most 至多 |"
    yield "|---|---|---|---|---|"
    for rule in process.requests.values():
        of = {"lead": "主办单位", "named": "所列单位"}.get(rule.of) or ROLES[rule.of]
        reviews = "; ".join("或".join(ROLES[role] for role in review) for review in rule.reviews)
        limit = f"{rule.limit.value} {rule.limit.unit}" if rule.limit else ""
        most = {"申请": rule.most_asked, "同意": rule.most_granted}
        often = "; ".join(f"{what} {times} 次" for what, times in most.items() if times)
        yield f"| `{rule.kind}` {rule.name} | {of} | {reviews} | {limit} | {often} |"


def clocks(process: Process) -> Iterator[str]:
    names = {code: action.name for code, action in process.actions.items()}
    yield "| stage 阶段 | limit 时限 | holder 承办 | head 负责 | at expiry 到期 | overdue again 再超期 |"
    yield "|---|---|---|---|---|---|"
    for rule in process.clocks.values():
        limit = f"{rule.limit.value} {rule.limit.unit}"
        urgent = f"; 紧急事项 {rule.urgent.value} {rule.urgent.unit}" if rule.urgent else ""
        yield (f"| `{rule.stage}` {rule.name} | {'标准规定; 无标准时 ' if rule.by_standard else ''}{limit}{urgent} "
               f"| {rule.holder} | {rule.head} | {names.get(rule.due or '', '')} | {names.get(rule.again or '', '')} |")


if __name__ == "__main__":
    sys.stdout.write(page(load_process(PROCESSES / f"{sys.argv[1]}.yaml")))
