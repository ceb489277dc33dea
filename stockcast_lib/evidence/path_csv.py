"""A forecast's path as a table for any tool."""

import csv
import io
from datetime import date

from stockcast_lib.core.results import parse_result
from stockcast_lib.ports import StoredForecast


def csv_body(forecast: StoredForecast, first: date = date.min, last: date = date.max) -> bytes:
    """The forecast's path: one row a session, of those from the first to the last day."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("date", "price", "lower", "upper"))
    for point in parse_result(forecast.result).path:
        if first <= point.date <= last:
            writer.writerow((point.date, point.price, point.lower, point.upper))
    return text.getvalue().encode()
