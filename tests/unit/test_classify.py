"""A resident says it in a resident's words, and the list knows what is meant; or says that it does not."""

from __future__ import annotations

import csv
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from taxonomy.category import Category
from taxonomy.classify import FLOOR, SAME, Ranker, Ranking, labelled
from taxonomy.tree import Tree
from tests.unit import shipped_list

DEVELOPMENT = Path(__file__).resolve().parents[2] / "bench" / "data" / "grid_sentences_dev.csv"

#: Neighbours that people confuse, in sentences that nothing has learned: what decides stands in the sentence.
HARD = [
    ("楼下垃圾桶满得都溢出来了没人管", "01003"), ("草地旁边扔着好几袋垃圾，那儿没有桶", "01001"),
    ("楼头那堆碎砖渣土搁了一年没人拉", "01002"), ("村外荒沟天天有人来倒垃圾，都成垃圾场了", "01019"),
    ("井盖翘起来了车一过哐当响", "02003"), ("下水井盖让人偷走了，口敞着", "02001"), ("井盖裂成两半快掉下去了", "02002"),
    ("楼上半夜装修太吵", "05003"), ("工地后半夜打桩没法睡觉", "04010"), ("商店门口大喇叭天天喊促销", "05002"),
    ("通信线耷拉下来快碰着头了", "01023"), ("电线断了掉在马路当中", "02024"), ("水泥电线杆歪得快倒了", "02025"),
    ("公厕又脏又臭没人打扫", "01027"), ("公厕里水龙头坏了关不上", "02035"),
    ("马路上突然塌了一个大洞", "02006"), ("柏油路坑坑洼洼的颠得慌", "02005"),
    ("消防栓旁边那条消防通道停满私家车，救火车进不来", "06001"), ("有人从六楼扔线下来给电动车充电", "06004"),
    ("我妈被困在电梯里了，门打不开", "06013"), ("电梯停了三天，老人下不了楼", "06014"),
    ("十几个人吃完席上吐下泻", "06027"), ("超市卖过期的酸奶", "06025"),
    ("包工头跑了，我们的工钱没给", "07006"), ("没交物业费就给我停电，要打官司", "07003"),
    ("报修好几回物业都不来人", "08017"),
    ("单元门禁坏了谁都能进来", "07017"), ("楼道里的灯坏了黑乎乎的", "08020"),
    ("隔壁独居老太太两天没出门，能不能去看看", "08001"), ("老人家里的烟感报警器自己响了，系统发来告警", "08002"),
    ("身份证丢了怎么补办", "08013"), ("腿脚不便，能不能上门帮我代办", "08025"),
]


@pytest.fixture(scope="module")
def ranker() -> Ranker:
    return shipped_list.ranker()


@pytest.mark.parametrize(("text", "code"), HARD, ids=[text for text, _ in HARD])
def test_what_is_said_in_plain_words_is_found(ranker: Ranker, text: str, code: str) -> None:
    assert text not in dict(shipped_list.sentences())
    assert ranker.rank(text).suggestions[0].subcategory == code


def test_the_development_set_is_found_as_well_as_we_say(ranker: Ranker) -> None:
    """docs/classifier.md says how well; nobody may make it worse unseen."""
    with DEVELOPMENT.open(encoding="utf-8", newline="") as sheet:
        rows = [(row["text"], row["code"]) for row in csv.DictReader(sheet)]
    assert min(Counter(code for _, code in rows).values()) >= 4
    assert {code for _, code in rows} == {leaf.code for leaf in ranker.leaves}
    ranked = [[one.subcategory for one in ranker.rank(text).suggestions] for text, _ in rows]
    assert sum(found[:1] == [code] for found, (_, code) in zip(ranked, rows, strict=True)) >= 0.85 * len(rows)
    assert sum(code in found for found, (_, code) in zip(ranked, rows, strict=True)) >= 0.95 * len(rows)


def test_nothing_is_tested_that_was_learned() -> None:
    with DEVELOPMENT.open(encoding="utf-8", newline="") as sheet:
        tested = {row["text"] for row in csv.DictReader(sheet)}
    own = {word for leaf in shipped_list.tree().leaves() for word in (*leaf.synonyms, *leaf.local_names)}
    assert tested & ({text for text, _ in shipped_list.sentences()} | own) == set()


def test_every_subcategory_has_sentences_of_its_own() -> None:
    count = Counter(code for _, code in shipped_list.sentences())
    assert set(count) == {leaf.code for leaf in shipped_list.tree().leaves()}
    assert min(count.values()) >= 8


# ---- reasons -------------------------------------------------------------------------------------------------------

def test_a_suggestion_says_which_words_spoke_for_it_and_which_against(ranker: Ranker) -> None:
    first, second = ranker.rank("井盖翘起来了车一过哐当响", 2).suggestions
    assert (first.name, first.category) == ("井盖异响、井周沉降", "02")
    assert first.confidence > 0.9 > second.confidence
    assert any("“井盖”" in reason.zh and "支持井盖异响、井周沉降" in reason.zh for reason in first.reasons)
    assert any("“哐当”" in reason.zh and f"不支持{second.name}" in reason.zh for reason in second.reasons)
    assert all("speak" in reason.en for one in (first, second) for reason in one.reasons)


