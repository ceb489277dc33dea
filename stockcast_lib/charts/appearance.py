"""What both charts share: colours, words and how much of the history to show."""

from datetime import date

import pandas as pd

from stockcast_lib.core.words import (
    data_text,
    day_text,
    level_text,
    price_text,
    skill_text,
    stale_text,
)
from stockcast_lib.forecasting.forecast import Forecast

__all__ = ["data_text", "day_text", "level_text", "price_text", "stale_text"]

INK, MUTED, GRID, PAPER = "#1f2933", "#66727f", "#e6eaee", "#ffffff"
MODEL, BAND_OPACITY = "#0b7a75", 0.18
NAIVE = "#b4540a"
FONT = "Inter, 'Segoe UI', 'Helvetica Neue', Arial, sans-serif"

_MIN_WINDOW_DAYS = 365
_WINDOW_HORIZONS = 3
_LOG_AXIS_RATIO = 25.0
# What the model alone says may be far beyond any band, and would be all that a chart shows.
_WORTH_SHOWING = 1.2


def window_start(forecast: Forecast) -> date:
    """From where to show the history, so that a short horizon is not a sliver."""
    days = max(_MIN_WINDOW_DAYS, _WINDOW_HORIZONS * forecast.days)
    wanted = pd.Timestamp(forecast.as_of) - pd.Timedelta(days=days)
    first: pd.Timestamp = forecast.observations.index[0]
    return max(wanted, first).date()


def needs_log_axis(forecast: Forecast) -> bool:
    """Whether the band is so wide that a linear axis would show nothing else."""
    highest = max(forecast.path["upper"].max(), forecast.observations.max())
    lowest = min(forecast.path["lower"].min(), forecast.observations.min())
    return bool(highest > _LOG_AXIS_RATIO * lowest)


def model_path(forecast: Forecast) -> pd.DataFrame:
    """What the model alone says, as far as it stays near the band."""
    path = forecast.model_path
    lowest = min(forecast.path["lower"].min(), forecast.observations.iloc[-1]) / _WORTH_SHOWING
    highest = max(forecast.path["upper"].max(), forecast.observations.iloc[-1]) * _WORTH_SHOWING
    return path[path["price"].between(lowest, highest).cummin()]


def title(forecast: Forecast) -> str:
    """The ticker and the day forecast for."""
    return f"{forecast.ticker}: forecast to {day_text(forecast.target_date)}"


def subtitle(forecast: Forecast) -> str:
    """The forecast in figures, what it is to be judged by, and where the data ends."""
    target = forecast.path.iloc[-1]
    band = f"{price_text(target['lower'])} to {price_text(target['upper'])}"
    return " · ".join(
        (
            f"{price_text(target['price'])} ({band}, {level_text(forecast.config.interval)} band)",
            f"naive forecast {price_text(forecast.baseline.price)}",
            skill_text(forecast.skill),
            data_text(forecast.as_of, sample=forecast.sample),
        )
    )
