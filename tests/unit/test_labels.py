"""Labelled texts and plain trees: what a city brings with it comes in whole, or every bad row is told by its line."""

from __future__ import annotations

from pathlib import Path

import pytest
from openpyxl import Workbook

from data.sheet import BadFile
from taxonomy.classify import Ranker
from taxonomy.exchange import read_list
from taxonomy.labels import read_labelled
from taxonomy.tree import Tree
from wangge.load import FUNCTIONS

PLAIN = """level1,level2,level3
城乡建设,市政管理,园林绿化
城乡建设,市政管理,冬季采暖
城乡建设,住房保障,物业服务
城乡建设,住房保障,其他
教育文体,基础教育,学生减负
教育文体,基础教育,其他
环境保护,,
"""


def plain_tree(folder: Path, text: str = PLAIN) -> Tree:
    (folder / "tree.csv").write_text(text, encoding="utf-8")
    return Tree("petition", 1, *read_list(folder / "tree.csv", None, FUNCTIONS, "petition"))


def sheet(folder: Path, text: str) -> Path:
    (folder / "labels.csv").write_text(text, encoding="utf-8")
    return folder / "labels.csv"


# ---- a tree without standards --------------------------------------------------------------------------------------

def test_a_plain_tree_gets_codes_in_its_order_and_the_same_ones_each_time(tmp_path: Path) -> None:
    tree = plain_tree(tmp_path)
    assert [(c.code, c.parent, c.name) for c in tree.categories.values()][:4] == [
        ("01", None, "城乡建设"), ("0101", "01", "市政管理"), ("010101", "0101", "园林绿化"),
        ("010102", "0101", "冬季采暖")]
    assert [leaf.code for leaf in tree.leaves()] == ["010101", "010102", "010201", "010202", "020101", "020102", "03"]
    assert tree.top("020102") == "02"
    assert tree.standards == {}
    assert {leaf.function for leaf in tree.leaves()} == {""}


def test_a_plain_tree_may_bring_the_codes_of_its_leaves(tmp_path: Path) -> None:
    tree = plain_tree(tmp_path, "level1,level2,code\n交通,公交,J-1\n交通,地铁,J-2\n")
    assert [(c.code, c.parent) for c in tree.categories.values()] == [("01", None), ("J-1", "01"), ("J-2", "01")]


@pytest.mark.parametrize(("row", "line", "field"), [
    ("城乡建设,市政管理,园林绿化", 9, "level1"), ("城乡建设,,园林绿化", 9, "level2"),
    (",市政管理,园林绿化", 9, "level1"), ("城乡建设,市政管理,", 9, "level1")])
def test_a_bad_row_of_a_plain_tree_is_told(tmp_path: Path, row: str, line: int, field: str) -> None:
    with pytest.raises(BadFile) as bad:
        plain_tree(tmp_path, PLAIN + row + "\n")
    assert [(p.line, p.field) for p in bad.value.problems] == [(line, field)]


# ---- labelled texts ------------------------------------------------------------------------------------------------

def test_a_label_is_a_code_a_name_of_any_level_or_a_path(tmp_path: Path) -> None:
    found = read_labelled(sheet(tmp_path, "text,label\n暖气不热,010102\n树没人管,园林绿化\n物业不干活,住房保障\n"
                                          "学校补课,教育文体\n别的住房问题,住房保障/其他\n"), plain_tree(tmp_path))
    assert [one.code for one in found] == ["010102", "010101", "0102", "02", "010202"]


def test_labels_may_come_as_xlsx_and_stand_in_other_columns(tmp_path: Path) -> None:
    book = Workbook()
    book.active.append(["id", "body", "level1"])
    book.active.append(["7", "孩子作业太多", "教育文体"])
    book.save(tmp_path / "labels.xlsx")
    found = read_labelled(tmp_path / "labels.xlsx", plain_tree(tmp_path), "body", "level1")
    assert [one.code for one in found] == ["02"]


def test_every_bad_row_is_told_and_nothing_is_learned(tmp_path: Path) -> None:
    with pytest.raises(BadFile) as bad:
        read_labelled(sheet(tmp_path, "text,label\n暖气不热,供暖\n,园林绿化\n没有标签,\n13800001111,园林绿化\n"
                                      "某事,其他\n好的,02\n"), plain_tree(tmp_path))
    told = {(p.line, p.field): (p.reason, p.reason_en) for p in bad.value.problems}
    assert told[2, "label"] == ("清单 petition 中没有“供暖”", "there is no '供暖' in the list petition")
    assert told[3, "text"] == ("必填", "is required")
    assert told[4, "label"] == ("必填", "is required")
    assert told[5, "text"] == ("没有可学的词", "has no word to learn from")
    assert told[6, "label"][1] == "'其他' names 2 categories: write the code, or parent/name"
    assert len(told) == 5


@pytest.mark.parametrize(("text", "field"), [
    ("text,tag\n暖气不热,02\n", "label"), ("words,label\n暖气不热,02\n", "text")])
def test_a_missing_column_is_told(tmp_path: Path, text: str, field: str) -> None:
    with pytest.raises(BadFile) as bad:
        read_labelled(sheet(tmp_path, text), plain_tree(tmp_path))
    assert (1, field) in [(p.line, p.field) for p in bad.value.problems]


# ---- branches ------------------------------------------------------------------------------------------------------

def test_a_label_of_a_branch_teaches_the_whole_branch(tmp_path: Path) -> None:
    tree = plain_tree(tmp_path)
    lessons = read_labelled(sheet(tmp_path, "text,label\n老师布置的题做到半夜,教育文体\n老师上课只讲一半,教育文体\n"
                                            "河里有股怪味,环境保护\n树枝挡路灯,市政管理\n"), tree)
    plain, taught = Ranker(tree).rank("老师留的题太多了"), Ranker(tree, lessons).rank("老师留的题太多了")
    assert dict(taught.categories)["02"] > dict(plain.categories).get("02", 0)
    assert taught.categories[0][0] == "02"
    assert taught.suggestions[0].subcategory.startswith("02")
    assert abs(sum(share for _, share in taught.categories) - 1) < 1e-9
    assert Ranker(tree, lessons).rank("树枝挡着").suggestions[0].subcategory.startswith("0101")
