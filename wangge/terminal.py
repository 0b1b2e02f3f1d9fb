"""Speaking to a person at the terminal: Chinese first, English second; or JSON for a program."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, is_dataclass
from typing import TYPE_CHECKING, Any

from data.sheet import BadFile
from governance.errors import WanggeError

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from governance.settings import Settings

MOST_PROBLEMS = 50


def as_json(value: Any) -> None:
    """One document on the standard output."""
    plain = asdict(value) if is_dataclass(value) and not isinstance(value, type) else value
    print(json.dumps(plain, ensure_ascii=False, indent=2, default=str))


def explain(error: WanggeError | BadFile) -> None:
    """What went wrong, on the standard error."""
    if isinstance(error, WanggeError):
        print(f"{error.zh}\n{error.en}", file=sys.stderr)
        return
    number = len(error.problems)
    print(f"{error.source}: {number} 处有误, 未导入任何内容\n{error.source}: {number} problem(s); nothing was loaded",
          file=sys.stderr)
    for problem in error.problems[:MOST_PROBLEMS]:
        print(f"  {problem}", file=sys.stderr)
    if number > MOST_PROBLEMS:
        print(f"  … 另有 {number - MOST_PROBLEMS} 处 (and {number - MOST_PROBLEMS} more)", file=sys.stderr)


def read_settings(**given: Any) -> Settings:
    """The settings in force, under what was given on the command line. Invalid names every one that is wrong."""
    from pydantic import ValidationError

    from api.messages import sentences
    from governance.errors import FieldProblem, Invalid
    from governance.settings import Settings

    try:
        return Settings(**{name: value for name, value in given.items() if value is not None})
    except ValidationError as error:
        wrong = [FieldProblem(f"WANGGE_{str(e['loc'][0]).upper()}", *sentences(e)) for e in error.errors()]
        raise Invalid("设置有误: " + "; ".join(f"{problem.field}: {problem.zh}" for problem in wrong),
                      "Wrong settings: " + "; ".join(f"{problem.field}: {problem.en}" for problem in wrong),
                      *wrong) from None


@contextmanager
def database(settings: Settings) -> Iterator[Engine]:
    """The database in force. NotReady if it cannot be reached or its schema is not of this program."""
    from data.engine import make_engine
    from data.migrations import current, head
    from governance.errors import NotReady

    with reachable():
        engine = make_engine(settings.database)
        try:
            found = current(engine)
            if found != head():
                raise NotReady(f"数据库结构为 {found or '空'}, 需要 {head()}; 请运行 wangge db upgrade",
                               f"The database is at {found or 'nothing'}, {head()} is needed; run: wangge db upgrade")
            yield engine
        finally:
            engine.dispose()


@contextmanager
def reachable() -> Iterator[None]:
    """NotReady, and why, when the database that is set cannot be used."""
    from sqlalchemy.exc import ArgumentError, DatabaseError, OperationalError

    from governance.errors import NotReady

    try:
        yield
    except (ArgumentError, DatabaseError) as error:
        if type(error) not in (ArgumentError, DatabaseError, OperationalError):  # its subclasses are mistakes of ours
            raise
        why = str(getattr(error, "orig", error)).partition("\n")[0]
        raise NotReady(f"数据库不可用: {why}; 请检查 WANGGE_DATABASE_URL",
                       f"The database cannot be used: {why}; check WANGGE_DATABASE_URL.") from None


@contextmanager
def progress(what: str = "") -> Iterator[Any]:
    """One display on the standard error; gives a function to tell (done, of how many).

    Without `what` the function is told (what, done, of how many), and each thing gets a bar of its own.
    """
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    with Progress(SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(),
                  TimeElapsedColumn(), console=Console(stderr=True)) as bars:
        tasks: dict[str, Any] = {}

        def told(*news: Any) -> None:
            name, done, of = (what, *news) if len(news) == 2 else news
            if name not in tasks:
                for task in tasks.values():
                    bars.update(task, completed=bars.tasks[task].total)
                tasks[name] = bars.add_task(name, total=of)
            bars.update(tasks[name], completed=done, total=of)

        if what:
            told(what, 0, 1)
        yield told
        for task in tasks.values():
            bars.update(task, completed=bars.tasks[task].total)
