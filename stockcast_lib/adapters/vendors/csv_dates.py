"""Dates as exports write them; one form for a whole file.

Where day and month could be either way round, all lines together decide: a number over 12, or
that only one way gives trading days (Monday to Friday, in one direction, without long breaks).
Else nothing is taken.
"""

import re
from collections.abc import Callable, Sequence
from datetime import date, datetime
from itertools import pairwise

from stockcast_lib.core.errors import BadVendorData

_ISO = re.compile(r"(\d{4})[-/.]?(\d{2})[-/.]?(\d{2})(?:[T ]\d{2}:\d{2}.*)?", re.ASCII)
_NUMBERS = re.compile(r"(\d{1,2})([-/.])(\d{1,2})\2(\d{4})(?: \d{2}:\d{2}.*)?", re.ASCII)
_MONTHS_BY_NAME = ("%b %d, %Y", "%B %d, %Y", "%d %b %Y", "%d-%b-%Y", "%d-%b-%y")
_SATURDAY = 5
# Calendar days between two sessions.
_LONGEST_BREAK = 10

_Read = Callable[[str], date]


def read_dates(texts: Sequence[str], lines: Sequence[int], notes: list[str]) -> list[date]:
    """The dates of all lines; says which form was taken.

    Raises:
        BadVendorData: a line has no date in the form of the first, or the form is ambiguous.
    """
    first = texts[0]
    if _ISO.fullmatch(first):
        notes.append("Its dates are read as year, month, day.")
        return _all(texts, lines, _iso)
    if _NUMBERS.fullmatch(first):
        return _by_numbers(texts, lines, notes)
    form = next((each for each in _MONTHS_BY_NAME if _fits(each, first)), None)
    if form is None:
        raise _no_date(first, lines[0])
    notes.append(f"Its dates are read like {first!r}, with the month's name.")
    return _all(texts, lines, lambda text: _named(text, form))


def _by_numbers(texts: Sequence[str], lines: Sequence[int], notes: list[str]) -> list[date]:
    possible = {
        order: dates
        for order in ("day, month, year", "month, day, year")
        if (dates := _try(texts, order)) is not None
    }
    if not possible:
        # Names the first line that neither way can be read.
        return _all(texts, lines, lambda text: _numbers(text, "day, month, year"))
    if len(possible) > 1:
        possible = {order: dates for order, dates in possible.items() if _trading_days(dates)}
    if len(possible) != 1:
        raise BadVendorData(
            f"Dates like {texts[0]!r} may have the day or the month first: "
            "export the file with dates like 2024-01-31."
        )
    ((order, dates),) = possible.items()
    notes.append(f"Its dates, like {texts[0]!r}, are read as {order}.")
    return dates


def _try(texts: Sequence[str], order: str) -> list[date] | None:
    try:
        return [_numbers(text, order) for text in texts]
    except ValueError:
        return None


def _trading_days(dates: Sequence[date]) -> bool:
    steps = {(later - earlier).days for earlier, later in pairwise(dates)}
    one_way = all(0 < step <= _LONGEST_BREAK for step in steps) or all(
        -_LONGEST_BREAK <= step < 0 for step in steps
    )
    return one_way and all(day.weekday() < _SATURDAY for day in dates)


def _all(texts: Sequence[str], lines: Sequence[int], read: _Read) -> list[date]:
    dates = []
    for text, line in zip(texts, lines, strict=True):
        try:
            dates.append(read(text))
        except ValueError:
            raise _no_date(text, line) from None
    return dates


def _iso(text: str) -> date:
    return date(*map(int, _groups(_ISO, text)))


def _numbers(text: str, order: str) -> date:
    first, _, second, year = _groups(_NUMBERS, text)
    day, month = (first, second) if order.startswith("day") else (second, first)
    return date(int(year), int(month), int(day))


def _groups(shape: "re.Pattern[str]", text: str) -> tuple[str, ...]:
    found = shape.fullmatch(text)
    if not found:
        raise ValueError(text)
    return found.groups()


def _named(text: str, form: str) -> date:
    # A file has days and no times.
    return datetime.strptime(text, form).date()  # noqa: DTZ007


def _fits(form: str, text: str) -> bool:
    try:
        _named(text, form)
    except ValueError:
        return False
    return True


def _no_date(text: str, line: int) -> BadVendorData:
    return BadVendorData(
        f"Line {line} has {text[:30]!r}, which is no date like those before it or like "
        "2024-01-31: mend or remove the line."
    )
