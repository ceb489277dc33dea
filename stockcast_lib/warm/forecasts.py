"""What the forecast notebook imports and does."""

from importlib import import_module

_DAYS = 30
_IMPORTED = (
    "stockcast_lib.adapters.s3_backtests",
    "stockcast_lib.adapters.s3_prices",
    "stockcast_lib.wiring",
)


def warm_up() -> None:
    """Import what it imports, connect to S3 as it does, and make a forecast of sample prices."""
    from stockcast_lib.forecasting import ModelConfig, make_forecast
    from stockcast_lib.report import ForecastReport
    from stockcast_lib.warm.shared import connect_to_s3, sample_prices

    for module in _IMPORTED:
        import_module(module)
    connect_to_s3()
    version, history = sample_prices()
    forecast = make_forecast(history, _DAYS, ModelConfig())
    ForecastReport(forecast, version)._repr_mimebundle_()  # as IPython calls it
