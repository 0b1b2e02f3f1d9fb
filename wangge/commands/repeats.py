"""`wangge repeats FILE`: what many people tell of the same event, found in a file of messages."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from data.sheet import BadFile, RowProblem, read_rows
from wangge.terminal import as_json

if TYPE_CHECKING:
    from governance.repeats.repeats import Message, RepeatGroup

#: What a column may be called.
COLUMNS = {
    "id": ("id", "message_id", "number", "编号"), "title": ("title", "主题", "标题"),
    "body": ("body", "text", "description", "内容", "描述"), "teller": ("teller", "user", "reporter", "用户"),
    "at": ("at", "sent_at", "reported_at", "时间"),
}


def repeats(file: Annotated[Path, typer.Argument(exists=True, dir_okay=False)],
            alike: Annotated[float | None, typer.Option(
                min=0.1, max=1, help="组内平均相似度下限 (least average likeness)")] = None,
            top: Annotated[int, typer.Option(min=1, help="显示前几组 (groups to show)")] = 20,
            json: Annotated[bool, typer.Option("--json", help="输出 JSON (print JSON)")] = False) -> None:
    """多人反映的同一件事: 按用词分组 (the same event told by many; columns title, body, id, user, sent_at)."""
    from governance.repeats.repeats import ALIKE
    from governance.repeats.repeats import repeats as grouped

    messages, least = read_messages(file), alike or ALIKE
    found = grouped(messages, least)
    if json:
        return as_json({"messages": len(messages), "alike": least, "groups": len(found),
                        "in_groups": sum(len(group.messages) for group in found),
                        "largest": [document(group) for group in found[:top]]})
    print(f"{len(messages):,} 条, {len(found):,} 组重复, 共 {sum(len(g.messages) for g in found):,} 条 "
          f"(messages, groups of repeats, messages in them); 平均相似度不低于 {least:g} (average likeness at least)")
    for place, group in enumerate(found[:top], start=1):
        print(lines(place, group))


def read_messages(file: Path) -> list[Message]:
    """The rows of a sheet. BadFile names every row that is wrong."""
    from governance.repeats.likeness import Text
    from governance.repeats.repeats import Message

    rows, problems, messages = read_rows(file), list[RowProblem](), list[Message]()
    names = {field: next((name for name in known if rows and name in rows[0][1]), "")
             for field, known in COLUMNS.items()}
    if not (names["title"] or names["body"]):
        raise BadFile([RowProblem(1, "body", "须有 title 或 body 列", "a column title or body is needed")], file.name)
    for line, row in rows:
        cells = {field: row.get(name, "") for field, name in names.items()}
        try:
            at = datetime.fromisoformat(cells["at"]) if cells["at"] else None
        except ValueError:
            problems.append(RowProblem(line, names["at"], f"{cells['at'][:40]} 应为时间, 如 2026-03-03 09:00",
                                       "is not a time such as 2026-03-03 09:00"))
            continue
        messages.append(Message(cells["id"] or str(line), Text(cells["body"], cells["title"]), cells["teller"],
                                local(at)))
    if problems:
        raise BadFile(problems, file.name)
    return messages


def local(at: datetime | None) -> datetime | None:
    """A time without an offset is that of China."""
    from governance.calendar import SHANGHAI

    return at if at is None or at.tzinfo else at.replace(tzinfo=SHANGHAI)


def document(group: RepeatGroup) -> dict[str, Any]:
    """A group, with the arithmetic that made it one."""
    return {"messages": len(group.messages), "tellers": group.tellers, "first": group.first, "last": group.last,
            "days": group.days, "places": group.places, "words": group.words,
            "title": group.messages[0].text.title or group.messages[0].text.body[:40],
            "pairs": group.pairs, "alike_average": round(group.alike, 4), "alike_least": round(group.least, 4),
            "ids": [message.id for message in group.messages]}


def lines(place: int, group: RepeatGroup) -> str:
    said = document(group)
    period = f", {group.first:%Y-%m-%d} 至 {group.last:%Y-%m-%d}" if group.first and group.last else ""
    words = ", ".join(f"{word} {count}" for word, count in {**group.places, **group.words}.items())
    return (f"{place:3}. {said['messages']} 条, {said['tellers']} 人{period} (messages, people)\n"
            f"     {said['title']}\n     {words}\n"
            f"     {said['pairs']} 对的平均相似度 {group.alike:.3f}, 最低 {group.least:.3f} (average, least likeness)")
