"""`python -m bench.classify [--petition DIR] [--json]`: how well words find subcategories, in sentences not learned.

The development set (bench/data/grid_sentences_dev.csv) is only ever tested on; what is learned are the list's own words
and the sentences that come with it. The seed's sentences are also cross-validated in five folds. With `--petition` a
second list of three levels learns half of the labelled messages in DIR and is asked for the other half.
"""

from __future__ import annotations

import argparse
import csv
import json
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from governance.learning import SOURCES
from taxonomy.classify import Labelled, Ranker, labelled
from taxonomy.exchange import read_list
from taxonomy.labels import names_of
from taxonomy.tree import Tree

ROOT = Path(__file__).resolve().parent.parent
SEED, OWN = ROOT / "data" / "seed" / "taxonomy", ROOT / "bench" / "data"
DEV, INDEPENDENT = OWN / "grid_sentences_dev.csv", OWN / "grid_sentences_independent.csv"
FOLDS, TURNS, WORST = 5, 4, 20
GATES = (0.5, 0.7, 0.8, 0.9, 0.95, 0.98)


@dataclass(frozen=True)
class Asked:
    """One text: what it means, what was ranked (best first), how sure we were, how long it took (seconds)."""

    text: str
    code: str
    ranked: tuple[str, ...]
    confidence: float
    seconds: float

    @property
    def right(self) -> bool:
        return self.ranked[:1] == (self.code,)


def grid() -> Tree:
    """The list that we ship."""
    return Tree("grid", 1, *read_list(SEED / "grid.csv", SEED / "grid_standards.csv", SEED / "functions.csv"))


def sentences(path: Path) -> list[tuple[str, str]]:
    with path.open(encoding="utf-8", newline="") as sheet:
        return [(row["text"], row["code"]) for row in csv.DictReader(sheet)]


def learned() -> list[Labelled]:
    """The sentences that come with our list."""
    return [labelled(text, code, SOURCES["list"]) for text, code in sentences(SEED / "grid_sentences.csv")]


def ask(ranker: Ranker, questions: Iterable[tuple[str, str]], top: bool = False) -> list[Asked]:
    """Each question by itself. `top`: it is about the first level."""
    found = []
    for text, code in questions:
        start = time.perf_counter()
        ranking = ranker.rank(text)
        spent = time.perf_counter() - start
        ranked = ranking.categories if top else [(s.subcategory, s.confidence) for s in ranking.suggestions]
        found.append(Asked(text, code, tuple(c for c, _ in ranked[:3]), ranked[0][1] if ranked else 0.0, spent))
    return found


def folds(tree: Tree) -> list[Asked]:
    """Each of the seed's sentences asked of a ranker that has not learned it."""
    seed = sentences(SEED / "grid_sentences.csv")
    fold = np.random.default_rng(12).integers(0, FOLDS, len(seed))
    return [one for turn in range(FOLDS) for one in ask(
        Ranker(tree, [labelled(*row, SOURCES["list"]) for row, at in zip(seed, fold, strict=True) if at != turn]),
        [row for row, at in zip(seed, fold, strict=True) if at == turn])]


def petition(folder: Path) -> list[Asked]:
    """The labelled messages at level 1: half learned, half asked, in several turns."""
    tree = Tree("petition", 1, *read_list(folder / "petition_categories_15x103x517.csv", None, SEED / "functions.csv",
                                          "petition"))
    codes, asked = names_of(tree), []
    with (folder / "labelled_messages_250.csv").open(encoding="utf-8-sig", newline="") as sheet:
        rows = [(f"{row['title']}。{row['body']}", codes[row["level1"]][0]) for row in csv.DictReader(sheet)]
    for turn in range(TURNS):
        order = np.random.default_rng(turn).permutation(len(rows))
        half = len(rows) // 2
        ranker = Ranker(tree, [labelled(*rows[at]) for at in order[:half]])
        asked += ask(ranker, [rows[at] for at in order[half:]], top=True)
    return asked


