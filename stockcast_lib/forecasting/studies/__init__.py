"""Studies of one price series: what an analyst asks before and after a forecast.

Each is one function, frames in and a frozen dataclass of frames and scalars out; nothing that is
passed in is changed. Prices are adjusted closes throughout: splits are allowed for, and dividends
count as if reinvested. The names here load Prophet, where they need it, when they are first used.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from stockcast_lib.forecasting.studies.changepoints import Changepoints, largest_changepoints
    from stockcast_lib.forecasting.studies.components import Components, model_components
    from stockcast_lib.forecasting.studies.directions import NextDays, next_days
    from stockcast_lib.forecasting.studies.evaluation import Evaluation, evaluate
    from stockcast_lib.forecasting.studies.extremes import PriceExtremes, price_extremes
    from stockcast_lib.forecasting.studies.holding import Holding, buy_and_hold
    from stockcast_lib.forecasting.studies.priors import (
        PriorComparison,
        PriorValidation,
        compare_priors,
        validate_priors,
    )

__all__ = [
    "Changepoints",
    "Components",
    "Evaluation",
    "Holding",
    "NextDays",
    "PriceExtremes",
    "PriorComparison",
    "PriorValidation",
    "buy_and_hold",
    "compare_priors",
    "evaluate",
    "largest_changepoints",
    "model_components",
    "next_days",
    "price_extremes",
    "validate_priors",
]

_HOMES = {
    "Changepoints": "changepoints",
    "largest_changepoints": "changepoints",
    "Components": "components",
    "model_components": "components",
    "Evaluation": "evaluation",
    "evaluate": "evaluation",
    "PriceExtremes": "extremes",
    "price_extremes": "extremes",
    "Holding": "holding",
    "buy_and_hold": "holding",
    "NextDays": "directions",
    "next_days": "directions",
    "PriorComparison": "priors",
    "PriorValidation": "priors",
    "compare_priors": "priors",
    "validate_priors": "priors",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
