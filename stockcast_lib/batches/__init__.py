"""Many forecasts at low priority: asked for, kept as they come, and told as one.

Whoever makes the forecasts is given as a function, so that the stack beside the command and a
gateway elsewhere are served by the same run.
"""

from stockcast_lib.batches.batch import Batch
from stockcast_lib.batches.entries import Entry
from stockcast_lib.batches.journal import Journal
from stockcast_lib.batches.running import Ask, run_batch
from stockcast_lib.batches.tickers import requests_for, tickers_in

__all__ = ["Ask", "Batch", "Entry", "Journal", "requests_for", "run_batch", "tickers_in"]
