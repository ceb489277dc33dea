import pytest

from stockcast_lib.batches import requests_for, tickers, tickers_in
from stockcast_lib.core.errors import InvalidRequest


def test_a_list_has_remarks_empty_lines_and_repetitions():
    text = "\ufeff# my list\r\naapl  # the first\n\nbrk/b\nAAPL\n"
    assert tickers_in(text) == ("AAPL", "BRK.B")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("AAPL\n$$ spam\nMSFT, IBM", r"line 2 \('\$\$ spam'\), line 3 \('MSFT, IBM'\)\."),
        ("# nothing\n\n", "holds no tickers"),
        ("\n".join("?" * 9), r"line 5 \('\?'\) and others"),
    ],
)
def test_what_is_no_list_of_tickers_is_refused_by_its_lines(text, reason):
    with pytest.raises(InvalidRequest, match=reason):
        tickers_in(text)


def test_a_list_of_more_tickers_than_there_are_is_refused_with_the_limit(monkeypatch):
    monkeypatch.setattr(tickers, "MOST_TICKERS", 2)
    assert tickers_in("AAPL\nIBM\nAAPL") == ("AAPL", "IBM")
    with pytest.raises(InvalidRequest, match="more than 2 tickers"):
        tickers_in("AAPL\nIBM\nXOM")


def test_every_ticker_is_asked_the_same():
    first, second = requests_for(("AAPL", "IBM"), 30, "default", {"interval": 0.9})
    assert (first.ticker, second.ticker) == ("AAPL", "IBM")
    assert first.canonical() == {**second.canonical(), "ticker": "AAPL"}
    with pytest.raises(InvalidRequest, match="days must be a whole number"):
        requests_for(("AAPL",), 0, "default", {})
