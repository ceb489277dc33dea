"""Finds the words that a mistyped one may be.

The distance is the number of letters added, left out, changed or swapped with their neighbour
(optimal string alignment). Before it is computed, words are sorted out by a sum that numpy does
over all of them at once: an edit changes the set of a word's letters by two at most.
"""

from bisect import bisect_left
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import OSA
from rapidfuzz.process import cdist

_LONGEST = 24  # letters that are compared
_SHORTEST, _LONG = 3, 6
_SHORTEST_BEGINNING = 4
_PER_EDIT, _UNFINISHED, COMMON, _MOST_OTHER = 16, 8, 4, 3
_LAST = chr(0x10FFFF)

Places = NDArray[np.intp]
Costs = NDArray[np.int16]
_Edits = NDArray[np.uint8]


class TypoIndex:
    """The letters of sorted words as bits."""

    def __init__(self, words: Sequence[str]) -> None:
        self._words = [word[:_LONGEST] for word in words]
        self._lengths = np.fromiter(map(len, self._words), np.int8, len(words))
        self._letters = _letters(self._words)

    def close(self, word: str) -> tuple[Places, Costs]:
        """The places of the words close to one, and for each a cost that grows with the edits.

        One edit anywhere is close; in longer words two, unless they change the first letter;
        and so is a longer word that begins like this one, but for one edit. Of equally distant
        words those with the same letters cost least, and those only begun so most.
        """
        word = word[:_LONGEST]
        if len(word) < _SHORTEST or not self._words:
            return np.empty(0, np.intp), np.empty(0, np.int16)
        letters = _letters([word])[0]
        begins = slice(bisect_left(self._words, word[0]), bisect_left(self._words, word[0] + _LAST))
        once = self._whole(word, letters, slice(None), 1)
        twice = self._whole(word, letters, begins, 2 if len(word) >= _LONG else 0)
        begun = self._begun(word, letters, begins)
        places = np.concatenate([once[0], twice[0], begun[0]])
        edits = np.concatenate([once[1], twice[1], begun[1]])
        other = np.bitwise_count(self._letters[places] ^ letters)
        costs = np.minimum(other, _MOST_OTHER).astype(np.int16)
        costs += _PER_EDIT * edits.astype(np.int16)
        costs[len(places) - len(begun[0]) :] += _UNFINISHED
        return places, costs

    def _whole(
        self, word: str, letters: np.uint64, part: slice, allowed: int
    ) -> tuple[Places, _Edits]:
        alike = np.bitwise_count(self._letters[part] ^ letters) <= 2 * allowed
        near = np.abs(self._lengths[part] - len(word)) <= allowed
        places = np.flatnonzero(alike & near) + (part.start or 0)
        edits = _edits(word, [self._words[place] for place in places.tolist()], allowed)
        return places[edits <= allowed], edits[edits <= allowed]

    def _begun(self, word: str, letters: np.uint64, part: slice) -> tuple[Places, _Edits]:
        size = len(word)
        alike = np.bitwise_count(letters & ~self._letters[part]) <= 1
        places = np.flatnonzero(alike & (self._lengths[part] > size)) + part.start
        if size < _SHORTEST_BEGINNING or not len(places):
            return places[:0], np.empty(0, np.uint8)
        texts = [self._words[place] for place in places.tolist()]
        cuts = (size - 1, size, size + 1)
        edits = np.min([_edits(word, [text[:cut] for text in texts], 1) for cut in cuts], axis=0)
        # To go on is an edit as well: APPL is rather AAPL than the beginning of APPLB.
        return places[edits <= 1], np.maximum(edits[edits <= 1], 1)


def _edits(word: str, texts: list[str], allowed: int) -> _Edits:
    if not texts:
        return np.empty(0, np.uint8)
    edits: _Edits = cdist([word], texts, scorer=OSA.distance, score_cutoff=allowed, dtype=np.uint8)[
        0
    ]
    return edits


def _letters(words: Sequence[str]) -> NDArray[np.uint64]:
    """The set of each word's letters; two that share a bit only let more words through."""
    codes = np.array(words, dtype=f"U{_LONGEST}").view(np.uint32).reshape(len(words), _LONGEST)
    bits = np.uint64(1) << (codes % 64).astype(np.uint64)
    sets: NDArray[np.uint64] = np.bitwise_or.reduce(
        np.where(codes == 0, np.uint64(0), bits), axis=1
    )
    return sets
