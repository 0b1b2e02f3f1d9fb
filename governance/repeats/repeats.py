"""The same event told by many: texts in groups, by the words they share, without a place or a subcategory.

Groups grow from the most alike on (average linkage): two of them become one while all their pairs together are alike
by ALIKE on average, so a long chain of texts, each a little like the next, is no group. What is printed is counted,
not guessed: the number of texts and of people, the time between the first and the last, the words that most of them
have, and how alike they are. Many texts of one person are one person's.
"""

from __future__ import annotations

import heapq
import math
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import combinations, pairwise

import numpy as np

from governance.repeats.likeness import Likeness, Text, words_of

#: The average cosine that a group has at least. Tried on 4,326 public messages: at 0.20 the two greatest events among
#: them come out as one group each, all but 2 of 109 messages right; at 0.15 groups begin to be of a subject, at 0.25
#: the events fall apart.
ALIKE = 0.2
#: Pairs less alike than this count as not alike at all.
FAINT = 0.1
#: Of a group's texts, the share that has a word that stands for the group.
MOST_OF_THEM = 0.5
MOST_WORDS = 8
PLACE = re.compile(r".{2,}[省市区县镇乡村组路街巷里园苑城湾府庭站桥]|.+(小区|社区|大厦|广场|公寓|学校|医院|大道|街道)")


@dataclass(frozen=True)
class Message:
    """One text with who told it and when; both may be unknown."""

    id: str
    text: Text
    teller: str = ""
    at: datetime | None = None


@dataclass(frozen=True)
class RepeatGroup:
    """Messages of likely the same event. `alike`: the average cosine of its `pairs`, `least` that of the least alike
    pair. `words` and `places`: word -> how many of the messages have it."""

    messages: tuple[Message, ...]
    tellers: int
    first: datetime | None
    last: datetime | None
    words: dict[str, int]
    places: dict[str, int]
    pairs: int
    alike: float
    least: float

    @property
    def days(self) -> int | None:
        """Days from the first to the last, both counted."""
        return (self.last.date() - self.first.date()).days + 1 if self.first and self.last else None


def repeats(messages: Sequence[Message], alike: float = ALIKE) -> list[RepeatGroup]:
    """The groups of two and more, those told by most people first."""
    likeness = Likeness([message.text for message in messages])
    found = [_group(messages, likeness, members) for members in _grouped(likeness, alike) if len(members) > 1]
    return sorted(found, key=lambda g: (-g.tellers, -len(g.messages), g.messages[0].id))


def _grouped(likeness: Likeness, alike: float) -> list[list[int]]:
    """Average linkage on the pairs that are alike at all. Of equals, the earlier ones come first."""
    members = {index: [index] for index in range(likeness.size)}
    sums = [dict[int, float]() for _ in range(likeness.size)]
    for index, other, value in _pairs(likeness):
        sums[index][other] = sums[other][index] = value
    waiting = [(-value, index, other) for index, near in enumerate(sums) for other, value in near.items()
               if index < other and value >= alike]
    heapq.heapify(waiting)
    while waiting:
        _, one, other = heapq.heappop(waiting)
        if one in members and other in members:
            new = len(sums)
            members[new] = members.pop(one) + members.pop(other)
            sums.append(_merged(sums, members, one, other, new))
            for third, total in sums[new].items():
                average = total / (len(members[new]) * len(members[third]))
                if average >= alike:
                    heapq.heappush(waiting, (-average, third, new))
    return [sorted(group) for group in members.values()]


def _merged(sums: list[dict[int, float]], members: dict[int, list[int]], one: int, other: int,
            new: int) -> dict[int, float]:
    """What the new group shares with each that is left."""
    together: dict[int, float] = {}
    for part in (one, other):
        for third, total in sums[part].items():
            if third in members:
                together[third] = together.get(third, 0.0) + total
                sums[third].pop(part)
    for third, total in together.items():
        sums[third][new] = total
    sums[one], sums[other] = {}, {}
    return together


def _pairs(likeness: Likeness) -> Iterator[tuple[int, int, float]]:
    for index in range(likeness.size):
        alike = likeness.with_all(index)[:index]
        for other in np.flatnonzero(alike >= FAINT).tolist():
            yield index, other, float(alike[other])


def _group(messages: Sequence[Message], likeness: Likeness, members: Sequence[int]) -> RepeatGroup:
    told = sorted((messages[index] for index in members), key=lambda m: (m.at is None, m.at and m.at.timestamp(), m.id))
    times = [message.at for message in told if message.at is not None]
    values = [likeness.between(one, other) for one, other in combinations(members, 2)]
    words = _common_words(told, likeness)
    places = {word: count for word, count in words.items() if PLACE.fullmatch(word)}
    return RepeatGroup(
        tuple(told), len({message.teller or message.id for message in told}), times[0] if times else None,
        times[-1] if times else None,
        dict([(word, count) for word, count in words.items() if word not in places][:MOST_WORDS]),
        dict(list(places.items())[:MOST_WORDS]), len(values), math.fsum(values) / len(values), min(values))


def _common_words(told: Sequence[Message], likeness: Likeness) -> dict[str, int]:
    """Words that most of them have, those first that stand out most; two that always stand together are one."""
    texts = [words_of(f"{message.text.title} {message.text.body}") for message in told]
    counts = Counter(word for words in texts for word in set(words))
    beside = Counter(pair for words in texts for pair in set(pairwise(words)))
    least = max(2, math.ceil(len(told) * MOST_OF_THEM))
    kept = {word: count for word, count in counts.items() if count >= least}
    rarity = dict(likeness.rarity)
    for (left, right), count in sorted(beside.items(), key=lambda pair: (-pair[1], pair[0])):
        if count >= least and left != right and left in kept and right in kept and left + right not in kept:
            kept[left + right], rarity[left + right] = count, rarity[left] + rarity[right]
            del kept[left], kept[right]
    return dict(sorted(kept.items(), key=lambda word: (-word[1] * rarity[word[0]], word[0])))
