"""The list that we ship, and what it knows from its own words and sentences, read once a run."""

from __future__ import annotations

import csv
from functools import cache

from governance.learning import SOURCES
from taxonomy.classify import Labelled, Ranker, labelled
from taxonomy.exchange import read_list
from taxonomy.tree import Tree
from wangge.load import FUNCTIONS, SEED

SHEETS = SEED / "taxonomy" / "grid.csv", SEED / "taxonomy" / "grid_standards.csv"
SENTENCES = SEED / "taxonomy" / "grid_sentences.csv"


@cache
def tree() -> Tree:
    return Tree("grid", 1, *read_list(*SHEETS, FUNCTIONS))


@cache
def sentences() -> tuple[tuple[str, str], ...]:
    with SENTENCES.open(encoding="utf-8", newline="") as sheet:
        return tuple((row["text"], row["code"]) for row in csv.DictReader(sheet))


@cache
def lessons() -> tuple[Labelled, ...]:
    return tuple(labelled(text, code, SOURCES["list"]) for text, code in sentences())


@cache
def ranker() -> Ranker:
    return Ranker(tree(), lessons())
