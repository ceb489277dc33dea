"""Prices from a CSV file: exports of Yahoo, Stooq, Tiingo and WIKI, in any order of columns.

1. Everything that had to be guessed is said in the notes, and nothing ambiguous is guessed.
2. An error names the line, counted from 1 with the header, and what to do.
3. Adjustment depends on the export: WIKI and Tiingo give prices as paid with dividends and splits;
   Yahoo's prices allow for splits already, and Stooq's for dividends as well.
"""

import csv
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import pandas as pd

from stockcast_lib.adapters.vendors.csv_dates import read_dates
from stockcast_lib.adapters.vendors.csv_numbers import decimal_mark, is_null, read_number
from stockcast_lib.adapters.vendors.csv_text import read_text
from stockcast_lib.adapters.vendors.rows import (
    NEEDED,
    checked_history,
    date_index,
    known_column,
    plain_name,
)
from stockcast_lib.core.errors import BadVendorData
from stockcast_lib.core.price_checks import ADJUSTED_CLOSE
from stockcast_lib.core.price_history import DATE, PriceHistory

VENDOR = "csv"
_DELIMITERS = {"\t": "tabs", ";": "semicolons", ",": "commas"}
_TICKERS = ("ticker", "symbol")
# Yahoo's own names, where prices allow for splits already.
_YAHOO_ACTIONS = ("dividends", "stocksplits")


@dataclass(frozen=True)
class _Table:
    """The cells of the file: `rows` are (line, cells) below the header's names."""

    names: list[str]
    rows: list[tuple[int, list[str]]]

    def column(self, index: int) -> list[str]:
        return [cells[index] for _, cells in self.rows]


def read_price_csv(source: Path | str | bytes, ticker: str) -> tuple[PriceHistory, list[str]]:
    """The history in a CSV file, and what was guessed to read it.

    Args:
        source: the file's path, or its content; gzip is unpacked.
        ticker: whose prices they are.

    Raises:
        BadVendorData: the file is not such an export; names the line.
    """
    text, notes = read_text(source)
    table = _table(text, notes)
    _check_ticker(table, ticker, notes)
    columns = _columns(table, notes)
    table = _without_null_rows(table, columns, notes)
    frame = _in_order(_frame(table, columns, notes), table, notes)
    history = checked_history(ticker, VENDOR, _adjustable(frame, table, notes))
    history = replace(history, notes=(*notes, *history.notes))
    return history, list(history.notes)


def _table(text: str, notes: list[str]) -> _Table:
    header = next((line for line in text.splitlines() if line.strip()), "")
    delimiter = max(_DELIMITERS, key=header.count)
    reader = csv.reader(text.splitlines(), delimiter=delimiter, strict=True)
    try:
        read = [(reader.line_num, [cell.strip() for cell in cells]) for cells in reader]
    except csv.Error as error:
        raise BadVendorData(f"Line {reader.line_num} is no CSV ({error}): mend it.") from error
    lines = [(line, cells) for line, cells in read if any(cells)]
    if not lines:
        raise BadVendorData("The file is empty: export the prices again.")
    (_, names), *rows = lines
    for line, cells in rows:
        if len(cells) != len(names):
            raise BadVendorData(
                f"Line {line} has {len(cells)} cells, but the header {len(names)}: mend it."
            )
    notes.append(f"Its cells are separated by {_DELIMITERS[delimiter]}.")
    return _Table(names, rows)


def _check_ticker(table: _Table, ticker: str, notes: list[str]) -> None:
    for index, name in enumerate(table.names):
        if plain_name(name) in _TICKERS:
            named = sorted(set(table.column(index)))
            if len(named) > 1:
                raise BadVendorData(
                    f"The file has the prices of {len(named)} tickers: keep the lines of one."
                )
            if named and plain_name(named[0]) != plain_name(ticker):
                notes.append(f"The file calls the ticker {named[0]!r}.")


