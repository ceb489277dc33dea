"""The page that `notebooks/dashboard.ipynb` displays."""

import os
import re
from urllib.parse import parse_qs

from stockcast_lib.dashboard.model import DashboardModel, Forecasts
from stockcast_lib.dashboard.view import DashboardView

_WHOLE_NUMBER = re.compile(r"-?[0-9]{1,9}")


def dashboard(service: Forecasts) -> DashboardView:
    """The page for a forecast service; make it the last value of a cell.

    It asks the service for nothing before somebody types or clicks, so that it can be made before
    there is a visitor.
    """
    return DashboardView(DashboardModel(service))


def query_string() -> str:
    """The visitor's query string; waits for the visitor where the page was made beforehand."""
    if os.environ.get("VOILA_PREHEAT") == "True":
        from voila.utils import wait_for_request

        wait_for_request()
    return os.environ.get("QUERY_STRING", "")


def prefill(page: DashboardView, query: str) -> None:
    """Take `ticker` and `days` from a query string, and ask at once when a ticker is given.

    Days that the rules refuse are taken as they are: the answer says what is wrong with them.
    """
    fields = parse_qs(query)
    days = fields.get("days", [""])[-1]
    if _WHOLE_NUMBER.fullmatch(days):
        page.model.days = int(days)
    ticker = fields.get("ticker", [""])[-1]
    if ticker:
        page.model.ticker = ticker
        page.model.start()
