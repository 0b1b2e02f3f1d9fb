"""The tree of units and what can be wrong with a list of them."""

import pytest

from grids.hierarchy import Hierarchy, Problem, UnitName

HEPING = UnitName("120101", "12", "district", "和平区")
STREET = UnitName("120101001", "120101", "street", "劝业场街道")
COMMUNITY = UnitName("120101001001", "120101001", "community", "花园路社区居委会")
CELLS = [UnitName(f"12010100100100{n}", "120101001001", "cell", f"花园路社区第{n}网格") for n in (2, 1)]
GOOD = [*CELLS, COMMUNITY, STREET, HEPING, UnitName("12", None, "city", "天津市")]


def test_up_and_down_the_tree() -> None:
    tree = Hierarchy(GOOD)
    assert tree.roots() == ["12"]
    assert tree.children("120101001001") == ["120101001001001", "120101001001002"]
    assert tree.path("120101001") == ["12", "120101", "120101001"]
    assert tree.ancestors("120101001") == ["12", "120101"]
    assert tree.descendants("120101001") == ["120101001001", "120101001001001", "120101001001002"]
    assert tree.cells_below("12") == ["120101001001001", "120101001001002"]
    assert tree.cells_below("120101001001001") == ["120101001001001"]
    assert tree.unit("120101") == HEPING
    assert "120101" in tree
    assert "120102" not in tree
    assert len(tree) == 6


def test_an_unknown_code_is_a_key_error() -> None:
    tree = Hierarchy(GOOD)
    for question in (tree.unit, tree.children, tree.path, tree.ancestors, tree.descendants, tree.cells_below):
        with pytest.raises(KeyError):
            question("120102")


def test_a_good_list_has_no_problems() -> None:
    assert Hierarchy(GOOD).problems() == []
    assert Hierarchy([]).problems() == []


@pytest.mark.parametrize(
    ("unit", "kinds"),
    [
        (UnitName("120101", "12", "district", "和平区"), {"duplicate"}),
        (UnitName("1201X2", "12", "district", "河东区"), {"malformed"}),
        (UnitName("120102", "12", "street", "河东区"), {"level", "order"}),
        (UnitName("120102001", "120102", "street", "大王庄街道"), {"orphan"}),
        (UnitName("120102", None, "district", "河东区"), {"orphan"}),
        (UnitName("120101001002", "120101", "community", "新疆路社区"), {"order"}),
        (UnitName("120102001", "120101", "street", "大王庄街道"), {"prefix"}),
    ],
)
def test_what_is_wrong_with_a_unit_is_told(unit: UnitName, kinds: set[str]) -> None:
    problems = Hierarchy([*GOOD, unit]).problems()
    assert {problem.kind for problem in problems} == kinds
    assert {problem.code for problem in problems} == {unit.code}


def test_a_cycle_is_told_once_and_has_no_path() -> None:
    tree = Hierarchy(
        [UnitName("120101", "120102", "district", "甲"), UnitName("120102", "120101", "district", "乙")]
    )
    assert [problem.code for problem in tree.problems() if problem.kind == "cycle"] == ["120101"]
    with pytest.raises(ValueError, match="below itself"):
        tree.path("120101")


def test_a_problem_reads_as_a_sentence() -> None:
    problem = Problem("120102001", "orphan", "120102")
    assert str(problem) == "120102001 (上级 120102): 上级单元不存在 (the unit above does not exist)"
