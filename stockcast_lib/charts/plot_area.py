"""Where dates and prices lie in a picture, and where its axes have their ticks."""

from dataclasses import dataclass
from typing import Any

import matplotlib.dates
import numpy as np
import numpy.typing as npt
from matplotlib.ticker import LogLocator, MaxNLocator

from stockcast_lib.forecasting.posterior import Array

_ACROSS_ROOM, _UPWARDS_ROOM = 0.015, 0.05
_MOST_TICKS = 9
_ROUND_STEPS = [1, 2, 2.5, 5, 10]
_FEW_POWERS = 3
_dates: Any = matplotlib.dates  # whose functions carry no types

Days = npt.NDArray[np.datetime64]


@dataclass(frozen=True)
class PlotArea:
    """A box of pixels, the days from its left to its right, and the prices upwards.

    Attributes:
        box: left, bottom, right and top.
        days: the first and the last, as matplotlib counts them.
        heights: the lowest and the highest price, or their decimal logarithms where `log`.
        log: whether prices are spaced by their ratio.
    """

    box: tuple[float, float, float, float]
    days: tuple[float, float]
    heights: tuple[float, float]
    log: bool

    @classmethod
    def around(
        cls, box: tuple[float, float, float, float], days: Days, prices: Array, *, log: bool
    ) -> "PlotArea":
        """The area that shows all of these days and prices, with a little room."""
        numbers = _dates.date2num([days.min(), days.max()])
        heights = np.log10(prices) if log else prices
        return cls(
            box,
            _with_room(numbers[0], numbers[1], _ACROSS_ROOM),
            _with_room(float(heights.min()), float(heights.max()), _UPWARDS_ROOM),
            log,
        )

    def x(self, days: Any) -> Array:
        """Pixels of dates."""
        return self._across(_dates.date2num(days))

    def y(self, prices: Any) -> Array:
        """Pixels of prices."""
        return self._upwards(np.log10(prices) if self.log else np.asarray(prices, dtype=float))

    def date_ticks(self) -> tuple[list[tuple[float, str]], str]:
        """Pixels and labels of dates, and what is true of them all, such as their year."""
        locator = _dates.AutoDateLocator()
        ticks = np.asarray(locator.tick_values(*_dates.num2date(self.days)))
        ticks = ticks[(ticks >= self.days[0]) & (ticks <= self.days[1])]
        formatter = _dates.ConciseDateFormatter(locator)
        labels = formatter.format_ticks(ticks)
        return list(zip(self._across(ticks).tolist(), labels, strict=True)), formatter.get_offset()

    def price_ticks(self) -> list[tuple[float, str]]:
        """Pixels and labels of round prices."""
        low, high = self.heights
        ticks = _powers(low, high) if self.log else _round_numbers(low, high)
        heights = np.log10(ticks) if self.log else ticks
        seen = (heights >= low) & (heights <= high)
        labels = [f"{price:,.6g}" for price in ticks[seen]]
        return list(zip(self._upwards(heights[seen]).tolist(), labels, strict=True))

    def _across(self, numbers: Any) -> Array:
        return _between(np.asarray(numbers, dtype=float), self.days, self.box[0], self.box[2])

    def _upwards(self, heights: Array) -> Array:
        return _between(heights, self.heights, self.box[1], self.box[3])


def _with_room(low: float, high: float, share: float) -> tuple[float, float]:
    room = share * (high - low or abs(high) or 1.0)
    return low - room, high + room


def _between(values: Array, ends: tuple[float, float], first: float, last: float) -> Array:
    return np.asarray(first + (values - ends[0]) / (ends[1] - ends[0]) * (last - first))


def _round_numbers(low: float, high: float) -> Array:
    locator = MaxNLocator(nbins=_MOST_TICKS, steps=_ROUND_STEPS)
    return np.asarray(locator.tick_values(low, high))


def _powers(low: float, high: float) -> Array:
    """Powers of ten; with twice and five times each where there are few of them."""
    few = np.floor(high) - np.ceil(low) + 1 < _FEW_POWERS
    locator = LogLocator(subs=(1.0, 2.0, 5.0) if few else (1.0,), numticks=_MOST_TICKS)
    return np.asarray(locator.tick_values(10.0**low, 10.0**high))
