"""The rules of the house, kept by a machine: who may import whom, how long things may be, what no file may hold."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("taxonomy", "grids", "governance", "data", "api", "workers", "wangge", "bench")
#: Not ours, or not written by hand, or not kept.
ELSEWHERE = {".git", ".venv", "var", "node_modules", "dist", "build", "__pycache__", ".mypy_cache", ".ruff_cache",
             ".pytest_cache", ".hypothesis", "static"}
TEXT = {".py", ".md", ".yaml", ".yml", ".toml", ".lock", ".csv", ".json", ".geojson", ".html", ".css", ".js", ".ts",
        ".vue", ".mako", ".sh", ".txt", ".service", ".conf", ""}
MOST_LINES, MOST_LINES_OF_A_FUNCTION = 300, 50

# Written so that this file does not hold what it forbids.
FORBIDDEN = {
    "a path of somebody's machine": r"(?<![\w.])/(?:wor[k]|roo[t]|hom[e]|User[s])/\w",
    "the address of a package registry": r"pythonhoste[d]\.org|index-ur[l]\s*=|pypi\.or[g]/simple|registry\.npmj[s]",
    "a note to oneself": r"\bTOD[O]\b|\bFIXM[E]\b",
}


def ours() -> Iterator[Path]:
    """Every text file of the repository."""
    for path in sorted(ROOT.rglob("*")):
        if not ELSEWHERE & set(path.relative_to(ROOT).parts) and path.suffix in TEXT and path.is_file():
            yield path


def code() -> list[Path]:
    """Python that people read: neither tests nor migrations."""
    return [path for room in ROOMS for path in sorted((ROOT / room).rglob("*.py")) if "versions" not in path.parts]


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def test_imports_go_one_way() -> None:
    """In a process of its own: the linter sets up logging for the whole process, and other tests read the log."""
    program = "from importlinter.cli import lint_imports; raise SystemExit(lint_imports(no_cache=True, no_logo=True))"
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("path", code(), ids=name_of)
def test_a_file_is_short_enough_to_be_read(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    assert source.count("\n") <= MOST_LINES
    lengths = {node.name: len(ast.get_source_segment(source, node).splitlines())
               for node in ast.walk(ast.parse(source)) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}
    assert {name: lines for name, lines in lengths.items() if lines > MOST_LINES_OF_A_FUNCTION} == {}


@pytest.mark.parametrize("path", code(), ids=name_of)
def test_a_file_says_what_it_is_about(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    assert ast.get_docstring(tree) or not tree.body


@pytest.mark.parametrize("what", FORBIDDEN)
def test_no_file_holds(what: str) -> None:
    pattern = re.compile(FORBIDDEN[what])
    found = [f"{name_of(path)}: {match.group()}" for path in ours()
             for match in pattern.finditer(path.read_text(encoding="utf-8"))]
    assert found == []


def test_the_run_time_is_part_of_what_is_tested() -> None:
    """Both lock files pin one version of everything that both have."""
    run, dev = (dict(re.findall(r"^([\w.-]+)==(\S+)", (ROOT / name).read_text(encoding="utf-8"), re.M))
                for name in ("requirements.lock", "requirements-dev.lock"))
    assert run
    assert {name: dev.get(name) for name in run} == run
