"""What can be set of the studies, and the rules for it: those of `stockcast study`."""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

from pydantic import ValidationError

from stockcast_lib.core.errors import InvalidRequest
from stockcast_lib.core.jobs import MAX_DAYS, MIN_DAYS
from stockcast_lib.core.model_config import ModelConfig
from stockcast_lib.core.price_checks import ADJUSTED_CLOSE
from stockcast_lib.core.results import ForecastResult
from stockcast_lib.forecasting.studies.evaluation import DEFAULT_COST_BASIS_POINTS
from stockcast_lib.forecasting.studies.priors import DEFAULT_SCALES

Kind = Literal["number", "whole", "day", "scales", "flag", "one", "series"]
AXIS = "axis"
# Each is a curve and a band of its own.
_MOST_SCALES = 20
_LONGEST_SERIES = 200_000
_SCALES = "Give prior scales as numbers with spaces between them, such as 0.01 0.05 0.1."


@dataclass(frozen=True)
class Setting:
    """One thing that can be set.

    Attributes:
        label: what it is called on the page.
        kind: of its value: a float, an int, a date or None, a text of numbers, a bool, or a name
            of `options`, or a text of a CSV.
        default: unless the forecast in view has another value.
        hint: what it does.
        least, most: of a whole number.
        options: names and their words.
        step: from one value of a number to the next.
    """

    label: str
    kind: Kind
    default: Any = None
    hint: str = ""
    least: int = 1
    most: int = MAX_DAYS
    options: Mapping[str, str] = field(default_factory=dict)
    step: float = 1.0


COLUMNS: Mapping[str, tuple[str, ...]] = {
    "adjusted": (ADJUSTED_CLOSE,),
    "close": ("close",),
    "both": (ADJUSTED_CLOSE, "close"),
    "prices": ("open", "high", "low", "close"),
    "volume": (ADJUSTED_CLOSE, "volume"),
}
_COLUMN_WORDS = {
    "adjusted": "Adjusted close",
    "close": "Close, as traded",
    "both": "Adjusted close and close",
    "prices": "Open, high, low, close",
    "volume": "Adjusted close and volume",
}
_AXES = {"auto": "Automatic", "linear": "Linear", "log": "Logarithmic"}
SETTINGS: Mapping[str, Setting] = {
    "columns": Setting("Prices", "one", "adjusted", options=_COLUMN_WORDS),
    "percent": Setting("As change in %", "flag", False, "The change since the first day shown"),
    "shares": Setting("Shares", "number", 1.0, "How many; parts of a share are allowed"),
    "cost": Setting(
        "Cost in basis points", "number", DEFAULT_COST_BASIS_POINTS,
        "Of the value of each purchase and each sale; 100 are one per cent",
    ),
    "start": Setting("From", "day", hint="Any day; without one, the first session"),
    "end": Setting("To", "day", hint="Any day; without one, the last session"),
    "test_start": Setting(
        "Test from", "day", hint="Any day; without one, the test is the year up to its end"
    ),
    "test_end": Setting("Test to", "day", hint="Any day; without one, the last session"),
    "scales": Setting(
        "Prior scales", "scales", " ".join(f"{scale:g}" for scale in DEFAULT_SCALES),
        "How readily the trend may bend: small is stiff; numbers with spaces between them",
    ),
    "days": Setting("Days ahead", "whole", 90, "Calendar days", least=MIN_DAYS),
    "sessions": Setting("Sessions", "whole", 10, "Trading days after the last one"),
    "count": Setting("At most", "whole", 10, "How many changepoints to list", most=200),
    "interest": Setting(
        "Interest", "series", "",
        "A CSV with the columns date and value, such as how often a name was searched for",
    ),
    "training_years": Setting(
        "Training years", "number", 3.0, "Years of history that the model is fitted to", step=0.5
    ),
    "changepoint_prior_scale": Setting(
        "Prior scale", "number", 0.05, "How readily the trend may bend: small is stiff", step=0.01
    ),
    "interval": Setting("Band level", "number", 0.8, "Its level, from 0.5 to 0.99", step=0.05),
    "weekly_seasonality": Setting("Weekly term", "flag", False, "Fit one as well"),
    AXIS: Setting("Price scale", "one", "auto", options=_AXES),
}  # fmt: skip


