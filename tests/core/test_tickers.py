"""One spelling of a ticker, wherever it comes from."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stockcast_lib.core.jobs import parse_request, request_key
from stockcast_lib.core.tickers import canonical_ticker, is_ticker

ANY_TEXT = st.text(st.characters(exclude_categories=()))


@pytest.mark.parametrize("text", ["BRK.A", "BRK-A", "BRK/A", "brk-a", "  Brk/a "])
def test_every_spelling_of_a_share_class_is_one_ticker(text):
    assert canonical_ticker(text) == "BRK.A"
    assert is_ticker("BRK.A")


def test_requests_in_every_spelling_join_one_job():
    asked = [parse_request({"ticker": text, "days": 5}) for text in ("BRK.B", "brk-b", "BRK/B")]
    assert {request.ticker for request in asked} == {"BRK.B"}
    assert len({request_key(request, "revision") for request in asked}) == 1


@pytest.mark.parametrize("text", ["\xdf", "\ufb01x", "\uff21\uff21", "\u0131bm", "\u212a"])
def test_letters_beyond_ascii_become_no_others(text):
    assert not is_ticker(canonical_ticker(text))


@pytest.mark.parametrize(
    "text", ["", ".", ".A", "A.", "A..B", "1A", "BRK B", "BRK\u2010B", "AAPL\n", "A" * 11, "A\0"]
)
def test_what_has_no_tickers_form_is_none(text):
    assert not is_ticker(canonical_ticker(text))


@given(ANY_TEXT)
def test_a_canonical_ticker_stays_as_it_is(text):
    once = canonical_ticker(text)
    assert canonical_ticker(once) == once


@given(st.from_regex(r"[A-Z][A-Z0-9]{0,9}(?:[./-][A-Z0-9]{1,4})?", fullmatch=True))
def test_a_ticker_in_any_spelling_has_a_tickers_form(text):
    assert is_ticker(canonical_ticker(text))
    assert canonical_ticker(text.lower()) == canonical_ticker(text)
