"""The studies' settings as texts of an address, and back."""

import math
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from stockcast_lib.dashboard.model.studies.settings import SETTINGS, Kind

_READ: Mapping[Kind, Callable[[str], Any]] = {
    "number": float,
    "whole": int,
    "day": date.fromisoformat,
    "scales": str,
    "flag": lambda text: {"1": True, "0": False}[text],
}


def written(chosen: Mapping[str, Any], plain: Mapping[str, Any]) -> dict[str, Any]:
    """What is set otherwise than it would be; a table of one's own is too long for an address."""
    return {
        # A comma ends a setting there.
        name: value.replace(",", " ") if isinstance(value, str) else value
        for name, value in chosen.items()
        if value != plain[name] and value is not None and SETTINGS[name].kind != "series"
    }


def read(texts: Mapping[str, str]) -> dict[str, Any]:
    """The settings in an address; what is none, or not of its kind, is passed over."""
    found = {name: _value(name, text) for name, text in texts.items() if name in SETTINGS}
    return {name: value for name, value in found.items() if value is not None}


def _value(name: str, text: str) -> Any:
    setting = SETTINGS[name]
    if setting.kind == "one":
        return text if text in setting.options else None
    try:
        value = _READ[setting.kind](text)
    except (KeyError, ValueError):
        return None
    return None if isinstance(value, float) and not math.isfinite(value) else value
