"""A process file as text: read once, with the line of everything in it, so that a mistake can be found.

YAML lets a name stand twice (the last one counts) and a part stand for another many times over; the first is told as a
mistake, and of the second only so much is taken as a person could have written.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Final

import yaml

from governance.process_fault import BadProcess, Fault

#: Characters of a file, and things in it once everything that stands for another is written out.
MOST_CHARACTERS, MOST_THINGS = 500_000, 50_000
#: How deep a file may nest: the deepest that means anything is a notice's text.
DEEPEST: Final = 20


@dataclass(frozen=True)
class ProcessFile:
    """What a file says, and where it says so."""

    data: Any
    root: yaml.Node | None

    def line(self, path: tuple[str, ...]) -> int:
        """Of the deepest thing on the path that the file has."""
        line, node = 1, self.root
        for step in path:
            found = _below(node, step)
            if found is None:
                break
            line, node = found
        return line

    def place(self, fault: Fault) -> Fault:
        return fault if fault.line else replace(fault, line=self.line(fault.path))


def read(text: str, name: str) -> ProcessFile:
    """BadProcess tells the line at which the file cannot be understood."""
    if len(text) > MOST_CHARACTERS:
        raise BadProcess(name, [Fault((), f"文件超过 {MOST_CHARACTERS:,} 个字符", "cannot be read: too long", 1)])
    try:
        loader = yaml.SafeLoader(text)
        root = loader.get_single_node()
        if faults := list(_faults_in(root)):
            raise BadProcess(name, faults)
        return ProcessFile(loader.construct_document(root) if root else None, root)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        said = " ".join(filter(None, (error.context, error.problem)))
        raise BadProcess(name, [_unreadable(said, mark.line + 1 if mark else 1)]) from None
    except (yaml.YAMLError, ValueError, TypeError, RecursionError) as error:
        if isinstance(error, BadProcess):
            raise
        raise BadProcess(name, [_unreadable(str(error).partition("\n")[0] or type(error).__name__, 1)]) from None


def _unreadable(said: str, line: int) -> Fault:
    return Fault((), f"不是可读的 YAML: {said}", f"cannot be read: {said}", line)


def _faults_in(root: yaml.Node | None) -> Iterator[Fault]:
    if root is not None and _size(root, 0, {}) > MOST_THINGS:
        yield Fault((), "引用展开后过大或自我引用", "cannot be read: once written out it is too large, or endless", 1)
        return
    yield from _twice(root, (), set())


def _size(node: yaml.Node, depth: int, known: dict[int, int]) -> int:
    """How many things a node holds, with everything that stands for another written out."""
    if depth > DEEPEST:
        return MOST_THINGS + 1
    if id(node) not in known:
        known[id(node)] = 1 + sum(_size(one, depth + 1, known) for one in _children(node))
    return known[id(node)]


def _children(node: yaml.Node | None) -> Iterator[yaml.Node]:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield from (key, value)
    elif isinstance(node, yaml.SequenceNode):
        yield from node.value


def _twice(node: yaml.Node | None, path: tuple[str, ...], seen: set[int]) -> Iterator[Fault]:
    """Names that stand twice in one place."""
    if node is None or id(node) in seen:
        return
    seen.add(id(node))
    named: set[str] = set()
    for step, key, value in _entries(node):
        if key is not None and step in named:
            yield Fault((*path, step), "重复", "stands twice", key.start_mark.line + 1)
        named.add(step)
        yield from _twice(value, (*path, step), seen)


def _entries(node: yaml.Node | None) -> Iterator[tuple[str, yaml.Node | None, yaml.Node]]:
    """What a node holds: its name or number, where the name stands, and what it names."""
    if isinstance(node, yaml.MappingNode):
        yield from ((str(key.value), key, value) for key, value in node.value)
    elif isinstance(node, yaml.SequenceNode):
        yield from ((str(at), None, value) for at, value in enumerate(node.value))


def _below(node: yaml.Node | None, step: str) -> tuple[int, yaml.Node] | None:
    for name, key, value in _entries(node):
        if name == step:
            return (key or value).start_mark.line + 1, value
    return None