def test_a_word_that_the_list_excludes_speaks_against() -> None:
    shared = {"taxonomy": "small", "version": 1, "leaf": True}
    ranker = Ranker(Tree("small", 1, [
        Category(**shared, code="1", position=0, name="路灯不亮", excludes=["楼道"]),
        Category(**shared, code="2", position=1, name="灯不亮了")], []))
    plain, excluded = ranker.rank("路灯不亮"), ranker.rank("楼道路灯不亮")
    assert plain.suggestions[0].subcategory == excluded.suggestions[0].subcategory == "1"
    assert plain.suggestions[0].confidence > excluded.suggestions[0].confidence
    assert "清单排除词 “楼道” 不支持路灯不亮" in [reason.zh for reason in excluded.suggestions[0].reasons]


# ---- knowing too little --------------------------------------------------------------------------------------------

@pytest.mark.parametrize("text", ["", "   ", "😀" * 5000, "!!!???", "1234567890", "13800001111", "ﷺ‮\u200b", "الشارع"])
def test_without_a_word_that_is_known_there_is_no_suggestion(ranker: Ranker, text: str) -> None:
    ranking = ranker.rank(text)
    assert ranking.suggestions == ()
    assert ranking.little is not None
    assert "没有认识的词" in ranking.little.zh
    assert ranking.sure(0.5) is None


@pytest.mark.parametrize("text", ["'; DROP TABLE incident; --", "<script>alert(1)</script>", "\x00\x01", "{}[]$%^&*()"])
def test_what_is_no_report_breaks_nothing(ranker: Ranker, text: str) -> None:
    assert ranker.rank(text).sure(0.9) is None


@pytest.mark.parametrize("text", ["我昨天去北京看了一场电影", "我要投诉", "请尽快处理一下"])
def test_where_it_is_not_sure_it_says_so_and_shows_what_there_is(ranker: Ranker, text: str) -> None:
    ranking = ranker.rank(text)
    assert ranking.little is not None
    assert ranking.sure(0) is None
    assert all(one.confidence < FLOOR for one in ranking.suggestions)


def test_a_list_without_leaves_suggests_nothing() -> None:
    assert Ranker(Tree("empty", 1, [], [])).rank("垃圾桶满了").suggestions == ()


# ---- what never changes --------------------------------------------------------------------------------------------

def test_the_same_words_give_the_same_answer_in_every_thread(ranker: Ranker) -> None:
    again = Ranker(shipped_list.tree(), shipped_list.lessons())
    texts = [text for text, _ in HARD]
    with ThreadPoolExecutor(8) as pool:
        at_once = list(pool.map(ranker.rank, texts * 4))
    assert at_once == [again.rank(text) for text in texts] * 4


def test_width_case_spaces_and_numbers_change_nothing(ranker: Ranker) -> None:
    def shown(ranking: Ranking) -> list[tuple[str, float]]:
        return [(one.subcategory, one.confidence) for one in ranking.suggestions]

    assert shown(ranker.rank("ＬＥＤ大屏太亮 13800001111")) == shown(ranker.rank("led大屏太亮"))


def test_the_beginning_of_a_very_long_text_decides(ranker: Ranker) -> None:
    text = "井盖没了，口敞着，孩子差点掉进去。"
    assert ranker.rank(text + "谢谢" * 100_000).suggestions[0].subcategory == "02001"


def test_confidences_are_shares_of_one(ranker: Ranker) -> None:
    ranking = ranker.rank("路口红绿灯不亮了", limit=20)
    assert len(ranking.suggestions) == 20
    shares = [one.confidence for one in ranking.suggestions]
    assert shares == sorted(shares, reverse=True)
    assert abs(sum(share for _, share in ranking.categories) - 1) < 1e-9
    assert ranking.categories[0][0] == "02"


# ---- learning ------------------------------------------------------------------------------------------------------

STRANGE = "大爷们在亭子里拉胡琴杠上了"


def test_the_next_ranking_knows_what_a_person_said(ranker: Ranker) -> None:
    before = ranker.rank(STRANGE)
    assert before.suggestions[0].subcategory != "07002"
    taught = Ranker(ranker.tree, [*shipped_list.lessons(), labelled(STRANGE, "07002", 2.0)])
    first = taught.rank(STRANGE).suggestions[0]
    assert first.subcategory == "07002"
    assert first.confidence >= SAME
    assert "同样的描述曾由人工定为该小类" in [reason.zh for reason in first.reasons]
    assert ranker.rank(STRANGE) == before
    assert taught.rank("亭子里拉胡琴的又杠上了").suggestions[0].subcategory == "07002"


def test_of_two_labels_the_later_one_counts() -> None:
    one, other = labelled(STRANGE, "07002", 2.0), labelled(STRANGE, "05003", 2.0)
    tree = shipped_list.tree()
    assert Ranker(tree, [*shipped_list.lessons(), one, other]).rank(STRANGE).suggestions[0].subcategory == "05003"
    assert Ranker(tree, [*shipped_list.lessons(), other, one]).rank(STRANGE).suggestions[0].subcategory == "07002"


def test_a_lesson_keeps_no_words_and_no_numbers_of_the_text() -> None:
    one, other = labelled("井盖丢了，电话13800001111", "02001"), labelled("井盖丢了，电话13912345678", "02001")
    assert one.numbers.tolist() == other.numbers.tolist()
    assert one.digest == labelled("井盖丢了, 电话 13800001111", "02001").digest


def test_lessons_for_codes_that_are_gone_are_left_aside(ranker: Ranker) -> None:
    taught = Ranker(ranker.tree, [*shipped_list.lessons(), labelled(STRANGE, "99999", 2.0)])
    assert taught.rank(STRANGE) == ranker.rank(STRANGE)