def defaults(result: ForecastResult | None) -> dict[str, Any]:
    """Every setting as the forecast in view has it, and else as the study has it."""
    plain = {name: setting.default for name, setting in SETTINGS.items()}
    if result is None:
        return plain
    try:
        own = ModelConfig.of(result.model.params).model_dump()
    except ValidationError:
        # Whoever asks for a study is told, by `model_config`.
        own = {}
    known = {name: value for name, value in own.items() if name in SETTINGS}
    return {**plain, **known, "days": result.days}


def checked(names: tuple[str, ...], values: Mapping[str, Any]) -> dict[str, Any]:
    """The values of a study's settings, scales as numbers.

    Raises:
        InvalidRequest: naming the first that is wrong.
    """
    return {name: _CHECKS[SETTINGS[name].kind](SETTINGS[name], values[name]) for name in names}


def model_config(result: ForecastResult, values: Mapping[str, Any]) -> ModelConfig:
    """The configuration of a forecast, with what is set otherwise.

    Raises:
        InvalidRequest: naming the first value that breaks the model's rules.
    """
    changed = {name: value for name, value in values.items() if name in ModelConfig.model_fields}
    try:
        return ModelConfig.of({**result.model.params, **changed})
    except ValidationError as error:
        fault = error.errors()[0]
        name = ".".join(map(str, fault["loc"]))
        label = SETTINGS[name].label if name in SETTINGS else name
        why = fault["msg"].removeprefix("Input").strip()
        raise InvalidRequest(f"{label} {why}.".lstrip(), fields=[]) from None


def _number(setting: Setting, value: Any) -> float:
    # The ranges are the studies' and the model's own.
    if not isinstance(value, int | float) or not math.isfinite(value):
        raise InvalidRequest(f"{setting.label} must be a number.", fields=[])
    return float(value)


def _whole(setting: Setting, value: Any) -> int:
    if not isinstance(value, int) or not setting.least <= value <= setting.most:
        raise InvalidRequest(
            f"{setting.label} must be a whole number from {setting.least} to {setting.most}.",
            fields=[],
        )
    return value


def _day(setting: Setting, value: Any) -> date | None:
    if value is not None and not isinstance(value, date):
        raise InvalidRequest(f"{setting.label} must be a day, such as 2016-01-31.", fields=[])
    return value


def _scales(_setting: Setting, value: Any) -> tuple[float, ...]:
    parts = re.split(r"[\s,;]+", str(value).strip(" ,;\t\n"))
    try:
        scales = tuple(float(part) for part in parts)
    except ValueError:
        raise InvalidRequest(_SCALES, fields=[]) from None
    if len(scales) > _MOST_SCALES:
        raise InvalidRequest(f"Give at most {_MOST_SCALES} prior scales.", fields=[])
    return scales


def _series(setting: Setting, value: Any) -> str:
    text = str(value).strip()
    if len(text) > _LONGEST_SERIES:
        raise InvalidRequest(f"{setting.label} may have {_LONGEST_SERIES} characters.", fields=[])
    return text


def _flag(_setting: Setting, value: Any) -> bool:
    return bool(value)


def _one(setting: Setting, value: Any) -> str:
    if value not in setting.options:
        raise InvalidRequest(
            f"{setting.label} must be one of {', '.join(setting.options)}.", fields=[]
        )
    return str(value)


_CHECKS = {
    "number": _number,
    "whole": _whole,
    "day": _day,
    "scales": _scales,
    "flag": _flag,
    "one": _one,
    "series": _series,
}