def _columns(table: _Table, notes: list[str]) -> dict[str, int]:
    """Our names, and where in a row each is."""
    found: dict[str, int] = {}
    for index, name in enumerate(table.names):
        ours = known_column(name)
        if ours in found:
            raise BadVendorData(
                f"The header has two columns that may be the {ours.replace('_', ' ')}: remove one."
            )
        if ours is not None:
            found[ours] = index
    absent = [name for name in (DATE, *NEEDED[:-1]) if name not in found]
    if absent:
        raise BadVendorData(
            f"The first line names no column for {', '.join(absent)}: it must be the header of "
            "an export of daily prices, such as Date,Open,High,Low,Close,Volume."
        )
    taken = ", ".join(f"{table.names[index]!r} as {ours}" for ours, index in found.items())
    notes.append(f"Its columns are taken so: {taken}.")
    return found


def _without_null_rows(table: _Table, columns: dict[str, int], notes: list[str]) -> _Table:
    """Exports end or begin with sessions that have no prices yet."""
    values = [index for name, index in columns.items() if name != DATE]
    kept = list(table.rows)

    def null(row: tuple[int, list[str]]) -> bool:
        return all(is_null(row[1][index]) for index in values)

    dropped = []
    while kept and null(kept[-1]):
        dropped.append(kept.pop()[0])
    while kept and null(kept[0]):
        dropped.append(kept.pop(0)[0])
    if dropped:
        named = ", ".join(map(str, sorted(dropped)))
        notes.append(f"Left out, for they have no prices: the lines {named}.")
    if not kept:
        raise BadVendorData("The file has no line with prices: export them again.")
    return replace(table, rows=kept)


def _frame(table: _Table, columns: dict[str, int], notes: list[str]) -> pd.DataFrame:
    lines = [line for line, _ in table.rows]
    dates = read_dates(table.column(columns[DATE]), lines, notes)
    cells = {name: table.column(index) for name, index in columns.items() if name != DATE}
    mark = decimal_mark([text for column in cells.values() for text in column], notes)
    numbers = {
        name: [
            read_number(text, mark, name, line) for text, line in zip(column, lines, strict=True)
        ]
        for name, column in cells.items()
    }
    return pd.DataFrame(numbers, index=date_index(dates), dtype=float)


def _in_order(frame: pd.DataFrame, table: _Table, notes: list[str]) -> pd.DataFrame:
    first_line: dict[date, int] = {}
    for day, (line, _) in zip(frame.index, table.rows, strict=True):
        if first_line.setdefault(day, line) != line:
            raise BadVendorData(
                f"Line {line} has the date of line {first_line[day]}, {day.date()}: remove one."
            )
    if frame.index.is_monotonic_increasing:
        return frame
    descending = frame.index.is_monotonic_decreasing
    notes.append(
        "Its lines go from the latest to the earliest; they were turned round."
        if descending
        else "Its lines are not in order; they were sorted by date."
    )
    return frame.sort_index()


def _adjustable(frame: pd.DataFrame, table: _Table, notes: list[str]) -> pd.DataFrame:
    """The frame with what adjusts it: dividends and splits, or adjusted closes."""
    if "volume" not in frame:
        notes.append("No volume is given: 0 is taken.")
        frame = frame.assign(volume=0.0)
    if {"dividend", "split"} <= set(frame.columns):
        notes.append("Prices are taken as paid, and adjusted by the dividends and splits given.")
        return frame
    frame = frame.drop(columns=["dividend", "split"], errors="ignore")
    if any(plain_name(name) in _YAHOO_ACTIONS for name in table.names):
        notes.append("Yahoo's prices allow for splits: its dividends and splits are not applied.")
    if ADJUSTED_CLOSE not in frame:
        notes.append("No adjusted close is given: the close is taken as adjusted, as Stooq's is.")
        frame = frame.assign(**{ADJUSTED_CLOSE: frame["close"]})
    return frame
