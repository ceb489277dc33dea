"""Stockcast: forecasting notebooks as a service."""

from typing import Any

__version__ = "0.1.0"


def __getattr__(name: str) -> Any:
    # Handed on lazily: a kernel that only wants the numerics pays for nothing else.
    if name == "forecast":
        from stockcast_lib.api import forecast

        return forecast
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
