"""Stockcast: forecasting notebooks as a service."""

from typing import Any

__version__ = "0.2.0"


_FACES = ("backtest", "batch", "forecast", "models")


def __getattr__(name: str) -> Any:
    # Handed on lazily: a kernel that only wants the numerics pays for nothing else.
    if name in _FACES:
        from stockcast_lib import api

        return getattr(api, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
