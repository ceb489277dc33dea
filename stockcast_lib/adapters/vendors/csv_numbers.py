"""Numbers as spreadsheets of several countries write them."""

import math
import re
from collections.abc import Iterable

from stockcast_lib.core.errors import BadVendorData

_NULLS = ("", "-", "null", "none", "nan", "n/a", "na")
_SHAPES = {
    ".": re.compile(r"[+-]?(?:\d{1,3}(?:,\d{3})+|\d+)?(?:\.\d*)?(?:[eE][+-]?\d{1,3})?", re.ASCII),
    ",": re.compile(r"[+-]?(?:\d{1,3}(?:\.\d{3})+|\d+)?(?:,\d*)?(?:[eE][+-]?\d{1,3})?", re.ASCII),
}
_OTHER = {".": ",", ",": "."}
# A blank, also one that does not break, an apostrophe, and a currency before the number.
_IGNORED = str.maketrans("", "", " \u00a0\u202f'$")
_THOUSANDS = 3


def is_null(text: str) -> bool:
    """Whether a cell says that there is no value."""
    return text.strip().lower() in _NULLS


def decimal_mark(texts: Iterable[str], notes: list[str]) -> str:
    """The sign before the decimals, '.' or ',', that fits all numbers; says so where it is ','.

    Raises:
        BadVendorData: none fits all, or both do: 1,234 alone may be either.
    """
    plain = {text.translate(_IGNORED) for text in texts}
    shown = {_shown_by(text) for text in plain if "." in text or "," in text}
    certain = shown & {".", ","}
    if len(certain) > 1:
        raise BadVendorData(
            "Some numbers have a decimal point and others a decimal comma: export the file again."
        )
    if certain:
        (mark,) = certain
        if mark == ",":
            notes.append("Its numbers have a decimal comma.")
        elif any("," in text for text in plain):
            notes.append("Its numbers have commas between thousands.")
        return mark
    if "comma?" in shown:
        raise BadVendorData(
            "Numbers such as 1,234 may mean 1.234 or 1234: export the file with more decimals "
            "or without signs between thousands."
        )
    return "."


def _shown_by(text: str) -> str:
    """The decimal mark that a number shows, or which sign leaves it open."""
    last = max(".,", key=text.rfind)
    if _OTHER[last] in text:
        return last
    if text.count(last) > 1:
        return _OTHER[last]
    whole, _, decimals = text.partition(last)
    if len(decimals) != _THOUSANDS or whole in ("", "0") or len(whole) > _THOUSANDS:
        return last
    return "comma?" if last == "," else "point?"


def read_number(text: str, mark: str, name: str, line: int) -> float:
    """The number in a cell.

    Args:
        text: the cell.
        mark: the sign before the decimals.
        name: of the column, for the error.
        line: of the file, for the error.

    Raises:
        BadVendorData: it is none.
    """
    plain = text.translate(_IGNORED)
    if _SHAPES[mark].fullmatch(plain):
        try:
            number = float(plain.replace(_OTHER[mark], "").replace(mark, "."))
        except ValueError:
            number = math.nan
        if math.isfinite(number):
            return number
    what = "no value" if is_null(text) else f"{text[:20]!r}, which is no number,"
    raise BadVendorData(
        f"Line {line} has {what} as its {name.replace('_', ' ')}: mend or remove the line."
    )
