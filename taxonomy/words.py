"""A text as what can be counted of it: characters, pairs and triples of them, each as a number.

The numbers are hashes: what was learned from a resident's sentence can be kept and counted without keeping the
sentence. Digits give nothing, so a phone number or an identity number leaves no trace at all.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

#: The way of reading below. Change it when the numbers would come out otherwise: older lessons are then left aside.
READING = 1
#: More of a text than this is not read: what it is about stands in its beginning.
MOST_CHARACTERS = 400

CHARACTER, PAIR, TRIPLE, GAP = range(4)
#: How much each kind counts. Chosen by cross-validation; words of a dictionary beside the pairs gave nothing more.
WEIGHTS = np.array([2.0, 1.0, 0.3, 0.3])

_RUN = re.compile(r"[㐀-鿿]+|[a-z]+")
_SPACE = re.compile(r"\s+")


@dataclass(frozen=True)
class Feature:
    """Something that can be counted, and where in the plain text it stands."""

    number: int
    start: int
    end: int


def plain(text: str) -> str:
    """The text as it is read: full width made half width, small letters, cut to what is read."""
    return unicodedata.normalize("NFKC", text[:MOST_CHARACTERS * 2]).lower()[:MOST_CHARACTERS]


def features(text: str) -> list[Feature]:
    """What can be counted of a plain text, each thing once, where it stands first."""
    found: dict[int, Feature] = {}
    for run in _RUN.finditer(text):
        for kind, start, end, word in _of_run(run.group(), run.start()):
            number = (zlib.crc32(word.encode()) & ~3) | kind
            found.setdefault(number, Feature(number, start, end))
    return list(found.values())


def numbers(text: str) -> np.ndarray:
    """The numbers of a text in rising order: what a lesson keeps of it."""
    return np.array(sorted(f.number for f in features(plain(text))), dtype=np.uint32)


def digest(text: str) -> str:
    """The same for texts that differ only in spaces, width and digits."""
    kept = re.sub(r"\d+", "#", _SPACE.sub("", plain(text)))
    return hashlib.blake2b(kept.encode(), digest_size=16).hexdigest()


def words_of(text: str) -> list[tuple[int, int]]:
    """The words of a plain text as places, for showing: two characters or more where there are such."""
    import rjieba

    places: list[tuple[int, int]] = []
    for run in _RUN.finditer(text):
        at = run.start()
        for word in rjieba.cut(run.group()):
            places.append((at, at + len(word)))
            at += len(word)
    return places


def _of_run(run: str, at: int) -> Iterator[tuple[int, int, int, str]]:
    if run[0].isascii():
        yield PAIR, at, at + len(run), run
        return
    for i, character in enumerate(run):
        yield CHARACTER, at + i, at + i + 1, character
        if i + 1 < len(run):
            yield PAIR, at + i, at + i + 2, run[i:i + 2]
        if i + 2 < len(run):
            yield TRIPLE, at + i, at + i + 3, run[i:i + 3]
            yield GAP, at + i, at + i + 3, run[i] + run[i + 2]
