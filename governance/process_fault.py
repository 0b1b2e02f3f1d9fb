"""What is wrong with a process file: where in it, and why, in Chinese and English."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Fault:
    """One mistake. `path` leads to it from the top of the file; `line` is known once the file has been looked at."""

    path: tuple[str, ...]
    zh: str
    en: str
    line: int = 0

    @property
    def field(self) -> str:
        return ".".join(self.path)

    def __str__(self) -> str:
        at = f"第 {self.line} 行 line {self.line}" if self.line else ""
        return f"{' '.join(filter(None, (at, self.field)))}: {self.zh} ({self.en})"


class BadProcess(ValueError):
    """A process file that cannot be used. `problems` are the faults as sentences."""

    def __init__(self, name: str, faults: Sequence[Fault]) -> None:
        self.name, self.faults = name, list(faults)
        self.problems = [fault.en for fault in faults]
        super().__init__(f"process {name}: " + "; ".join(self.problems))
