"""The old app's `POST /`, answered field by field as before."""

import base64
from typing import Any

from stockcast_lib.core.errors import ErrorReport, InvalidRequest
from stockcast_lib.core.jobs import MAX_DAYS, MIN_DAYS, ForecastRequest, parse_request
from stockcast_lib.core.results import parse_result
from stockcast_lib.ports import StoredForecast

BAD_TICKER = "Please enter a valid NASDAQ stock ticker."
BAD_INTEGER = "Please enter an integer for number of days."
BAD_RANGE = f"Please enter between {MIN_DAYS} and {MAX_DAYS} days."


def request_from(body: Any) -> ForecastRequest:
    """The forecast request in the old body `{"days": {"name": ticker, "days": text}, …}`.

    Raises:
        InvalidRequest: whose message is the old validation text.
    """
    asked = body.get("days") if isinstance(body, dict) else None
    asked = asked if isinstance(asked, dict) else {}
    _require_ticker(asked.get("name"))
    days = _whole_number(asked.get("days"))
    if not MIN_DAYS <= days <= MAX_DAYS:
        raise InvalidRequest(BAD_RANGE)
    return parse_request({"ticker": asked["name"], "days": days})


def _require_ticker(ticker: Any) -> None:
    try:
        parse_request({"ticker": ticker, "days": MIN_DAYS})
    except InvalidRequest:
        raise InvalidRequest(BAD_TICKER) from None


def _whole_number(days: Any) -> int:
    if isinstance(days, bool) or not isinstance(days, str | int):
        raise InvalidRequest(BAD_INTEGER)
    try:
        return int(days)
    except ValueError:
        raise InvalidRequest(BAD_INTEGER) from None


def answer(request: ForecastRequest, forecast: StoredForecast) -> dict[str, str]:
    """The old answer to a request that was met."""
    price = parse_result(forecast.result).price
    return {
        "message": (
            f"The predicted price for {request.ticker} for {request.days} days from now "
            f"is ${price:.2f}"
        ),
        "graph": base64.b64encode(forecast.picture).decode(),
    }


def refusal(error: ErrorReport) -> dict[str, str]:
    """The old answer to a request that was not."""
    return {"message": BAD_TICKER if error.code == "unknown-ticker" else error.message}
