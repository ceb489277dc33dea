"""What a notebook displays: a forecast, or the prices behind one.

A displayed report carries its machine-readable document, which the worker takes, beside what a
person sees: the same run serves both.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from stockcast_lib.report.forecast import ForecastReport, SkillCard
    from stockcast_lib.report.prices import PricesReport

__all__ = ["ForecastReport", "PricesReport", "SkillCard"]

_HOMES = {"ForecastReport": "forecast", "PricesReport": "prices", "SkillCard": "forecast"}


def __getattr__(name: str) -> Any:
    # Handed on lazily: the ingest stage's kernels import no model and no charts.
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
