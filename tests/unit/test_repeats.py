"""The same event told by many: words, likeness and groups, without a database."""

from __future__ import annotations

import json
import math
import random
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from data.sheet import BadFile
from governance.calendar import SHANGHAI
from governance.repeats.likeness import Likeness, Text, words_of
from governance.repeats.repeats import Message, repeats
from wangge.__main__ import app
from wangge.commands.repeats import read_messages

WHEN = datetime(2026, 3, 3, 9, tzinfo=SHANGHAI)
MIXER = ("丽景花园旁边搅拌站噪音粉尘扰民", "投诉丽景花园附近搅拌站夜间噪音", "丽景花园搅拌站粉尘太大不敢开窗",
         "搅拌站建在丽景花园边上, 噪音不断")
PARKING = ("滨江苑车位捆绑销售不合理", "滨江苑开发商捆绑销售车位", "滨江苑买房必须买车位, 捆绑销售")
OTHERS = ("公交801路首班车太晚", "图书馆什么时候开放", "小学门口没有斑马线", "路灯坏了三盏", "医保卡怎么补办")


def messages() -> list[Message]:
    texts = [*MIXER, *PARKING, *OTHERS]
    made = [Message(f"{n:02d}", Text(text), f"user {n}", WHEN + timedelta(days=n)) for n, text in enumerate(texts)]
    random.Random(3).shuffle(made)
    return made


# ---- words and likeness --------------------------------------------------------------------------------------------

def test_words_are_those_that_say_something() -> None:
    assert words_of("我们希望A3区联丰路的井盖尽快处理") == ["A3区", "联丰路", "井盖"]
    assert words_of("58车贷 G2栋, !?") [0] == "58"
    assert words_of("") == []


def test_likeness_is_the_cosine_that_a_slow_count_gives() -> None:
    texts = [Text(m.text.body) for m in messages()]
    likeness = Likeness(texts)
    words = [set(words_of(text.body)) for text in texts]
    rarity = {w: math.log(1 + len(texts) / sum(w in other for other in words)) for one in words for w in one}
    for one in range(len(texts)):
        beside = likeness.with_all(one)
        for other in range(len(texts)):
            shared = math.fsum(rarity[w] ** 2 for w in words[one] & words[other])
            lengths = [math.sqrt(math.fsum(rarity[w] ** 2 for w in words[i])) for i in (one, other)]
            assert beside[other] == pytest.approx(shared / (lengths[0] * lengths[1]))
            assert likeness.between(one, other) == pytest.approx(beside[other])
            assert {word for word, _ in likeness.shared(one, other)} == words[one] & words[other]


def test_a_text_is_wholly_like_itself_and_one_without_words_like_nothing() -> None:
    likeness = Likeness([Text("井盖破损"), Text("井盖破损"), Text("的"), Text("")])
    assert likeness.between(0, 1) == pytest.approx(1)
    assert likeness.with_all(2).tolist() == [0, 0, 0, 0]
    assert likeness.with_all(3).tolist() == [0, 0, 0, 0]


def test_the_title_says_more_than_the_body() -> None:
    likeness = Likeness([Text("井盖", "路灯"), Text("路灯"), Text("井盖")])
    assert likeness.between(0, 1) > likeness.between(0, 2)


def test_words_of_a_great_event_count_although_half_of_all_write_them() -> None:
    event = [Text(f"整条街停水{n}小时, 自来水停水") for n in range(60)]
    likeness = Likeness([*event, *(Text(f"树枝挡住第{n}盏路灯") for n in range(60))])
    assert likeness.between(0, 1) > 0.2
    assert likeness.between(0, 100) == 0


# ---- groups --------------------------------------------------------------------------------------------------------

def test_the_same_event_is_one_group_whatever_the_order() -> None:
    made = messages()
    found = repeats(made)
    assert [[m.text.body for m in group.messages] for group in found] == [list(MIXER), list(PARKING)]
    assert repeats(sorted(made, key=lambda m: m.id)) == found


def test_a_group_says_how_it_came_about() -> None:
    made = messages()
    group = repeats(made)[0]
    likeness = Likeness([m.text for m in made])
    places = [made.index(m) for m in group.messages]
    values = [likeness.between(a, b) for i, a in enumerate(places) for b in places[:i]]
    assert (group.tellers, group.pairs, group.days) == (4, 6, 4)
    assert (group.first, group.last) == (WHEN, WHEN + timedelta(days=3))
    assert group.alike == pytest.approx(sum(values) / 6)
    assert group.least == pytest.approx(min(values))
    assert group.alike >= 0.2
    assert {**group.places, **group.words}["噪音"] == 3
    assert any("搅拌站" in word for word in group.places)


def test_many_messages_of_one_person_come_after_those_of_many() -> None:
    made = [Message(f"a{n}", Text(f"滨江苑车位捆绑销售第{n}次"), "one person", WHEN) for n in range(9)]
    made += [Message(f"b{n}", Text(text), f"user {n}", WHEN) for n, text in enumerate(MIXER)]
    assert [(group.tellers, len(group.messages)) for group in repeats(made)] == [(4, 4), (1, 9)]


def test_a_chain_of_neighbours_is_no_group() -> None:
    """Each is like the next, the first is not like the last."""
    words = ["苹果香蕉", "香蕉葡萄", "葡萄西瓜", "西瓜菠萝", "菠萝荔枝", "荔枝桂圆"]
    found = repeats([Message(str(n), Text(word)) for n, word in enumerate(words)])
    assert max(len(group.messages) for group in found) < len(words)


def test_nothing_and_one_message_are_no_group() -> None:
    assert repeats([]) == []
    assert repeats([Message("1", Text("井盖破损"))]) == []
    assert repeats([Message("1", Text("")), Message("2", Text(""))]) == []


# ---- the command ---------------------------------------------------------------------------------------------------

def sheet(folder: Path, *lines: str) -> Path:
    path = folder / "messages.csv"
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def test_a_file_is_grouped_and_told(tmp_path: Path) -> None:
    rows = [f'{m.id},{m.teller},{m.at:%Y-%m-%d %H:%M},"{m.text.body}"' for m in messages()]
    path = sheet(tmp_path, "message_id,user,sent_at,body", *rows)
    done = CliRunner().invoke(app, ["repeats", str(path), "--json"])
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    assert (told["messages"], told["groups"], told["in_groups"]) == (12, 2, 7)
    assert told["largest"][0]["ids"] == ["00", "01", "02", "03"]
    assert told["largest"][0]["first"] == "2026-03-03 09:00:00+08:00"
    said = CliRunner().invoke(app, ["repeats", str(path), "--top", "1"]).stdout
    assert "4 条, 4 人, 2026-03-03 至 2026-03-06" in said
    assert "6 对的平均相似度" in said


def test_a_file_with_a_bad_row_is_told_by_its_line(tmp_path: Path) -> None:
    with pytest.raises(BadFile) as refused:
        read_messages(sheet(tmp_path, "body,sent_at", "井盖破损,2026-03-03 09:00", "路灯不亮,昨天"))
    assert [(p.line, p.field) for p in refused.value.problems] == [(3, "sent_at")]
    with pytest.raises(BadFile, match="a column title or body is needed"):
        read_messages(sheet(tmp_path, "number,user", "1,2"))
