"""What is compared of a name or a query: plain small words."""

import unicodedata

from stockcast_lib.core.tickers import CLASS_MARK

# Inside a word these are left out by many: AT&T, McDonald's, J.P. Morgan.
_LEFT_OUT = frozenset("&'.\u2018\u2019")


def _plain(mark: str) -> str:
    return "" if mark in _LEFT_OUT else mark.casefold() if mark.isalnum() else " "


_PLAIN_ASCII = {code: _plain(chr(code)) for code in range(128)}


def words_of(text: str) -> list[str]:
    """The words of a name or a query, without capitals, accents and punctuation."""
    # A directory has tens of thousands of names, most of them in ASCII.
    if text.isascii():
        return text.translate(_PLAIN_ASCII).split()
    decomposed = unicodedata.normalize("NFKD", text)
    bare = (mark for mark in decomposed if not unicodedata.combining(mark))
    return "".join(map(_plain, bare)).split()


def ticker_words(ticker: str) -> list[str]:
    """The words that a canonical ticker adds to a name's: BRK.B gives brkb, brk and b."""
    small = ticker.casefold()
    parts = small.split(CLASS_MARK)
    return ["".join(parts), *parts] if len(parts) > 1 else parts
