"""A symbol list as text: CSV with a header."""

import csv
import io
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from stockcast_lib.core.errors import BadSymbolList
from stockcast_lib.core.symbols.symbol import Symbol
from stockcast_lib.core.tickers import canonical_ticker, is_ticker

if TYPE_CHECKING:
    import _csv

_COLUMNS = ("ticker", "name", "exchange", "asset", "active")
# What others call the columns, in small letters and without blanks, '_' and '-'.
_KNOWN_AS = {
    "ticker": "ticker",
    "symbol": "ticker",
    "actsymbol": "ticker",
    "nasdaqsymbol": "ticker",
    "code": "ticker",
    "name": "name",
    "company": "name",
    "companyname": "name",
    "securityname": "name",
    "description": "name",
    "exchange": "exchange",
    "primaryexchange": "exchange",
    "listingexchange": "exchange",
    "market": "exchange",
    "mic": "exchange",
    "asset": "asset",
    "assettype": "asset",
    "securitytype": "asset",
    "type": "asset",
    "active": "active",
}
_SEPARATORS = ",;\t|"
_NO = frozenset({"false", "no", "n", "0", "inactive", "delisted"})
_LONGEST_NAME = 200
_MOST_SYMBOLS = 500_000
_FAULTS_SHOWN = 5


def write_symbols(symbols: Iterable[Symbol]) -> str:
    """Symbols as CSV, in the order given."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(_COLUMNS)
    for each in symbols:
        writer.writerow(
            (each.ticker, each.name, each.exchange, each.asset, str(each.active).lower())
        )
    return text.getvalue()


def read_symbols(text: str, source: str) -> list[Symbol]:
    """The symbols of a CSV text. A ticker's column is needed, all others may be missing.

    Args:
        text: a header and a line a symbol; columns are separated by `,`, `;`, `|` or tabs.
        source: what the errors call it.

    Raises:
        BadSymbolList: with the lines that are wrong.
    """
    text = text.removeprefix("\ufeff")
    header = text.partition("\n")[0]
    separator = max(_SEPARATORS, key=header.count)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    try:
        columns = _columns(next(rows, []), source)
        return _read(rows, columns, source)
    except csv.Error as error:
        raise BadSymbolList(f"{source} line {rows.line_num}: {error}.") from None


def _columns(header: list[str], source: str) -> dict[str, int]:
    columns: dict[str, int] = {}
    for place, title in enumerate(header):
        plain = "".join(title.split()).lower().replace("_", "").replace("-", "")
        if plain in _KNOWN_AS:
            columns.setdefault(_KNOWN_AS[plain], place)
    if "ticker" not in columns:
        found = ", ".join(title.strip() for title in header)[:_LONGEST_NAME] or "nothing"
        raise BadSymbolList(
            f"{source} line 1: no column is called 'ticker' or 'symbol'; found: {found}."
        )
    return columns


def _read(rows: "_csv.Reader", columns: Mapping[str, int], source: str) -> list[Symbol]:
    symbols: list[Symbol] = []
    faults: list[str] = []
    for row in rows:
        if not any(map(str.strip, row)):
            continue
        symbol = _symbol(row, columns)
        if is_ticker(symbol.ticker):
            symbols.append(symbol)
        else:
            faults.append(f"line {rows.line_num}: {symbol.ticker[:20]!r} is no ticker")
        if len(faults) == _FAULTS_SHOWN or len(symbols) > _MOST_SYMBOLS:
            break
    if len(symbols) > _MOST_SYMBOLS:
        faults.append(f"line {rows.line_num}: more than {_MOST_SYMBOLS} symbols")
    if faults:
        raise BadSymbolList(f"{source} {'; '.join(faults)}.", lines=faults)
    return symbols


def _symbol(row: list[str], columns: Mapping[str, int]) -> Symbol:
    held = {
        name: " ".join(row[place].split())[:_LONGEST_NAME]
        for name, place in columns.items()
        if place < len(row)
    }
    return Symbol(
        canonical_ticker(held.get("ticker", "")),
        held.get("name", ""),
        held.get("exchange", ""),
        held.get("asset", "").lower(),
        active=held.get("active", "").lower() not in _NO,
    )
