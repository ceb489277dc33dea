"""Forecasts of a price series: pure numerics, frames in and frames out.

The names here load Prophet, which takes a second, only when they are first used.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from stockcast_lib.core.model_config import ModelConfig

if TYPE_CHECKING:
    from stockcast_lib.forecasting.forecast import Forecast, forecast_series, make_forecast
    from stockcast_lib.forecasting.model import LogPriceModel, fit_path, fit_prophet
    from stockcast_lib.forecasting.posterior import negative_log_posterior

__all__ = [
    "Forecast",
    "LogPriceModel",
    "ModelConfig",
    "fit_path",
    "fit_prophet",
    "forecast_series",
    "make_forecast",
    "negative_log_posterior",
]

_HOMES = {
    "Forecast": "forecast",
    "forecast_series": "forecast",
    "make_forecast": "forecast",
    "LogPriceModel": "model",
    "fit_path": "model",
    "fit_prophet": "model",
    "negative_log_posterior": "posterior",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
