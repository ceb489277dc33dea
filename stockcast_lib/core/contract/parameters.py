"""The parameters cell against the request: names, kinds and defaults."""

import ast
from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import ValidationError

from stockcast_lib.core.contract.faults import Fault
from stockcast_lib.core.contract.notebook import Cell
from stockcast_lib.core.model_config import ModelConfig
from stockcast_lib.core.notebook_parameters import ForecastParameters

_MISSING = object()
_SET_BY_THE_WORKER = ("job_id", "price_version")
_EXAMPLES = {"job_id": "None", "ticker": '"AAPL"', "days": "90", "price_version": "None"}


def read_parameters(cell: Cell) -> tuple[dict[str, Any], list[Fault]]:
    """The names that a parameters cell sets, each with its value, and all that is wrong in it."""
    found: dict[str, Any] = {}
    faults, unclear = [], set()
    for statement in ast.parse(cell.source).body:
        name, value = _assigned(statement)
        if name is None:
            what = f"line {statement.lineno} is no `name = value`"
            faults.append(Fault(cell.number, what, "move it to a cell of its own"))
        elif value is _MISSING:
            what = f"the parameter {name} has no default that is plain data"
            faults.append(Fault(cell.number, what, f"write `{name} = …` with a plain value"))
            unclear.add(name)
        else:
            found[name] = value
    missing = _missing(cell, {*found, *unclear})
    return found, [*faults, *missing, *_identity_faults(cell, found), *_config_faults(cell, found)]


def _assigned(statement: ast.stmt) -> tuple[str | None, Any]:
    """The name that a statement sets, and to what; None where it is no assignment to one name."""
    target: ast.expr
    value: ast.expr | None
    if isinstance(statement, ast.Assign) and len(statement.targets) == 1:
        target, value = statement.targets[0], statement.value
    elif isinstance(statement, ast.AnnAssign):
        target, value = statement.target, statement.value
    else:
        return None, _MISSING
    if not isinstance(target, ast.Name):
        return None, _MISSING
    if value is None:
        return target.id, _MISSING
    try:
        return target.id, ast.literal_eval(value)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return target.id, _MISSING


def extra_parameters(defaults: Mapping[str, Any]) -> tuple[str, ...]:
    """Those that no request sets."""
    known = {*ForecastParameters.model_fields, *ModelConfig.model_fields}
    return tuple(name for name in defaults if name not in known)


def _missing(cell: Cell, named: set[str]) -> Iterator[Fault]:
    usual = _usual()
    for name in (*ForecastParameters.model_fields, *ModelConfig.model_fields):
        if name not in named:
            default = _EXAMPLES.get(name) or repr(usual[name])
            yield Fault(
                cell.number, f"the parameter {name} is missing", f"add `{name} = {default}`"
            )


def _identity_faults(cell: Cell, defaults: Mapping[str, Any]) -> Iterator[Fault]:
    given = {name: defaults[name] for name in ForecastParameters.model_fields if name in defaults}
    # The worker always sets them; in JupyterLab there is no job, and the newest prices serve.
    for name in _SET_BY_THE_WORKER:
        if given.get(name, _MISSING) is None:
            del given[name]
    try:
        ForecastParameters.model_validate(given)
    except ValidationError as error:
        for fault in error.errors():
            name = str(fault["loc"][0])
            if name in given:
                yield _wrong(cell, name, given[name], fault["msg"])


def _config_faults(cell: Cell, defaults: Mapping[str, Any]) -> Iterator[Fault]:
    usual = _usual()
    for name, default in usual.items():
        if name not in defaults:
            continue
        given = defaults[name]
        if given == default and type(given) is type(default):
            continue
        try:
            ModelConfig.model_validate({name: given})
        except ValidationError as error:
            yield _wrong(cell, name, given, error.errors()[0]["msg"])
            continue
        if ModelConfig.model_validate({name: given}) != ModelConfig():
            yield Fault(
                cell.number,
                f"the default of {name} is {given!r}, and the request's {default!r}",
                f"write `{name} = {default!r}`, and change the model where it is made",
            )


def _wrong(cell: Cell, name: str, value: Any, rule: str) -> Fault:
    told = rule.removeprefix("Value error, ")
    default = _EXAMPLES.get(name) or repr(_usual()[name])
    what = f"the default of {name}, a {type(value).__name__}, is none that a request may have"
    return Fault(cell.number, f"{what} ({told})", f"write `{name} = {default}`")


def _usual() -> dict[str, Any]:
    return ModelConfig().model_dump(mode="json")
