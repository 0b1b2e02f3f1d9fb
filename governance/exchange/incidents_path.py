"""The shortest way of an incident through its process to a state: which actions must have been taken."""

from __future__ import annotations

from collections import deque
from functools import lru_cache

from governance.process import Action, Process, by_result

#: Actions in their order, each with the instant that it stamps ("" for none) and how it came out.
Path = tuple[tuple[Action, str, str], ...]


def path_to(process: Process, status: str) -> Path:
    """The actions from the report on. A checked process has a way to every state."""
    return _shortest(_Known(process))[status]


class _Known:
    """A process by its identity: it never changes, and its parts cannot be hashed."""

    def __init__(self, process: Process) -> None:
        self.process = process

    def __hash__(self) -> int:
        return id(self.process)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Known) and other.process is self.process


@lru_cache(maxsize=16)
def _shortest(known: _Known) -> dict[str, Path]:
    process = known.process
    start = process.start
    first = start.target(None, "passed")
    found: dict[str, Path] = {first: ((start, by_result(start.stamp, "passed", ""), "passed"),)}
    waiting = deque([first])
    while waiting:
        state = waiting.popleft()
        for action in process.actions.values():
            for result, target in action.to.items() if state in action.from_states else ():
                if target not in ("same", *found):
                    step = (action, by_result(action.stamp, result, ""), result or "passed")
                    found[target] = (*found[state], step)
                    waiting.append(target)
    return found
