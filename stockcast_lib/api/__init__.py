"""The Python face: `from stockcast_lib import backtest, batch, forecast, models`."""

from stockcast_lib.api.backtests import Backtest, backtest, stored_prices
from stockcast_lib.api.batches import batch
from stockcast_lib.api.forecasts import DEFAULT_TIMEOUT, FinishedForecast, forecast, summary
from stockcast_lib.api.importing import import_prices
from stockcast_lib.api.model_list import ModelList, models
from stockcast_lib.api.outcomes import stored_or_raise, unfinished

__all__ = [
    "DEFAULT_TIMEOUT",
    "Backtest",
    "FinishedForecast",
    "ModelList",
    "backtest",
    "batch",
    "forecast",
    "import_prices",
    "models",
    "stored_or_raise",
    "stored_prices",
    "summary",
    "unfinished",
]
