"""From a report, or a notebook's traceback, back to the exception."""

import json
from functools import cache
from typing import Any

from stockcast_lib.core.errors.root import ErrorReport, StockcastError


def _all_errors(root: type[StockcastError]) -> dict[str, type[StockcastError]]:
    found = {root.__name__: root}
    for child in root.__subclasses__():
        found |= _all_errors(child)
    return found


@cache
def _by_name() -> dict[str, type[StockcastError]]:
    return _all_errors(StockcastError)


@cache
def _by_code() -> dict[str, type[StockcastError]]:
    return {kind.code: kind for kind in _by_name().values()}


def error_from_report(report: ErrorReport) -> StockcastError:
    """The exception that a report describes; an unknown code becomes the root."""
    return _by_code().get(report.code, StockcastError)(report.message, **report.details)


def error_from_name(class_name: str, text: str) -> StockcastError | None:
    """The exception that a notebook's traceback names, or None when it is none of ours.

    Args:
        class_name: the exception's class.
        text: what `str` made of the exception.
    """
    kind = _by_name().get(class_name)
    if kind is None:
        return None
    message, _, last_line = text.rpartition("\n")
    details = _json_object(last_line)
    return kind(message, **details) if message and details else kind(text)


def _json_object(text: str) -> dict[str, Any] | None:
    try:
        value = json.loads(text, parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _refuse_constant(name: str) -> None:
    # Python writes NaN and Infinity; who reads the report may not.
    raise ValueError(f"{name} is not JSON")
