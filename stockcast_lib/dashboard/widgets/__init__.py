"""What the stock widgets lack: each a few traits, and one module for the browser beside it."""

from stockcast_lib.dashboard.widgets.browser import Browser
from stockcast_lib.dashboard.widgets.chart import Chart
from stockcast_lib.dashboard.widgets.chips import Chips
from stockcast_lib.dashboard.widgets.choice import Choice
from stockcast_lib.dashboard.widgets.document import Document
from stockcast_lib.dashboard.widgets.files import Files
from stockcast_lib.dashboard.widgets.snippets import Snippets
from stockcast_lib.dashboard.widgets.table import Table
from stockcast_lib.dashboard.widgets.ticker_box import TickerBox

__all__ = [
    "Browser",
    "Chart",
    "Chips",
    "Choice",
    "Document",
    "Files",
    "Snippets",
    "Table",
    "TickerBox",
]
