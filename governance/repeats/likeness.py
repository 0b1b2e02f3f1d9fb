"""How alike texts are, by the words they share: exact arithmetic that can be shown.

A word counts the more the fewer texts have it: ln(1 + texts / texts with it). A text is the list of its words with
these weights, those of its title doubled (who writes a title says there what it is about); two texts are as alike as
the cosine of their lists, from 0 (no word in common) to 1. Words that nearly everybody writes are left out (COMMON). No
other is, however many have it: when half of a street tells of the same event, its words are everywhere.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import rjieba
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

TITLE_WEIGHT = 2.0
#: Letters with their number stand for an area in texts that were made anonymous: A3区.
_AREA = re.compile(r"([A-Z]\d*)([市区县])")
_WORD = re.compile(r"[一-鿿]{2,}|[A-Za-z0-9]*[A-Za-z][A-Za-z0-9]*[一-鿿]?|\d{2,}")
_COMMON = """
    我们 你们 他们 大家 自己 这个 那个 这里 那里 这边 那边 这样 什么 怎么 如何 为什么 一个 一下 一直 一些 没有 不是
    不能 可以 可能 已经 现在 目前 今天 昨天 时候 希望 请求 麻烦 谢谢 感谢 您好 你好 领导 尽快 处理 解决 问题 情况
    反映 反应 投诉 举报 咨询 建议 请问 关于 相关 有关 部门 严重 影响 非常 附近 旁边 因为 所以 但是 而且 如果 还是
    就是 或者 以及 进行"""
COMMON = frozenset(_COMMON.split())


@dataclass(frozen=True)
class Text:
    """What somebody wrote. `title` may be empty."""

    body: str
    title: str = ""


def words_of(text: str) -> list[str]:
    """The words of a text, in their order. A word has two characters or more."""
    spaced = _AREA.sub(r" \1\2 ", text)
    return [word for word in _joined(rjieba.cut(spaced)) if word not in COMMON and _WORD.fullmatch(word)]


def _joined(pieces: Sequence[str]) -> list[str]:
    """A letter that stands for an area belongs to its 区: the cutter parts them."""
    whole: list[str] = []
    for piece in pieces:
        if piece in ("市", "区", "县") and whole and re.fullmatch(r"[A-Z]\d*", whole[-1]):
            whole[-1] += piece
        else:
            whole.append(piece)
    return whole


class Likeness:
    """Texts beside each other. Rare words are rare among these."""

    def __init__(self, texts: Sequence[Text]) -> None:
        self.size = len(texts)
        counted = [_counted(text) for text in texts]
        texts_with = Counter(word for words in counted for word in words)
        self.rarity = {word: math.log(1 + self.size / count) for word, count in texts_with.items()}
        self.words: list[dict[str, float]] = [self._unit(words) for words in counted]
        self._texts_with = self._inverted()

    def with_all(self, index: int) -> Floats:
        """How alike a text is with each of all, in their order."""
        alike: Floats = np.zeros(self.size)
        for word, weight in self.words[index].items():
            texts, weights = self._texts_with[word]
            alike[texts] += weights * weight
        return alike

    def between(self, index: int, other: int) -> float:
        return sum(weight for _, weight in self.shared(index, other))

    def shared(self, index: int, other: int) -> list[tuple[str, float]]:
        """The words that both have, each with its part of how alike they are; the weightiest first."""
        mine, theirs = self.words[index], self.words[other]
        parts = [(word, weight * theirs[word]) for word, weight in mine.items() if word in theirs]
        return sorted(parts, key=lambda part: (-part[1], part[0]))

    def _unit(self, words: dict[str, float]) -> dict[str, float]:
        weighed = {word: times * self.rarity[word] for word, times in words.items()}
        length = math.sqrt(sum(weight * weight for weight in weighed.values()))
        return {word: weight / length for word, weight in sorted(weighed.items())}

    def _inverted(self) -> dict[str, tuple[Ints, Floats]]:
        lists: dict[str, tuple[list[int], list[float]]] = {}
        for index, words in enumerate(self.words):
            for word, weight in words.items():
                texts, weights = lists.setdefault(word, ([], []))
                texts.append(index)
                weights.append(weight)
        return {word: (np.array(texts), np.array(weights)) for word, (texts, weights) in lists.items()}


def _counted(text: Text) -> dict[str, float]:
    """Each word once, those of the title with more weight."""
    return dict.fromkeys(words_of(text.body), 1.0) | dict.fromkeys(words_of(text.title), TITLE_WEIGHT)
