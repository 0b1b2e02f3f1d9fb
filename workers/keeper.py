"""Processes of ours, kept running: what one is, and when it is started again after it ended by itself."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Sequence
from typing import Protocol

from governance.errors import NotReady

#: A part that lived this long is well again.
WELL_AFTER_SECONDS = 60.0
BACK_OFF_SECONDS = (0.5, 1.0, 2.0, 4.0, 8.0)


class Part(Protocol):
    """A process of ours."""

    name: str

    def start(self) -> None: ...
    def alive(self) -> bool: ...
    def ask_to_stop(self) -> None: ...
    def stop(self, seconds: float) -> None: ...


def end(process: subprocess.Popen[bytes], seconds: float) -> None:
    """Ask it to stop, and stop it by force if it takes too long."""
    process.terminate()  # of one that has ended by itself it asks nothing
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


class Child:
    """A part that is a Python module in a process of its own. It may know by its standard input when we are gone."""

    def __init__(self, name: str, command: Sequence[str], environment: dict[str, str], fds: Sequence[int] = ()) -> None:
        self.name = name
        self._command = [sys.executable, "-m", *command]
        self._environment = environment
        self._fds = tuple(fds)
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Its standard input is a pipe that nobody writes to: where it ends, we are gone, even if we were killed."""
        self._let_go()
        self._process = subprocess.Popen(self._command, env=self._environment, stdin=subprocess.PIPE,
                                         pass_fds=self._fds, start_new_session=True)

    def alive(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def ask_to_stop(self) -> None:
        if self._process is not None:
            self._process.terminate()

    def stop(self, seconds: float) -> None:
        if self._process is None:
            return
        end(self._process, seconds)
        self._let_go()

    def _let_go(self) -> None:
        """Our end of the pipe to a process that has ended."""
        if self._process is not None and self._process.stdin is not None:
            self._process.stdin.close()


class Keeper:
    """Keeps one part running: when it may start again, and when it is hopeless."""

    def __init__(self, part: Part) -> None:
        self.part = part
        self.ends = 0
        self.began = self.again_at = 0.0

    def start(self) -> None:
        self.began, self.again_at = time.monotonic(), 0.0
        self.part.start()

    def look(self) -> None:
        """NotReady when the part has ended too often in a row."""
        now = time.monotonic()
        if self.part.alive():
            self.ends = 0 if now - self.began > WELL_AFTER_SECONDS else self.ends
        elif not self.again_at:
            self._ended(now)
        elif now >= self.again_at:
            self.start()

    def _ended(self, now: float) -> None:
        name = self.part.name
        if self.ends == len(BACK_OFF_SECONDS):
            raise NotReady(f"部件 {name} 反复退出, 全部停止; 原因见上方日志",
                           f"The part {name} keeps ending; everything is stopped. The log above says why.")
        self.again_at = now + BACK_OFF_SECONDS[self.ends]
        self.ends += 1
        print(f"部件 {name} 意外退出, 将重新启动 (the part {name} ended unexpectedly and is started again)",
              file=sys.stderr, flush=True)
