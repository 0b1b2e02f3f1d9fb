"""`wangge drafts`: what has been read in and not yet applied, and what can be taken back."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from wangge.commands.loading import preview_lines
from wangge.terminal import as_json, database, read_settings

if TYPE_CHECKING:
    from sqlmodel import Session

    from governance.drafts.draft import Draft
    from governance.drafts.kind import Tools

drafts = typer.Typer(no_args_is_help=True, help="草稿: 预览、应用、回滚 (drafts: preview, apply, roll back)")

Id = Annotated[uuid.UUID, typer.Argument(metavar="ID")]
Json = Annotated[bool, typer.Option("--json", help="输出 JSON (print JSON)")]
MOST_SHOWN = 50


@drafts.command("list")
def list_drafts(kind: Annotated[str | None, typer.Option(help="类型 (kind)")] = None,
                state: Annotated[str | None, typer.Option(help="状态 (state)")] = None, json: Json = False) -> None:
    """最近的草稿 (the newest drafts)."""
    from data.engine import reading
    from governance.drafts import drafts as rules

    with database(read_settings()) as engine, reading(engine) as session:
        found, _ = rules.listed(session, kind, state)
    if json:
        return as_json([_document(draft) for draft in found])
    print("\n".join(map(_line, found)) or "没有草稿 (there are no drafts)")


@drafts.command("show")
def show(draft: Id, json: Json = False) -> None:
    """草稿会改变什么 (what a draft would change)."""
    from data.engine import reading
    from governance.drafts import drafts as rules

    with database(read_settings()) as engine, reading(engine) as session:
        found = rules.find(session, draft)
    if json:
        return as_json(_document(found))
    print(_line(found))
    for row in found.problems.get("rows", ())[:MOST_SHOWN]:
        print(f"  第 {row['line']} 行 {row['field']}: {row['zh']} ({row['en']})")
    if found.preview:
        _print_preview(found.preview)


@drafts.command("compare")
def compare(draft: Id, json: Json = False) -> None:
    """重新比较 (compare with the city as it is now)."""
    from governance.drafts import drafts as rules

    _take(draft, lambda session, tools: rules.compare(session, draft, tools), json)


@drafts.command("apply")
def apply(draft: Id, json: Json = False) -> None:
    """应用 (bring into force)."""
    from governance.drafts import drafts as rules

    _take(draft, lambda session, tools: rules.apply(session, draft, rules.TERMINAL, tools), json)


@drafts.command("rollback")
def rollback(draft: Id, json: Json = False) -> None:
    """回滚 (everything as it was before)."""
    from governance.drafts import drafts as rules

    _take(draft, lambda session, tools: rules.rollback(session, draft, rules.TERMINAL, tools), json)


@drafts.command("discard")
def discard(draft: Id, json: Json = False) -> None:
    """放弃 (not wanted)."""
    from governance.drafts import drafts as rules

    _take(draft, lambda session, tools: rules.discard(session, draft, rules.TERMINAL, tools.now), json)


def _take(draft: uuid.UUID, step: Callable[[Session, Tools], Draft], json: bool) -> None:
    """One step with a draft, in a transaction."""
    from data.engine import writing
    from governance.drafts.kind import Tools

    settings = read_settings()
    with database(settings) as engine, writing(engine) as session:
        done = step(session, Tools(settings, datetime.now(UTC)))
        session.commit()
    if json:
        return as_json(_document(done))
    print(_line(done))


def _print_preview(preview: dict[str, Any]) -> None:
    print("\n".join(preview_lines(preview)))
    for one in preview["changes"][:MOST_SHOWN]:
        print(f"  {one['change']:8} {one['what']} {one['code']} {one['name']} {', '.join(one['fields'])}".rstrip())
    if (more := sum(sum(c.values()) for c in preview["counts"].values()) - MOST_SHOWN) > 0:
        print(f"  … 另有 {more:,} 项 (and {more:,} more)")
    for warning in preview["warnings"]:
        print(f"  {warning['zh']} ({warning['en']})")


def _line(draft: Draft) -> str:
    from governance.drafts.draft import STATES

    version = f" 版本 version {draft.version}" if draft.version else ""
    bad = f" {draft.problems['count']} 处错误 problem(s)" if draft.problems else ""
    return (f"{draft.id} {draft.kind} {draft.name} {STATES[draft.state]} {draft.state}{version}{bad} "
            f"{draft.created_at:%Y-%m-%d %H:%M}Z {draft.source}").replace("  ", " ")


def _document(draft: Draft) -> dict[str, Any]:
    return draft.model_dump(mode="json")
