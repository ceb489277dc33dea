"""A list of tickers as people keep it, and the requests that it stands for."""

from collections.abc import Iterable, Mapping
from typing import Any

from stockcast_lib.core.errors import InvalidRequest
from stockcast_lib.core.jobs import ForecastRequest, parse_request
from stockcast_lib.core.tickers import canonical_ticker, is_ticker

_REMARK = "#"
_LINES_NAMED = 5
# Twice as many as all the world's exchanges list.
MOST_TICKERS = 100_000


def tickers_in(text: str) -> tuple[str, ...]:
    """The tickers of a list, one a line, each once; what follows a `#` is a remark.

    Raises:
        InvalidRequest: naming the lines that hold none, or where there is not one, or too many.
    """
    found: dict[str, None] = {}
    wrong = []
    for number, line in enumerate(text.removeprefix("\ufeff").splitlines(), 1):
        written = line.partition(_REMARK)[0].strip()
        ticker = canonical_ticker(written)
        if is_ticker(ticker):
            found[ticker] = None
        elif written:
            wrong.append(f"line {number} ({written[:20]!r})")
    if wrong:
        more = " and others" if len(wrong) > _LINES_NAMED else ""
        where = ", ".join(wrong[:_LINES_NAMED])
        raise InvalidRequest(f"No ticker such as AAPL or BRK.B: {where}{more}.", fields=[])
    if len(found) > MOST_TICKERS:
        raise InvalidRequest(
            f"The list holds more than {MOST_TICKERS} tickers: make several of it.", fields=[]
        )
    if not found:
        raise InvalidRequest("The list holds no tickers: write one a line.", fields=[])
    return tuple(found)


def requests_for(
    tickers: Iterable[str], days: int, model: str, params: Mapping[str, Any]
) -> tuple[ForecastRequest, ...]:
    """The same request for each ticker.

    Raises:
        InvalidRequest: with every wrong field.
    """
    return tuple(
        parse_request({"ticker": ticker, "days": days, "model": model, "params": dict(params)})
        for ticker in tickers
    )
