"""The rules of the screens, kept by a machine: what no page may hold, and that every word is there twice."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

WEB = Path(__file__).resolve().parents[2] / "web"
SCREENS = ("m", "desk", "city", "report", "admin", "home", "docs")
MOST_LINES, WIDEST = 300, 120
#: Lists of sentences, twice.
WORDS = re.compile(r"words\.ts$|/words/|i18n/common\.ts$")
#: Written so that this file does not hold what it forbids.
FORBIDDEN = {
    "HTML that is put together from strings": r"\bv-html\b|\.innerHTML\s*=",
    "the address of another origin": r"https?://(?!www\.w3\.org|127\.0\.0\.1|localhost)[\w-]+\.\w",
    "a note to oneself": r"\bTOD[O]\b|\bFIXM[E]\b|\bXX[X]\b",
    "a check that is switched off": r"@ts-ignor[e]|@ts-nochec[k]|eslint-disabl[e]|as an[y]\b|: an[y]\b",
}


def sources(*endings: str) -> list[Path]:
    return [path for path in sorted(WEB.rglob("*")) if path.suffix in endings and path.is_file()
            and "node_modules" not in path.parts and not path.name.endswith(".d.ts")]


def name_of(path: Path) -> str:
    return str(path.relative_to(WEB))


@pytest.mark.parametrize("path", sources(".ts", ".vue", ".css", ".mjs"), ids=name_of)
def test_a_file_is_short_enough_to_be_read(path: Path) -> None:
    assert path.read_text(encoding="utf-8").count("\n") <= MOST_LINES * (4 if WORDS.search(name_of(path)) else 1)


def test_a_line_fits_beside_another() -> None:
    """As in Python. The words are sentences, and stay unbroken."""
    others = [path for path in sources(".ts", ".vue", ".css", ".mjs") if not WORDS.search(name_of(path))]
    found = [f"{name_of(path)}:{number}" for path in others
             for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1) if len(line) > WIDEST]
    assert found == []


@pytest.mark.parametrize("what", FORBIDDEN)
def test_no_page_holds(what: str) -> None:
    pattern = re.compile(FORBIDDEN[what])
    pages = [path for path in sources(".ts", ".vue", ".html", ".css") if not path.name.endswith(".test.ts")]
    found = [f"{name_of(path)}: {match.group()}" for path in pages
             for match in pattern.finditer(path.read_text(encoding="utf-8"))]
    assert found == []


@pytest.mark.parametrize("path", sources(".html"), ids=name_of)
def test_a_page_has_no_script_and_no_style_of_its_own(path: Path) -> None:
    """Its policy would refuse them."""
    assert re.findall(r"<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)", path.read_text(encoding="utf-8")) == []


def test_screens_do_not_know_each_other() -> None:
    """Each is built by itself; what two of them need is in `shared`, which knows no screen."""
    found = [f"{name_of(path)} imports {other}" for path in sources(".ts", ".vue") for other in imported(path)
             if other != path.relative_to(WEB).parts[0]]
    assert found == []


def imported(path: Path) -> Iterator[str]:
    """The screens that a file imports from."""
    for source in re.findall(r"""from ['"](\.[^'"]+)['"]""", path.read_text(encoding="utf-8")):
        target = (path.parent / source).resolve()
        if target.is_relative_to(WEB) and target.relative_to(WEB).parts[0] in SCREENS:
            yield target.relative_to(WEB).parts[0]


@pytest.mark.parametrize("path", sources(".vue"), ids=name_of)
def test_what_a_person_reads_comes_from_the_words(path: Path) -> None:
    """No Chinese in a template: it would stay Chinese when the language is switched."""
    text = path.read_text(encoding="utf-8")
    template = re.sub(r"<!--.*?-->", "", "".join(re.findall(r"<template>.*</template>", text, re.S)), flags=re.S)
    assert set(re.findall(r"[一-鿿]+", template)) <= {"中文"}  # a language is offered by its own name
