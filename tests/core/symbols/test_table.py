"""Symbol lists as CSV: one's own, and those that are stored."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stockcast_lib.core.errors import BadSymbolList
from stockcast_lib.core.symbols import Symbol, read_symbols, table, write_symbols

TEXT = st.text(max_size=40).map(lambda text: " ".join(text.replace("\0", "").split()))
SYMBOLS = st.builds(
    Symbol,
    st.from_regex(r"[A-Z][A-Z0-9]{0,9}(\.[A-Z0-9]{1,4})?", fullmatch=True),
    TEXT,
    TEXT,
    st.sampled_from(["", "stock", "etf"]),
    st.booleans(),
)


def read(text):
    return read_symbols(text, "list.csv")


@given(st.lists(SYMBOLS, max_size=6))
def test_what_is_written_is_read_again(symbols):
    assert read(write_symbols(symbols)) == symbols


@pytest.mark.parametrize(
    "text",
    [
        "ticker,name,exchange\nBRK-B,Berkshire,NYSE\n",
        "Symbol,Company Name,Primary Exchange\nbrk.b,Berkshire,NYSE",
        "\ufeffTicker;Name;Exchange\r\nBRK/B;Berkshire;NYSE\r\n",
        "EXCHANGE\tSECURITY_NAME\tSYMBOL\nNYSE\t Berkshire \tBRK.B\n\n",
        "ACT Symbol|Security Name|Exchange|Round Lot Size\nBRK.B|Berkshire|NYSE|100\n",
        '"ticker","name","exchange"\n"BRK.B","Berk\nshire","NYSE"\n'.replace("\ns", "s"),
        "ticker,name,exchange,ticker\n , , \nBRK.B,Berkshire,NYSE,OTHER,more\n",
    ],
)
def test_the_columns_are_known_by_many_names(text):
    assert read(text) == [Symbol("BRK.B", "Berkshire", "NYSE", asset="")]


def test_a_ticker_alone_is_enough():
    assert read("ticker\nF\n") == [Symbol("F", asset="")]
    assert read("ticker,name\nF\n") == [Symbol("F", asset="")]
    assert read("ticker,name\n") == []


def test_what_is_no_longer_traded_is_marked():
    listed = read("ticker,active\nA,true\nB,False\nC,\nD,delisted\n")
    assert [symbol.active for symbol in listed] == [True, False, True, False]


def test_a_name_over_several_lines_is_one_line():
    assert read('ticker,name\nF,"Ford\n  Motor"\n')[0].name == "Ford Motor"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "list.csv line 1: no column is called 'ticker' or 'symbol'; found: nothing."),
        ("name\nFord\n", "list.csv line 1: .* found: name."),
        ("ticker\nF\nBRK B\nGM\n$$\n", "line 3: 'BRK B' is no ticker; line 5: '\\$\\$' is no"),
        ('ticker,name\nF,"Ford\nMotor"\n,Nobody\n', "line 4: '' is no ticker"),
        ("ticker\nF\nA\0B\n", "list.csv line 3: "),
        ("ticker,name\nF," + "x" * 200_000, "list.csv line 2: field larger than"),
    ],
    ids=["empty", "no ticker", "wrong tickers", "after a long cell", "NUL", "a huge cell"],
)
def test_what_is_wrong_names_its_line(text, told):
    with pytest.raises(BadSymbolList, match=told):
        read(text)


def test_a_list_of_more_symbols_than_there_are_is_refused_with_the_limit(monkeypatch):
    monkeypatch.setattr(table, "_MOST_SYMBOLS", 2)
    assert len(read("ticker\nF\nGM\n")) == 2
    with pytest.raises(BadSymbolList, match="line 4: more than 2 symbols"):
        read("ticker\nF\nGM\nIBM\n")


def test_a_few_wrong_lines_are_told_of_many():
    with pytest.raises(BadSymbolList) as caught:
        read("ticker\n" + "?\n" * 1000)
    assert len(caught.value.details["lines"]) == 5


@given(st.text(max_size=200), st.sampled_from(["", "ticker,name\n"]))
def test_any_text_is_a_list_or_a_bad_one(text, header):
    with contextlib.suppress(BadSymbolList):
        read(header + text)
