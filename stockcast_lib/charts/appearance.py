"""What both charts share: colours, words and how much of the history to show."""

from datetime import date
from typing import Any

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

# Every colour of the charts: `palettes` has its counterpart on dark paper.
INK, MUTED, GRID, PAPER = "#1f2933", "#66727f", "#e6eaee", "#ffffff"
MODEL, NAIVE, PAST = "#0b7a75", "#b4540a", "#3d4fa1"
RISE, FALL = MODEL, "#b3261e"
# Blue and orange are told apart by everybody; candles that fall are filled as well.
CANDLE_UP, CANDLE_DOWN = "#0b6bb0", "#c2500a"
# For series without an order, each told from the others by lightness as well.
SERIES = (MODEL, NAIVE, PAST, "#8c2f6b", "#6f7f12", "#7c8995")
# For series in an order: Viridis, the lighter end darkened until it stands out from white.
SCALE = (
    "#440154", "#461566", "#482878", "#433981", "#3e4a89", "#375a8c",
    "#31698e", "#2b768e", "#26848e", "#22908a", "#3f9557", "#7f8c12",
)  # fmt: skip
TRAINING = "#7c8995"
# Okabe and Ito's, moved to where each stands out from white and from dark paper alike.
TICKERS = ("#0072b2", "#d55e00", "#009e73", "#c26a99", "#2f94d1", "#9a6b45")
# A fan's ribbons lie on each other, the widest lowest: each is denser than what it lies on.
FAN_OPACITIES = (0.1, 0.14, 0.18, 0.22)
BAND_OPACITY, FAINT_OPACITY, BAR_OPACITY, EDGE_OPACITY = 0.18, 0.08, 0.3, 0.55
FONT = "Inter, 'Segoe UI', 'Helvetica Neue', Arial, sans-serif"

_MIN_WINDOW_DAYS = 365
_WINDOW_HORIZONS = 3
_LOG_AXIS_RATIO = 25.0
_SCIENTIFIC_ABOVE = 1e9
# What the model alone says may be far beyond any band, and would be all that a chart shows.
_WORTH_SHOWING = 1.2


def see_through(colour: str, opacity: float = BAND_OPACITY) -> str:
    """A `#rrggbb` colour that lets what is below show."""
    parts = (str(int(colour[at : at + 2], 16)) for at in (1, 3, 5))
    return f"rgba({', '.join(parts)}, {opacity})"


def window_start(forecast: Forecast) -> date:
    """From where to show the history, so that a short horizon is not a sliver."""
    days = max(_MIN_WINDOW_DAYS, _WINDOW_HORIZONS * forecast.days)
    wanted = pd.Timestamp(forecast.as_of) - pd.Timedelta(days=days)
    first: pd.Timestamp = forecast.observations.index[0]
    return max(wanted, first).date()


def fan(forecast: Forecast) -> list[tuple[float, float, pd.DataFrame]]:
    """Each level's opacity and rows, in the order to draw them: the widest first."""
    levels = sorted(forecast.fan["level"].unique(), reverse=True)
    rows = dict(iter(forecast.fan.groupby("level")))
    # Four at most: the three of every forecast and the one asked for.
    return [
        (float(level), opacity, rows[level])
        for level, opacity in zip(levels, FAN_OPACITIES[: len(levels)], strict=True)
    ]


def needs_log_axis(forecast: Forecast) -> bool:
    """Whether the fan is so wide that a linear axis would show nothing else."""
    shown = (forecast.path, forecast.fan)
    return far_apart(
        min(forecast.observations.min(), *(bands["lower"].min() for bands in shown)),
        max(forecast.observations.max(), *(bands["upper"].max() for bands in shown)),
    )


def far_apart(lowest: float, highest: float) -> bool:
    """Whether a linear axis would show the highest prices alone."""
    return bool(highest > _LOG_AXIS_RATIO * lowest)


def price_format(forecast: Forecast) -> str:
    """How plotly writes prices such as these: `price_text`, in the reader's separators."""
    lowest = min(forecast.path["lower"].min(), forecast.observations.min())
    highest = max(forecast.path["upper"].max(), forecast.observations.max())
    return price_range_format(lowest, highest)


def price_range_format(lowest: float, highest: float) -> str:
    """The same, of prices between these."""
    return ",.2f" if lowest >= 1 and highest < _SCIENTIFIC_ABOVE else ",.4~g"


def dates(values: Any) -> list[str]:
    """Dates as plotly reads them in every browser's time zone."""
    return pd.DatetimeIndex(values).strftime("%Y-%m-%d").tolist()


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
