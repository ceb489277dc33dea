"""How whoever looks at a figure writes numbers and days."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from stockcast_lib.core.words import day_text


def _month_text(day: date) -> str:
    return day_text(day).partition(" ")[2]


@dataclass(frozen=True)
class Writing:
    """What a figure needs to know of its reader's language; the default is the project's own.

    Attributes:
        separators: the decimal and the group symbol.
        hover: a day with its weekday, as plotly's date formats have it.
        day_tick, month_tick: beside an axis, without the year; in the same formats.
        day, month: write a day, and the month and year that it is in.
    """

    separators: str = ".,"
    hover: str = "%a %-d %b %Y"
    day_tick: str = "%-d %b"
    month_tick: str = "%b"
    day: Callable[[date], str] = day_text
    month: Callable[[date], str] = _month_text


PLAIN = Writing()
