"""What holds for every symbol, every query and every typo."""

from itertools import chain

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stockcast_lib.core.symbols import Symbol, SymbolDirectory
from tests.core.symbols.listings import directory

COUNT = 30_000
LETTERS = st.sampled_from("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=300)
ENOUGH = 50
examples = settings(max_examples=100, deadline=None)


@pytest.fixture(scope="module")
def crowd():
    return directory(COUNT)


@st.composite
def symbols(draw, shortest=1):
    """A symbol of the crowd whose ticker has so many letters at least."""
    listed = directory(COUNT).symbols
    start = draw(st.integers(0, COUNT - 1))
    return next(each for each in chain(listed[start:], listed) if len(each.ticker) >= shortest)


@st.composite
def typos(draw):
    """A symbol, and its ticker with one letter added, left out, changed or swapped."""
    symbol, other = draw(symbols(shortest=4)), draw(LETTERS)
    ticker = symbol.ticker
    place = draw(st.integers(0, len(ticker) - 1))
    before, letter, after = ticker[:place], ticker[place], ticker[place + 1 :]
    typed = (
        before + after,
        before + other + after,
        before + other + letter + after,
        ticker + other,
        before + after[:1] + letter + after[1:],
    )
    return symbol, draw(st.sampled_from(typed))


def is_known_beginning(crowd, text):
    """Whether something is called so, or begins so: such a text is no typo to anybody."""
    small = text.lower()
    found = crowd.search(text, 1)
    return bool(found) and any(
        word.startswith(small) for word in [found[0].ticker.lower(), *found[0].name.lower().split()]
    )


@examples
@given(symbols(), st.sampled_from([str.upper, str.lower]), st.sampled_from(".-/"))
def test_every_symbol_is_found_first_by_its_ticker(crowd, symbol, case, mark):
    assert crowd.search(case(symbol.ticker).replace(".", mark), 1) == [symbol]


@examples
@given(symbols(), st.data())
def test_a_tickers_beginning_finds_it_in_the_order_of_preference(crowd, symbol, data):
    beginning = symbol.ticker[: data.draw(st.integers(1, len(symbol.ticker)))]
    begun = [each for each in crowd.symbols if each.ticker.startswith(beginning)]
    begun.sort(key=lambda each: each.ticker != beginning)
    assert symbol in begun
    assert crowd.search(beginning, len(begun)) == begun
    assert crowd.search(beginning, 5) == crowd.search(beginning, 50)[:5]


@examples
@given(symbols())
def test_every_symbol_is_found_by_its_name(crowd, symbol):
    same = [each for each in crowd.symbols if each.name.startswith(symbol.name)]
    assert symbol in crowd.search(symbol.name, 10 + len(same))


@examples
@given(typos())
def test_every_typo_in_a_ticker_finds_it(crowd, example):
    symbol, typed = example
    if not is_known_beginning(crowd, typed):
        assert symbol in crowd.search(typed, ENOUGH)
        assert symbol.ticker in crowd.nearest(typed, ENOUGH)


@settings(max_examples=500, deadline=None)
@given(ANY_TEXT, st.integers(-1, 40))
def test_no_query_fails(crowd, query, limit):
    found = crowd.search(query, limit)
    assert len(found) <= max(limit, 0)
    assert len(set(found)) == len(found)
    assert found == crowd.search(query, limit)
    assert len(crowd.nearest(query, limit)) <= max(limit, 0)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.builds(Symbol, ANY_TEXT, ANY_TEXT), max_size=8), ANY_TEXT)
def test_no_symbol_makes_a_query_fail(listed, query):
    made = SymbolDirectory(listed, complete=False)
    made.search(query)
    for symbol in made.symbols:
        assert symbol.ticker in made
        made.search(symbol.ticker)
        made.search(symbol.name)
        made.nearest(symbol.ticker)
