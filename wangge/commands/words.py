"""`wangge classify` and `wangge learn`: what words mean in a list, and teaching it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from wangge.terminal import as_json, database, read_settings

if TYPE_CHECKING:
    from governance.learning import Learned
    from taxonomy.classify import Ranking
    from taxonomy.tree import Tree

List = Annotated[str, typer.Option("--list", help="清单名 (name of the list)")]
Json = Annotated[bool, typer.Option("--json", help="输出 JSON (print JSON)")]


def classify(text: str, name: List = "grid",
             limit: Annotated[int, typer.Option(min=1, max=20, help="最多几个 (at most so many)")] = 3,
             json: Json = False) -> None:
    """一段文字可能是哪些小类, 把握多大, 为什么 (the subcategories that a text may mean, how sure, and why)."""
    from data.engine import reading
    from governance import learning

    with database(read_settings()) as engine, reading(engine) as session:
        tree = learning.current_tree(session, name)
        ranking = learning.ranker_of(session, tree).rank(text, limit)
    if json:
        return as_json(_plain(tree, ranking))
    if ranking.little:
        print(f"{ranking.little.zh} ({ranking.little.en})")
    if ranking.categories:
        shares = ", ".join(f"{tree.name(code)} {share:.1%}" for code, share in ranking.categories[:3])
        print(f"大类 Categories: {shares}")
    for one in ranking.suggestions:
        print(f"{one.confidence:7.1%}  {one.subcategory} {one.name}")
        for reason in one.reasons:
            print(f"{'':9}{reason.zh}")


def learn(file: Annotated[Path | None, typer.Argument(exists=True, dir_okay=False)] = None, name: List = "grid",
          text: Annotated[str, typer.Option("--text", help="文字所在的列 (column of the text)")] = "text",
          label: Annotated[str | None, typer.Option("--label", help="类别所在的列, 默认 code 或 label (column of the "
                                                                    "label; code or label by default)")] = None,
          closed: Annotated[bool, typer.Option("--closed", help="从已结案事件学习 (from closed incidents)")] = False,
          json: Json = False) -> None:
    """从标注文件 (文字和类别) 或已结案事件学习; 有一行错误就什么都不学 (learn from a labelled file or from closed
    incidents; with a bad row nothing is learned)."""
    from data.engine import writing
    from governance.errors import MissingField

    if (file is None) == (not closed):
        raise MissingField("file", "须给出标注文件, 或用 --closed 从已结案事件学习",
                           "is needed: name a labelled file, or use --closed")
    with database(read_settings()) as engine, writing(engine) as session:
        done = _learn(session, file, name, text, label)
        session.commit()
    if json:
        return as_json(done)
    print(f"已学习 {done.new} 条新文字、{done.labels} 个类别, 共给出 {done.rows} 条 "
          f"(learned {done.new} new texts of {done.rows}, {done.labels} labels): {done.taxonomy}")


def _learn(session: Any, file: Path | None, name: str, text: str, label: str | None) -> Learned:
    from governance import learning
    from governance.people import Actor
    from taxonomy.labels import read_labelled

    tree, now, who = learning.current_tree(session, name), datetime.now(UTC), Actor(None, "命令行", "admin", "")
    if file is None:
        return learning.learn_closed(session, tree, who, now)
    return learning.learn(session, name, read_labelled(file, tree, text, label), "file", who, now)


def _plain(tree: Tree, ranking: Ranking) -> dict[str, Any]:
    return {"list": tree.taxonomy, "knows_too_little": ranking.little is not None,
            "note": ranking.little.zh if ranking.little else None,
            "suggestions": [{"subcategory": one.subcategory, "name": one.name, "category": one.category,
                             "confidence": one.confidence, "reasons": [reason.zh for reason in one.reasons],
                             "reasons_en": [reason.en for reason in one.reasons]} for one in ranking.suggestions],
            "categories": [{"category": code, "name": tree.name(code), "confidence": round(share, 4)}
                           for code, share in ranking.categories[:3]]}