# ---- telling -------------------------------------------------------------------------------------------------------

def summary(asked: Sequence[Asked]) -> dict[str, Any]:
    """Shares of 1; milliseconds a text."""
    spent = np.array([one.seconds for one in asked]) * 1000
    sure, right = np.array([one.confidence for one in asked]), np.array([one.right for one in asked])
    return {
        "texts": len(asked), "top1": right.mean(), "top3": np.mean([one.code in one.ranked for one in asked]),
        "ms_p50": np.median(spent), "ms_p99": np.quantile(spent, 0.99),
        "gates": [{"confidence": gate, "covers": (sure >= gate).mean(), "right": right[sure >= gate].mean()}
                  for gate in GATES if (sure >= gate).any()],
        "reliability": [{"confidence": sure[inside].mean(), "right": right[inside].mean(), "texts": int(inside.sum())}
                        for low in np.arange(0, 1, 0.1) if (inside := (sure >= low) & (sure < low + 0.1001)).any()]}


def confusions(asked: Sequence[Asked]) -> list[tuple[str, str, int]]:
    """What was taken for what, the most often first."""
    wrong = Counter((one.code, one.ranked[0] if one.ranked else "") for one in asked if not one.right)
    return [(code, taken, times) for (code, taken), times in wrong.most_common(WORST)]


def by_category(asked: Sequence[Asked]) -> dict[str, dict[str, float]]:
    return {top: {name: summary(own)[name] for name in ("texts", "top1", "top3")}
            for top in sorted({one.code[:2] for one in asked}) if (own := [o for o in asked if o.code[:2] == top])}


def show(name: str, asked: Sequence[Asked]) -> None:
    told = summary(asked)
    print(f"\n{name}: {told['texts']} texts, top-1 {told['top1']:.1%}, top-3 {told['top3']:.1%}, "
          f"{told['ms_p50']:.2f} ms a text (p99 {told['ms_p99']:.2f})")
    for gate in told["gates"]:
        print(f"  sure at least {gate['confidence']:.2f}: {gate['covers']:6.1%} of texts, {gate['right']:.1%} right")
    print("  said / right: " + "  ".join(f"{b['confidence']:.2f}/{b['right']:.2f}" for b in told["reliability"]))


def show_details(tree: Tree, asked: Sequence[Asked]) -> None:
    for top, told in by_category(asked).items():
        print(f"  {top} {tree.name(top)}: {told['texts']} texts, top-1 {told['top1']:.1%}, top-3 {told['top3']:.1%}")
    print("  taken for another most often:")
    for code, taken, times in confusions(asked):
        print(f"  {times} × {code} {tree.name(code)} -> {taken} {tree.name(taken)}")


def main() -> None:
    parser = argparse.ArgumentParser(prog="bench.classify", description=__doc__)
    parser.add_argument("--petition", type=Path, metavar="DIR", help="folder of the second list and its messages")
    parser.add_argument("--json", action="store_true")
    given, tree = parser.parse_args(), grid()
    start = time.perf_counter()
    ranker = Ranker(tree, learned())
    built = time.perf_counter() - start
    runs = {"development set": ask(ranker, sentences(DEV)), "independent set": ask(ranker, sentences(INDEPENDENT)),
            "seed, five folds": folds(tree),
            "development set, list's own words only": ask(Ranker(tree), sentences(DEV))}
    if given.petition:
        runs["petition list, level 1"] = petition(given.petition)
    if given.json:
        return print(json.dumps({name: summary(asked) for name, asked in runs.items()}, ensure_ascii=False))
    print(f"built in {built:.2f} s from {len(tree.categories)} categories and {len(learned())} sentences")
    for name, asked in runs.items():
        show(name, asked)
        if name == "development set":
            show_details(tree, asked)


if __name__ == "__main__":
    main()
