"""The words by which names and queries are compared."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stockcast_lib.core.symbols.words import ticker_words, words_of


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Apple Inc.", ["apple", "inc"]),
        ("AT&T", ["att"]),
        ("McDonald's", ["mcdonalds"]),
        ("McDonald\u2019s", ["mcdonalds"]),
        ("J.P. Morgan-Chase", ["jp", "morgan", "chase"]),
        ("Nestlé S.A.", ["nestle", "sa"]),
        ("Ｔｏｙｏｔａ トヨタ", ["toyota", "トヨタ"]),  # noqa: RUF001
        ("Straße_1", ["strasse", "1"]),
        (" \0\t!? ", []),
    ],
)
def test_a_text_has_plain_words(text, words):
    assert words_of(text) == words


@given(st.text(st.characters(exclude_categories=())))
def test_words_are_their_own_words(text):
    words = words_of(text)
    assert all(words)
    assert words_of(" ".join(words)) == words


@given(st.text(st.characters(max_codepoint=127)))
def test_ascii_goes_the_same_way_as_all_other_text(text):
    assert words_of(text) == words_of(f"{text} \u3000")


def test_a_share_class_adds_words():
    assert ticker_words("BRK.B") == ["brkb", "brk", "b"]
    assert ticker_words("IBM") == ["ibm"]
