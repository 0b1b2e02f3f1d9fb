"""The sentences that come with a list, for the ranking of subcategories to begin with."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from sqlalchemy import Engine

from data.engine import writing
from governance import learning
from governance.errors import InvalidField
from governance.people import Actor
from taxonomy.labels import read_labelled

WHO = Actor(None, "命令行", "admin", "")


def sentences_beside(categories: Path) -> Path:
    """Where the sentences of a sheet of categories stand: `grid.csv` has `grid_sentences.csv`."""
    return categories.with_name(f"{categories.stem}_sentences{categories.suffix}")


def learn_beside(engine: Engine, taxonomy: str, categories: Path, now: datetime) -> None:
    """Learn them, if there are any and the list is in force. What was learned before is not learned again."""
    sentences = sentences_beside(categories)
    if not sentences.exists():
        return
    with writing(engine) as session:
        try:
            tree = learning.current_tree(session, taxonomy)
        except InvalidField:  # the draft waits for somebody to apply it
            return
        learning.learn(session, taxonomy, read_labelled(sentences, tree), "list", WHO, now)
        session.commit()
