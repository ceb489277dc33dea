"""What the findings are made of: sentences, rows, and numbers as their reader writes them."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from stockcast_lib.dashboard.reader import Reader


@dataclass(frozen=True)
class Table:
    """Rows of cells; the first of each names its row."""

    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Findings:
    """Sentences, the most important first, and perhaps a table."""

    lines: tuple[str, ...]
    table: Table | None = None


def price(value: float, reader: Reader) -> str:
    """A price."""
    return reader.price(float(value))


def on_day(day: Any, reader: Reader) -> str:
    """A day, of whatever kind a frame holds."""
    return reader.day(pd.Timestamp(day).date())


def span(index: Any, reader: Reader) -> str:
    """The first and the last of ascending days."""
    return f"{on_day(index[0], reader)} to {on_day(index[-1], reader)}"


def amount(value: float, reader: Reader) -> str:
    """A profit or a change, with its sign."""
    sign = "\N{MINUS SIGN}" if value < 0 else "+"
    return f"{sign}{reader.price(abs(float(value)))}"


def shares_held(shares: float, reader: Reader) -> str:
    """A number of shares."""
    return count(shares, "share", reader)


def count(number: float, noun: str, reader: Reader) -> str:
    """So many of something."""
    return f"{plain(number, reader)} {noun}{'' if number == 1 else 's'}"


def growth(rate: float, reader: Reader) -> str:
    """A rate of the log price as growth of the price."""
    return reader.change(float(np.expm1(rate)))


def plain(value: float, reader: Reader) -> str:
    """A number with as many decimals as it was given with."""
    written = f"{value:g}"
    if "e" in written:
        return written
    return reader.number(value, len(written.partition(".")[2]))
