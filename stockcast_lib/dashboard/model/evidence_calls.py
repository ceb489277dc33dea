"""The same forecast without the page: on the command line and in Python."""

import json
import shlex
from typing import Any

from stockcast_lib.core.jobs import DEFAULT_MODEL, ForecastRequest

_SHORT = 60


def command_line(request: ForecastRequest) -> str:
    """For a shell; what is at its default is left out, but for the days."""
    words = ["stockcast", "forecast", request.ticker, "--days", str(request.days)]
    if request.model != DEFAULT_MODEL:
        words += ["--model", request.model]
    for name, value in request.params.overrides().items():
        words += ["--param", f"{name}={_option(value)}"]
    return shlex.join(words)


def python_call(request: ForecastRequest) -> str:
    """For a notebook; one argument a line once they are many."""
    arguments = [_literal(request.ticker), f"days={request.days}"]
    if request.model != DEFAULT_MODEL:
        arguments.append(f"model={_literal(request.model)}")
    overrides = request.params.overrides()
    arguments += [f"{name}={_literal(value)}" for name, value in overrides.items()]
    few = f"forecast({', '.join(arguments)})"
    many = "forecast(\n" + "".join(f"    {each},\n" for each in arguments) + ")"
    return f"from stockcast_lib import forecast\n\n{few if len(few) <= _SHORT else many}"


def _option(value: Any) -> str:
    """What `--param` reads as this value: JSON, or a text that is no JSON as it is."""
    if not isinstance(value, str):
        return json.dumps(value)
    try:
        json.loads(value)
    except ValueError:
        return value
    return json.dumps(value)


def _literal(value: Any) -> str:
    return json.dumps(value) if isinstance(value, str) else repr(value)
