from datetime import date

import pytest

from stockcast_lib.dashboard.reader import Reader

DAY = date(2017, 3, 9)


@pytest.mark.parametrize(
    ("language", "price", "day", "change"),
    [
        ("en-GB", "1,234.50", "9 Mar 2017", "+1.2 %"),
        ("en-US", "1,234.50", "Mar 9, 2017", "+1.2 %"),
        ("de-DE", "1.234,50", "09.03.2017", "+1,2 %"),
        ("xx", "1,234.50", "9 Mar 2017", "+1.2 %"),
        ("not a language", "1,234.50", "9 Mar 2017", "+1.2 %"),
        ("", "1,234.50", "9 Mar 2017", "+1.2 %"),
    ],
)
def test_numbers_and_days_are_written_as_the_reader_does(language, price, day, change):
    reader = Reader(language)
    assert (reader.price(1234.5), reader.day(DAY), reader.change(0.0123)) == (price, day, change)


@pytest.mark.parametrize(
    ("value", "words"),
    [(0.0123456, "0.01235"), (5e12, "5e+12"), (64.849, "64.85"), (0, "0.00")],
)
def test_a_price_keeps_the_digits_that_say_something(value, words):
    assert Reader().price(value) == words


def test_a_fall_has_a_minus_sign():
    assert Reader().change(-0.5) == "\N{MINUS SIGN}50.0 %"


def test_a_level_is_short():
    assert [Reader().level(level) for level in (0.8, 0.975)] == ["80 %", "97.5 %"]


def test_the_separators_are_those_of_plotly():
    assert [Reader(language).separators for language in ("en-GB", "de-DE")] == [".,", ",."]


@pytest.mark.parametrize(
    ("language", "hover", "tick", "month"),
    [
        ("en-GB", "%a, %-d %b %Y", "%-d %b", "Mar 2017"),
        ("en-US", "%a, %b %-d, %Y", "%b %-d", "Mar 2017"),
        ("de-DE", "%a, %-d. %b %Y", "%-d. %b", "März 2017"),
        ("ja-JP", "%Y年%-m月%-d日(%a)", "%-m月%-d日", "2017年3月"),
        ("pt-BR", "%a, %-d de %b de %Y", "%-d de %b", "mar. de 2017"),
    ],
)
def test_charts_are_told_how_days_are_written(language, hover, tick, month):
    writing = Reader(language).writing
    assert (writing.hover, writing.day_tick, writing.month(DAY)) == (hover, tick, month)


def test_percentages_in_a_sentence_are_the_readers():
    words = "the last price, a drift of -5.2% a year and 30% of what AAPL does"
    assert Reader("de-DE").sentence(words) == (
        "the last price, a drift of \N{MINUS SIGN}5,2 % a year and 30 % of what AAPL does"
    )
