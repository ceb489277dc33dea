"""Finds numbers by the beginning of a text."""

from bisect import bisect_left
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.int32]
_AFTER_ALL = chr(0x10FFFF)


class PrefixIndex:
    """Texts in order, with the numbers of each side by side: a prefix is one slice.

    Attributes:
        texts: each once, sorted.
        counts: how many numbers each has.
    """

    def __init__(self, pairs: Iterable[tuple[str, int]]) -> None:
        grouped: dict[str, list[int]] = {}
        for text, number in pairs:
            grouped.setdefault(text, []).append(number)
        self.texts = sorted(grouped)
        ordered = [grouped[text] for text in self.texts]
        self.counts = np.fromiter(map(len, ordered), np.int32, len(ordered))
        self._ends = [0, *np.cumsum(self.counts).tolist()]
        self._numbers = np.fromiter(
            (number for numbers in ordered for number in numbers), np.int32, self._ends[-1]
        )

    def places(self, prefix: str) -> tuple[int, int]:
        """Where the texts with this beginning start in `texts`, and where they end."""
        return bisect_left(self.texts, prefix), bisect_left(self.texts, prefix + _AFTER_ALL)

    def beginning(self, prefix: str) -> Numbers:
        """The numbers of all texts with this beginning, by text; some perhaps twice."""
        first, last = self.places(prefix)
        return self._numbers[self._ends[first] : self._ends[last]]

    def at(self, place: int) -> Numbers:
        """The numbers of the text at a place in `texts`."""
        return self._numbers[self._ends[place] : self._ends[place + 1]]

    def each_at(self, places: Iterable[int]) -> list[Numbers]:
        """The numbers of several texts, by their places in `texts`."""
        return [self.at(place) for place in places]

    def exactly(self, text: str) -> Numbers:
        """The numbers of one text."""
        place = bisect_left(self.texts, text)
        known = place < len(self.texts) and self.texts[place] == text
        return self.at(place) if known else self._numbers[:0]
