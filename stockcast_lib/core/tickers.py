"""The one spelling of a ticker.

A share class has many: `BRK.B`, `BRK-B` and `BRK/B` are the same share. Inside Stockcast it is
always `BRK.B`; each vendor's adapter translates to the vendor's own.
"""

import re

CLASS_MARK = "."
_OTHER_MARKS = str.maketrans("-/", CLASS_MARK * 2)
_TICKER = re.compile(r"[A-Z][A-Z0-9]{0,9}(?:\.[A-Z0-9]{1,4})?")


def canonical_ticker(text: str) -> str:
    """The text in capitals, without blanks around it, with `.` before a share class.

    Whether it can be a ticker at all is for `is_ticker` to say.
    """
    stripped = text.strip(" ")
    # Beyond ASCII capitals change letters: the one letter 'ß' would become the ticker SS.
    capitals = stripped.upper() if stripped.isascii() else stripped
    return capitals.translate(_OTHER_MARKS)


def is_ticker(text: str) -> bool:
    """Whether a text in the canonical spelling has a ticker's form."""
    return _TICKER.fullmatch(text) is not None
